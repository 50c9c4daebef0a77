using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Evaluation;
using Pipeline.Hosting;

namespace Pipeline.Cli.Evaluate;

/// <summary>A model that was compared.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Result">Its figures.</param>
/// <param name="FitSeconds">Learning.</param>
/// <param name="RecommendSeconds">Making the lists.</param>
/// <param name="MemoryMb">Most memory beside what was there before, in units of 10^6 bytes.</param>
internal sealed record ComparedModel(string Name, EvaluationResult Result, double FitSeconds, double RecommendSeconds, double MemoryMb);

/// <summary>One comparison of a model with the one that all are compared with.</summary>
/// <param name="Metric">The figure.</param>
/// <param name="K">Length of the lists.</param>
/// <param name="Difference">Mean of the users' differences.</param>
/// <param name="Ratio">The figure over that of the other model; null where that is 0.</param>
/// <param name="PValue">Of the paired t-test; null with fewer than two users.</param>
/// <param name="CorrectedPValue">After Holm's correction for all comparisons of the report.</param>
/// <param name="Stars">What stands beside the figure.</param>
internal sealed record ModelTest(string Metric, int K, double Difference, double? Ratio, double? PValue, double? CorrectedPValue, string Stars);

/// <summary>Models side by side, each compared with one of them.</summary>
internal sealed class ComparisonReport
{
    /// <summary>The figures that are tested and shown with stars.</summary>
    private static readonly string[] Tested = [MetricNames.Ndcg, MetricNames.Precision, MetricNames.Recall, MetricNames.Map];

    /// <summary>The figures that are shown without.</summary>
    private static readonly string[] Shown =
        [MetricNames.HitRate, MetricNames.CatalogCoverage, MetricNames.Gini, MetricNames.Novelty, MetricNames.Diversity, MetricNames.Personalisation];

    private readonly IReadOnlyList<ComparedModel> models;
    private readonly IReadOnlyList<int> ks;
    private readonly int resamples;
    private readonly IReadOnlyList<string> notes;
    private readonly string against;
    private readonly Dictionary<string, IReadOnlyList<ModelTest>> tests;

    /// <summary>Compares.</summary>
    /// <param name="models">The models.</param>
    /// <param name="against">The one that all others are compared with.</param>
    /// <param name="ks">Lengths of the lists.</param>
    /// <param name="resamples">Resamples behind the intervals.</param>
    /// <param name="notes">What there is to say about the input.</param>
    public ComparisonReport(IReadOnlyList<ComparedModel> models, string against, IReadOnlyList<int> ks, int resamples, IReadOnlyList<string> notes)
    {
        this.against = against;
        this.models = models;
        this.ks = ks;
        this.resamples = resamples;
        this.notes = notes;
        tests = Compare(models, models.First(m => m.Name == against), ks);
    }

    /// <summary>Writes it. Notes stand in the JSON, and else on stderr.</summary>
    public async Task WriteAsync(FigureFormat format, TextWriter output)
    {
        if (format == FigureFormat.Json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(ToJson(), ComparisonJsonContext.Default.ComparisonJson));
            return;
        }
        foreach (string note in notes)
            await Console.Error.WriteLineAsync(note);
        if (format == FigureFormat.Csv)
        {
            await output.WriteLineAsync("model," + FigureReport.CsvHeader);
            foreach (ComparedModel model in models)
                foreach (Figure figure in model.Result.Figures)
                    await output.WriteLineAsync($"{FigureReport.Quoted(model.Name)},{FigureReport.CsvLine(figure)}");
            return;
        }
        await output.WriteLineAsync(Table());
    }

    /// <summary>The report as an object.</summary>
    public ComparisonJson ToJson() =>
        new(against, [.. models.Select(m => new ModelJson(m.Name, m.FitSeconds, m.RecommendSeconds, m.MemoryMb, m.Result.Figures, tests[m.Name]))], notes);

    private string Table()
    {
        int k = ks[0];
        ConsoleTable accuracy = new ConsoleTable().Words("model"), lists = new ConsoleTable().Words("model");
        foreach (string metric in Tested)
            accuracy.Words(Figure.ShortNameOf(metric, k));
        foreach (string metric in Shown)
            lists.Numbers(metric);
        lists.Numbers("fit s").Numbers("lists s").Numbers("MB");
        foreach (ComparedModel model in models)
        {
            accuracy.Row([model.Name, .. Tested.Select(metric => Cell(model, metric, k))]);
            lists.Row(
            [
                model.Name, .. Shown.Select(metric => FigureReport.Text(model.Result[metric, k].Value)),
                Text(model.FitSeconds, "0.00"), Text(model.RecommendSeconds, "0.00"), Text(model.MemoryMb, "0"),
            ]);
        }
        string legend = (resamples > 0 ? string.Create(CultureInfo.InvariantCulture, $"+-: half of the 95% interval, {resamples:N0} resamples of the users. ") : "")
            + $"Against {against}, paired t-test, {tests.Values.Sum(t => t.Count)} comparisons corrected after Holm: * p < 0.05, ** p < 0.01, *** p < 0.001.";
        return $"{accuracy.ToString(FigureReport.TableWidth)}\n{legend}\n\n{lists.ToString(FigureReport.TableWidth)}";
    }

    private string Cell(ComparedModel model, string metric, int k)
    {
        Figure figure = model.Result[metric, k];
        string interval = figure.Low is { } low && figure.High is { } high ? $" +-{Text((high - low) / 2, "0.0000")}" : "";
        string stars = tests[model.Name].FirstOrDefault(t => t.Metric == metric && t.K == k)?.Stars ?? "";
        return $"{FigureReport.Text(figure.Value)}{interval} {stars}".TrimEnd();
    }

    private static string Text(double value, string form) => value.ToString(form, CultureInfo.InvariantCulture);

    /// <summary>All models but one with that one, the correction over all of them together.</summary>
    private static Dictionary<string, IReadOnlyList<ModelTest>> Compare(IReadOnlyList<ComparedModel> models, ComparedModel other, IReadOnlyList<int> ks)
    {
        (ComparedModel Model, string Metric, int K)[] comparisons =
            [.. from model in models where model != other from metric in Tested from k in ks select (model, metric, k)];
        PairedTest[] results =
            [.. comparisons.Select(c => Significance.Compare(c.Model.Result.PerUser(c.Metric, c.K), other.Result.PerUser(c.Metric, c.K)))];
        double?[] corrected = Significance.Holm([.. results.Select(r => r.PValue)]);
        return models.ToDictionary(model => model.Name, model => (IReadOnlyList<ModelTest>)
        [
            .. comparisons.Index().Where(c => c.Item.Model == model).Select(c => new ModelTest(
                c.Item.Metric, c.Item.K, results[c.Index].Difference, Ratio(c.Item.Metric, c.Item.K, model, other), results[c.Index].PValue,
                corrected[c.Index], Significance.Stars(corrected[c.Index]))),
        ]);
    }

    private static double? Ratio(string metric, int k, ComparedModel model, ComparedModel other) =>
        other.Result[metric, k].Value is { } value and not 0 ? model.Result[metric, k].Value / value : null;
}

/// <summary>The report as an object.</summary>
internal sealed record ComparisonJson(string Against, IReadOnlyList<ModelJson> Models, IReadOnlyList<string> Notes);

/// <summary>A model in it.</summary>
internal sealed record ModelJson(
    string Name, double FitSeconds, double RecommendSeconds, double MemoryMb, IReadOnlyList<Figure> Figures, IReadOnlyList<ModelTest> Tests);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ComparisonJson))]
internal sealed partial class ComparisonJsonContext : JsonSerializerContext;
