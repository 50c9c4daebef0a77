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
        using LoadRun load = LoadRun.Of(readme.BlockAfter("with `shop.csv`"), readme.BlockAfter("and `products.csv`"), ["--exclude-items", "^POST$"]);

        foreach (string line in new[] { "catalogue: 3 products kept, 0 lines rejected", "6 rows in, 4 kept, 1 excluded item, 1 invalid time;" })
        {
            Assert.That(shown, Does.Contain(line));
            Assert.That(load.Result.Output, Does.Contain(line));
        }
    }

    [Test]
    public void Readme_lists_every_option_with_its_default() => readme.MustListTheOptions();
}
