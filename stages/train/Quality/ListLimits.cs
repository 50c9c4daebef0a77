using Pipeline.Hosting;

namespace Pipeline.Train;

/// <summary>What the lists must come to, or the run ends before they are an output.</summary>
internal sealed record ListLimits
{
    /// <summary>The option that names the earlier run.</summary>
    public const string CompareWithFlag = "compare-with";

    /// <summary>Most rows, as a share, where the models had nothing.</summary>
    public required decimal MaxFallback { get; init; }

    /// <summary>Fewest customers with a list, as a share of those for whom something is left.</summary>
    public required decimal MinWithList { get; init; }

    /// <summary>Fewest rows, as a share of the places that could be filled.</summary>
    public required decimal MinFilled { get; init; }

    /// <summary>Fewest products in any list, as a share of those that may be.</summary>
    public required decimal MinCoverage { get; init; }

    /// <summary>Most rows, as a share, of the most recommended product in a hundred.</summary>
    public required decimal MaxTopShare { get; init; }

    /// <summary>Least overlap with the earlier run.</summary>
    public required decimal MinOverlap { get; init; }

    /// <summary>The earlier run to compare with, null for none.</summary>
    public required string? CompareWith { get; init; }

    public static ListLimits Parse(OptionReader options) => new()
    {
        MaxFallback = options.Share("max-fallback", "Most recommendations, as a share, where the models had nothing and what is popular or new stands in.", "100%"),
        MinWithList = options.Share("min-with-list", "Fewest customers with a list, as a share of those who have not had everything.", "90%"),
        MinFilled = options.Share("min-filled", "Fewest places filled, as a share of those that could be: what the mean length of the lists comes to.", "50%"),
        MinCoverage = options.Share("min-coverage", "Fewest products in any list, as a share of those that are offered.", "1%"),
        MaxTopShare = options.Share("max-top-share", "Most recommendations, as a share, that one product in a hundred may have.", "75%"),
        CompareWith = options.OptionalEarlierRun(CompareWithFlag, ListQuality.FileName, "An earlier run: lists that differ too far from its are refused, see --min-overlap."),
        MinOverlap = options.Share("min-overlap", "Least share of a list of --compare-with that must be in the customer's new list again, as a mean.", "10%"),
    };
}
