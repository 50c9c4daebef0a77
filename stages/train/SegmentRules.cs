namespace Pipeline.Train;

/// <summary>Which segment a customer is in, by recency and frequency. Each customer is in exactly one.</summary>
internal sealed record SegmentRules
{
    /// <summary>All segments, in the order in which they are shown.</summary>
    public static readonly IReadOnlyList<string> Names = ["new", "loyal", "active", "at-risk", "lapsed", "never-bought"];

    /// <summary>Most days since the only purchase day of a new customer.</summary>
    public required double NewDays { get; init; }

    /// <summary>Most days since the last purchase of an active customer.</summary>
    public required double ActiveDays { get; init; }

    /// <summary>Most days since the last purchase of a customer at risk; beyond, the customer has lapsed.</summary>
    public required double LapsedDays { get; init; }

    /// <summary>Fewest purchase days of a loyal customer.</summary>
    public required int LoyalFrequency { get; init; }

    /// <summary>The segment's name.</summary>
    /// <param name="recencyDays">Days since the last purchase.</param>
    /// <param name="frequency">Days with a purchase; 0 for those who never bought.</param>
    public string SegmentOf(double recencyDays, int frequency) => (recencyDays, frequency) switch
    {
        (_, 0) => "never-bought",
        (var days, 1) when days <= NewDays => "new",
        (var days, var f) when days <= ActiveDays && f >= LoyalFrequency => "loyal",
        (var days, _) when days <= ActiveDays => "active",
        (var days, _) when days <= LapsedDays => "at-risk",
        _ => "lapsed",
    };
}
