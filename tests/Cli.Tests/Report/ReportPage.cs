using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Cli.Tests.Report;

/// <summary>A report as a test reads it.</summary>
internal sealed partial class ReportPage(string path)
{
    /// <summary>The file's text.</summary>
    public string Text { get; } = File.ReadAllText(path);

    /// <summary>The text of a section without its tags.</summary>
    public string Section(string id)
    {
        int start = Text.IndexOf($"<section id=\"{id}\"", StringComparison.Ordinal);
        Assert.That(start, Is.Positive, $"There is no section {id}.");
        return Plain(Text[start..Text.IndexOf("</section>", start, StringComparison.Ordinal)]);
    }

    /// <summary>The rows of the table with a caption.</summary>
    public IReadOnlyList<string[]> Table(string caption)
    {
        int start = Text.IndexOf($"<caption>{caption}</caption>", StringComparison.Ordinal);
        Assert.That(start, Is.Positive, $"There is no table '{caption}'.");
        string body = Text[Text.IndexOf("<tbody>", start, StringComparison.Ordinal)..Text.IndexOf("</tbody>", start, StringComparison.Ordinal)];
        return [.. Rows().Matches(body).Select(row => Cells().Matches(row.Groups[1].Value).Select(cell => Plain(cell.Groups[1].Value)).ToArray())];
    }

    /// <summary>The first column of a table to one of its others.</summary>
    public Dictionary<string, long> Counts(string caption, int column) => Table(caption).ToDictionary(row => row[0], row => Number(row[column]));

    /// <summary>What a chart is drawn from.</summary>
    public JsonNode Chart(string title) => Charts.Single(chart => (string)chart["title"]! == title);

    /// <summary>What all charts are drawn from.</summary>
    public IReadOnlyList<JsonNode> Charts => [.. ChartData().Matches(Text).Select(chart => JsonNode.Parse(WebUtility.HtmlDecode(chart.Groups[1].Value))!)];

    /// <summary>The customers that are shown: id, and the names in their list.</summary>
    public IReadOnlyList<(string Id, string[] Gets)> Customers =>
    [
        .. Text.Split("<article class=\"customer\">").Skip(1).Select(card => card[..card.IndexOf("</article>", StringComparison.Ordinal)]).Select(card => (
            Plain(card[(card.IndexOf("<h3>", StringComparison.Ordinal) + 4)..card.IndexOf("<span", StringComparison.Ordinal)]),
            ProductNames().Matches(card[card.IndexOf("<h4>Gets", StringComparison.Ordinal)..]).Select(name => Plain(name.Groups[1].Value)).ToArray())),
    ];

    /// <summary>A count as it is written.</summary>
    public static long Number(string text) => long.Parse(text, NumberStyles.AllowThousands | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static string Plain(string html) => WebUtility.HtmlDecode(Tags().Replace(html, "")).Trim();

    [GeneratedRegex("<tr>(.*?)</tr>", RegexOptions.Singleline)]
    private static partial Regex Rows();

    [GeneratedRegex("<t[hd][^>]*>(.*?)</t[hd]>", RegexOptions.Singleline)]
    private static partial Regex Cells();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex("data-chart=\"([^\"]*)\"")]
    private static partial Regex ChartData();

    [GeneratedRegex("<span>([^<]*)<small>")]
    private static partial Regex ProductNames();
}
