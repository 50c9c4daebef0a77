using Pipeline.Hosting;
using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>What the stage can be told.</summary>
internal sealed record TrainOptions
{
    /// <summary>Words for <see cref="Models"/> that are no attribute.</summary>
    public const string OneModel = "all", ModelsBySegment = "segment";

    /// <summary>Recommendations a customer gets.</summary>
    public required int TopK { get; init; }

    /// <summary>Similarity, support, half-life and reference time; without the latter, the newest interaction's is taken.</summary>
    public required SarOptions Sar { get; init; }

    /// <summary>Neighbours of each item that the written model keeps; scores always use all.</summary>
    public required int ModelNeighbours { get; init; }

    /// <summary>The segments by what customers buy.</summary>
    public required SegmentRules Segments { get; init; }

    /// <summary>The attribute that is the segment instead; null for none.</summary>
    public required string? SegmentBy { get; init; }

    /// <summary>The file of attributes.</summary>
    public required AttributeOptions Attributes { get; init; }

    /// <summary>Whose model scores a customer: <see cref="OneModel"/>, <see cref="ModelsBySegment"/>, or an attribute.</summary>
    public required string Models { get; init; }

    /// <summary>Fewest customers of a group with a model of its own.</summary>
    public required int MinSegmentCustomers { get; init; }

    /// <summary>Fewest people behind anything that is shown of a pair of products or a segment. Scores use all.</summary>
    public required int MinGroup { get; init; }

    /// <summary>Most days since a new arrival came.</summary>
    public required double NewArrivalDays { get; init; }

    /// <summary>What the shop wants of every list.</summary>
    public required ListRules Rules { get; init; }

    /// <summary>How much weight is taken from the score and given to being unlike the rest of the list, 0 to 1.</summary>
    public required double Diversity { get; init; }

    /// <summary>Whether scores are means over the customer's affinities, and not sums.</summary>
    public required bool ScoresAreMeans { get; init; }

    /// <summary>Which lists are worth a mail.</summary>
    public required SendPolicy Send { get; init; }

    /// <summary>What the lists must come to.</summary>
    public required ListLimits Limits { get; init; }

    /// <summary>Who is left unmailed for comparison.</summary>
    public required ControlGroup Control { get; init; }

    public static TrainOptions Parse(OptionReader options)
    {
        string models = options.Text(
            "models", "all|segment|NAME", "Whose purchases a customer's lists are learned from: all customers', those of the own segment, or of those with the same attribute NAME.", OneModel);
        string? segmentBy = options.OptionalText("segment-by", "NAME", "The attribute of --attributes that is the customer's segment, instead of rules.");
        if (segmentBy is not null && options.IsGiven("segments"))
            options.Mistake("--segment-by and --segments exclude each other: segments come from an attribute or from rules.");
        int topK = options.Integer("top-k", "Recommendations for each customer.", 10, min: 1, max: 1000);
        return new TrainOptions
        {
            TopK = topK,
            Sar = ParseSar(options),
            ModelNeighbours = options.Integer(
                "model-neighbours", "Nearest neighbours of each item in the written model; the scores use all of them.", 100, min: 1),
            Segments = ParseSegments(options),
            SegmentBy = segmentBy,
            Models = models,
            Attributes = AttributeOptions.Parse(options, ("segment-by", segmentBy), ("models", models is OneModel or ModelsBySegment ? null : models)),
            MinSegmentCustomers = options.Integer(
                "min-segment-customers", "Fewest customers of a segment or attribute with a model of their own; others use the model of all.", 500, min: 1),
            MinGroup = options.Integer(
                "min-group", "Fewest customers behind a pair of products or a segment that is shown anywhere. Scores use all pairs; see --min-support.", 5, min: 1),
            NewArrivalDays = options.Number("new-arrival-days", "Days before the reference time in which a product that came to the shop is a new arrival.", 30, min: 0),
            Rules = ParseRules(options, topK),
            Diversity = options.Number("diversity", "How far a list gives up score for products unlike each other; 0: not at all.", 0, min: 0, max: 1),
            ScoresAreMeans = options.Choice(
                "score", "What a score says: the mean similarity to what the customer has, comparable between customers, or SAR's sum.", ["mean", "sum"], "mean") == "mean",
            Send = ParseSend(options, topK),
            Limits = ListLimits.Parse(options),
            Control = ParseControl(options),
        };
    }

