using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Report;

/// <summary>Who the customers are.</summary>
internal static class SegmentSection
{
    /// <summary>The section; null where train has not finished.</summary>
    public static Section? Of(RunSource run)
    {
        if (!run.Has("segment_summary"))
            return null;
        IReadOnlyList<DuckDbRow> rows = run.Query("SELECT segment, customers, revenue_share, median_recency_days FROM segment_summary");
        if (rows.Count == 0)
            return null;
        double all = rows.Sum(row => row.GetInt64(1));
        var table = new DataTable("Segments", "segment", "#customers", "#share", "#share of revenue", "#median days since purchase");
        foreach (DuckDbRow row in rows)
            table.Row(row.GetString(0), Words.Count(row.GetInt64(1)), Words.Share(row.GetInt64(1), all), Words.Share(row.GetDouble(2)), Words.Number(row.GetDouble(3), "0"));
        Html chart = new Chart(
            ChartKind.Bars, "Customers and revenue by segment", [.. rows.Select(row => row.GetString(0))],
            new ChartSeries("share of the customers", [.. rows.Select(row => (double?)(row.GetInt64(1) / all))]),
            new ChartSeries("share of the revenue", [.. rows.Select(row => (double?)row.GetDouble(2))]))
        { IsShare = true }
            .ToHtml("Where the second bar is the longer one, few customers bring much.", table);
        return new Section("segments", "Segments", Html.Of($"{chart}{Control(run)}"));
    }

    private static Html Control(RunSource run) => run.Counter(Stages.Train, "control_customers") is > 0 and { } control
        ? Html.Of($"<p>{Words.Count(control)} customers are the campaign's control group: they have a list and get no mail, so that it can be told what the mails bring.</p>")
        : Html.Empty;
}
