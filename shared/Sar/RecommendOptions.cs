namespace Pipeline.Sar;

/// <summary>
/// Everything a recommendation can be told. Values are checked when they are used, not when they are set.
/// </summary>
public sealed record RecommendOptions
{
    /// <summary>Most items per user; 1 or more, default 10. A list is shorter where fewer items qualify.</summary>
    public int K { get; init; } = 10;

    /// <summary>
    /// Whether items in the user's own interactions may be recommended. Default false: a seen item is left out whatever its weight
    /// (zero, negative or decayed to nothing included).
    /// </summary>
    public bool IncludeSeen { get; init; }

    /// <summary>
    /// Whether scores are put on the scale of the affinities, which makes users comparable. Default false. Per user a rising straight
    /// line, <c>(score - lo) / (hi - lo) * (r_max - r_min) + r_min</c>, so the order of a list never changes. <c>r_min</c> and
    /// <c>r_max</c> are the smallest and largest stored affinity of the model; <c>lo</c> and <c>hi</c> are these times the smallest
    /// and largest score over all items that the same history would have with every weight 1. Where <c>hi &lt;= lo</c> every score
    /// becomes <c>r_min</c>. Costs about the scoring time again.
    /// </summary>
    public bool Normalize { get; init; }

    /// <summary>
    /// Whether lists that are too short are filled with items that have nothing in common with the history, at score 0. Default
    /// false: an item is a candidate only when it is similar to at least one item of the history whose affinity is not 0. Such an item
    /// counts whatever its score; with mutual information, or with negative weights, a score can be 0 or negative. Filled-in items
    /// rank by their score like all others, so they stand before negative ones.
    /// </summary>
    public bool ZeroScores { get; init; }

    /// <summary>
    /// Which items may be recommended, one flag per item. Default empty: all. It limits the list only; all items of the history keep
    /// their say.
    /// </summary>
    public ReadOnlyMemory<bool> Allowed { get; init; }

    internal void Validate(int itemCount)
    {
        CheckK(K, nameof(K));
        CheckMask(Allowed.Span, itemCount, nameof(Allowed));
    }

    internal static void CheckK(int k, string name)
    {
        if (k < 1)
            throw new ArgumentOutOfRangeException(name, k, "The length of a list must be 1 or more.");
    }

    internal static void CheckMask(ReadOnlySpan<bool> allowed, int itemCount, string name)
    {
        if (!allowed.IsEmpty && allowed.Length != itemCount)
            throw new ArgumentException(
                $"The mask of allowed items has {allowed.Length} flags for {itemCount} items; give one per item, or none.", name);
    }
}
