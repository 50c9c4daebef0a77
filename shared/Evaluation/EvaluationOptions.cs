namespace Pipeline.Evaluation;

/// <summary>Whom means are taken over.</summary>
public enum Population
{
    /// <summary>Users with held-out items and a list: what the reference does. A model that leaves users out is not punished for it.</summary>
    CommonUsers,

    /// <summary>All users with held-out items; whoever has no list has no hit. The one to compare models by.</summary>
    TruthUsers,
}

/// <summary>What an evaluation can be told.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The lengths to cut lists to, each 1 or more. Default 10.</summary>
    public IReadOnlyList<int> Ks { get; init; } = [10];

    /// <summary>Whom means are taken over. NDCG is always taken over all users with held-out items, as in the reference.</summary>
    public Population Population { get; init; }

    /// <summary>Users to look at apart.</summary>
    public IReadOnlyList<Grouping> UserGroups { get; init; } = [];

    /// <summary>Items to look at apart.</summary>
    public IReadOnlyList<Grouping> ItemGroups { get; init; } = [];

    /// <summary>Bootstrap resamples behind each interval, 0 for no intervals. Default 1,000.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Share of resamples that an interval holds. Default 0.95.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Seed of the resamples.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Most threads; 0: one per processor. Changes speed only.</summary>
    public int Threads { get; init; }

    internal ParallelOptions Parallel(CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = Threads == 0 ? Environment.ProcessorCount : Threads, CancellationToken = cancellation };

    internal void Validate()
    {
        if (Ks.Count == 0)
            throw new ArgumentException("There is no length to cut lists to.", nameof(Ks));
        foreach (int k in Ks)
            ArgumentOutOfRangeException.ThrowIfLessThan(k, 1, nameof(Ks));
        ArgumentOutOfRangeException.ThrowIfNegative(Resamples);
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        if (!(Confidence > 0 && Confidence < 1))
            throw new ArgumentOutOfRangeException(nameof(Confidence), Confidence, "The confidence must lie between 0 and 1.");
    }
}
