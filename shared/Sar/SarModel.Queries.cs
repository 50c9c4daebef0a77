namespace Pipeline.Sar;

public sealed partial class SarModel
{
    private const int QueriesPerChunk = 16;

    /// <summary>
    /// The items most users have, each with its number of distinct users (<see cref="ItemUsers"/>: raw, without the support rule). Weights
    /// and decay play no part. An item that nobody has is left out. O(items log k).
    /// </summary>
    /// <param name="k">Most items; 1 or more.</param>
    /// <param name="allowed">Which items may appear, one flag per item; empty: all.</param>
    /// <exception cref="ArgumentException">The mask doesn't fit the items.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public Ranking PopularItems(int k, ReadOnlySpan<bool> allowed = default)
    {
        TopK top = NewTop(k, ItemCount);
        RecommendOptions.CheckMask(allowed, ItemCount, nameof(allowed));
        for (int item = 0; item < ItemCount; item++)
            if (itemUsers[item] > 0 && (allowed.IsEmpty || allowed[item]) && top.Admits(item, itemUsers[item]))
                top.Push(item, itemUsers[item]);
        return top.ToRanking();
    }

    /// <summary>
    /// The users who have most items, each with its number of distinct items. Weights and decay play no part. A user without interactions
    /// is left out. O(users log k).
    /// </summary>
    /// <param name="k">Most users; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public Ranking PopularUsers(int k)
    {
        TopK top = NewTop(k, UserCount);
        for (int user = 0; user < UserCount; user++)
            if (Affinity.Row(user).Count is > 0 and int items && top.Admits(user, items))
                top.Push(user, items);
        return top.ToRanking();
    }

    /// <summary>The items most similar to an item, itself left out; only stored similarities, which may be negative for some kinds.</summary>
    /// <param name="item">Item index.</param>
    /// <param name="k">Most items; 1 or more.</param>
    /// <param name="allowed">Which items may appear, one flag per item; empty: all.</param>
    /// <exception cref="ArgumentException">The mask doesn't fit the items.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item, or <paramref name="k"/> is below 1.</exception>
    public Ranking SimilarItems(int item, int k, ReadOnlySpan<bool> allowed = default)
    {
        CheckItem(item);
        RecommendOptions.CheckMask(allowed, ItemCount, nameof(allowed));
        TopK top = NewTop(k, ItemCount);
        var (others, values) = SimilarityRow(item);
        for (int n = 0; n < others.Length; n++)
            if (others[n] != item && (allowed.IsEmpty || allowed[others[n]]) && top.Admits(others[n], values[n]))
                top.Push(others[n], values[n]);
        return top.ToRanking();
    }

