using Pipeline.Sar;

namespace Pipeline.Models;

/// <summary>How an item's users are weighed where items are compared.</summary>
public enum KnnWeighting
{
    /// <summary>Every user alike.</summary>
    Cosine,

    /// <summary>A user who has many items says less: each counts ln(items / items of the user).</summary>
    TfIdf,
}

/// <summary>
/// Item-kNN: cosine of the items' users, the nearest items of each kept, a user's score the sum over the history. Weights and times play no part.
/// Sarwar et al. 2001. O(sum of the squared histories) to fit; 16 bytes a neighbour.
/// </summary>
/// <param name="weighting">How users are weighed.</param>
/// <param name="neighbours">Most similar items kept of each item, 1 or more.</param>
public sealed class ItemKnnRecommender(KnnWeighting weighting, int neighbours = 100) : IRecommender
{
    /// <inheritdoc/>
    public string Name => weighting == KnnWeighting.Cosine ? "knn-cosine" : "knn-tfidf";

    /// <inheritdoc/>
    public IRecommenderModel Fit(Interactions training, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        var history = History.Of(training);
        double[] weights = UserWeights(history, training.ItemCount);
        int[][] usersOf = UsersByItem(history, training.ItemCount);
        double[] norms = [.. usersOf.Select(users => Math.Sqrt(users.Sum(user => weights[user] * weights[user])))];
        var nearest = new (int Item, double Similarity)[training.ItemCount][];
        Parallel.For(
            0, training.ItemCount,
            new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellation },
            () => new Board(training.ItemCount),
            (item, _, board) =>
            {
                foreach (int user in usersOf[item])
                    foreach (int other in history.Of(user))
                        board.Add(other, weights[user] * weights[user]);
                nearest[item] =
                [
                    .. board.Touched.Where(other => other != item && board[other] > 0).Select(other => (other, board[other] / (norms[item] * norms[other])))
                        .OrderByDescending(n => n.Item2).ThenBy(n => n.other).Take(neighbours),
                ];
                board.Clear();
                return board;
            },
            _ => { });
        return new Model(history, nearest);
    }

    private double[] UserWeights(History history, int items) =>
    [
        .. Enumerable.Range(0, history.UserCount).Select(user => weighting == KnnWeighting.Cosine || history.Of(user).IsEmpty
            ? 1 : Math.Log((double)items / history.Of(user).Length)),
    ];

    private static int[][] UsersByItem(History history, int items)
    {
        int[][] users = [.. history.ItemUsers.Select(count => new int[count])];
        int[] filled = new int[items];
        for (int user = 0; user < history.UserCount; user++)
            foreach (int item in history.Of(user))
                users[item][filled[item]++] = user;
        return users;
    }

    private sealed class Model(History history, (int Item, double Similarity)[][] nearest) : IRecommenderModel
    {
        public RecommendationLists Recommend(ReadOnlyMemory<int> users, int k, int threads, CancellationToken cancellation) =>
            ListBuilder.Build(users, threads, () => new Board(nearest.Length), (board, user) =>
            {
                foreach (int item in history.Of(user))
                    foreach ((int other, double similarity) in nearest[item])
                        board.Add(other, similarity);
                List<(int, double)> list =
                [
                    .. board.Touched.Where(item => !history.Has(user, item)).Select(item => (item, board[item]))
                        .OrderByDescending(e => e.Item2).ThenBy(e => e.item).Take(k),
                ];
                board.Clear();
                return list;
            }, cancellation);
    }

    /// <summary>Sums by item. Invariant: a sum differs from 0 only where the item is among the touched.</summary>
    private sealed class Board(int items)
    {
        private readonly double[] sums = new double[items];
        private readonly bool[] isTouched = new bool[items];

        public List<int> Touched { get; } = [];

        public double this[int item] => sums[item];

        public void Add(int item, double value)
        {
            if (!isTouched[item])
                Touched.Add(item);
            isTouched[item] = true;
            sums[item] += value;
        }

        public void Clear()
        {
            foreach (int item in Touched)
                (sums[item], isTouched[item]) = (0, false);
            Touched.Clear();
        }
    }
}
