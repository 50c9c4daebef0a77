using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Evaluation;
using Pipeline.Hosting;

namespace Pipeline.Cli.Evaluate;

/// <summary>Figures and what there is to say about them.</summary>
/// <param name="Figures">The figures.</param>
/// <param name="Notes">What is odd about the input, a sentence each.</param>
internal sealed record FigureReport(IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes)
{
    /// <summary>Wide enough for four lengths, or for models with their settings.</summary>
    internal const int TableWidth = 160;

    /// <summary>The header above <see cref="CsvLine"/>.</summary>
    internal const string CsvHeader = "metric,k,group,value,low,high,users";

    private static readonly string[] OfGroups =
        [MetricNames.Precision, MetricNames.Recall, MetricNames.MapAtK, MetricNames.Ndcg, MetricNames.HitRate, MetricNames.CatalogCoverage, MetricNames.Novelty];

    /// <summary>Writes them. Notes stand in the JSON, and else on stderr.</summary>
    public async Task WriteAsync(FigureFormat format, TextWriter output)
    {
        if (format == FigureFormat.Json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(this, FigureReportJson.Default.FigureReport));
            return;
        }
        foreach (string note in Notes)
            await Console.Error.WriteLineAsync(note);
        if (format == FigureFormat.Csv)
            await WriteCsvAsync(output);
        else
            await WriteTablesAsync(output);
    }

    private async Task WriteCsvAsync(TextWriter output)
    {
        await output.WriteLineAsync(CsvHeader);
        foreach (Figure figure in Figures)
            await output.WriteLineAsync(CsvLine(figure));
    }

    private async Task WriteTablesAsync(TextWriter output)
    {
        int[] ks = [.. Figures.Select(f => f.K).Distinct()];
        var all = new ConsoleTable().Words("figure");
        bool hasIntervals = Figures.Any(f => f.Low is not null);
        foreach (int k in ks)
            _ = hasIntervals ? all.Numbers($"at {k}").Words("interval") : all.Numbers($"at {k}");
        foreach (IGrouping<string, Figure> metric in Figures.Where(f => f.Group == Figure.All).GroupBy(f => f.Metric))
            all.Row([metric.Key, .. ks.SelectMany(k => Cells(metric.Single(f => f.K == k), hasIntervals))]);
        await output.WriteLineAsync(all.ToString(TableWidth));

        int longest = ks.Max();
        Figure[] grouped = [.. Figures.Where(f => f.Group != Figure.All && f.K == longest)];
        await WriteGroupsAsync(output, longest, OfGroups, grouped);
        await WriteGroupsAsync(output, longest, [MetricNames.ListShare, MetricNames.PooledRecall], grouped);
    }

    private static async Task WriteGroupsAsync(TextWriter output, int k, string[] metrics, Figure[] grouped)
    {
        Figure[] shown = [.. grouped.Where(f => metrics.Contains(f.Metric))];
        if (shown.Length == 0)
            return;
        var table = new ConsoleTable().Words($"group, at {k}").Numbers("users");
        foreach (string metric in metrics)
            table.Numbers(metric);
        foreach (IGrouping<string, Figure> group in shown.GroupBy(f => f.Group))
            table.Row([group.Key, $"{group.First().Users:N0}", .. metrics.Select(m => Text(group.First(f => f.Metric == m).Value))]);
        await output.WriteLineAsync("\n" + table.ToString(TableWidth));
    }

    private static string[] Cells(Figure figure, bool withInterval) => withInterval ? [Text(figure.Value), Interval(figure)] : [Text(figure.Value)];

    /// <summary>A figure for people; a dash where it is not defined.</summary>
    internal static string Text(double? value) => value is { } v ? v.ToString("0.0000", CultureInfo.InvariantCulture) : "-";

    private static string Interval(Figure figure) => figure.Low is null ? "" : $"{Text(figure.Low)}..{Text(figure.High)}";

    /// <summary>A figure as a line of CSV.</summary>
    internal static string CsvLine(Figure f) => string.Create(
        CultureInfo.InvariantCulture, $"{f.Metric},{f.K},{Quoted(f.Group)},{f.Value:R},{f.Low:R},{f.High:R},{f.Users}");

    /// <summary>A text as a field of CSV.</summary>
    internal static string Quoted(string text) =>
        text.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FigureReport))]
internal sealed partial class FigureReportJson : JsonSerializerContext;
