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
/// <para>Memory: 20 bytes a (user, item) pair for affinity and unity, 12 bytes a stored cell of the similarity, 8 a user, 12 an item.
/// While fitting, beside the input: first at most 44 bytes an interaction (24 if no pair repeats), then the affinities and at most 20
/// bytes a stored cell of the similarity.</para>
/// </remarks>
public sealed partial class SarModel
{
    private readonly int[] itemUsers;
    private readonly double smallestAffinity, largestAffinity;

    private SarModel(SparseMatrix affinity, SparseMatrix unity, SparseMatrix similarity, int[] itemUsers, SarOptions options, long referenceTime)
    {
        Affinity = affinity;
        Unity = unity;
        Similarity = similarity;
        this.itemUsers = itemUsers;
        Options = options;
        ReferenceTime = referenceTime;
        (smallestAffinity, largestAffinity) = Range(affinity.Values);
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

    /// <summary>
    /// How alike two items are, items x items, symmetric, the diagonal included. A pair is stored exactly when at least
    /// <see cref="SarOptions.MinSupport"/> users have both, even if its similarity is 0 (mutual information of independent items).
    /// </summary>
    public SparseMatrix Similarity { get; }

    /// <summary>
    /// Distinct users of each item. Raw: an item below <see cref="SarOptions.MinSupport"/> keeps its count, although it has lost all its
    /// similarities (the reference shows 0 for it).
    /// </summary>
    public ReadOnlySpan<int> ItemUsers => itemUsers;

    /// <summary>
    /// Fits a model: decayed affinities, co-occurrence, similarity. O(rows + sum of squared history lengths), so a user with very many
    /// items is what costs; every number of threads gives the same bits.
    /// </summary>
    /// <param name="data">The interactions; may be empty, then every list is.</param>
    /// <param name="options">What to fit.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops the fit between blocks of rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The similarity has more than <see cref="SparseMatrix.MaxCells"/> cells.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SarModel Fit(Interactions data, SarOptions options, int threads = 0, CancellationToken cancellation = default)
    {
        (SparseMatrix affinity, SparseMatrix unity, long reference) = BuildAffinity(data, options, threads, cancellation);
        (SparseMatrix similarity, int[] itemUsers) = SimilarityBuilder.Build(affinity, options, threads, cancellation);
        return new SarModel(affinity, unity, similarity, itemUsers, options, reference);
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
        (SparseMatrix affinity, SparseMatrix unity, long reference) = BuildAffinity(data, options, threads, cancellation);
        return new SarModel(affinity, unity, similarity, itemUsers.ToArray(), options, reference);
    }

    /// <summary>The items similar to <paramref name="item"/>, by rising index, itself included: a row of <see cref="Similarity"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public SparseRow SimilarityRow(int item) => Similarity.Row(item);

    private static (SparseMatrix Affinity, SparseMatrix Unity, long Reference) BuildAffinity(
        Interactions data, SarOptions options, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        long reference = options.ReferenceTime ?? data.NewestTime() ?? 0;
        (SparseMatrix affinity, SparseMatrix unity) = AffinityBuilder.Build(data, options.HalfLifeDays, reference, threads, cancellation);
        return (affinity, unity, reference);
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
}