    /// <summary>
    /// <see cref="SimilarItems(int, int, ReadOnlySpan{bool})"/> for many items, a ranking each in the order asked for, with the same bits. Any
    /// number of threads gives the same result.
    /// </summary>
    /// <param name="items">Item indices; an item may be asked for more than once. Empty: no rankings.</param>
    /// <param name="k">Most items in a ranking; 1 or more.</param>
    /// <param name="minUsers">Fewest distinct users of the model who must have both items; 1 or more. A pair of fewer is left out of the rankings.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops between blocks of items.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There is no such item, or <paramref name="k"/> or <paramref name="minUsers"/> is below 1.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Ranking[] SimilarItems(
        ReadOnlyMemory<int> items, int k, int minUsers = 1, int threads = 0, CancellationToken cancellation = default)
    {
        foreach (int item in items.Span)
            CheckItem(item);
        RecommendOptions.CheckK(k, nameof(k));
        ArgumentOutOfRangeException.ThrowIfLessThan(minUsers, 1);
        CoOccurrenceIndex? users = minUsers > 1 ? IndexOfUsers(threads, cancellation) : null;
        var rankings = new Ranking[items.Length];
        Workers.Run(items.Length, QueriesPerChunk, threads, () => (Top: NewTop(k, ItemCount), Shared: NewSharedCounter(users, minUsers), Counter: stored is null ? NewCounter() : null), (scratch, chunk) =>
        {
            for (int n = chunk.Start; n < chunk.End; n++)
            {
                int item = items.Span[n];
                SparseRow row = scratch.Counter is null ? stored!.Row(item) : AsRow(scratch.Counter.Row(item));
                scratch.Shared?.Count(item);
                for (int at = 0; at < row.Count; at++)
                    if (row.Indices[at] != item && scratch.Top.Admits(row.Indices[at], row.Values[at]) && scratch.Shared?.IsShared(row.Indices[at]) != false)
                        scratch.Top.Push(row.Indices[at], row.Values[at]);
                scratch.Shared?.Clear();
                rankings[n] = scratch.Top.ToRanking();
            }
        }, cancellation);
        return rankings;

        static SparseRow AsRow((int[] Items, double[] Values) row) => new(row.Items, row.Values);
    }

    /// <summary>
    /// The users most similar to a user: dot product of their affinities, not normalised, weights and decay included. The user is left out,
    /// and so is everybody who shares no item with a non-zero affinity on both sides. O(all pairs).
    /// </summary>
    /// <param name="user">User index.</param>
    /// <param name="k">Most users; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user, or <paramref name="k"/> is below 1.</exception>
    public Ranking SimilarUsers(int user, int k)
    {
        CheckUser(user);
        TopK top = NewTop(k, UserCount);
        double[] mine = new double[ItemCount];
        var (myItems, myWeights) = Affinity.Row(user);
        for (int n = 0; n < myItems.Length; n++)
            mine[myItems[n]] = myWeights[n];

        for (int other = 0; other < UserCount; other++)
            if (other != user && TryDot(mine, Affinity.Row(other), out double product) && top.Admits(other, product))
                top.Push(other, product);
        return top.ToRanking();
    }

    /// <summary>
    /// <see cref="SimilarUsers(int, int)"/> for many users, a ranking each in the order asked for, with the same bits. Any number of threads
    /// gives the same result. O(pairs) once, then for each user the sum of <see cref="ItemUsers"/> over the items. Memory beside the model and
    /// the rankings, in no budget: 12 bytes a pair, and for each thread 12 bytes a user.
    /// </summary>
    /// <param name="users">User indices; a user may be asked for more than once. Empty: no rankings.</param>
    /// <param name="k">Most users in a ranking; 1 or more.</param>
    /// <param name="progress">Told, block by block, how many rankings are done so far; never falling. Null: nobody is told.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops between blocks of users.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user, or <paramref name="k"/> is below 1.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Ranking[] SimilarUsers(
        ReadOnlyMemory<int> users, int k, IProgress<int>? progress = null, int threads = 0, CancellationToken cancellation = default)
    {
        foreach (int user in users.Span)
            CheckUser(user);
        RecommendOptions.CheckK(k, nameof(k));
        SparseMatrix holders = NonZeroAffinityByItem();
        var rankings = new Ranking[users.Length];
        var done = new Counter(progress);
        Workers.Run(users.Length, QueriesPerChunk, threads, () => (Products: new ScoreBoard(UserCount), Top: NewTop(k, UserCount), Barred: new bool[UserCount]), (scratch, chunk) =>
        {
            for (int n = chunk.Start; n < chunk.End; n++)
            {
                // A product is added up in item order, as it is for one user: to the last bit the same.
                int user = users.Span[n];
                scratch.Products.Fill(Affinity.Row(user).Indices, Affinity.Row(user).Values, holders);
                scratch.Barred[user] = true;
                scratch.Products.OfferTo(scratch.Top, scratch.Barred);
                scratch.Barred[user] = false;
                rankings[n] = scratch.Top.ToRanking();
            }
            done.Add(chunk.End - chunk.Start);
        }, cancellation);
        return rankings;
    }

    /// <summary>The affinities other than 0 the other way round, items x users: who has each item.</summary>
    private SparseMatrix NonZeroAffinityByItem()
    {
        long[] starts = new long[ItemCount + 1L];
        ReadOnlySpan<int> items = Affinity.Indices;
        ReadOnlySpan<double> affinities = Affinity.Values;
        for (int at = 0; at < items.Length; at++)
            if (affinities[at] != 0)
                starts[items[at] + 1]++;
        for (int item = 0; item < ItemCount; item++)
            starts[item + 1] += starts[item];
        int[] users = new int[starts[^1]];
        double[] values = new double[starts[^1]];
        for (int user = 0; user < UserCount; user++)
        {
            SparseRow row = Affinity.Row(user);
            for (int n = 0; n < row.Count; n++)
            {
                if (row.Values[n] == 0)
                    continue;
                long to = starts[row.Indices[n]]++;
                (users[to], values[to]) = (user, row.Values[n]);
            }
        }
        CountingSort.Rewind(starts);
        return SparseMatrix.Trusted(starts, users, values, UserCount);
    }

    /// <summary>The product in item order; false if no term has two factors other than 0.</summary>
    private static bool TryDot(double[] dense, SparseRow row, out double product)
    {
        bool overlaps = false;
        product = 0;
        for (int n = 0; n < row.Count; n++)
        {
            double left = dense[row.Indices[n]], right = row.Values[n];
            overlaps |= left != 0 && right != 0;
            product += left * right;
        }
        return overlaps;
    }

    private static TopK NewTop(int k, int candidates)
    {
        RecommendOptions.CheckK(k, nameof(k));
        return new TopK(Math.Min(k, candidates));
    }
}
