using System.Globalization;
using Pipeline.Models;
using Pipeline.Sar;

namespace Pipeline.Cli.Evaluate;

/// <summary>What of SAR can be varied. Names and values are those of the options of <c>pipeline run</c>, where it has them.</summary>
internal sealed record SarSettings
{
    /// <summary>The names, for messages.</summary>
    public const string Names = "similarity, half-life-days, min-support, neighbours, weights, per-segment";

    /// <summary>How similarity follows from co-occurrence.</summary>
    public SimilarityKind Similarity { get; init; } = SimilarityKind.Jaccard;

    /// <summary>Days after which a weight counts half; null for no decay.</summary>
    public double? HalfLifeDays { get; init; } = 30;

    /// <summary>Fewest users that two items must share.</summary>
    public int MinSupport { get; init; } = 1;

    /// <summary>Most similar items kept of each item; 0 for all.</summary>
    public int Neighbours { get; init; }

    /// <summary>Whether weights count.</summary>
    public bool UsesWeights { get; init; } = true;

    /// <summary>Whether each segment has a model of its own.</summary>
    public bool PerSegment { get; init; }

    /// <summary>The settings with one of them set.</summary>
    /// <exception cref="FormatException">There is no such setting, or the value is none; the message is a sentence.</exception>
    public SarSettings With(string name, string value) => name switch
    {
        "similarity" => this with { Similarity = Kind(value) },
        "half-life-days" => this with { HalfLifeDays = value == "none" ? null : Number(name, value) },
        "min-support" => this with { MinSupport = Whole(name, value, 1) },
        "neighbours" => this with { Neighbours = Whole(name, value, 0) },
        "weights" => this with { UsesWeights = Truth(name, value) },
        "per-segment" => this with { PerSegment = Truth(name, value) },
        _ => throw new FormatException($"'{name}' is no setting of sar: those are {Names}."),
    };

    /// <summary>The recommender.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="memory">Most memory it may take; null for no limit.</param>
    /// <param name="segmentOf">Each user's segment.</param>
    public SarRecommender ToRecommender(string name, long? memory, int[] segmentOf) => new(name, ToOptions(memory))
    {
        IgnoresWeights = !UsesWeights,
        SegmentOf = PerSegment ? segmentOf : null,
    };

    /// <summary>What the engine is told.</summary>
    public SarOptions ToOptions(long? memory) => new()
    {
        Similarity = Similarity,
        HalfLifeDays = HalfLifeDays,
        MinSupport = MinSupport,
        Neighbours = Neighbours,
        MemoryBudget = memory,
    };

    /// <summary>A similarity by its name, in any case.</summary>
    internal static SimilarityKind Kind(string value)
    {
        foreach (SimilarityKind kind in Enum.GetValues<SimilarityKind>())
            if (kind.ToString().Equals(value, StringComparison.OrdinalIgnoreCase))
                return kind;
        throw new FormatException($"similarity '{value}' must be one of {string.Join(", ", Enum.GetNames<SimilarityKind>().Select(n => n.ToLowerInvariant()))}.");
    }

    private static double Number(string name, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && double.IsFinite(number)
            ? number : throw new FormatException($"{name} '{value}' must be a number above 0, or none.");

    private static int Whole(string name, string value, int least) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number : throw new FormatException($"{name} '{value}' must be a whole number, at least {least}.");

    private static bool Truth(string name, string value) => value switch
    {
        "yes" => true,
        "no" => false,
        _ => throw new FormatException($"{name} '{value}' must be yes or no."),
    };
}
