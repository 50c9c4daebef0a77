namespace Pipeline.Sar.Tests;

/// <summary>
/// SAR over dense tables, written for clarity alone: the oracle that the fast version is compared with, bit for bit. Sums run over the
/// history in item order, as the library promises; the affinities must add exactly (see <see cref="RandomCase"/>).
/// </summary>
internal sealed class NaiveSar
{
    private readonly double[,] affinity, unity, similarity;
    private readonly bool[,] isSeen, isSimilar;
    private readonly int users, items;

    public NaiveSar(RandomCase given)
    {
        (users, items) = (given.Users, given.Items);
        affinity = new double[users, items];
        unity = new double[users, items];
        isSeen = new bool[users, items];
        long newest = given.Events.Select(e => e.Time).DefaultIfEmpty(0).Max();
        foreach (Event e in given.Events)
        {
            double left = given.Options.HalfLifeDays is { } days ? Math.Pow(0.5, (newest - e.Time) / (days * Cases.Day)) : 1;
            affinity[e.User, e.Item] += e.Weight * left;
            unity[e.User, e.Item] = given.Options.HalfLifeDays is null ? 1 : unity[e.User, e.Item] + left;
            isSeen[e.User, e.Item] = true;
        }

        similarity = new double[items, items];
        isSimilar = new bool[items, items];
        foreach (int i in Enumerable.Range(0, items))
            foreach (int j in Enumerable.Range(0, items))
                if (Shared(i, j) is var c && c >= given.Options.MinSupport)
                {
                    isSimilar[i, j] = true;
                    similarity[i, j] = Similarities.Of(given.Options.Similarity, c, Shared(i, i), Shared(j, j), items);
                }
    }

    public (int Item, double Score)[] Recommend(int user, RecommendOptions options)
    {
        IEnumerable<int> all = Enumerable.Range(0, items);
        double[] scores = [.. all.Select(j => Sum(affinity, user, j))];
        int[] best =
        [
            .. all
                .Where(j => options.IncludeSeen || !isSeen[user, j])
                .Where(j => options.Allowed.IsEmpty || options.Allowed.Span[j])
                .Where(j => options.ZeroScores || all.Any(i => affinity[user, i] != 0 && isSimilar[i, j]))
                .OrderByDescending(j => scores[j])
                .ThenBy(j => j)
                .Take(options.K),
        ];
        return [.. best.Select(j => (j, options.Normalize ? Normalize(user, scores[j]) : scores[j]))];
    }

    private int Shared(int i, int j) => Enumerable.Range(0, users).Count(u => isSeen[u, i] && isSeen[u, j]);

    private double Sum(double[,] weights, int user, int item)
    {
        double sum = 0;
        for (int i = 0; i < items; i++)
            sum += weights[user, i] * similarity[i, item];
        return sum;
    }

    private double Normalize(int user, double score)
    {
        double[] stored = [.. from u in Enumerable.Range(0, users) from i in Enumerable.Range(0, items) where isSeen[u, i] select affinity[u, i]];
        double[] unities = [.. Enumerable.Range(0, items).Select(j => Sum(unity, user, j))];
        double min = stored.Length == 0 ? 0 : stored.Min(), max = stored.Length == 0 ? 0 : stored.Max();
        double lo = min * unities.Min(), hi = max * unities.Max();
        return hi > lo ? (score - lo) / (hi - lo) * (max - min) + min : min;
    }
}
