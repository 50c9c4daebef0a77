namespace Pipeline.Sar.Tests;

/// <summary>Interactions written out row by row, the way a test reads best.</summary>
internal readonly record struct Event(int User, int Item, double Weight = 1, long Time = 0);

internal static class Cases
{
    public const long Day = 86_400_000_000;

    /// <summary>No decay, so that affinities are plain sums.</summary>
    public static SarOptions NoDecay { get; } = new() { HalfLifeDays = null };

    public static Interactions Of(int users, int items, params IReadOnlyList<Event> events) => new(
        users,
        items,
        events.Select(e => e.User).ToArray(),
        events.Select(e => e.Item).ToArray(),
        events.Select(e => e.Weight).ToArray(),
        events.Select(e => e.Time).ToArray());

    /// <summary>
    /// Five users and four items small enough to count by hand. Co-occurrence: items 0 and 1 share users 0 and 1, 0 and 2 share user 1,
    /// 1 and 2 share users 1 and 2; item 3 belongs to user 3 alone; user 4 has nothing.
    /// </summary>
    public static Interactions Small() => Of(
        5, 4,
        new Event(0, 0, 2), new Event(0, 1, 1),
        new Event(1, 0, 1), new Event(1, 1, 1), new Event(1, 2, 3),
        new Event(2, 1, 4), new Event(2, 2, 1),
        new Event(3, 3, 1));

    /// <summary>All that a model says, as bits, so that "the same" means the same.</summary>
    public static string Bits(SarModel model, RecommendOptions? options = null, int threads = 1)
    {
        RecommendationLists lists = model.RecommendAll(options, threads: threads);
        return string.Join('\n',
            Text(model.Affinity), Text(model.Unity), Text(model.SimilarityMatrix(threads)), string.Join(' ', model.ItemUsers.ToArray()),
            string.Join(' ', lists.Starts), string.Join(' ', lists.Items), Text(lists.Scores), string.Join(' ', model.Because(lists, threads)));
    }

    public static string Text(SparseMatrix matrix) =>
        $"{string.Join(' ', matrix.Starts.ToArray())} | {string.Join(' ', matrix.Indices.ToArray())} | {Text(matrix.Values)}";

    public static string Text(ReadOnlySpan<double> values) => string.Join(' ', values.ToArray().Select(BitConverter.DoubleToInt64Bits));

    /// <summary>"item score" by rank.</summary>
    public static string[] Lines(ReadOnlySpan<int> items, ReadOnlySpan<double> scores)
    {
        string[] lines = new string[items.Length];
        for (int n = 0; n < lines.Length; n++)
            lines[n] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{items[n]} {scores[n]:0.######}");
        return lines;
    }

    public static string[] Lines(Ranking ranking) => Lines(ranking.Indices, ranking.Scores);
}
