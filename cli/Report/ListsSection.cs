using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Report;

/// <summary>Where the recommendations come from, which products are in them, and how the scores lie.</summary>
internal static class ListsSection
{
    private const int ScoreBins = 24, FineBins = 4096, TopProducts = 10;

    /// <summary>Of the scores the chart shows so many in bins of equal width; the last bin holds the rest.</summary>
    private const double ShownShare = 0.99;

    private static readonly (string Source, string Says)[] All =
    [
        (Sources.SarSegment, "own history, by the model of the customer's group"),
        (Sources.Sar, "own history, by the model of all customers"),
        (Sources.PopularSegment, "popular in the customer's segment"),
        (Sources.PopularCategory, "popular in the category the customer likes best"),
        (Sources.Popular, "popular with everybody"),
        (Sources.NewArrival, "new in the shop"),
        (Sources.Pinned, "given a place by the rules"),
    ];

    /// <summary>What a source is, in words.</summary>
    public static string Explain(string source) => All.FirstOrDefault(known => known.Source == source).Says ?? source;

    /// <summary>Where the rows come from; null where train has not finished, or nobody has a list.</summary>
    public static Section? OfSources(RunSource run)
    {
        if (!run.Has("lists"))
            return null;
        IReadOnlyList<DuckDbRow> rows = run.Query(
            "SELECT source, segment, count(*), count(because_item_id) FROM lists GROUP BY 1, 2 ORDER BY 1, 2");
        if (rows.Count == 0)
            return null;
        string[] sources = [.. All.Select(known => known.Source).Where(source => rows.Any(row => row.GetString(0) == source))];
        (string Segment, long Rows)[] segments =
            [.. rows.GroupBy(row => row.GetString(1)).Select(g => (g.Key, g.Sum(row => row.GetInt64(2)))).OrderByDescending(s => s.Item2).ThenBy(s => s.Key, StringComparer.Ordinal)];
        long all = rows.Sum(row => row.GetInt64(2)), named = rows.Sum(row => row.GetInt64(3));
        Dictionary<(string, string), long> counts = rows.ToDictionary(row => (row.GetString(0), row.GetString(1)), row => row.GetInt64(2));

        var table = new DataTable("Recommendations by source", "source", "what it is", "#recommendations", "#share", "#with a reason named");
        foreach (string source in sources)
        {
            long some = rows.Where(row => row.GetString(0) == source).Sum(row => row.GetInt64(2));
            table.Row(source, Explain(source), Words.Count(some), Words.Share(some, all), Words.Share(rows.Where(row => row.GetString(0) == source).Sum(row => row.GetInt64(3)), some));
        }
        var numbers = new DataTable("Share of the sources, by segment", ["segment", "#recommendations", .. sources.Select(source => "#" + source)]);
        foreach ((string segment, long some) in segments)
            numbers.Row([segment, Words.Count(some), .. sources.Select(source => Words.Share(counts.GetValueOrDefault((source, segment)), some))]);
        Html chart = new Chart(
            ChartKind.Bars, "Sources by segment", [.. segments.Select(s => s.Segment)],
            [.. sources.Select(source => new ChartSeries(source, [.. segments.Select(s => (double?)counts.GetValueOrDefault((source, s.Segment)) / s.Rows)]))])
        { IsStacked = true, IsShare = true }
            .ToHtml("Whom the models know well, and for whom something popular or new stands in.", numbers);
        return new Section("sources", "Where recommendations come from", Html.Of(
            $"""
            <p>{Words.Count(named)} of {Words.Count(all)} recommendations ({Words.Share(named, all)}) name the own product that speaks most for them.</p>
            {table.ToHtml()}{chart}
            """));
    }

