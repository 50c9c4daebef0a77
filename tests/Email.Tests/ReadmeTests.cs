using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

public partial class ReadmeTests
{
    private readonly Readme readme = new(Stages.Email);

    [Test]
    public void Readme_lists_every_option_with_its_default() => readme.MustListTheOptions();

    /// <summary>Two runs before, as there; the numbers of the rows tell the same.</summary>
    [Test]
    public void Readme_shows_what_an_erasure_says()
    {
        using var mailing = new Mailing();
        var nights = new Nights(mailing, "shop");
        nights.Run("night-2", "ann,ann@example.com,yes\n");
        nights.Run("night-3", "ann,ann@example.com,yes\n");

        string[] rows = Rows(nights.Erase("ann").Output), shown = Rows(readme.BlockAfter("    customer u000001"));

        Assert.That((rows.Length, shown.Length), Is.EqualTo((5, 5)));
        // A long name of a folder leaves less room for the words.
        foreach ((string row, string there) in rows.Zip(shown))
            Assert.That(there, Does.StartWith(row));
    }

    /// <summary>The rows of four columns in a text, without the column of places.</summary>
    private static string[] Rows(string text) =>
        [.. text.Split('\n').Select(line => Gaps().Split(line.Trim())).Where(cells => cells.Length == 4).Select(cells => $"{cells[0]}|{cells[2]}|{cells[3]}")];

    [GeneratedRegex(" {2,}")]
    private static partial Regex Gaps();
}
