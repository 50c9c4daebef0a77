using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Sar;
using Pipeline.Evaluation;
using Pipeline.Records;

namespace Pipeline.Cli.Evaluate;

/// <summary>Ways to hold interactions out.</summary>
internal enum SplitKind
{
    /// <summary>The last days.</summary>
    Time,

    /// <summary>Each user's newest.</summary>
    Last,

    /// <summary>The newer half of some users' items.</summary>
    User,

    /// <summary>A share of each user's items.</summary>
    Stratified,
}

/// <summary>Everything <c>pipeline evaluate</c> can be told.</summary>
internal sealed record EvaluateRequest
{
    /// <summary>All interactions, to be split; null where the two sides are given.</summary>
    public string? Interactions { get; init; }

    /// <summary>What models learn from, where it is given.</summary>
    public string? Training { get; init; }

    /// <summary>What they are measured against, where it is given.</summary>
    public string? Test { get; init; }

    /// <summary>How the files are written.</summary>
    public required InteractionFiles Files { get; init; }

    /// <summary>How interactions are held out.</summary>
    public required SplitKind Split { get; init; }

    /// <summary>Days held out by time.</summary>
    public required double HoldoutDays { get; init; }

    /// <summary>Share held out otherwise.</summary>
    public required double HoldoutShare { get; init; }

    /// <summary>The moment training may not reach, where the two sides are given; null: none is demanded.</summary>
    public long? Cut { get; init; }

    /// <summary>The models.</summary>
    public required IReadOnlyList<ModelSpec> Models { get; init; }

    /// <summary>The model that all others are compared with.</summary>
    public required string Against { get; init; }

    /// <summary>Segments of users; null: they are told apart by how much they have.</summary>
    public string? Segments { get; init; }

    /// <summary>The generated shop whose truth the model <c>truth</c> knows.</summary>
    public string? Shop { get; init; }

    /// <summary>Most memory a model may take; null for no limit.</summary>
    public long? Memory { get; init; }

    /// <summary>How figures are taken.</summary>
    public required EvaluationOptions Options { get; init; }

    /// <summary>How they are written.</summary>
    public required FigureFormat Output { get; init; }

    /// <summary>Where a page to look at goes, too; null for nowhere.</summary>
    public string? Report { get; init; }
}

/// <summary>The flags of <c>pipeline evaluate</c> and how they become a request.</summary>
internal sealed class EvaluateFlags
{
    private readonly Option<string?> interactions = MetricsFlags.Value("--interactions", "FILES", "All interactions, to be split here: user, item, timestamp. CSV or JSON lines (also gzip) or Parquet; a file, a list, a folder or a pattern.");
    private readonly Option<string?> train = MetricsFlags.Value("--train", "FILES", "In place of --interactions: what models learn from.");
    private readonly Option<string?> test = MetricsFlags.Value("--test", "FILES", "With --train: what they are measured against.");
    private readonly Option<string?> split = MetricsFlags.Value("--split", "KIND", "time (the last days), last (each user's newest), user (the newer half of some users' items) or stratified (some of each user's items). Default: time.");
    private readonly Option<string?> days = MetricsFlags.Value("--holdout-days", "DAYS", "Days held out by time. Default: 30.");
    private readonly Option<string?> share = MetricsFlags.Value("--holdout-share", "SHARE", "Share of users, or of each user's items, held out otherwise. Default: 0.25.");
    private readonly Option<string?> cut = MetricsFlags.Value("--cut", "TIME", "With --train: fail if anything in it is from this moment or later.");
    private readonly Option<string?> models = MetricsFlags.Value("--models", "MODEL,MODEL", $"What is compared, settings behind colons as in sar:similarity=lift:half-life-days=7; popular is always among them. Settings of sar: {SarSettings.Names}. Default: {ModelSpec.Defaults}.");
    private readonly Option<string?> against = MetricsFlags.Value("--against", "MODEL", "The model that all others are tested against. Default: popular.");
    private readonly Option<string?> segments = MetricsFlags.Value("--segments", "FILE", "Segments of users: user, segment. Default: by how many items they have.");
    private readonly Option<string?> shop = MetricsFlags.Value("--shop", "FOLDER", "A generated shop, for the model truth, which knows how it was made.");
    private readonly Option<string?> k = MetricsFlags.Value("--k", "N,N", "Lengths of the lists; the table is of the first. Default: 10.");
    private readonly Option<string?> resamples = MetricsFlags.Value("--resamples", "N", "Bootstrap resamples behind each interval; 0 for no intervals. Default: 1000.");
    private readonly Option<string?> seed = MetricsFlags.Value("--seed", "N", "Seed of what is drawn. Default: 1.");
    private readonly Option<string?> output = MetricsFlags.Value("--output", "FORM", "table, json or csv, on stdout. Default: table.");
    private readonly Option<string?> report = MetricsFlags.Value("--report", "FILE", "Where a page with charts goes, too (.html). Default: nowhere.");
    private readonly Option<string?> memory = MetricsFlags.Value("--memory", "SIZE", "Most memory a SAR model may take, for example 4GB. Default: no limit.");
    private readonly Option<string?> threads = MetricsFlags.Value("--threads", "N", "Most threads; changes speed only. Default: one per processor.");
    private readonly InteractionFlags files = new();

