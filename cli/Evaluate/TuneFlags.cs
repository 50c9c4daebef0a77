using System.CommandLine;
using Pipeline.Cli.Sar;
using Pipeline.Evaluation;

namespace Pipeline.Cli.Evaluate;

/// <summary>Everything <c>pipeline tune</c> can be told.</summary>
internal sealed record TuneRequest
{
    /// <summary>All interactions.</summary>
    public required string Interactions { get; init; }

    /// <summary>How the files are written.</summary>
    public required InteractionFiles Files { get; init; }

    /// <summary>Trials in all.</summary>
    public required int Trials { get; init; }

    /// <summary>The figure that is made as large as possible.</summary>
    public required (string Metric, int K) Objective { get; init; }

    /// <summary>What is tuned.</summary>
    public required IReadOnlyList<SearchParameter> Space { get; init; }

    /// <summary>Days the trials are measured on, and then as many that only the best is measured on.</summary>
    public required double HoldoutDays { get; init; }

    /// <summary>Seed of what is drawn.</summary>
    public required int Seed { get; init; }

    /// <summary>Most memory to take; null for no limit.</summary>
    public long? Memory { get; init; }

    /// <summary>Most trials at a time; 0: one per processor.</summary>
    public required int Threads { get; init; }

    /// <summary>Bootstrap resamples behind the intervals of the last comparison.</summary>
    public required int Resamples { get; init; }

    /// <summary>Where the trials are recorded, and found again.</summary>
    public required string Record { get; init; }

    /// <summary>Where the best options go.</summary>
    public required string Output { get; init; }

    /// <summary>Where a page to look at goes; null for nowhere.</summary>
    public string? Report { get; init; }

    /// <summary>Whether a record of another search is replaced.</summary>
    public required bool Overwrite { get; init; }
}

/// <summary>The flags of <c>pipeline tune</c> and how they become a request.</summary>
internal sealed class TuneFlags
{
    private const string DefaultSpace =
        "similarity=jaccard|cosine|lift|inclusion|cooccurrence|lexicographers,half-life-days=1..365,min-support=1..20,neighbours=0|20|50|100|300";

    private const string DefaultObjective = "ndcg@10";

    /// <summary>The figures that are better the larger they are.</summary>
    private static readonly string[] Objectives =
    [
        MetricNames.Ndcg, MetricNames.Precision, MetricNames.Recall, MetricNames.RecallCapped, MetricNames.Map, MetricNames.MapAtK, MetricNames.Mrr, MetricNames.HitRate,
    ];

    /// <summary>Decimals of each parameter.</summary>
    private static readonly Dictionary<string, int> Decimals = new(StringComparer.Ordinal)
    {
        ["similarity"] = 0,
        ["half-life-days"] = 2,
        ["min-support"] = 0,
        ["neighbours"] = 0,
    };

    private readonly Option<string?> interactions = MetricsFlags.Value("--interactions", "FILES", "All interactions: user, item, timestamp. CSV or JSON lines (also gzip) or Parquet; a file, a list, a folder or a pattern. Required.");
    private readonly Option<string?> trials = MetricsFlags.Value("--trials", "N", "Trials in all, half of them random, half around the best so far. Default: 40.");
    private readonly Option<string?> objective = MetricsFlags.Value("--objective", "FIGURE", $"What is made as large as possible: {string.Join(", ", Objectives.Select(o => Figure.ShortNameOf(o, 10)))}, or at another length. Default: {DefaultObjective}.");
    private readonly Option<string?> space = MetricsFlags.Value("--space", "NAME=VALUES,...", $"What is tuned: words with | between them, or ranges. Default: {DefaultSpace}.");
    private readonly Option<string?> days = MetricsFlags.Value("--holdout-days", "DAYS", "Days before the last ones that trials are measured on; the best is then measured on as many last days, which no trial has seen. Default: 30.");
    private readonly Option<string?> record = MetricsFlags.Value("--record", "FILE", "Where every trial is recorded (.parquet); started again, tuning goes on from there. Default: trials.parquet.");
    private readonly Option<string?> output = MetricsFlags.Value("--output", "FILE", "Where the best options go, for './pipeline run --options FILE'. Default: best.options.");
    private readonly Option<string?> report = MetricsFlags.Value("--report", "FILE", "Where a page with charts goes (.html). Default: nowhere.");
    private readonly Option<bool> overwrite = new("--overwrite") { Description = "Replace the record of another search." };
    private readonly Option<string?> resamples = MetricsFlags.Value("--resamples", "N", "Bootstrap resamples behind the last comparison's intervals. Default: 1000.");
    private readonly Option<string?> seed = MetricsFlags.Value("--seed", "N", "Seed of what is drawn. Default: 1.");
    private readonly Option<string?> memory = MetricsFlags.Value("--memory", "SIZE", "Most memory to take, for example 4GB: so many trials run at a time as fit. Changes speed only. Default: no limit.");
    private readonly Option<string?> threads = MetricsFlags.Value("--threads", "N", "Most trials at a time; changes speed only. Default: one per processor.");
    private readonly InteractionFlags files = new();

