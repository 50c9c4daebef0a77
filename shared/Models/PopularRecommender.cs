using Pipeline.Sar;

namespace Pipeline.Models;

/// <summary>
/// The items that most users have, equal counts by lower index; the same for everybody but for what they have had. Deterministic whoever
/// implements it, so that figures can be compared across programs.
/// </summary>
public sealed class PopularRecommender : IRecommender
{
    private readonly IReadOnlyList<int>? segmentOf;

    /// <summary>Popular with everybody.</summary>
    public PopularRecommender() => Name = "popular";

    /// <summary>Popular in the user's segment; where a segment is at an end with its items, as popular with everybody.</summary>
    /// <param name="segmentOf">Number of each user's segment, -1 for none.</param>
    public PopularRecommender(IReadOnlyList<int> segmentOf)
    {
        this.segmentOf = segmentOf;
        Name = "popular-in-segment";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IRecommenderModel Fit(Interactions training, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(training);
        var history = History.Of(training);
        var everybody = Ranking.Of(history.ItemUsers);
        if (segmentOf is null)
            return new Model(history, _ => [everybody]);
        int segments = 1 + Enumerable.Range(0, history.UserCount).Select(user => segmentOf[user]).DefaultIfEmpty(-1).Max();
        int[][] counts = [.. Enumerable.Range(0, segments).Select(_ => new int[training.ItemCount])];
        for (int user = 0; user < history.UserCount; user++)
            if (segmentOf[user] >= 0)
                foreach (int item in history.Of(user))
                    counts[segmentOf[user]][item]++;
        Ranking[] ofSegment = [.. counts.Select(Ranking.Of)];
        return new Model(history, user => segmentOf[user] < 0 ? [everybody] : [ofSegment[segmentOf[user]], everybody]);
    }

    /// <summary>Items by count, those nobody has left out.</summary>
    private sealed record Ranking(int[] Items, int[] Counts)
    {
        public static Ranking Of(int[] counts) => new(
            [.. Enumerable.Range(0, counts.Length).Where(item => counts[item] > 0).OrderByDescending(item => counts[item]).ThenBy(item => item)], counts);
    }

    private sealed class Model(History history, Func<int, Ranking[]> rankingsOf) : IRecommenderModel
    {
        public RecommendationLists Recommend(ReadOnlyMemory<int> users, int k, int threads, CancellationToken cancellation) =>
            ListBuilder.Build(users, threads, () => new HashSet<int>(), (listed, user) =>
            {
                var list = new List<(int, double)>(k);
                Ranking[] rankings = rankingsOf(user);
                listed.Clear();
                foreach (int item in rankings.SelectMany(ranking => ranking.Items))
                {
                    if (list.Count == k)
                        break;
                    // Scored by the first ranking, in which the items that only the second has count 0.
                    if (!history.Has(user, item) && listed.Add(item))
                        list.Add((item, rankings[0].Counts[item]));
                }
                return list;
            }, cancellation);
    }
}