    /// <summary>How much of the catalogue is in the lists; null where train has not finished.</summary>
    /// <param name="run">The run.</param>
    /// <param name="offered">Products that could have been in a list; null where nobody counted them.</param>
    public static Section? OfCoverage(RunSource run, long? offered)
    {
        if (!run.Has("lists", "items", "catalogue"))
            return null;
        IReadOnlyList<DuckDbRow> tenths = run.Query(
            """
            WITH counts AS (SELECT item_id, count(*) AS places FROM lists GROUP BY 1),
                 ranked AS (SELECT item_id, users, interactions, ntile(10) OVER (ORDER BY users DESC, interactions DESC, item_id) AS tenth FROM items)
            SELECT tenth, count(*), sum(users), coalesce(sum(places), 0), count(places) FROM ranked LEFT JOIN counts USING (item_id) GROUP BY 1 ORDER BY 1
            """);
        if (tenths.Count == 0)
            return null;
        double pairs = tenths.Sum(row => row.GetInt64(2)), places = Math.Max(1, tenths.Sum(row => row.GetInt64(3)));
        string[] labels = [.. tenths.Select(row => row.GetInt64(0) switch { 1 => "most", var n when n == tenths.Count => "least", var n => $"{n}" })];
        var table = new DataTable("Recommendations by how popular the products are", "tenth of the products", "#products", "#in a list", "#share of what customers have", "#share of the recommendations");
        foreach ((int at, DuckDbRow row) in tenths.Index())
        {
            table.Row(
                labels[at], Words.Count(row.GetInt64(1)), Words.Share(row.GetInt64(4), row.GetInt64(1)), Words.Share(row.GetInt64(2), pairs), Words.Share(row.GetInt64(3), places));
        }
        Html tail = new Chart(
            ChartKind.Columns, "The long tail", labels,
            new ChartSeries("share of what customers have", [.. tenths.Select(row => (double?)(row.GetInt64(2) / pairs))]),
            new ChartSeries("share of the recommendations", [.. tenths.Select(row => (double?)(row.GetInt64(3) / places))]))
        { IsShare = true }
            .ToHtml("Products in tenths, from the most to the least popular. Longer second bars on the right bring the tail to light.", table);
        DuckDbRow known = run.Query("SELECT count(*), count(*) FILTER (item_id IN (SELECT item_id FROM lists)), (SELECT count(DISTINCT item_id) FROM lists) FROM items")[0];
        long listed = known.GetInt64(2), without = listed - known.GetInt64(1);
        long all = offered ?? known.GetInt64(0);
        return new Section("coverage", "Coverage and the long tail", Html.Of(
            $"""
            <p>{Words.Count(listed)} of {Words.Count(all)} products that are offered ({Words.Share(listed, all)}) are in somebody's list{(without == 0 ? "" : $", {Words.Count(without)} of them products that nobody had yet")}.</p>
            <div class="pair"><div>{tail}</div><div>{Top(run)}</div></div>
            """));
    }

    /// <summary>How the scores lie; null where no row is of a model.</summary>
    public static Section? OfScores(RunSource run)
    {
        if (!run.Has("lists"))
            return null;
        string ofModels = $"FROM lists WHERE source IN ('{Sources.Sar}', '{Sources.SarSegment}')";
        DuckDbRow ends = run.Query($"SELECT count(*), max(score) {ofModels}")[0];
        if (ends.GetInt64(0) == 0 || ends.GetDouble(1) <= 0)
            return null;
        double highest = ends.GetDouble(1);
        var counts = new long[2, FineBins];
        foreach (DuckDbRow row in run.Query(
            $"SELECT least({FineBins - 1}, CAST(floor(score / ? * {FineBins}) AS INTEGER)), rank = 1, count(*) {ofModels} GROUP BY 1, 2 ORDER BY 1, 2", highest))
            counts[row.GetBoolean(1) ? 0 : 1, Math.Max(0, row.GetInt64(0))] += row.GetInt64(2);

        // As many fine bins to a bar as hold nearly all; the last bar takes what is above.
        long seen = 0;
        int fine = 0;
        while (fine < FineBins && seen < ShownShare * ends.GetInt64(0))
            seen += counts[0, fine] + counts[1, fine++];
        int width = Math.Max(1, (fine + ScoreBins - 1) / ScoreBins), bars = (fine + width - 1) / width;
        var sums = new double?[2][] { new double?[bars], new double?[bars] };
        for (int first = 0; first < 2; first++)
            for (int bin = 0; bin < FineBins; bin++)
                sums[first][Math.Min(bars - 1, bin / width)] = (sums[first][Math.Min(bars - 1, bin / width)] ?? 0) + counts[first, bin];
        string[] labels = [.. Enumerable.Range(0, bars).Select(bar => Words.Number(highest * bar * width / FineBins, "0.###") + (bar == bars - 1 ? " and above" : ""))];
        var table = new DataTable("Scores", "score from", "#first places", "#other places");
        for (int bar = 0; bar < bars; bar++)
            table.Row(labels[bar], Words.Count((long)sums[0][bar]!), Words.Count((long)sums[1][bar]!));
        return new Section("scores", "How the scores lie", new Chart(
            ChartKind.Columns, "Recommendations by score", labels, new ChartSeries("first places", sums[0]), new ChartSeries("other places", sums[1]))
        { IsStacked = true }
            .ToHtml("Rows that come from the own history. A heap at the left end means that little speaks for what is offered.", table));
    }

    private static Html Top(RunSource run)
    {
        var table = new DataTable("The most recommended products", "product", "#in lists", "#customers who have it");
        foreach (DuckDbRow row in run.Query(
            $"""
            WITH counts AS (SELECT item_id, count(*) AS places FROM lists GROUP BY 1)
            SELECT coalesce(i.name, c.name, l.item_id), places, coalesce(users, 0)
            FROM counts l LEFT JOIN items i USING (item_id) LEFT JOIN catalogue c USING (item_id) ORDER BY places DESC, l.item_id LIMIT {TopProducts}
            """))
            table.Row(row.GetString(0), Words.Count(row.GetInt64(1)), Words.Count(row.GetInt64(2)));
        return Html.Of($"<figure><figcaption><h3>The most recommended products</h3><p>As they stand in the lists; how many customers have them already.</p></figcaption>{table.ToHtml()}</figure>");
    }
}
