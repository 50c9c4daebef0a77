using System.Globalization;
using Pipeline.Cli.Evaluate;
using Pipeline.Evaluation;

namespace Pipeline.Cli.Report;

/// <summary>How good lists are on held-out interactions, beside simpler models, with intervals.</summary>
internal static class QualitySection
{
    private const string Popular = "popular";

    /// <summary>The figures with a chart.</summary>
    private static readonly (string Metric, string Says)[] Charts =
    [
        (MetricNames.Ndcg, "How high in the list the products stand that the customers then took; 1 would be all of them on top."),
        (MetricNames.HitRate, "Share of the customers with at least one hit in the list."),
        (MetricNames.Precision, "Share of the places with a hit."),
        (MetricNames.Recall, "Share of what the customers then took that stands in the list."),
    ];

    /// <summary>The section of a run without an evaluation.</summary>
    public static Section Missing { get; } = new("quality", "How good the lists are", Html.Of(
        $"""
        <p>Not measured with this run: <code>pipeline run --evaluate</code> does. <code>pipeline evaluate ... --output json &gt; evaluation.json</code> compares the model with simpler ones on interactions it has not seen;
        <code>pipeline report --run FOLDER --evaluation evaluation.json</code> shows it here.</p>
        """));

    /// <summary>What <c>run --evaluate</c> measured as a comparison.</summary>
    public static ComparisonJson ComparisonOf(HoldoutRecord record) => new(
        Popular,
        [
            new ModelJson("sar", 0, 0, 0, record.Sar, [new ModelTest(MetricNames.Ndcg, record.K, record.NdcgAgainstPopular, null, record.PValue, record.PValue, Significance.Stars(record.PValue))]),
            new ModelJson(Popular, 0, 0, 0, record.Popular, []),
        ],
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"The run's model, trained without the last {record.HoldoutDays} days and measured on them: {record.Users:N0} customers, {record.ColdUsers:N0} of them without training."),
        ]);

    /// <summary>The section of a comparison.</summary>
    public static Section Of(ComparisonJson comparison)
    {
        int[] ks = [.. comparison.Models.SelectMany(m => m.Figures).Select(f => f.K).Distinct()];
        if (ks.Length == 0)
            return Missing;
        return new Section("quality", "How good the lists are", Html.Of(
            $"""
            {comparison.Notes.Select(note => Html.Of($"<p>{note}</p>"))}
            <p>The bars are 95% intervals, by resampling the customers. Stars in the tables: different from <code>{comparison.Against}</code> by a paired t-test, corrected for all comparisons after Holm
            (* p &lt; 0.05, ** p &lt; 0.01, *** p &lt; 0.001).</p>
            <div class="pair">{Charts.Select(chart => OfMetric(comparison, chart.Metric, chart.Says, ks[0]))}</div>
            {ks.Select(k => AllFigures(comparison, k))}
            """));
    }

    /// <summary>What the models took.</summary>
    public static Section Costs(ComparisonJson comparison)
    {
        string[] names = [.. comparison.Models.Select(m => m.Name)];
        var table = new DataTable("Time and memory of the models", "model", "#seconds to learn", "#seconds for the lists", "#memory, MB");
        foreach (ModelJson model in comparison.Models)
            table.Row(model.Name, Words.Number(model.FitSeconds, "0.00"), Words.Number(model.RecommendSeconds, "0.00"), Words.Number(model.MemoryMb, "0"));
        return new Section("speed", "Time and memory", new Chart(
            ChartKind.Bars, "Seconds by model", names, new ChartSeries("learning", [.. comparison.Models.Select(m => (double?)m.FitSeconds)]),
            new ChartSeries("making the lists", [.. comparison.Models.Select(m => (double?)m.RecommendSeconds)]))
        { IsStacked = true }.ToHtml("Wall time on this machine.", table));
    }

    /// <summary>The figures of the groups of customers and products; null where there are none.</summary>
    public static Section? Groups(ComparisonJson comparison)
    {
        int k = comparison.Models.SelectMany(m => m.Figures).Select(f => f.K).DefaultIfEmpty().First();
        string[] groups = [.. comparison.Models.SelectMany(m => m.Figures).Where(f => f.Group != Figure.All && f.K == k && f.Metric == MetricNames.Ndcg && f.Value is not null).Select(f => f.Group).Distinct()];
        if (groups.Length == 0)
            return null;
        var table = new DataTable("NDCG by group", ["group", "#customers", .. comparison.Models.Select(m => "#" + m.Name)]);
        foreach (string group in groups)
        {
            Figure?[] figures = [.. comparison.Models.Select(m => m.Figures.FirstOrDefault(f => f.Group == group && f.K == k && f.Metric == MetricNames.Ndcg))];
            table.Row([group, Words.Count(figures.Max(f => f?.Users ?? 0)), .. figures.Select(f => Words.Number(f?.Value))]);
        }
        return new Section("groups", "For whom", new Chart(
            ChartKind.Bars, Figure.ShortNameOf(MetricNames.Ndcg, k), groups,
            [.. comparison.Models.Select(m => new ChartSeries(m.Name, [.. groups.Select(g => m.Figures.FirstOrDefault(f => f.Group == g && f.K == k && f.Metric == MetricNames.Ndcg)?.Value)]))])
            .ToHtml("The same figure by group of customers.", table));
    }

    private static Html OfMetric(ComparisonJson comparison, string metric, string says, int k)
    {
        Figure?[] figures = [.. comparison.Models.Select(m => Find(m, metric, k))];
        if (figures.All(f => f?.Value is null))
            return Html.Empty;
        string name = Figure.ShortNameOf(metric, k);
        var table = new DataTable(name, "model", "#" + name, "#from", "#to", "");
        foreach ((ModelJson model, Figure? figure) in comparison.Models.Zip(figures))
            table.Row(model.Name, Words.Number(figure?.Value), Words.Number(figure?.Low), Words.Number(figure?.High), Stars(model, metric, k));
        return new Chart(ChartKind.Intervals, name, [.. comparison.Models.Select(m => m.Name)], new ChartSeries(name, [.. figures.Select(f => f?.Value)])
        {
            Low = [.. figures.Select(f => f?.Low)],
            High = [.. figures.Select(f => f?.High)],
        }).ToHtml(says, table);
    }

    private static Html AllFigures(ComparisonJson comparison, int k)
    {
        var table = new DataTable($"All figures at {k}", ["figure", .. comparison.Models.Select(m => "#" + m.Name)]);
        foreach (string metric in MetricNames.OfUsers.Concat(MetricNames.OfLists))
        {
            Figure?[] figures = [.. comparison.Models.Select(m => Find(m, metric, k))];
            if (figures.Any(f => f?.Value is not null))
                table.Row([Figure.ShortNameOf(metric, k), .. comparison.Models.Zip(figures).Select(pair => Words.Number(pair.Second?.Value) + Stars(pair.First, metric, k))]);
        }
        return Html.Of($"<details><summary>All figures at {k}</summary>{table.ToHtml()}</details>");
    }

    private static Figure? Find(ModelJson model, string metric, int k) => model.Figures.FirstOrDefault(f => f.Metric == metric && f.K == k && f.Group == Figure.All);

    private static string Stars(ModelJson model, string metric, int k) => model.Tests.FirstOrDefault(t => t.Metric == metric && t.K == k)?.Stars ?? "";
}
