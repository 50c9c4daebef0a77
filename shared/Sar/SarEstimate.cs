namespace Pipeline.Sar;

/// <summary>
/// Memory that a fit and lists for everybody will take, in bytes by part, told before the work. Parts don't all exist at the same time:
/// <see cref="Peak"/> is what counts.
/// </summary>
public sealed record SarEstimate
{
    /// <summary>What the process takes beside all this: <see cref="SarOptions.OtherMemory"/>.</summary>
    public required long Other { get; init; }

    /// <summary>The interactions themselves, which the caller holds: 24 bytes a row, 28 with baskets.</summary>
    public required long Input { get; init; }

    /// <summary>Sorted keys while the affinities are built: 8 bytes a row and 16 a user.</summary>
    public required long Fitting { get; init; }

    /// <summary>Affinity and unity: 20 bytes a pair and 8 a user.</summary>
    public required long Affinity { get; init; }

    /// <summary>The lists that co-occurrence is counted from, both ways: 6 or 8 bytes a pair, 12 a unit, 28 an item.</summary>
    public required long Index { get; init; }

    /// <summary>Similarity rows, where they are kept: with <see cref="SarOptions.Neighbours"/>, or for very wide catalogues; else 0.</summary>
    public required long Similarity { get; init; }

    /// <summary>
    /// All counts of co-occurrence, with <see cref="SarOptions.Updatable"/>; else 0. At most 8 bytes an increment, and at most 2 (4 beyond
    /// 65,535 users of the item) a pair of items; with baskets 16 bytes a basket beside them.
    /// </summary>
    public required long Counts { get; init; }

    /// <summary>The tile of one group of columns and the workers' scratch.</summary>
    public required long Scratch { get; init; }

    /// <summary>The lists and what is known of each on the way: 12 bytes a place, 48 a user, 4 a pair.</summary>
    public required long Recommendations { get; init; }

    /// <summary>Most of it at one time.</summary>
    public long Peak =>
        Other + Input + Affinity + Math.Max(Fitting, Index + Similarity + Counts + Scratch + Recommendations);
}
