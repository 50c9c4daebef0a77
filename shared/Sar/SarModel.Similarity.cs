namespace Pipeline.Sar;

public sealed partial class SarModel
{
    /// <summary>
    /// The items similar to <paramref name="item"/>, by rising index, itself included: a row of <see cref="SimilarityMatrix"/>. Unless a
    /// similarity is stored it is counted now, O(sum of the list lengths of the units that have the item), or read from the counts,
    /// O(items), where <see cref="SarOptions.Updatable"/> keeps them.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public SparseRow SimilarityRow(int item)
    {
        CheckItem(item);
        if (stored is not null)
            return stored.Row(item);
        RowCounter counter = TakeCounter();
        (int[] items, double[] values) = counter.Row(item);
        spareCounter = counter;
        return new SparseRow(items, values);
    }

    /// <summary>
    /// How alike two items are, items x items, the diagonal included; symmetric unless cut down to neighbours. A pair is stored exactly
    /// when at least <see cref="SarOptions.MinSupport"/> units have both, even if its similarity is 0 (mutual information of independent
    /// items). Worked out anew on every call: no other query needs it. Memory: at most 20 bytes a cell while it is built, 12 after.
    /// </summary>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops between blocks of rows.</param>
    /// <exception cref="InvalidOperationException">It has more than <see cref="SparseMatrix.MaxCells"/> cells.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SparseMatrix SimilarityMatrix(int threads = 0, CancellationToken cancellation = default) =>
        stored switch
        {
            SparseMatrix matrix => matrix,
            SimilarityRows rows => rows.ToMatrix(),
            _ => SimilarityBuilder.Build(units, Options, threads, cancellation),
        };

    /// <summary>A counter for one query; put it back in <c>spareCounter</c> afterwards, so that the next need not make one.</summary>
    private RowCounter TakeCounter() => Interlocked.Exchange(ref spareCounter, null) ?? NewCounter();

    private RowCounter NewCounter() => new(index!, Options, counts);

    /// <summary>Who has what by users: the model's own index where users are the unit, else one made now. O(pairs).</summary>
    private CoOccurrenceIndex IndexOfUsers(int threads, CancellationToken cancellation) =>
        index is not null && ReferenceEquals(index.Units, index.Users) ? index : new CoOccurrenceIndex(Affinity.Pattern, Affinity.Pattern, threads, cancellation);

    private static SharedCounter? NewSharedCounter(CoOccurrenceIndex? users, int minUsers) => users is null ? null : new SharedCounter(users, minUsers);
}
