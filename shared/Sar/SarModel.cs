namespace Pipeline.Sar;

/// <summary>
/// A fitted Simple Algorithm for Recommendation (SAR): what users like (affinity, users x items), which items go together (similarity,
/// items x items), and the queries on the two. Immutable: any number of threads may ask at the same time.
/// </summary>
/// <remarks>
/// <para>Source: Microsoft's SAR, "Product Recommendations solution", and the reference implementation in recommenders-team/recommenders,
/// with its known faults corrected (repeated interactions, seen items of weight 0 or below, undefined similarities).</para>
/// <para>Every list is ordered by score descending, equal scores by rising index. Every number is finite. The same input gives the same
/// bits, whatever the order of its rows and the number of threads.</para>
/// <para>The similarity is not kept: its rows are counted when they are asked for (read from the counts, if <see cref="SarOptions.Updatable"/>
/// keeps these), and lists for many users are made group after group of items (see <c>TiledRecommender</c>). Only with <see cref="SarOptions.Neighbours"/> is a cut-down similarity stored.</para>
/// </remarks>
public sealed partial class SarModel
{
    private readonly int[] itemUsers;
    private readonly double largestAffinity;

    // Of the two, one or both: counts to work the similarity out from, and a similarity that is stored (given, or cut down to neighbours).
    private readonly CoOccurrenceIndex? index;
    private readonly ISimilarityRows? stored;
    private readonly Incidence units;
    private RowCounter? spareCounter;

    // What an update starts from; nothing unless SarOptions.Updatable.
    private readonly Interactions? interactions;
    private readonly KeptCounts? counts;
    private readonly BasketKey[] basketKeys = [];

    private SarModel(Affinities affinities, ISimilarityRows similarity, int[] itemUsers, SarOptions options)
    {
        (Affinity, Unity, ReferenceTime) = affinities;
        units = Affinity.Pattern;
        stored = similarity;
        this.itemUsers = itemUsers;
        Options = options;
        (SmallestAffinity, largestAffinity) = Range(Affinity.Values);
    }

    /// <summary>Fits; with a model of a part of the interactions its counts are taken over, if they are still its own.</summary>
    private SarModel(Interactions data, SarOptions options, SarModel? before, int threads, CancellationToken cancellation)
    {
        (Affinity, Unity, ReferenceTime) = BuildAffinity(data, options, threads, cancellation);
        Incidence users = Affinity.Pattern;
        units = options.CoOccurrenceUnit == CoOccurrenceUnit.User
            ? users : BasketBuilder.Build(data, options.Updatable, threads, cancellation, out basketKeys);
        index = new CoOccurrenceIndex(units, users, threads, cancellation);
        itemUsers = index.ItemCounts;
        if (!ReferenceEquals(units, users))
        {
            itemUsers = new int[data.ItemCount];
            foreach (int item in users.Indices)
                itemUsers[item]++;
        }
        stored = options.Neighbours == 0 ? null : SimilarityRows.Build(index, options, RecommendTuning.Best, threads, cancellation);
        Options = options;
        InputRows = data.Count;
        HasBaskets = !data.Baskets.IsEmpty;
        (SmallestAffinity, largestAffinity) = Range(Affinity.Values);
        if (options.Updatable)
        {
            interactions = data;
            // Last, as nothing may fail once the counts have left the other model.
            counts = before is null ? KeptCounts.Count(index, threads, cancellation) : before.CountsFor(this, threads, cancellation);
        }
    }

    /// <summary>Users there are, rows of <see cref="Affinity"/>.</summary>
    public int UserCount => Affinity.Rows;

    /// <summary>Items there are, columns of <see cref="Affinity"/>.</summary>
    public int ItemCount => Affinity.Columns;

    /// <summary>What the model was fitted with.</summary>
    public SarOptions Options { get; }

    /// <summary>
    /// The moment ages were measured from, microseconds since 1970-01-01 UTC: <see cref="SarOptions.ReferenceTime"/>, else the newest
    /// interaction, else (no interactions) 0.
    /// </summary>
    public long ReferenceTime { get; }

