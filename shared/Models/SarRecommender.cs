using Pipeline.Sar;

namespace Pipeline.Models;

/// <summary>SAR with some settings. Its variants (similarity, half-life, support, weights, one model or one a segment) are configurations.</summary>
/// <param name="name">What it is called in tables.</param>
/// <param name="options">What is fitted.</param>
public sealed class SarRecommender(string name, SarOptions options) : IRecommender
{
    /// <inheritdoc/>
    public string Name => name;

    /// <summary>Whether every interaction weighs 1, whatever its weight. Default false.</summary>
    public bool IgnoresWeights { get; init; }

    /// <summary>
    /// Number of each user's segment, -1 for none: a model is then fitted for each segment, from its users alone, and one for those in none.
    /// Null (default): one model for all.
    /// </summary>
    public IReadOnlyList<int>? SegmentOf { get; init; }

    /// <inheritdoc/>
    public IRecommenderModel Fit(Interactions training, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(training);
        // Items without training are not there for the model: mutual information counts the items, and those held out are not to be known.
        int[] known = [.. new HashSet<int>(training.Items.Span.ToArray()).Order()];
        Interactions rows = Prepare(training, known);
        // Of all users, so that a segment that went quiet does not look fresh.
        SarOptions dated = options with { ReferenceTime = options.ReferenceTime ?? training.NewestTime() };
        if (SegmentOf is null)
            return new Model([SarModel.Fit(rows, dated, threads, cancellation)], known, _ => 0);
        int segments = 1 + Enumerable.Range(0, rows.UserCount).Select(user => SegmentOf[user]).DefaultIfEmpty(-1).Max();
        SarModel[] models = [.. Enumerable.Range(-1, segments + 1).Select(s => SarModel.Fit(OfSegment(rows, s), dated, threads, cancellation))];
        return new Model(models, known, user => SegmentOf[user] + 1);
    }

    /// <summary>The rows with the known items alone, numbered in their order, and with the weights that count.</summary>
    private Interactions Prepare(Interactions rows, int[] known)
    {
        int[] numbers = new int[rows.ItemCount], items = new int[rows.Count];
        for (int n = 0; n < known.Length; n++)
            numbers[known[n]] = n;
        for (int row = 0; row < items.Length; row++)
            items[row] = numbers[rows.Items.Span[row]];
        double[] ones = new double[IgnoresWeights ? rows.Count : 0];
        Array.Fill(ones, 1);
        return new Interactions(rows.UserCount, known.Length, rows.Users, items, IgnoresWeights ? ones : rows.Weights, rows.Times, rows.Baskets);
    }

    private Interactions OfSegment(Interactions rows, int segment)
    {
        int[] kept = [.. Enumerable.Range(0, rows.Count).Where(row => SegmentOf![rows.Users.Span[row]] == segment)];
        return new Interactions(
            rows.UserCount, rows.ItemCount, Pick(rows.Users), Pick(rows.Items), Pick(rows.Weights), Pick(rows.Times), rows.Baskets.IsEmpty ? default : Pick(rows.Baskets));

        T[] Pick<T>(ReadOnlyMemory<T> column) => [.. kept.Select(row => column.Span[row])];
    }

    private sealed class Model(SarModel[] models, int[] known, Func<int, int> modelOf) : IRecommenderModel
    {
        public RecommendationLists Recommend(ReadOnlyMemory<int> users, int k, int threads, CancellationToken cancellation)
        {
            // Each model's users at once; then each list in the place that was asked for.
            var found = new (RecommendationLists Lists, int At)[users.Length];
            foreach (IGrouping<int, int> positions in Enumerable.Range(0, users.Length).GroupBy(n => modelOf(users.Span[n])))
            {
                int[] places = [.. positions];
                RecommendationLists lists = models[positions.Key].Recommend(
                    places.Select(n => users.Span[n]).ToArray(), new RecommendOptions { K = k }, null, threads, cancellation);
                for (int n = 0; n < places.Length; n++)
                    found[places[n]] = (lists, n);
            }
            long[] starts = new long[users.Length + 1];
            for (int n = 0; n < found.Length; n++)
                starts[n + 1] = starts[n] + found[n].Lists.ItemsOf(found[n].At).Length;
            int[] items = new int[starts[^1]];
            double[] scores = new double[starts[^1]];
            for (int n = 0; n < found.Length; n++)
            {
                found[n].Lists.ScoresOf(found[n].At).CopyTo(scores.AsSpan((int)starts[n]));
                int at = (int)starts[n];
                foreach (int item in found[n].Lists.ItemsOf(found[n].At))
                    items[at++] = known[item];
            }
            return new RecommendationLists(users.ToArray(), starts, items, scores);
        }
    }
}
