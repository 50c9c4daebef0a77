using Pipeline.Sar;

namespace Pipeline.Models;

/// <summary>Items that somebody has, in an order drawn for each user: the lower line of every comparison.</summary>
/// <param name="seed">The same seed gives the same lists.</param>
public sealed class RandomRecommender(long seed) : IRecommender
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public IRecommenderModel Fit(Interactions training, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(training);
        var history = History.Of(training);
        return new Model(history, [.. Enumerable.Range(0, training.ItemCount).Where(item => history.ItemUsers[item] > 0)], seed);
    }

    private sealed class Model(History history, int[] items, long seed) : IRecommenderModel
    {
        public RecommendationLists Recommend(ReadOnlyMemory<int> users, int k, int threads, CancellationToken cancellation) =>
            ListBuilder.Build(users, threads, () => items.ToArray(), (shuffled, user) =>
            {
                // From the same order for every user, whoever had the scratch before.
                items.CopyTo(shuffled, 0);
                var random = new SeededRandom(seed, user);
                var list = new List<(int, double)>(k);
                for (int left = shuffled.Length; left > 0 && list.Count < k; left--)
                {
                    int drawn = random.Below(left), item = shuffled[drawn];
                    shuffled[drawn] = shuffled[left - 1];
                    if (!history.Has(user, item))
                        list.Add((item, k - list.Count));
                }
                return list;
            }, cancellation);
    }
}
