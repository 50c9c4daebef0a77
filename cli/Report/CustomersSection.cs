using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Report;

/// <summary>Some customers: what they bought, what they get and why. By the shop's ids; no address is known here.</summary>
internal static class CustomersSection
{
    private const int Bought = 5, Shown = 10, Open = 5, Colours = 8, MostPictureCharacters = 60_000;

    /// <summary>Pictures that lie in the catalogue itself: any other one would have to be fetched.</summary>
    private static readonly string[] Pictures = ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,", "data:image/gif;base64,"];

    private const string Product = "coalesce(i.name, c.name, x.item_id), coalesce(i.category, c.category), coalesce(i.image_url, c.image_url)";

    /// <summary>The section; null where nobody has a list, or none is wanted.</summary>
    /// <param name="run">The run.</param>
    /// <param name="customers">How many.</param>
    public static Section? Of(RunSource run, int customers)
    {
        if (customers == 0 || !run.Has("verdicts", "segments", "lists", "interactions", "items", "catalogue"))
            return null;
        // Customers of every segment in turn, in an order that nobody chose and that the next report of the run has, too.
        run.Keep(
            "sample",
            $"""
            SELECT user_id, segment, verdict, row_number() OVER (PARTITION BY segment ORDER BY sha256(user_id)) AS place
            FROM verdicts JOIN segments USING (user_id) WHERE list_length > 0 ORDER BY place, segment LIMIT {customers}
            """);
        // One pass over the large tables for all of them.
        run.Keep("own", "SELECT * FROM interactions WHERE user_id IN (SELECT user_id FROM sample)");
        run.Keep("own_lists", "SELECT * FROM lists WHERE user_id IN (SELECT user_id FROM sample)");
        Dictionary<string, int> colours = run.Query("SELECT DISTINCT category FROM catalogue WHERE category IS NOT NULL ORDER BY 1").Select(row => row.GetString(0)).Index()
            .ToDictionary(category => category.Item, category => category.Index % Colours);
        IReadOnlyList<DuckDbRow> sample = run.Query("SELECT user_id, segment, verdict FROM sample ORDER BY place, segment");
        return sample.Count == 0 ? null : new Section("customers", "Some customers", Html.Of(
            $"""
            <p>{sample.Count} customers of all segments, drawn by a hash of their id. They go by the shop's own ids; this page holds no name and no address. It does say what
            these customers bought: treat it as you treat the shop's orders.</p>
            <div class="customers">{sample.Select(row => Card(run, colours, row.GetString(0), row.GetString(1), row.GetString(2)))}</div>
            """));
    }

    private static Html Card(RunSource run, Dictionary<string, int> colours, string user, string segment, string verdict) => Html.Of(
        $"""
        <article class="customer"><h3>{user} <span class="chip">{segment}</span> <span class="chip">{Mail(run, user, verdict)}</span></h3>
        <h4>Bought last</h4><ul class="bought">{Purchases(run, colours, user)}</ul>
        <h4>Gets</h4>{Gets(run, colours, user)}</article>

        """);

    private static string Mail(RunSource run, string user, string verdict)
    {
        if (run.Has("recipients") && run.Query("SELECT send, reason FROM recipients WHERE user_id = ?", user) is [DuckDbRow row])
            return row.GetBoolean(0) ? "may be mailed" : $"not mailed: {Words.Plain(row.GetString(1))}";
        return verdict == Verdicts.Send ? "list is worth a mail" : Words.Plain(verdict);
    }

    private static Html Purchases(RunSource run, Dictionary<string, int> colours, string user)
    {
        IReadOnlyList<DuckDbRow> rows = run.Query(
            $"""
            SELECT {Product}, max(x.time), x.item_id FROM own x LEFT JOIN items i USING (item_id) LEFT JOIN catalogue c USING (item_id)
            WHERE x.user_id = ? AND x.event = '{Events.Purchase}' GROUP BY ALL ORDER BY 4 DESC, 5 LIMIT {Bought}
            """, user);
        return rows.Count == 0
            ? Html.Of($"<li class=\"product\"><small>nothing yet</small></li>")
            : Html.Join(rows.Select(row => Line(row, colours, Words.Day(row.GetDateTime(3)))));
    }

    private static Html Gets(RunSource run, Dictionary<string, int> colours, string user)
    {
        Html[] lines = [.. Offers(run, user).Select(row => Line(row, colours, Why(row)))];
        return lines.Length <= Open
            ? Html.Of($"<ol>{lines}</ol>")
            : Html.Of($"<ol>{lines[..Open]}</ol><details><summary>{lines.Length - Open} more</summary><ol start=\"{Open + 1}\">{lines[Open..]}</ol></details>");
    }

    private static IReadOnlyList<DuckDbRow> Offers(RunSource run, string user) => run.Query(
        $"""
        SELECT {Product}, x.rank, x.source, coalesce(b.name, d.name, x.because_item_id), x.segment,
               EXISTS (FROM own o WHERE o.user_id = x.user_id AND o.item_id = x.because_item_id AND o.event = '{Events.Purchase}')
        FROM own_lists x LEFT JOIN items i USING (item_id) LEFT JOIN catalogue c USING (item_id)
        LEFT JOIN items b ON b.item_id = x.because_item_id LEFT JOIN catalogue d ON d.item_id = x.because_item_id
        WHERE x.user_id = ? ORDER BY x.rank LIMIT {Shown}
        """, user);

    private static string Why(DuckDbRow row) => row.IsNull(5) ? ListsSection.Explain(row.GetString(4)) : $"because of {(row.GetBoolean(7) ? "buying" : "looking at")} {row.GetString(5)}";

    private static Html Line(DuckDbRow row, Dictionary<string, int> colours, string remark)
    {
        string name = row.GetString(0);
        return Html.Of($"<li class=\"product\">{Picture(name, row[1] is string category ? colours.GetValueOrDefault(category) : 0, (string?)row[2])}<span>{name}<small>{remark}</small></span></li>\n");
    }

    /// <summary>The picture where the catalogue holds it, else the first letters on the colour of the category.</summary>
    private static Html Picture(string name, int colour, string? image)
    {
        if (image is { Length: <= MostPictureCharacters } && Pictures.Any(kind => image.StartsWith(kind, StringComparison.Ordinal)))
            return Html.Of($"<img class=\"picture\" src=\"{image}\" alt=\"\">");
        string letters = string.Concat(name.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => char.IsLetterOrDigit(word[0])).Take(2).Select(word => char.ToUpperInvariant(word[0])));
        return Html.Of($"<span class=\"picture p{colour}\" aria-hidden=\"true\">{letters}</span>");
    }
}
