using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Report;

/// <summary>When customers did what.</summary>
internal static class TimeSection
{
    private const int MostEvents = 6;
    private const string Others = "others";

    /// <summary>The section; null where there are no interactions.</summary>
    public static Section? Of(RunSource run)
    {
        if (!run.Has("interactions"))
            return null;
        DuckDbRow span = run.Query("SELECT min(time), max(time), sum(revenue) FROM interactions")[0];
        DateTime first = span.GetDateTime(0), last = span.GetDateTime(1);
        string unit = (last - first).TotalDays switch { <= 92 => "day", <= 800 => "week", _ => "month" };
        IReadOnlyList<DuckDbRow> rows = run.Query(
            $"SELECT CAST(date_trunc('{unit}', time) AS TIMESTAMP), event, count(*), sum(CAST(revenue AS DECIMAL(38, 6))) FROM interactions GROUP BY 1, 2 ORDER BY 1, 2");
        DateTime[] starts = [.. Starts(rows[0].GetDateTime(0), last, unit)];
        string[] labels = [.. starts.Select(start => unit == "month" ? Words.Day(start)[..7] : Words.Day(start))];
        string[] frequent = [.. rows.GroupBy(row => row.GetString(1)).OrderByDescending(g => g.Sum(row => row.GetInt64(2))).ThenBy(g => g.Key, StringComparer.Ordinal).Take(MostEvents).Select(g => g.Key)];
        string[] events = [.. frequent, .. rows.Any(row => !frequent.Contains(row.GetString(1))) ? (string[])[Others] : []];

        Dictionary<(DateTime, string), double> counts = rows.GroupBy(row => (row.GetDateTime(0), frequent.Contains(row.GetString(1)) ? row.GetString(1) : Others))
            .ToDictionary(g => g.Key, g => (double)g.Sum(row => row.GetInt64(2)));
        var table = new DataTable($"Interactions by {unit}", [unit, .. events.Select(e => "#" + e)]);
        foreach ((int at, DateTime start) in starts.Index())
            table.Row([labels[at], .. events.Select(e => Words.Count((long)counts.GetValueOrDefault((start, e))))]);
        Html interactions = new Chart(
            ChartKind.Columns, $"Interactions by {unit}", labels, [.. events.Select(e => new ChartSeries(e, [.. starts.Select(start => (double?)counts.GetValueOrDefault((start, e)))]))])
        { IsStacked = true }
            .ToHtml($"{Words.Day(first)} to {Words.Day(last)}, by what the customers did. The first and the last {unit} may be parts of one.", table);
        return new Section("history", "Interactions over time", Html.Of($"{interactions}{(span.IsNull(2) ? Html.Empty : Revenue(rows, starts, labels, unit))}"));
    }

    private static Html Revenue(IReadOnlyList<DuckDbRow> rows, DateTime[] starts, string[] labels, string unit)
    {
        Dictionary<DateTime, double> sums = rows.GroupBy(row => row.GetDateTime(0)).ToDictionary(g => g.Key, g => g.Sum(row => row.IsNull(3) ? 0 : row.GetDouble(3)));
        var table = new DataTable($"Revenue by {unit}", unit, "#revenue");
        foreach ((int at, DateTime start) in starts.Index())
            table.Row(labels[at], Words.Money(sums.GetValueOrDefault(start)));
        return new Chart(ChartKind.Columns, $"Revenue by {unit}", labels, new ChartSeries("revenue", [.. starts.Select(start => (double?)Math.Round(sums.GetValueOrDefault(start), 2))]))
            .ToHtml("In the shop's currency, returns taken off.", table);
    }

    /// <summary>Every day, week or month of the span, also those in which nothing happened.</summary>
    private static IEnumerable<DateTime> Starts(DateTime first, DateTime last, string unit)
    {
        for (DateTime start = first; start <= last; start = unit switch { "day" => start.AddDays(1), "week" => start.AddDays(7), _ => start.AddMonths(1) })
            yield return start;
    }
}
