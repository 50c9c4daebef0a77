using System.Numerics;
using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>What a model says to customers, as far as the rules about customers and categories let it into their lists.</summary>
/// <param name="plan">What holds for all lists.</param>
/// <param name="options">What to ask of the model.</param>
internal sealed class PersonalLists(ListPlan plan, RecommendOptions options)
{
    /// <summary>Whose list cannot be filled with what is said first is asked for so many times as much, once.</summary>
    private const int Deeper = 4;

    /// <summary>Recommendations asked for at a time where many are asked for each customer: 24 bytes each.</summary>
    private const int RecommendationsAtOnce = 50_000_000;

    private readonly int[] inCategory = new int[plan.Categories];

    /// <summary>The best products for each customer, as many as a list can choose from, as far as there are.</summary>
    /// <param name="model">The model.</param>
    /// <param name="asked">Its users.</param>
    /// <param name="customerOf">The customer that a user is.</param>
    /// <param name="progress">Told how many are done.</param>
    /// <param name="threads">Threads to use; speed only.</param>
    /// <param name="cancellation">Stops the work.</param>
    public RecommendationLists Find(
        SarModel model, int[] asked, Func<int, int> customerOf, IProgress<int>? progress, int threads, CancellationToken cancellation)
    {
        if (plan.Due.Count == 0 && plan.MaxPerCategory >= plan.K)
            return model.Recommend(asked, options, progress, threads, cancellation);
        var items = new int[asked.Length][];
        var scores = new double[asked.Length][];
        List<int> wanting = Ask([.. Enumerable.Range(0, asked.Length)], options.K);
        Ask(wanting, options.K * Deeper);
        long[] starts = new long[asked.Length + 1];
        for (int n = 0; n < asked.Length; n++)
            starts[n + 1] = starts[n] + items[n].Length;
        return new RecommendationLists(asked, starts, [.. items.SelectMany(list => list)], [.. scores.SelectMany(list => list)]);

        List<int> Ask(List<int> places, int k)
        {
            var left = new List<int>();
            foreach (IGrouping<int, int> alike in places.GroupBy(n => SeenToAskFor(model, asked[n], customerOf(asked[n]))).OrderBy(group => group.Key))
            {
                RecommendOptions own = options with { K = k + alike.Key, IncludeSeen = alike.Key > 0 };
                foreach (int[] block in alike.Chunk(Math.Max(1, RecommendationsAtOnce / own.K)))
                {
                    RecommendationLists lists = model.Recommend(block.Select(n => asked[n]).ToArray(), own, progress, threads, cancellation);
                    for (int list = 0; list < block.Length; list++)
                    {
                        int user = asked[block[list]];
                        (int Item, double Score)[] kept = Keep(lists, list, model.Affinity.Row(user).Indices, plan.Due.Of(customerOf(user)), out int placeable);
                        (items[block[list]], scores[block[list]]) = ([.. kept.Select(one => one.Item)], [.. kept.Select(one => one.Score)]);
                        if (placeable < plan.K && lists.ItemsOf(list).Length == own.K)
                            left.Add(block[list]);
                    }
                }
            }
            return left;
        }
    }

    /// <summary>
    /// The model knows all that was had or nothing of it. A customer for whom something of it is due is asked for as much more as they have had, or up to
    /// eight times that: who has had about as much is asked for together, for every question costs the counting of the similarities.
    /// </summary>
    private int SeenToAskFor(SarModel model, int user, int customer) =>
        plan.Due.Of(customer).IsEmpty ? 0 : 1 << (3 * (1 + BitOperations.Log2((uint)model.Affinity.Row(user).Count) / 3));

    /// <summary>
    /// What the customer has not had or may be offered again, of each category as much as a list can choose from; and how many places of a list it could fill.
    /// </summary>
    private (int Item, double Score)[] Keep(RecommendationLists lists, int list, ReadOnlySpan<int> had, ReadOnlySpan<int> due, out int placeable)
    {
        placeable = 0;
        Array.Clear(inCategory);
        var kept = new List<(int, double)>(plan.PoolSize);
        ReadOnlySpan<int> items = lists.ItemsOf(list);
        for (int n = 0; n < items.Length && kept.Count < plan.PoolSize; n++)
        {
            if (had.BinarySearch(items[n]) >= 0 && due.BinarySearch(items[n]) < 0)
                continue;
            int category = plan.Category[items[n]];
            if (category >= 0 && inCategory[category]++ >= plan.MaxPerCategoryInPool)
                continue;
            placeable += category < 0 || inCategory[category] <= plan.MaxPerCategory ? 1 : 0;
            kept.Add((items[n], lists.ScoresOf(list)[n]));
        }
        return [.. kept];
    }
}
