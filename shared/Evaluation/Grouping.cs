using Pipeline.Sar;

namespace Pipeline.Evaluation;

/// <summary>Users or items put into groups that are looked at apart.</summary>
/// <param name="Name">What divides them: <c>segment</c>.</param>
/// <param name="Labels">The groups, in the order in which they are shown.</param>
/// <param name="GroupOf">Position in <paramref name="Labels"/> of each user or item; -1 for one in no group.</param>
public sealed record Grouping(string Name, IReadOnlyList<string> Labels, int[] GroupOf)
{
    private const double MicrosPerDay = 86_400e6;
    private static readonly int[] Activities = [0, 1, 2, 5, 10, 20, 50];
    private static readonly int[] Ages = [0, 7, 30, 90, 365];

    /// <summary>How a figure names one of the groups.</summary>
    public string NameOf(int group) => $"{Name}={Labels[group]}";

    /// <summary>Users by names, in ordinal order of the names; null for users in none.</summary>
    public static Grouping ByName(string name, IReadOnlyList<string?> labelOf)
    {
        ArgumentNullException.ThrowIfNull(labelOf);
        string[] labels = [.. labelOf.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> positions = labels.Index().ToDictionary(l => l.Item, l => l.Index, StringComparer.Ordinal);
        return new Grouping(name, labels, [.. labelOf.Select(label => label is null ? -1 : positions[label])]);
    }

    /// <summary>Users by the distinct items they have in training: 0 (cold), 1, 2-4, 5-9, 10-19, 20-49, 50 and more.</summary>
    public static Grouping ByActivity(SparseMatrix training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return new Grouping(
            "activity", RangesOf(Activities, ""), [.. Enumerable.Range(0, training.Rows).Select(user => BucketOf(training.Row(user).Count, Activities))]);
    }

    /// <summary>
    /// Items by the days from their first training interaction to the cut: under 7, 7-29, 30-89, 90-364, 365 and more; and <c>new</c> for those
    /// without one.
    /// </summary>
    /// <param name="training">The interactions the lists were made from.</param>
    /// <param name="cut">The moment of the cut, microseconds since 1970 UTC.</param>
    public static Grouping ByItemAge(Interactions training, long cut)
    {
        ArgumentNullException.ThrowIfNull(training);
        long[] first = new long[training.ItemCount];
        Array.Fill(first, long.MaxValue);
        for (int row = 0; row < training.Count; row++)
            first[training.Items.Span[row]] = Math.Min(first[training.Items.Span[row]], training.Times.Span[row]);
        return new Grouping(
            "item_age", [.. RangesOf(Ages, " days"), "new"],
            [.. first.Select(time => time == long.MaxValue ? Ages.Length : BucketOf(Math.Max(0, (cut - time) / MicrosPerDay), Ages))]);
    }

    /// <summary>
    /// Items by how many users have them in training: the top hundredth (<c>99-100</c>), the tenth without it (<c>90-99</c>) and the rest. Equal
    /// counts: the higher index is the more popular. Items without training are among the rest.
    /// </summary>
    public static Grouping ByPopularity(SparseMatrix training)
    {
        ArgumentNullException.ThrowIfNull(training);
        int[] counts = ItemCounts(training);
        int[] sorted = [.. Enumerable.Range(0, counts.Length).Where(item => counts[item] > 0).OrderBy(item => counts[item]).ThenBy(item => item)];
        int[] groupOf = new int[counts.Length];
        for (int n = 0; n < sorted.Length; n++)
            groupOf[sorted[n]] = n >= sorted.Length * 99L / 100.0 ? 2 : n >= sorted.Length * 90L / 100.0 ? 1 : 0;
        return new Grouping("popularity", ["0-90", "90-99", "99-100"], groupOf);
    }

    /// <summary>Users of each item.</summary>
    internal static int[] ItemCounts(SparseMatrix training)
    {
        int[] counts = new int[training.Columns];
        foreach (int item in training.Indices)
            counts[item]++;
        return counts;
    }

    private static int BucketOf(double value, int[] starts)
    {
        int bucket = 0;
        while (bucket + 1 < starts.Length && value >= starts[bucket + 1])
            bucket++;
        return bucket;
    }

    private static string[] RangesOf(int[] starts, string unit) =>
    [
        .. starts.Select((start, n) => n + 1 == starts.Length ? $"{start}+{unit}"
            : starts[n + 1] == start + 1 ? $"{start}{unit}" : $"{start}-{starts[n + 1] - 1}{unit}"),
    ];
}
