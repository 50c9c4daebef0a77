using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Report;

/// <summary>What is different from an earlier run.</summary>
internal static class ChangeSection
{
    private const int MostMoves = 12;

    /// <summary>The section.</summary>
    /// <param name="run">The run.</param>
    /// <param name="before">The earlier one; null where none was named, or it cannot be read.</param>
    /// <param name="why">Why it cannot be read.</param>
    public static Section Of(RunSource run, RunSource? before, string? why)
    {
        if (why is not null)
            return new Section("changes", "What changed", Html.Of($"<p>The earlier run cannot be compared: {why}</p>"));
        if (before is null)
            return new Section("changes", "What changed", Html.Of($"<p>No earlier run was named: <code>pipeline report --run FOLDER --compare-with RUN</code>, or <code>--compare-with</code> of <code>pipeline run</code>.</p>"));
        return new Section("changes", "What changed", Html.Of(
            $"""
            <p>Against the run <code>{before.Name}</code>.</p>
            {Figures(run, before)}{Overlap(run, before)}{Moves(run, before)}
            """));
    }

    private static Html Figures(RunSource run, RunSource before)
    {
        var table = new DataTable("Figures before and now", "figure", "#before", "#now", "#change", "#in per cent");
        foreach ((string name, long? then, long? now) in Names.Select(n => (n.Says, before.Counter(n.Stage, n.Counter), run.Counter(n.Stage, n.Counter))))
        {
            if (then is not { } old || now is not { } current)
                continue;
            long change = current - old;
            string sign = change > 0 ? "+" : "";
            table.Row(name, Words.Count(old), Words.Count(current), sign + Words.Count(change), old == 0 ? "–" : sign + Words.Share(change, old));
        }
        return table.ToHtml();
    }

    private static readonly (string Says, StageContract Stage, string Counter)[] Names =
    [
        ("lines in the files", Stages.Load, "rows_in"), ("interactions read", Stages.Load, "rows_kept"), ("lines rejected", Stages.Load, "rejected"),
        ("products in the catalogue", Stages.Load, "catalogue_kept"), ("interactions learned from", Stages.Transform, "rows_kept"), ("customers to learn from", Stages.Transform, "users"),
        ("products to learn from", Stages.Transform, "items"), ("customers with a list", Stages.Train, "rows_kept"), ("recommendations", Stages.Train, "recommendations"),
        ("of them fallback", Stages.Train, "recommendations_fallback"), ("lists worth a mail", Stages.Train, "verdict_send"), ("may be mailed", Stages.Email, "rows_kept"),
    ];

    /// <summary>How many of the places of then a customer's list of now still has.</summary>
    private static Html Overlap(RunSource run, RunSource before)
    {
        if (!run.Has("lists") || !before.Has("lists"))
            return Html.Empty;
        run.Borrow(before, "lists");
        IReadOnlyList<DuckDbRow> rows = run.Query(
            """
            WITH old AS (SELECT user_id, count(*) AS places FROM before_lists GROUP BY 1),
                 kept AS (SELECT user_id, count(*) AS kept FROM lists JOIN before_lists USING (user_id, item_id) GROUP BY 1)
            SELECT coalesce(kept, 0), places, count(*)
            FROM old LEFT JOIN kept USING (user_id) WHERE user_id IN (SELECT user_id FROM lists) GROUP BY 1, 2 ORDER BY 1, 2
            """);
        long customers = rows.Sum(row => row.GetInt64(2));
        if (customers == 0)
            return Html.Of($"<p>No customer has a list in both runs.</p>");
        double?[] counts = [.. Enumerable.Range(0, 11).Select(tenth => (double?)rows.Where(row => 10 * row.GetInt64(0) / row.GetInt64(1) == tenth).Sum(row => row.GetInt64(2)))];
        string[] labels = [.. Enumerable.Range(0, 11).Select(tenth => tenth == 10 ? "all" : tenth == 0 ? "below 10%" : $"{10 * tenth}%")];
        var table = new DataTable("Customers by the share of the earlier list that is in the new one", "share of the list", "#customers");
        for (int tenth = 0; tenth < counts.Length; tenth++)
            table.Row(labels[tenth], Words.Count((long)counts[tenth]!));
        double mean = rows.Sum(row => row.GetInt64(2) * row.GetDouble(0) / row.GetDouble(1)) / customers;
        return new Chart(ChartKind.Columns, "How much of each list stayed", labels, new ChartSeries("customers", counts))
            .ToHtml($"{Words.Count(customers)} customers have a list in both runs; on average {Words.Share(mean)} of the earlier one is in the new one.", table);
    }

    private static Html Moves(RunSource run, RunSource before)
    {
        if (!run.Has("segments") || !before.Has("segments"))
            return Html.Empty;
        run.Borrow(before, "segments");
        // The segments of few customers are one in each run already; a move of few is as telling.
        long least = long.TryParse(run.Manifest(Stages.Train)?.Options.GetValueOrDefault("min-group"), out long group) ? group : 1;
        IReadOnlyList<DuckDbRow> rows = run.Query(
            $"""
            SELECT b.segment, s.segment, count(*) FROM segments s JOIN before_segments b USING (user_id) WHERE b.segment <> s.segment
            GROUP BY 1, 2 HAVING count(*) >= {least} ORDER BY 3 DESC, 1, 2 LIMIT {MostMoves}
            """);
        if (rows.Count == 0)
            return Html.Empty;
        var table = new DataTable("Customers who changed their segment", "from", "to", "#customers");
        foreach (DuckDbRow row in rows)
            table.Row(row.GetString(0), row.GetString(1), Words.Count(row.GetInt64(2)));
        return Html.Of($"<h3>Customers who changed their segment</h3>{table.ToHtml()}");
    }
}
