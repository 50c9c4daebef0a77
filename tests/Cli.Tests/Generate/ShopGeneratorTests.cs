using System.Globalization;
using System.Security.Cryptography;
using Pipeline.Cli.Generate;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Generate;

[TestFixture]
internal sealed class ShopGeneratorTests
{
    private static readonly string[] FileNames =
        ["catalogue.csv", "customers.csv", "interactions.csv", "truth-categories.csv", "truth-items.csv", "truth.csv"];

    [Test]
    public void Generator_same_seed_gives_same_bytes()
    {
        using TempFolder a = Generate(Shop.Options()), b = Generate(Shop.Options());
        foreach (string name in FileNames)
            Assert.That(File.ReadAllBytes(b.File(name)), Is.EqualTo(File.ReadAllBytes(a.File(name))), name);
    }

    [Test]
    public void Generator_other_seed_gives_other_bytes()
    {
        using TempFolder a = Generate(Shop.Options(seed: 7)), b = Generate(Shop.Options(seed: 8));
        foreach (string name in FileNames)
            Assert.That(File.ReadAllBytes(b.File(name)), Is.Not.EqualTo(File.ReadAllBytes(a.File(name))), name);
    }

    /// <summary>
    /// The bytes are the same on every machine. Whoever changes them on purpose changes this and the changelog.
    /// </summary>
    [Test]
    public void Generator_bytes_are_those_of_the_first_release()
    {
        using TempFolder folder = Generate(Shop.Options());
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in FileNames)
            all.AppendData(File.ReadAllBytes(folder.File(name)));
        Assert.That(
            Convert.ToHexStringLower(all.GetHashAndReset()),
            Is.EqualTo("4aa6c78f23438ff4a5f0a5595e0ea7a167f9fb6550abf5a84d7d2c75808016f7"));
    }

    [Test]
    [SetCulture("de-DE")]
    public void Generator_ignores_the_culture()
    {
        using TempFolder german = Generate(Shop.Options());
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        using TempFolder invariant = Generate(Shop.Options());
        foreach (string name in FileNames)
            Assert.That(File.ReadAllBytes(german.File(name)), Is.EqualTo(File.ReadAllBytes(invariant.File(name))), name);
    }

    [Test]
    public void Generator_writes_the_documented_headers()
    {
        using TempFolder folder = Generate(Shop.Options());
        string[] headers = [.. FileNames.Select(name => File.ReadLines(folder.File(name)).First())];
        Assert.That(headers, Is.EqualTo(new[]
        {
            "item_id,name,category,price,in_stock,available_from,url,image_url",
            "user_id,email,consent,consent_date,country",
            "user_id,item_id,event,time,quantity,price,basket_id",
            "category,share",
            "item_id,category,series,base_popularity,trend,season_peak_day,season_strength,available_from",
            "user_id,category,taste",
        }));
    }

    [TestCase(1, 1, 1, 365)]
    [TestCase(1, 1, 250, 1)]
    [TestCase(3, 2, 7, 1)]
    [TestCase(50, 30, 499, 365)]
    [TestCase(500, 3000, 10_001, 40)]
    [TestCase(20, 9, 5_000, 800)]
    public void Generator_writes_exactly_what_was_asked_for(int users, int items, int interactions, int days)
    {
        Shop shop = Shop.Make(Shop.Options(users, items, interactions, days: days));
        Assert.That(shop.Lines, Has.Count.EqualTo(interactions));
        Assert.That(shop.Items, Has.Count.EqualTo(items));
        Assert.That(shop.Truth, Has.Count.EqualTo(items));
        Assert.That(shop.Customers, Has.Count.EqualTo(users));
        Assert.That(shop.Tastes, Has.Count.EqualTo(users));
        Assert.That(shop.Lines.Select(line => line.User), Is.All.AnyOf([.. shop.Customers.Keys]));
        Assert.That(shop.Lines.Select(line => line.Item).Where(item => !shop.Items.ContainsKey(item)), Is.Empty);
    }

    [Test]
    public void Generator_reports_lines_up_to_the_last()
    {
        using var folder = new TempFolder();
        var reports = new Reports();
        ShopGenerator.Generate(Shop.Options(), folder.Path, reports, CancellationToken.None);
        Assert.That(reports.Values, Is.Ordered);
        Assert.That(reports.Values[^1], Is.EqualTo(500));
    }

    [Test]
    public void Generator_gives_files_their_names_only_when_all_are_complete()
    {
        using var folder = new TempFolder();
        var reports = new Reports(_ => Assert.That(
            Directory.EnumerateFiles(folder.Path), Has.Exactly(FileNames.Length).Items.And.All.EndsWith(".partial")));
        ShopGenerator.Generate(Shop.Options(), folder.Path, reports, CancellationToken.None);
        Assert.That(Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName), Is.EquivalentTo(FileNames));
    }

    [Test]
    public void Generator_leaves_nothing_when_cancelled()
    {
        using var folder = new TempFolder();
        using var source = new CancellationTokenSource();
        var reports = new Reports(_ => source.Cancel());
        Assert.That(
            () => ShopGenerator.Generate(Shop.Options(), folder.Path, reports, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void Generator_replaces_its_files_and_leaves_others_alone()
    {
        using TempFolder folder = Generate(Shop.Options(seed: 1));
        File.WriteAllText(folder.File("notes.txt"), "mine");
        File.WriteAllText(folder.File(".interactions.csv.partial"), "left by a killed generator");
        ShopGenerator.Generate(Shop.Options(seed: 2), folder.Path, new Reports(), CancellationToken.None);
        Assert.That(
            Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName), Is.EquivalentTo(FileNames.Append("notes.txt")));
        Assert.That(File.ReadLines(folder.File("interactions.csv")).Count(), Is.EqualTo(501));
    }

    [Test]
    public void Generator_into_a_file_is_an_io_error()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("taken"), "");
        Assert.That(
            () => ShopGenerator.Generate(Shop.Options(), folder.File("taken"), new Reports(), CancellationToken.None),
            Throws.InstanceOf<IOException>());
    }

    [TestCase(0, 1, 1, 1, "users must be between 1 and 10,000,000, but is 0.")]
    [TestCase(1, -5, 1, 1, "items must be between 1 and 5,000,000, but is -5.")]
    [TestCase(1, 1, 0, 1, "interactions must be between 1 and 10,000,000,000, but is 0.")]
    [TestCase(1, 1, 1, 3651, "days must be between 1 and 3,650, but is 3,651.")]
    public void Options_out_of_range_say_what_is_allowed(int users, int items, long interactions, int days, string message) =>
        Assert.That(
            () => Shop.Options(users, items, interactions, days: days),
            Throws.InstanceOf<ArgumentException>().With.Message.EqualTo(message));

    [Test]
    public void Options_first_day_out_of_range_says_what_is_allowed() =>
        Assert.That(
            () => Shop.Options() with { FirstDay = new DateOnly(1969, 12, 31) },
            Throws.InstanceOf<ArgumentException>().With.Message
                .EqualTo("first-day must be between 1970-01-01 and 2199-12-31, but is 1969-12-31."));

    private static TempFolder Generate(ShopOptions options)
    {
        var folder = new TempFolder();
        ShopGenerator.Generate(options, folder.Path, new Reports(), CancellationToken.None);
        return folder;
    }
}