    private static SarOptions ParseSar(OptionReader options)
    {
        Dictionary<string, SimilarityKind> kinds = Enum.GetValues<SimilarityKind>().ToDictionary(k => k.ToString().ToLowerInvariant());
        Dictionary<string, CoOccurrenceUnit> units = Enum.GetValues<CoOccurrenceUnit>().ToDictionary(u => u.ToString().ToLowerInvariant());
        return new SarOptions
        {
            Similarity = kinds[options.Choice("similarity", "How alike two items are that the same customers have.", [.. kinds.Keys], "jaccard")],
            CoOccurrenceUnit = units[options.Choice(
                "co-occurrence", "Within what two items must meet: all a user ever did, or one basket (what has none: one moment).", [.. units.Keys], "user")],
            MinSupport = options.Integer("min-support", "Pairs of items that fewer customers (or baskets) share do not count as alike.", 1, min: 1),
            HalfLifeDays = options.Number("half-life-days", "Days after which an interaction counts half.", 30, min: 0.01, max: 36_500),
            ReferenceTime = options.OptionalTime(
                "reference-time", "The moment the run looks back from, in UTC unless it states an offset. Default: the newest interaction."),
            Neighbours = options.Integer(
                "neighbours", "Most similar items of each item that scores use; 0 for all, which is exact.", 0, min: 0),
            MemoryBudget = options.OptionalSize(
                "memory", "Most memory to take, for example 4GB; more passes are made to keep it. Changes only speed. Default: no limit.", decides: false),
        };
    }

    private static SegmentRules ParseSegments(OptionReader options)
    {
        if (options.OptionalInputFile("segments", "The segments and who is in each, as JSON. Default: those in the stage's README.") is not { } file)
            return SegmentRules.Default;
        try
        {
            SegmentRules rules = SegmentFile.Parse(File.ReadAllBytes(file), out IReadOnlyList<string> mistakes);
            if (mistakes.Count > 0)
                options.Mistake($"--segments '{file}': {string.Join("; ", mistakes)}.");
            return rules;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            options.Mistake($"--segments '{file}' cannot be read: {e.Message}");
            return SegmentRules.Default;
        }
    }

    private static ListRules ParseRules(OptionReader options, int topK)
    {
        string? file = options.OptionalInputFile("rules", "What the shop wants of every list, as JSON: see rules.schema.json. Default: in stock, in the shop by now, never had before.");
        double afterDays = options.Number(
            "repurchase-after-days", "Days after which what a customer bought may be offered again, unless the product's own interval is known; 0: never.", 0, min: 0);
        ListRules rules = file is null ? new ListRules() : RulesFile.Read(file, topK, options.Mistake);
        if (afterDays == 0)
            return rules;
        if (rules.Repurchase is not null)
            options.Mistake("--repurchase-after-days and 'repurchase' of --rules say the same: give one of them.");
        return rules with { Repurchase = new RepurchaseRule(afterDays, RepurchaseRule.DefaultMinCustomers) };
    }

    private static SendPolicy ParseSend(OptionReader options, int topK)
    {
        var policy = new SendPolicy
        {
            MinItems = options.Integer("min-items", "Fewest products in a list that is worth a mail.", 1, min: 1),
            MinPersonal = options.Integer("min-personal", "Fewest products in it that the customer's own history speaks for.", 1, min: 0),
            MinScore = options.Number("min-score", "Lowest score that the best of these may have.", 0, min: 0),
        };
        foreach ((string name, int least) in (ReadOnlySpan<(string, int)>)[("min-items", policy.MinItems), ("min-personal", policy.MinPersonal)])
        {
            if (least > topK)
                options.Mistake($"--{name} {least} must not be more than --top-k {topK}: no list would be worth a mail.");
        }
        return policy;
    }

    private static ControlGroup ParseControl(OptionReader options)
    {
        decimal control = options.Share(
            "control", "Share of the customers that the campaign does not mail, so that it can be told what the mails bring; they have lists all the same.", "0%");
        string? campaign = options.OptionalText(
            "campaign", "NAME", "The campaign: as long as its name stays, so does every customer's arm. Needed for --control.");
        if (control > 0 && string.IsNullOrWhiteSpace(campaign))
            options.Mistake("--control needs --campaign: by its name the same customers are left out every time.");
        return new ControlGroup(control, campaign ?? "");
    }
}