    /// <summary>All flags, in the order of the help.</summary>
    public IReadOnlyList<Option> All =>
        [interactions, trials, objective, space, days, .. files.All, record, output, report, overwrite, resamples, seed, memory, threads];

    /// <summary>Reads what was typed.</summary>
    /// <exception cref="Hosting.StageException">Something is wrong; the message says everything that is.</exception>
    public TuneRequest Read(ParseResult parsed)
    {
        var values = new FlagValues(parsed, "tune");
        values.Require(interactions);
        var request = new TuneRequest
        {
            Interactions = EvaluateFlags.InputFiles(values, interactions) ?? "",
            Files = files.Read(values),
            Trials = values.Whole(trials, 40)!.Value,
            Objective = ReadObjective(values),
            Space = ReadSpace(values),
            HoldoutDays = values.Positive(days, 30),
            Seed = values.Whole(seed, 1, min: 0)!.Value,
            Memory = values.Size(memory),
            Threads = values.Whole(threads, 0)!.Value,
            Resamples = values.Whole(resamples, 1000, min: 0)!.Value,
            Record = values.NewFile(record) ?? "trials.parquet",
            Output = values.NewFile(output) ?? "best.options",
            Report = values.NewFile(report),
            Overwrite = parsed.GetValue(overwrite),
        };
        if (!request.Record.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
            values.Mistake($"--record '{request.Record}' must end in .parquet.");
        if (Path.GetFullPath(request.Record) == Path.GetFullPath(request.Output))
            values.Mistake("--record and --output name the same file.");
        values.Check();
        return request;
    }

    private (string Metric, int K) ReadObjective(FlagValues values)
    {
        string text = values.Text(objective) ?? DefaultObjective;
        int at = text.LastIndexOf('@');
        if (at > 0 && int.TryParse(text.AsSpan(at + 1), System.Globalization.NumberStyles.None, null, out int k) && k is >= 1 and <= 1000)
            foreach (string metric in Objectives)
                if (Figure.ShortNameOf(metric, k) == text)
                    return (metric, k);
        values.Mistake($"--objective '{text}' must be one of {string.Join(", ", Objectives.Select(o => Figure.ShortNameOf(o, 10)))}, or at another length up to 1000.");
        return (MetricNames.Ndcg, 10);
    }

    private List<SearchParameter> ReadSpace(FlagValues values)
    {
        var parameters = new List<SearchParameter>();
        foreach (string part in (values.Text(space) ?? DefaultSpace).Split(','))
        {
            int sign = part.IndexOf('=', StringComparison.Ordinal);
            string name = sign < 0 ? part : part[..sign];
            if (sign < 0)
                values.Mistake($"--space '{part}' must be a parameter and its values, as in min-support=1..10.");
            else if (!Decimals.TryGetValue(name, out int decimals))
                values.Mistake($"--space names '{name}', which is no parameter of tuning: those are {string.Join(", ", Decimals.Keys)}.");
            else if (parameters.Any(p => p.Name == name))
                values.Mistake($"--space names '{name}' twice.");
            else
                Add(name, part[(sign + 1)..], decimals);
        }
        return parameters;

        void Add(string name, string text, int decimals)
        {
            try
            {
                var parameter = SearchParameter.Parse(name, text, decimals);
                // Each choice, and both ends of a range, must be what the option takes.
                foreach (string value in parameter.Choices.Count > 0 ? parameter.Choices : [parameter.ValueAt(0), parameter.ValueAt(1)])
                    new SarSettings().With(name, value);
                if (parameter.Choices.Contains("none"))
                    throw new FormatException($"{name} 'none' cannot be told to ./pipeline run.");
                parameters.Add(parameter);
            }
            catch (FormatException e)
            {
                values.Mistake($"--space: {e.Message}");
            }
        }
    }
}
