using Pipeline.Cli.Evaluate;
using Pipeline.Evaluation;

namespace Pipeline.Cli.Report;

/// <summary>The reports of <c>evaluate</c> and <c>tune</c>.</summary>
internal static class ComparisonPage
{
    /// <summary>Models side by side.</summary>
    public static byte[] OfEvaluation(ComparisonJson comparison) => Page.ToBytes(
        "Comparison of models", Html.Of($"<p>The same held-out interactions, the same customers, lists of the same length.</p>"), Tiles(comparison),
        [.. ((Section?[])[QualitySection.Of(comparison), QualitySection.Groups(comparison), QualitySection.Costs(comparison)]).OfType<Section>()]);

    /// <summary>A search for the best options, and what they are worth on days that no trial has seen.</summary>
    public static byte[] OfTuning(TuneRequest request, TuneOutcome outcome)
    {
        ComparisonJson comparison = outcome.Validation.ToJson();
        return Page.ToBytes(
            "Tuning", Html.Of($"<p>{outcome.Trials.Count} trials for {Figure.ShortNameOf(request.Objective.Metric, request.Objective.K)}; the best one checked on the last {Words.Number(request.HoldoutDays, "0.##")} days, which no trial has seen.</p>"),
            Tiles(comparison), [Trials(request, outcome), QualitySection.Of(comparison), QualitySection.Costs(comparison)]);
    }

    /// <summary>The first chart's figure for each model, best first.</summary>
    private static IEnumerable<Tile> Tiles(ComparisonJson comparison) =>
        comparison.Models.Select(model => (model.Name, Figure: model.Figures.FirstOrDefault(f => f.Metric == MetricNames.Ndcg && f.Group == Figure.All)))
            .Where(pair => pair.Figure?.Value is not null).OrderByDescending(pair => pair.Figure!.Value).Take(6)
            .Select(pair => new Tile(Words.Number(pair.Figure!.Value), pair.Name, pair.Figure.ShortName));

    private static Section Trials(TuneRequest request, TuneOutcome outcome)
    {
        RecordedTrial[] trials = [.. outcome.Trials.OrderBy(t => t.Trial.Number)];
        string objective = Figure.ShortNameOf(request.Objective.Metric, request.Objective.K);
        var table = new DataTable("Trials", ["#trial", "drawn", .. request.Space.Select(p => p.Name), "#" + objective, "#seconds"]);
        var best = new double?[trials.Length];
        for (int at = 0; at < trials.Length; at++)
        {
            RecordedTrial made = trials[at];
            double? before = at == 0 ? null : best[at - 1];
            best[at] = before is null || made.Trial.Objective > before ? made.Trial.Objective : before;
            string drawn = made.Trial.Number == 0 ? "the defaults" : made.Trial.Number < outcome.RandomTrials ? "anywhere" : "near the best";
            table.Row([$"{made.Trial.Number}", drawn, .. made.Trial.Values, Words.Number(made.Trial.Objective) + (made.Trial.Number == outcome.Best.Number ? " best" : ""), Words.Number(made.Seconds, "0.00")]);
        }
        var chosen = new DataTable("The best options", "option", "value");
        foreach ((SearchParameter parameter, string value) in request.Space.Zip(outcome.Best.Values))
            chosen.Row([Html.Of($"<code>--{parameter.Name}</code>"), Html.Of($"{value}")]);
        return new Section("trials", "The search", Html.Of(
            $"""
            {new Chart(
                ChartKind.Lines, $"{objective} by trial", [.. trials.Select(t => $"{t.Trial.Number}")],
                new ChartSeries("a trial", [.. trials.Select(t => t.Trial.Objective)]) { IsDots = true }, new ChartSeries("the best so far", best)).ToHtml("The first trial are the defaults, the rest of the first half is drawn from everywhere, the second half from near the best.", table)}
            <h3>The best options</h3>{chosen.ToHtml()}
            <p>In a file for <code>pipeline run --options</code>. How good they look on the days they were chosen by says less than the comparison below.</p>
            """));
    }
}
