using System.Globalization;
using Pipeline.Hosting;
using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>What the stage can be told.</summary>
internal sealed record TrainOptions
{
    /// <summary>Recommendations a customer gets.</summary>
    public required int TopK { get; init; }

    /// <summary>Similarity, support, half-life and reference time; without the latter, the newest interaction's is taken.</summary>
    public required SarOptions Sar { get; init; }

    /// <summary>Neighbours of each item that the written model keeps; scores always use all.</summary>
    public required int ModelNeighbours { get; init; }

    /// <summary>Thresholds of the segments.</summary>
    public required SegmentRules Segments { get; init; }

    /// <summary>Who is left unmailed for comparison.</summary>
    public required ControlGroup Control { get; init; }

    public static TrainOptions Parse(OptionReader options)
    {
        Dictionary<string, SimilarityKind> kinds = Enum.GetValues<SimilarityKind>().ToDictionary(k => k.ToString().ToLowerInvariant());
        Dictionary<string, CoOccurrenceUnit> units = Enum.GetValues<CoOccurrenceUnit>().ToDictionary(u => u.ToString().ToLowerInvariant());
        double activeDays = options.Number("active-days", "A customer who bought within so many days before the reference time is active.", 90, min: 0);
        double lapsedDays = options.Number("lapsed-days", "A customer who did not buy for more days than this has lapsed.", 180, min: 0);
        if (lapsedDays < activeDays)
        {
            options.Mistake(string.Create(
                CultureInfo.InvariantCulture, $"--lapsed-days {lapsedDays} must not be less than --active-days {activeDays}."));
        }
        decimal control = options.Share(
            "control", "Share of the customers that the campaign does not mail, so that it can be told what the mails bring; they have lists all the same.", "0%");
        string? campaign = options.OptionalText(
            "campaign", "NAME", "The campaign: as long as its name stays, so does every customer's arm. Needed for --control.");
        if (control > 0 && string.IsNullOrWhiteSpace(campaign))
            options.Mistake("--control needs --campaign: by its name the same customers are left out every time.");
        return new TrainOptions
        {
            TopK = options.Integer("top-k", "Recommendations for each customer.", 10, min: 1, max: 1000),
            Sar = new SarOptions
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
            },
            ModelNeighbours = options.Integer(
                "model-neighbours", "Nearest neighbours of each item in the written model; the scores use all of them.", 100, min: 1),
            Segments = new SegmentRules
            {
                NewDays = options.Number("new-days", "A customer whose only purchase day is within so many days is new.", 30, min: 0),
                ActiveDays = activeDays,
                LapsedDays = lapsedDays,
                LoyalFrequency = options.Integer("loyal-frequency", "An active customer with at least so many purchase days is loyal.", 5, min: 2),
            },
            Control = new ControlGroup(control, campaign ?? ""),
        };
    }
}
