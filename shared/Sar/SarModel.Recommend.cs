namespace Pipeline.Sar;

public sealed partial class SarModel
{
    private const int UsersPerChunk = 256;

    // Few, so that a short list of users or seed sets keeps all workers busy.
    private const int ListsPerChunk = 16;

    /// <summary>
    /// The best items for every user, in user order. O(sum over all interactions of the length of the item's similarity row). Any number
    /// of threads gives the same bits. A user without interactions, or whose items are similar to nothing, gets an empty list: fill it from
    /// <see cref="PopularItems"/>, or ask for <see cref="RecommendOptions.ZeroScores"/>.
    /// </summary>
    /// <param name="options">What to recommend; null: the defaults.</param>
    /// <param name="progress">Told, block by block, how many users are done so far; never falling. Null: nobody is told.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops between blocks of users.</param>
    /// <exception cref="ArgumentException">The mask of allowed items doesn't fit the items.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The lists together are longer than an array can be; ask for fewer users at a time.</exception>
    /// <exception cref="SarMemoryException">The memory budget has no room for the lists.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public RecommendationLists RecommendAll(
        RecommendOptions? options = null, IProgress<int>? progress = null, int threads = 0, CancellationToken cancellation = default)
    {
        int[] users = new int[UserCount];
        for (int user = 0; user < users.Length; user++)
            users[user] = user;
        return RecommendTo(users, options ?? new RecommendOptions(), new RecommendTuning(), progress, threads, cancellation);
    }

    /// <summary>
    /// The best items for some users, a list each in the order asked for, with the same bits as <see cref="RecommendAll"/>. A user may be
    /// asked for more than once.
    /// </summary>
    /// <param name="users">User indices; empty: no lists.</param>
    /// <param name="options">What to recommend; null: the defaults.</param>
    /// <param name="progress">Told, block by block, how many lists are done so far; never falling. Null: nobody is told.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops between blocks of users.</param>
    /// <exception cref="ArgumentException">The mask of allowed items doesn't fit the items.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The lists together are longer than an array can be; ask for fewer users at a time.</exception>
    /// <exception cref="SarMemoryException">The memory budget has no room for the lists.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public RecommendationLists Recommend(
        ReadOnlyMemory<int> users, RecommendOptions? options = null, IProgress<int>? progress = null, int threads = 0,
        CancellationToken cancellation = default)
    {
        foreach (int user in users.Span)
            CheckUser(user);
        return RecommendTo(users.ToArray(), options ?? new RecommendOptions(), new RecommendTuning(), progress, threads, cancellation);
    }

    /// <summary>The best items for one user, with the same bits as <see cref="RecommendAll"/>. Allocates scratch of 13 bytes an item.</summary>
    /// <param name="user">User index.</param>
    /// <param name="options">What to recommend; null: the defaults.</param>
    /// <exception cref="ArgumentException">The mask of allowed items doesn't fit the items.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user, or an option is out of range.</exception>
    public Ranking Recommend(int user, RecommendOptions? options = null)
    {
        CheckUser(user);
        UserScorer scorer = NewScorer(options ?? new RecommendOptions(), NewCountedRows(threads: 1, lists: 1));
        Score(scorer, Histories, user);
        return scorer.ToRanking();
    }

    /// <summary>
    /// The best items for somebody who is only known by a few items: a basket, or a user who came after the fit. Like a user with these
    /// affinities, not decayed. A seed that occurs more than once adds up; seeds are never recommended; the order of the seeds makes no
    /// difference.
    /// </summary>
    /// <param name="seeds">Item indices; empty: an empty list (or fillers).</param>
    /// <param name="weights">Weight of each seed, at most <see cref="Interactions.MaxWeight"/> in magnitude. Empty: each 1.</param>
    /// <param name="k">Most items; 1 or more.</param>
    /// <param name="allowed">Which items may be recommended, one flag per item; empty: all.</param>
    /// <param name="zeroScores">As <see cref="RecommendOptions.ZeroScores"/>.</param>
    /// <exception cref="ArgumentException">Seeds and weights, or the mask and the items, differ in number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A seed, a weight or <paramref name="k"/> is out of range.</exception>
    public Ranking RecommendForItems(
        ReadOnlySpan<int> seeds, ReadOnlySpan<double> weights = default, int k = 10, ReadOnlySpan<bool> allowed = default, bool zeroScores = false)
    {
        double[] seedWeights = weights.ToArray();
        if (weights.IsEmpty)
        {
            seedWeights = new double[seeds.Length];
            Array.Fill(seedWeights, 1);
        }

        // The seeds are the interactions of one user who did everything at once: that adds repeats up in a fixed order.
        var basket = new Interactions(1, ItemCount, new int[seeds.Length], seeds.ToArray(), seedWeights, new long[seeds.Length]);
        (SparseMatrix affinity, _) = AffinityBuilder.Build(basket, halfLifeDays: null, reference: 0, threads: 1, CancellationToken.None);

        UserScorer scorer = NewScorer(
            new RecommendOptions { K = k, Allowed = allowed.ToArray(), ZeroScores = zeroScores }, NewCountedRows(threads: 1, lists: 1));
        scorer.Score(affinity.Indices, affinity.Values, unity: default);
        return scorer.ToRanking();
    }

    /// <summary>
    /// <see cref="RecommendForItems(ReadOnlySpan{int}, ReadOnlySpan{double}, int, ReadOnlySpan{bool}, bool)"/> for many sets of seeds, with
    /// the same bits: a list each, in the order of the sets. Any number of threads gives the same result. The sets come as the interactions of
    /// users, one user a set; times and baskets play no part. Scratch for each thread: 25 bytes an item, and the similarity rows met last,
    /// 48 MB or a little more.
    /// </summary>
    /// <param name="sets">The seeds and their weights; item indices are those of the model.</param>
    /// <param name="options">What to recommend; null: the defaults. Seeds count as seen.</param>
    /// <param name="progress">Told, block by block, how many lists are done so far; never falling. Null: nobody is told.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops between blocks of sets.</param>
    /// <returns>The lists; <see cref="RecommendationLists.Users"/> holds the sets' indices.</returns>
    /// <exception cref="ArgumentException">The sets are not of the model's items, or the mask of allowed items doesn't fit them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public RecommendationLists RecommendForItems(
        Interactions sets, RecommendOptions? options = null, IProgress<int>? progress = null, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sets);
        options ??= new RecommendOptions();
        options.Validate(ItemCount);
        if (sets.ItemCount != ItemCount)
            throw new ArgumentException($"The sets are of {sets.ItemCount} items, the model of {ItemCount}.", nameof(sets));
        var atOnce = new Interactions(sets.UserCount, ItemCount, sets.Users, sets.Items, sets.Weights, new long[sets.Count]);
        Affinities seeds = BuildAffinity(atOnce, Options with { HalfLifeDays = null }, threads, cancellation);
        return RecommendPlainly(
            [.. Enumerable.Range(0, sets.UserCount)], seeds, options, () => NewCountedRows(threads, sets.UserCount), progress, threads, cancellation);
    }

    /// <summary>Recommends the way the tuning says: every way gives the same bits.</summary>
    internal RecommendationLists RecommendTo(
        int[] users, RecommendOptions options, RecommendTuning tuning, IProgress<int>? progress = null, int threads = 0,
        CancellationToken cancellation = default)
    {
        options.Validate(ItemCount);
        RecommendPath path = tuning.Path ?? PathFor(users, options, threads);
        return path switch
        {
            RecommendPath.Counted => RecommendPlainly(
                users, Histories, options, () => NewCountedRows(threads, users.Length), progress, threads, cancellation),
            RecommendPath.Sparse when stored is null => RecommendFrom(
                SimilarityRows.Build(index!, Options, tuning.Instructions, threads, cancellation)),
            RecommendPath.Tiled => RecommendTiled(users, options, tuning, progress, threads, cancellation),
            _ => RecommendFrom(stored ?? SimilarityMatrix(threads, cancellation)),
        };

        RecommendationLists RecommendFrom(ISimilarityRows similarity) =>
            RecommendPlainly(users, Histories, options, () => similarity, progress, threads, cancellation);
    }

    /// <summary>
    /// The cheapest way: a stored similarity is used; a few users have their rows counted; everybody goes over the tiles, except where only
    /// the plain way knows the answer: normalised scores need the smallest score over all items, which no upper bound finds.
    /// </summary>
    private RecommendPath PathFor(int[] users, RecommendOptions options, int threads)
    {
        if (stored is not null)
            return RecommendPath.Plain;
        long steps = 0;
        for (int list = 0; list < users.Length && steps < index!.Increments / 4; list++)
            foreach (int item in Affinity.Row(users[list]).Indices)
                steps += index.StepsOf(index.Labels.Labels[item]);
        if (steps < index!.Increments / 4)
            return RecommendPath.Counted;
        int k = Math.Min(options.K, ItemCount);
        MemoryPlan plan = PlanOfModel(threads);
        if (!KeepsRows(plan, options, users.Length, k))
            return RecommendPath.Tiled;
        if (plan.RowsFit(Options.MemoryBudget, Options, users.Length, k, HasBaskets))
            return RecommendPath.Sparse;
        // Rows that may not be kept: over tiles where that is possible, else counted again and again.
        return options.Normalize || k > ScoredLists.MaxK || (long)users.Length * k > Array.MaxLength ? RecommendPath.Counted : RecommendPath.Tiled;
    }

    private RecommendationLists RecommendTiled(
        int[] users, RecommendOptions options, RecommendTuning tuning, IProgress<int>? progress, int threads, CancellationToken cancellation)
    {
        int k = Math.Min(options.K, ItemCount);
        int blocks = tuning.Blocks ?? PlanOfModel(threads).BlocksWithin(Options.MemoryBudget, Options, users.Length, k, HasBaskets);
        var recommender = new TiledRecommender(this, index!, options, tuning.Instructions, blocks, threads, progress, cancellation);
        using ScoredLists lists = recommender.Run(users);
        if (options.ZeroScores)
            FillWithZeroScores(lists, options, threads, cancellation);
        return lists.ToLists();
    }

    /// <summary>
    /// Fills lists that have room with what they have nothing in common with, by rising index. Where a list ends at or below 0, fillers
    /// rank among what is touched: such a list is made again the plain way.
    /// </summary>
    private void FillWithZeroScores(ScoredLists lists, RecommendOptions options, int threads, CancellationToken cancellation) =>
        Workers.Run(lists.Count, UsersPerChunk, threads, () => 0, (_, chunk) =>
        {
            UserScorer? scorer = null;
            for (int place = chunk.Start; place < chunk.End; place++)
            {
                int user = lists.UserOf(place), count = lists.Counts[place];
                ReadOnlySpan<int> found = lists.Items.AsSpan(place * lists.K, count);
                ReadOnlySpan<int> seen = options.IncludeSeen ? default : Affinity.Row(user).Indices;
                if (count > 0 && lists.Scores[place * lists.K + count - 1] <= 0)
                {
                    Score(scorer ??= NewScorer(options, NewCountedRows(threads, lists.Count)), Histories, user);
                    lists.Replace(place, scorer.ToRanking());
                }
                else if (count < lists.K)
                {
                    int[] touched = found.ToArray();
                    Array.Sort(touched);
                    for (int item = 0; item < ItemCount && lists.Counts[place] < lists.K; item++)
                        if ((options.Allowed.IsEmpty || options.Allowed.Span[item])
                            && Array.BinarySearch(touched, item) < 0 && seen.BinarySearch(item) < 0)
                            lists.Offer(place, item, 0);
                }
            }
        }, cancellation);

    private RecommendationLists RecommendPlainly(
        int[] users, Affinities histories, RecommendOptions options, Func<ISimilarityRows> rows, IProgress<int>? progress, int threads,
        CancellationToken cancellation)
    {
        long[] starts = new long[users.LongLength + 1];
        var blocks = new CellBlock<double>[Workers.Chunks(users.Length, ListsPerChunk)];
        var done = new Counter(progress);

        Workers.Run(users.Length, ListsPerChunk, threads, () => (Scorer: NewScorer(options, rows()), Cells: new CellBuffer<double>()), (scratch, chunk) =>
        {
            for (int list = chunk.Start; list < chunk.End; list++)
            {
                Score(scratch.Scorer, histories, users[list]);
                starts[list + 1] = scratch.Scorer.Count;
                scratch.Cells.Append(scratch.Scorer.Count, out Span<int> items, out Span<double> scores);
                scratch.Scorer.DrainTo(items, scores);
            }
            blocks[chunk.Index] = scratch.Cells.Take();
            done.Add(chunk.End - chunk.Start);
        }, cancellation);
        return Assemble(users, starts, blocks);
    }

    private static RecommendationLists Assemble(int[] users, long[] starts, CellBlock<double>[] blocks)
    {
        for (int list = 0; list < users.Length; list++)
            starts[list + 1] += starts[list];
        if (starts[^1] > Array.MaxLength)
            throw new InvalidOperationException(
                $"The lists hold {starts[^1]} recommendations, more than one array can; ask for fewer users at a time.");
        int[] items = new int[starts[^1]];
        double[] scores = new double[starts[^1]];
        for (int block = 0; block < blocks.Length; block++)
        {
            int start = (int)starts[block * ListsPerChunk];
            blocks[block].Indices.CopyTo(items.AsSpan(start));
            blocks[block].Values.CopyTo(scores.AsSpan(start));
        }
        return new RecommendationLists(users, starts, items, scores);
    }

    /// <summary>Rows for one worker of so many, who together make so many lists.</summary>
    private ISimilarityRows NewCountedRows(int threads, int lists) =>
        stored ?? (ISimilarityRows)new CountedRows(
            NewCounter(), ItemCount, PlanOfModel(threads).CellsOfWorker(Options, lists, k: 10, HasBaskets));

    private UserScorer NewScorer(RecommendOptions options, ISimilarityRows rows)
    {
        options.Validate(ItemCount);
        return new UserScorer(rows, options, (SmallestAffinity, largestAffinity));
    }

    /// <summary>What is known of the model's own users.</summary>
    private Affinities Histories => new(Affinity, Unity, ReferenceTime);

    private static void Score(UserScorer scorer, Affinities histories, int user) =>
        scorer.Score(histories.Affinity.Row(user).Indices, histories.Affinity.Row(user).Values, histories.Unity.Row(user).Values);

    /// <summary>Counts what all workers have done and says so, one report at a time, so that reports never fall.</summary>
    private sealed class Counter(IProgress<int>? progress)
    {
        private readonly Lock gate = new();
        private int done;

        public void Add(int more)
        {
            lock (gate)
                progress?.Report(done += more);
        }
    }
}
