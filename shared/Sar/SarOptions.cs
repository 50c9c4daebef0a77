namespace Pipeline.Sar;

/// <summary>
/// Everything a fit can be told. All but the two on memory and <see cref="Updatable"/> change results. Values are checked when a fit uses them
/// (<see cref="ArgumentOutOfRangeException"/>), not when they are set.
/// </summary>
public sealed record SarOptions
{
    /// <summary>How similarity follows from co-occurrence. Default <see cref="SimilarityKind.Jaccard"/>.</summary>
    public SimilarityKind Similarity { get; init; } = SimilarityKind.Jaccard;

    /// <summary>
    /// Fewest users (or baskets) two items must share to be similar at all; 1 or more, default 1 (every co-occurrence counts). The rule also holds
    /// for the diagonal: an item with fewer users is similar to nothing, itself included, and is recommended at most as a filler.
    /// </summary>
    public int MinSupport { get; init; } = 1;

    /// <summary>
    /// Days after which a weight counts half, measured back from the reference time; finite and above 0, default 30. Null: no decay,
    /// every interaction counts in full.
    /// </summary>
    public double? HalfLifeDays { get; init; } = 30;

    /// <summary>
    /// The moment ages are measured from, microseconds since 1970-01-01 UTC. Interactions after it count in full, never more. Null
    /// (default): the newest interaction.
    /// </summary>
    public long? ReferenceTime { get; init; }

    /// <summary>
    /// Most similar items kept for each item; 0 (default): all. Cutting down makes scoring faster and lists slightly different: an item
    /// of the history then speaks only for its own nearest, by similarity, equal ones by lower index. The diagonal is kept beside them
    /// and takes no place.
    /// </summary>
    public int Neighbours { get; init; }

    /// <summary>Within what items must meet to co-occur. Default <see cref="CoOccurrenceUnit.User"/>.</summary>
    public CoOccurrenceUnit CoOccurrenceUnit { get; init; }

    /// <summary>
    /// Whether the model keeps what <see cref="SarModel.Update"/> needs: the interactions (as they are, so don't change their columns) and all
    /// counts of co-occurrence (<see cref="SarEstimate.Counts"/>). Default false. Changes speed and memory only: fitting takes longer, what is
    /// asked for a few users or items is answered sooner.
    /// </summary>
    public bool Updatable { get; init; }

    /// <summary>
    /// Most memory the process should take, bytes, <see cref="OtherMemory"/> and interactions included; null (default): no limit. Kept by working in
    /// smaller groups of items; what cannot be kept is refused before the work with a <see cref="SarMemoryException"/>. Changes speed only.
    /// It covers fitting and recommending, not <see cref="SarModel.SimilarityMatrix"/> and not the users most similar to many.
    /// </summary>
    public long? MemoryBudget { get; init; }

    /// <summary>
    /// What the process takes beside the interactions and what SAR makes of them, bytes: run-time, code, the caller's own data. 0 or more,
    /// default 60 MB, which is about what the run-time alone takes. Counts in estimates and against the budget.
    /// </summary>
    public long OtherMemory { get; init => field = Math.Max(0, value); } = 60_000_000;

    internal void Validate()
    {
        if (!Enum.IsDefined(Similarity))
            throw new ArgumentOutOfRangeException(nameof(Similarity), Similarity, "The similarity kind is none of the seven.");
        if (MinSupport < 1)
            throw new ArgumentOutOfRangeException(nameof(MinSupport), MinSupport, "The minimum support must be 1 or more users.");
        if (!Enum.IsDefined(CoOccurrenceUnit))
            throw new ArgumentOutOfRangeException(nameof(CoOccurrenceUnit), CoOccurrenceUnit, "The co-occurrence unit is none of the two.");
        if (MemoryBudget is < 1)
            throw new ArgumentOutOfRangeException(nameof(MemoryBudget), MemoryBudget, "The memory budget must be above 0 bytes, or null for none.");
        if (Neighbours < 0)
            throw new ArgumentOutOfRangeException(nameof(Neighbours), Neighbours, "The number of neighbours must be 0 (all) or more.");
        if (HalfLifeDays is { } days && !(days > 0 && double.IsFinite(days)))
            throw new ArgumentOutOfRangeException(
                nameof(HalfLifeDays), days, "The half-life must be a finite number of days above 0, or null for no decay.");
    }
}
