using Pipeline.Sar;

namespace Pipeline.Evaluation;

/// <summary>
/// How alike the items of each list are to each other and to the user's history: cosines of co-occurrence in training. One item after the other,
/// with one row of counts in memory, never items x items. O(over the recommended items: the histories of their users; and over the
/// recommendations: the history of the user). 16 bytes a recommendation.
/// </summary>
internal sealed class ListSimilarity
{
    private readonly EvaluationData data;
    private readonly SparseMatrix training;
    private readonly int[] users;

    // By place in the lists, list after list: the sum of the item's cosines to those before it, and its mean cosine to the history.
    private readonly long[] starts;
    private readonly double[] withEarlier, withHistory;

    private ListSimilarity(EvaluationData data, SparseMatrix training, int longest)
    {
        this.data = data;
        this.training = training;
        users = [.. Enumerable.Range(0, training.Rows)];
        starts = new long[training.Rows + 1];
        foreach (int user in users)
            starts[user + 1] = starts[user] + data.ListOf(user, longest).Length;
        withEarlier = new double[starts[^1]];
        withHistory = new double[starts[^1]];
    }

    /// <summary>Works all out, for lists cut to the longest length asked for.</summary>
    public static ListSimilarity Build(EvaluationData data, SparseMatrix training, int longest, ParallelOptions parallel)
    {
        var similarity = new ListSimilarity(data, training, longest);
        (int[] places, int[] ofItem) = similarity.PlacesByItem(longest);
        (int[] usersOfItems, int[] startOfItem) = similarity.UsersByItem();
        // Every place belongs to one item, so whichever thread has the item fills it with the same bits.
        Parallel.For(
            0, training.Columns, parallel, () => new int[training.Columns],
            (item, _, counts) =>
            {
                if (ofItem[item] == ofItem[item + 1])
                    return counts;
                ReadOnlySpan<int> having = usersOfItems.AsSpan(startOfItem[item], startOfItem[item + 1] - startOfItem[item]);
                foreach (int user in having)
                    foreach (int other in training.Row(user).Indices)
                        counts[other]++;
                foreach (int place in places.AsSpan(ofItem[item], ofItem[item + 1] - ofItem[item]))
                    similarity.Fill(place, longest, having.Length, counts, startOfItem);
                foreach (int user in having)
                    foreach (int other in training.Row(user).Indices)
                        counts[other] = 0;
                return counts;
            },
            _ => { });
        return similarity;
    }

    /// <summary>1 - mean cosine of the pairs of the first items; null for less than two items.</summary>
    public double? Diversity(int user, int length)
    {
        if (length < 2)
            return null;
        double sum = 0;
        for (int at = 0; at < length; at++)
            sum += withEarlier[starts[user] + at];
        return 1 - sum / (length * (length - 1L) / 2);
    }

    /// <summary>Mean over the first items of 1 - mean cosine to the history; null without a history.</summary>
    public double? Serendipity(int user, int length)
    {
        if (length == 0 || training.Row(user).Count == 0)
            return null;
        double sum = 0;
        for (int at = 0; at < length; at++)
            sum += 1 - withHistory[starts[user] + at];
        return sum / length;
    }

    private void Fill(int place, int longest, int own, int[] counts, int[] startOfItem)
    {
        int user = OwnerOf(place), rank = (int)(place - starts[user]);
        foreach (int earlier in data.ListOf(user, longest)[..rank])
            withEarlier[place] += Cosine(earlier);
        ReadOnlySpan<int> history = training.Row(user).Indices;
        double sum = 0;
        foreach (int item in history)
            sum += Cosine(item);
        withHistory[place] = history.IsEmpty ? 0 : sum / history.Length;

        double Cosine(int item) =>
            counts[item] == 0 ? 0 : counts[item] / Math.Sqrt((double)own * (startOfItem[item + 1] - startOfItem[item]));
    }

    /// <summary>The last user whose list starts at or before the place: one with an empty list starts where the next one does.</summary>
    private int OwnerOf(int place)
    {
        int low = 0, high = users.Length;
        while (high - low > 1)
        {
            int middle = (low + high) >>> 1;
            (low, high) = starts[middle] <= place ? (middle, high) : (low, middle);
        }
        return low;
    }

    private (int[] Places, int[] Starts) PlacesByItem(int longest)
    {
        int[] itemOfPlace = new int[starts[^1]];
        foreach (int user in users)
            data.ListOf(user, longest).CopyTo(itemOfPlace.AsSpan((int)starts[user]));
        return Sorted(itemOfPlace, place => place);
    }

    private (int[] Users, int[] Starts) UsersByItem()
    {
        int[] userOfCell = new int[training.Count];
        foreach (int user in users)
            userOfCell.AsSpan((int)training.Starts[user], training.Row(user).Count).Fill(user);
        return Sorted(training.Indices, cell => userOfCell[cell]);
    }

    /// <summary>What belongs to each item, in order of appearance.</summary>
    private (int[] Values, int[] Starts) Sorted(ReadOnlySpan<int> items, Func<int, int> valueOf)
    {
        int[] ends = new int[training.Columns + 1];
        foreach (int item in items)
            ends[item + 1]++;
        for (int item = 0; item < training.Columns; item++)
            ends[item + 1] += ends[item];
        int[] next = ends[..^1], values = new int[items.Length];
        for (int n = 0; n < items.Length; n++)
            values[next[items[n]]++] = valueOf(n);
        return (values, ends);
    }
}
