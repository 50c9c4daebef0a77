using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Cli.Report;

/// <summary>A part of a report.</summary>
/// <param name="Id">Its anchor, and in the contents its name.</param>
/// <param name="Title">Its headline.</param>
/// <param name="Body">What it says.</param>
internal sealed record Section(string Id, string Title, Html Body)
{
    /// <summary>Its name in the contents.</summary>
    public string Short => char.ToUpperInvariant(Id[0]) + Id[1..];
}

/// <summary>A figure at the head of a report.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Name">What it is.</param>
/// <param name="Remark">What else there is to say; null for nothing.</param>
internal sealed record Tile(string Value, string Name, string? Remark = null);

/// <summary>
/// A report as one file that needs nothing else: style, script and charts are in it, and its policy lets a browser load nothing and run no other
/// script than these.
/// </summary>
internal static class Page
{
    private static readonly string Style = Resource("report.css"), Library = Resource("chart.js"), Script = Resource("report.js");

    /// <summary>The page.</summary>
    /// <param name="title">Its name.</param>
    /// <param name="lead">What stands below it.</param>
    /// <param name="tiles">The figures at the head.</param>
    /// <param name="sections">What follows.</param>
    public static byte[] ToBytes(string title, Html lead, IEnumerable<Tile> tiles, IReadOnlyList<Section> sections) => Encoding.UTF8.GetBytes(Html.Of(
        $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src {HashOf(Style)}; script-src {HashOf(Library)} {HashOf(Script)}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="data:,">
        <title>{title}</title>
        <style>{Html.Own(Style)}</style>
        </head>
        <body>
        <a class="skip" href="#content">To the content</a>
        <header><div class="wide"><h1>{title}</h1>{lead}
        <dl class="tiles">{tiles.Select(OfTile)}</dl></div></header>
        <nav aria-label="Contents"><div class="wide"><ul>{sections.Select(section => Html.Of($"<li><a href=\"#{section.Id}\">{section.Short}</a></li>"))}</ul></div></nav>
        <main id="content" class="wide">
        <noscript><p class="note">Charts need JavaScript; every number is in the tables.</p></noscript>
        {sections.Select(OfSection)}</main>
        <footer class="wide"><p>Made by <code>pipeline</code>. Charts: Chart.js, MIT licence. This file loads nothing from anywhere.</p></footer>
        <script>{Html.Own(Library)}</script>
        <script>{Html.Own(Script)}</script>
        </body>
        </html>

        """).ToString());

    private static Html OfTile(Tile tile) => Html.Of(
        $"<div><dt>{tile.Name}{(tile.Remark is null ? Html.Empty : Html.Of($" <small>{tile.Remark}</small>"))}</dt><dd>{tile.Value}</dd></div>\n");

    private static Html OfSection(Section section) => Html.Of(
        $"<section id=\"{section.Id}\" aria-labelledby=\"{section.Id}-title\"><h2 id=\"{section.Id}-title\">{section.Title}</h2>\n{section.Body}</section>\n");

    private static Html HashOf(string content) => Html.Own($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'");

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(Page).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        // A browser reads line ends so before it hashes. The library's last line names a file that a debugger would look for.
        return string.Join('\n', reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n').Where(line => !line.StartsWith("//# sourceMappingURL", StringComparison.Ordinal)));
    }
}
