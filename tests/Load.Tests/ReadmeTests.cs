using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Load.Tests;

public class ReadmeTests
{
    private readonly Readme readme = new(Stages.Load);

    [Test]
    public void Readme_shows_what_its_example_does()
    {
        string shown = readme.BlockAfter("accounts for every line");
        using LoadRun load = LoadRun.Of(readme.BlockAfter("with `shop.csv`"), readme.BlockAfter("and `products.csv`"), ["--exclude-items", "^POST$", "--max-rejects", "1"]);

        foreach (string line in new[]
        {
            "catalogue: 3 products kept, 0 lines rejected", "profile: 4 interactions of 3 users with 2 items, 2026-05-01 to 2026-05-03",
            "not worth running: 4 interactions and 0 users with two purchases, where at least 1,000 and 25 are needed; what comes out is chance",
            "6 rows in, 4 kept, 1 excluded item, 1 invalid time;",
        })
        {
            Assert.That(shown, Does.Contain(line));
            Assert.That(load.Result.Output, Does.Contain(line));
        }
        foreach (string table in load.Tables())
            Assert.That(shown, Does.Contain(table));
    }

    [Test]
    public void Readme_shows_what_is_refused()
    {
        string refused = readme.BlockAfter("the first line of each:").Trim();
        using LoadRun load = LoadRun.Try(readme.BlockAfter("with `shop.csv`"), "--exclude-items", "^POST$", "--max-rejects", "5%");

        Assert.That(load.Result.Error, Does.EndWith(refused["load: 'shop.csv'".Length..] + "\n"));
    }

    [Test]
    public void Readme_shows_what_has_drifted()
    {
        string shown = readme.BlockAfter("## Is it like last night's?"), shop = readme.BlockAfter("with `shop.csv`");
        string half = string.Join('\n', shop.Split('\n').Take(5)) + "\n";
        using LoadRun before = LoadRun.Of(shop, "--exclude-items", "^POST$");
        using LoadRun next = LoadRun.Try(half, "--exclude-items", "^POST$", "--compare-with", before.Location);

        Assert.That(next.Result.ExitCode, Is.EqualTo(3));
        foreach (string row in next.Tables()[^1].Split('\n').Skip(2))
            Assert.That(Squeezed(shown), Does.Contain(Squeezed(row)));
        Assert.That(shown, Does.Contain(next.Result.Error[next.Result.Error.IndexOf(": users ", StringComparison.Ordinal)..].Trim()));

        static string Squeezed(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Test]
    public void Readme_lists_every_option_with_its_default() => readme.MustListTheOptions();
}