    /// <summary>All flags, in the order of the help.</summary>
    public IReadOnlyList<Option> All =>
        [interactions, train, test, split, days, share, cut, models, against, k, .. files.All, segments, shop, resamples, seed, output, report, memory, threads];

    /// <summary>Reads what was typed.</summary>
    /// <exception cref="Hosting.StageException">Something is wrong; the message says everything that is.</exception>
    public EvaluateRequest Read(ParseResult parsed)
    {
        var values = new FlagValues(parsed, "evaluate");
        double heldOut = values.Positive(share, 0.25);
        var request = new EvaluateRequest
        {
            Interactions = InputFiles(values, interactions),
            Training = InputFiles(values, train),
            Test = InputFiles(values, test),
            Files = files.Read(values),
            Split = values.Choice(split, SplitKind.Time),
            HoldoutDays = values.Positive(days, 30),
            HoldoutShare = heldOut,
            Cut = values.Time(cut),
            Models = ReadModels(values),
            Against = values.Text(against) ?? ModelSpec.Popular,
            Segments = values.InputFile(segments),
            Shop = values.Text(shop),
            Memory = values.Size(memory),
            Output = values.Choice(output, FigureFormat.Table),
            Report = values.NewFile(report),
            Options = new EvaluationOptions
            {
                Ks = MetricsFlags.ReadLengths(values, k),
                Population = Population.TruthUsers,
                Resamples = values.Whole(resamples, 1000, min: 0)!.Value,
                Seed = values.Whole(seed, 1, min: 0)!.Value,
                Threads = values.Whole(threads, 0)!.Value,
            },
        };
        CheckTogether(values, request);
        values.Check();
        return request;
    }

    /// <summary>Files to read, null where they are not given.</summary>
    internal static string? InputFiles(FlagValues values, Option<string?> option)
    {
        if (values.Text(option) is not { } text)
            return null;
        try
        {
            RecordFiles.Find(text);
        }
        catch (FormatException e)
        {
            values.Mistake($"{option.Name} '{text}' {e.Message}.");
        }
        return text;
    }

    private IReadOnlyList<ModelSpec> ReadModels(FlagValues values)
    {
        try
        {
            IReadOnlyList<ModelSpec> read = ModelSpec.ParseAll(values.Text(models) ?? ModelSpec.Defaults);
            return read.Any(m => m.Kind == ModelSpec.Popular) ? read : [.. ModelSpec.ParseAll(ModelSpec.Popular), .. read];
        }
        catch (FormatException e)
        {
            values.Mistake($"--models: {e.Message}");
            return [];
        }
    }

    private void CheckTogether(FlagValues values, EvaluateRequest request)
    {
        bool isSplit = values.IsGiven(interactions), isGiven = values.IsGiven(train) || values.IsGiven(test);
        if (isSplit == isGiven)
            values.Mistake("Give either --interactions, or --train and --test.");
        else if (isGiven)
            values.Require(train, test);
        if (!isSplit)
            foreach (Option option in new Option[] { split, days, share }.Where(values.IsGiven))
                values.Mistake($"{option.Name} counts only with --interactions: leave it out.");
        if (!isGiven && values.IsGiven(cut))
            values.Mistake("--cut counts only with --train and --test: leave it out.");
        if (values.IsGiven(days) && request.Split != SplitKind.Time)
            values.Mistake("--holdout-days counts only with --split time: leave it out.");
        if (values.IsGiven(share) && request.Split is (SplitKind.Time or SplitKind.Last))
            values.Mistake("--holdout-share counts only with --split user or stratified: leave it out.");
        if (request.HoldoutShare >= 1)
            values.Mistake(string.Create(CultureInfo.InvariantCulture, $"--holdout-share '{request.HoldoutShare}' must be below 1."));
        if (values.IsGiven(against) && request.Models.Count > 0 && request.Models.All(m => m.Text != request.Against))
            values.Mistake($"--against '{request.Against}' is none of the models: write it as in --models.");
        if (request.Models.Any(m => m.Kind == ModelSpec.Truth) != (request.Shop is not null))
            values.Mistake("The model truth and --shop go together: give both or none.");
    }
}
