using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Tests.Sar;

public class FillTests
{
    private const string Lines = TeaShop.Lines + "dan,lamp,1,2024-01-31\n";

    private TeaShop shop = null!;

    [SetUp]
    public void Open() => shop = new TeaShop();

    [TearDown]
    public void Close() => shop.Dispose();

    // Cups, kettle and teapot have two users each, the lamp has one, who has nothing else.
    [Test]
    public void Popular_items_come_behind_the_list_without_a_score() => Assert.That(Run("--fill", "popular"), Is.EqualTo(new[]
    {
        "ann,1,cups,1.3333333333333333", "ann,2,teapot,1.3333333333333333", "ann,3,lamp,",
        "bob,1,lamp,",
        "dan,1,cups,", "dan,2,kettle,", "dan,3,teapot,",
        "eve,1,kettle,1", "eve,2,lamp,",
    }));

    [Test]
    public void Zero_scores_come_by_item() => Assert.That(Run("--fill", "zero"), Is.EqualTo(new[]
    {
        "ann,1,cups,1.3333333333333333", "ann,2,teapot,1.3333333333333333", "ann,3,lamp,0",
        "bob,1,lamp,0",
        "dan,1,cups,0", "dan,2,kettle,0", "dan,3,teapot,0",
        "eve,1,kettle,1", "eve,2,lamp,0",
    }));

    [Test]
    public void None_is_the_default() => Assert.That(Run("--fill", "none"), Is.EqualTo(Run()).And.Length.EqualTo(3));

    [Test]
    public void Lists_are_no_longer_than_asked() => Assert.That(
        Run("--fill", "popular", "--top-k", "1"), Is.EqualTo(new[] { "ann,1,cups,1.3333333333333333", "bob,1,lamp,", "dan,1,cups,", "eve,1,kettle,1" }));

    [Test]
    public void Seen_items_fill_only_where_they_may_be_listed() => Assert.That(
        Run("--fill", "popular", "--include-seen", "--users", shop.Folder.Write("users.csv", "user\ndan\nann\n")),
        Is.EqualTo(new[]
        {
            "dan,1,lamp,1", "dan,2,cups,", "dan,3,kettle,", "dan,4,teapot,",
            "ann,1,kettle,4", "ann,2,cups,1.3333333333333333", "ann,3,teapot,1.3333333333333333", "ann,4,lamp,",
        }));

    [TestCase("popular", "")]
    [TestCase("zero", "0")]
    public void Lists_for_seeds_are_filled_too(string fill, string score) => Assert.That(
        Run("--fill", fill, "--seeds", shop.Folder.Write("seeds.csv", "seed_set,item\nold,kettle\nodd,lamp\n")), Is.EqualTo(new[]
        {
            "old,1,cups,0.3333333333333333", "old,2,teapot,0.3333333333333333", $"old,3,lamp,{score}",
            $"odd,1,cups,{score}", $"odd,2,kettle,{score}", $"odd,3,teapot,{score}",
        }));

    [Test]
    public void In_parquet_no_score_is_null()
    {
        string file = shop.Folder.File("filled.parquet");
        SarTool.MustRun("--interactions", shop.Folder.Write("shop.csv", Lines), "--user", "user", "--item", "item", "--no-decay", "--fill", "popular", "--output", file);
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        DuckDbRow counts = database.Query("SELECT count(*), count(score), count(CASE WHEN score > 0 THEN 1 END) FROM read_parquet(?)", file)[0];
        Assert.That($"{counts[0]} {counts[1]} {counts[2]}", Is.EqualTo("9 3 3"));
    }

    /// <summary>Also where scores are below 0, which fillers of score 0 would stand before.</summary>
    [Test]
    public void Popular_items_change_nothing_in_the_list_before_them()
    {
        const int users = 80, items = 60, k = 50;
        var random = new Random(20261120);
        (int User, int Item)[] events = [.. Enumerable.Range(0, 400).Select(_ => (random.Next(users), (int)(items * Math.Pow(random.NextDouble(), 2))))];
        string file = shop.Folder.Write("shop.csv", "user,item,rating,time\n" + string.Concat(events.Select(e => $"u{e.User:00},i{e.Item:00},1,2024-01-01\n")));
        string[] Lists(params IEnumerable<string> fill)
        {
            SarTool.MustRun(shop.ForFile(file, ["--similarity", "mutual", "--top-k", $"{k}", .. fill]));
            return File.ReadAllLines(shop.Output)[1..];
        }

        string[] plain = Lists(), filled = Lists("--fill", "popular");
        Assert.That(plain, Has.Some.Contains(",-"), "Scores below 0 are what this is about.");
        Assert.That(filled.Where(line => !line.EndsWith(',')), Is.EqualTo(plain));
        SarTool.MustRun(shop.ForFile(file, "--popular", $"{items}"));
        string[] popular = [.. SarTool.Read(shop.Output).Select(row => row["item"])];
        var seen = events.Select(e => ($"u{e.User:00}", $"i{e.Item:00}")).ToHashSet();
        foreach (IGrouping<string, string[]> list in filled.Select(line => line.Split(',')).GroupBy(fields => fields[0]))
        {
            string[] listed = [.. list.Where(fields => fields[3] != "").Select(fields => fields[2])];
            Assert.That(list.Select(fields => fields[1]), Is.EqualTo(Enumerable.Range(1, list.Count()).Select(rank => $"{rank}")));
            Assert.That(
                list.Skip(listed.Length).Select(fields => fields[2]),
                Is.EqualTo(popular.Except(listed).Where(item => !seen.Contains((list.Key, item))).Take(k - listed.Length)), list.Key);
        }
    }

    private string[] Run(params IEnumerable<string> options)
    {
        SarTool.MustRun(shop.ForFile(shop.Folder.Write("shop.csv", Lines), options));
        return File.ReadAllLines(shop.Output)[1..];
    }
}