    /// <summary>
    /// What each user likes, users x items: weights of the pair's interactions, decayed and added up. A pair is stored exactly when it has
    /// an interaction, even if its affinity is 0: the stored pairs are what is seen.
    /// </summary>
    public SparseMatrix Affinity { get; }

    /// <summary>
    /// The affinity every weight 1 would give: the sum of the pair's decays, or 1 without decay. Same cells as <see cref="Affinity"/>, whose
    /// indices it shares. Only normalised scores need it.
    /// </summary>
    public SparseMatrix Unity { get; }

    private int InputRows { get; }

    private bool HasBaskets { get; }

    /// <summary>Smallest stored affinity; 0 without any.</summary>
    internal double SmallestAffinity { get; }

    /// <summary>
    /// Distinct users of each item. Raw: an item below <see cref="SarOptions.MinSupport"/> keeps its count, although it has lost all its
    /// similarities (the reference shows 0 for it).
    /// </summary>
    public ReadOnlySpan<int> ItemUsers => itemUsers;

    /// <summary>
    /// Fits a model: decayed affinities, and the lists that co-occurrence is counted from. O(rows log(rows of the busiest user)); every
    /// number of threads gives the same bits.
    /// </summary>
    /// <param name="data">The interactions; may be empty, then every list is.</param>
    /// <param name="options">What to fit.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops the fit between blocks of rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="SarMemoryException">The memory budget has no room for the model.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SarModel Fit(Interactions data, SarOptions options, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.MemoryBudget is not null)
            PlanFor(data, options, threads).CheckFit(options.MemoryBudget, options, !data.Baskets.IsEmpty, held: 0);
        return new SarModel(data, options, before: null, threads, cancellation);
    }

    /// <summary>
    /// A model of the given users with a similarity fitted before, perhaps on others: to score a part of the users, or users as they are
    /// today against the items as they were last night. Users get the bits that a fit with all of them would give when
    /// <see cref="SarOptions.ReferenceTime"/> is the same; set it, as the newest interaction of a part may be older.
    /// </summary>
    /// <param name="data">The interactions of the users to score; item indices are those of the similarity.</param>
    /// <param name="similarity">Similarity, items x items; rows are those of the history items.</param>
    /// <param name="itemUsers">Distinct users of each item, for <see cref="PopularItems"/>; copied.</param>
    /// <param name="options">The half-life and the reference time count; similarity and support are taken as what was fitted.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops between blocks of rows.</param>
    /// <exception cref="ArgumentException">The similarity or the counts are not for the items of <paramref name="data"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SarModel FromSimilarity(
        Interactions data, SparseMatrix similarity, ReadOnlySpan<int> itemUsers, SarOptions options, int threads = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(similarity);
        if (similarity.Rows != data.ItemCount || similarity.Columns != data.ItemCount)
            throw new ArgumentException(
                $"The similarity is {similarity.Rows} x {similarity.Columns}, but there are {data.ItemCount} items.", nameof(similarity));
        if (itemUsers.Length != data.ItemCount)
            throw new ArgumentException($"There are {itemUsers.Length} user counts for {data.ItemCount} items.", nameof(itemUsers));
        Affinities affinities = BuildAffinity(data, options, threads, cancellation);
        return new SarModel(affinities, similarity, itemUsers.ToArray(), options);
    }

    private static Affinities BuildAffinity(Interactions data, SarOptions options, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        long reference = options.ReferenceTime ?? data.NewestTime() ?? 0;
        (SparseMatrix affinity, SparseMatrix unity) = AffinityBuilder.Build(data, options.HalfLifeDays, reference, threads, cancellation);
        return new(affinity, unity, reference);
    }

    private static (double Min, double Max) Range(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
            return (0, 0);
        double min = double.MaxValue, max = double.MinValue;
        foreach (double value in values)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }
        return (min, max);
    }

    private void CheckUser(int user)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(user);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(user, UserCount);
    }

    private void CheckItem(int item)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(item);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(item, ItemCount);
    }

    private readonly record struct Affinities(SparseMatrix Affinity, SparseMatrix Unity, long ReferenceTime);
}
