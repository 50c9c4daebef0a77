using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Sar;

/// <summary>
/// Interactions to affinities: <c>A[u,i] = sum of weight * decay</c> over the interactions of the pair, and its counterpart with every
/// weight 1, <c>U[u,i] = sum of decay</c> (1 without decay), which normalised scores need.
/// </summary>
/// <remarks>
/// One counting sort by user, then each user's rows are sorted by item, and those of one pair by time and weight: rows that compare
/// equal are the same, so the input order leaves no trace. Weights of one pair at one time are added before they are decayed, so it
/// makes no difference whether a quantity comes in one row or several as long as the weights themselves add exactly.
/// O(rows log(rows of the busiest user)). Memory while building, beside the input: 8 bytes a row, and then the 20 bytes a pair that stay.
/// </remarks>
internal static unsafe class AffinityBuilder
{
    private const int UsersPerChunk = 1024;

    public static (SparseMatrix Affinity, SparseMatrix Unity) Build(
        Interactions data, double? halfLifeDays, long reference, int threads, CancellationToken cancellation)
    {
        long[] rowStarts = CountingSort.Starts(data.Users.Span, data.UserCount);
        // The rows of each user: the item in the upper half, where the row stands in the input in the lower one.
        using var keys = new AlignedBuffer<ulong>(data.Count);
        SortByUser(data, rowStarts, keys, threads, cancellation);

        long[] pairStarts = new long[data.UserCount + 1];
        Workers.Run(data.UserCount, UsersPerChunk, threads, () => 0, (_, chunk) =>
        {
            for (int user = chunk.Start; user < chunk.End; user++)
            {
                Span<ulong> rows = RowsOf(keys, rowStarts, user);
                rows.Sort();
                pairStarts[user + 1] = CountItems(rows);
            }
        }, cancellation);
        for (int user = 0; user < data.UserCount; user++)
            pairStarts[user + 1] += pairStarts[user];

        int pairs = (int)pairStarts[^1];
        var columns = new PairColumns(new int[pairs], new double[pairs], new double[pairs]);
        Workers.Run(data.UserCount, UsersPerChunk, threads, () => new List<Event>(), (scratch, chunk) =>
        {
            for (int user = chunk.Start; user < chunk.End; user++)
                MergePairs(data, RowsOf(keys, rowStarts, user), scratch, columns, (int)pairStarts[user], halfLifeDays, reference);
        }, cancellation);

        SparseMatrix affinity = SparseMatrix.Trusted(pairStarts, columns.Items, columns.Affinities, data.ItemCount);
        return (affinity, affinity.WithValues(columns.Unities));
    }

    /// <summary>Each worker owns a range of users, about equal shares of the rows, and reads all rows: no two write the same place.</summary>
    private static void SortByUser(Interactions data, long[] starts, AlignedBuffer<ulong> keys, int threads, CancellationToken cancellation)
    {
        int shares = Math.Clamp(Workers.Threads(threads), 1, Math.Max(1, data.UserCount));
        Workers.Run(shares, 1, threads, () => 0, (_, chunk) =>
        {
            int first = FirstOfShare(starts, chunk.Index, shares), last = FirstOfShare(starts, chunk.Index + 1, shares);
            Place(data.Users.Span, data.Items.Span, first, starts.AsSpan(first, last - first).ToArray(), keys.Pointer);
        }, cancellation);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Place(ReadOnlySpan<int> users, ReadOnlySpan<int> items, int firstUser, long[] next, ulong* keys)
    {
        for (int row = 0; row < users.Length; row++)
            if ((uint)(users[row] - firstUser) is var user && user < (uint)next.Length)
                keys[next[user]++] = ((ulong)items[row] << 32) | (uint)row;
    }

    private static int FirstOfShare(long[] starts, int share, int shares)
    {
        if (share == shares)
            return starts.Length - 1;
        // The first user whose rows start at the share or after it; users without rows may stand before.
        long goal = starts[^1] * share / shares;
        int low = 0, high = starts.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (starts[middle] < goal)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private static Span<ulong> RowsOf(AlignedBuffer<ulong> keys, long[] starts, int user) =>
        new(keys.Pointer + starts[user], (int)(starts[user + 1] - starts[user]));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountItems(ReadOnlySpan<ulong> rows)
    {
        int items = 0;
        for (int n = 0; n < rows.Length; n++)
            items += n == 0 || rows[n] >> 32 != rows[n - 1] >> 32 ? 1 : 0;
        return items;
    }

    /// <summary>Writes one pair for each distinct item of a user's sorted rows, from position <paramref name="to"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MergePairs(
        Interactions data, ReadOnlySpan<ulong> rows, List<Event> scratch, PairColumns columns, int to, double? halfLifeDays, long reference)
    {
        ReadOnlySpan<long> times = data.Times.Span;
        ReadOnlySpan<double> weights = data.Weights.Span;
        for (int n = 0; n < rows.Length; to++)
        {
            int item = (int)(rows[n] >> 32), length = 1;
            columns.Items[to] = item;
            while (n + length < rows.Length && (int)(rows[n + length] >> 32) == item)
                length++;
            if (length == 1)
            {
                // Nearly all pairs: the same sums as below, of one term.
                int row = (int)(uint)rows[n++];
                double left = Decay.Factor(times[row], reference, halfLifeDays);
                columns.Affinities[to] = 0 + (0 + weights[row]) * left;
                columns.Unities[to] = halfLifeDays is null ? 1 : left;
                continue;
            }
            CollectionsMarshal.SetCount(scratch, length);
            Span<Event> events = CollectionsMarshal.AsSpan(scratch);
            for (int e = 0; e < length; e++)
                events[e] = new Event(times[(int)(uint)rows[n + e]], weights[(int)(uint)rows[n + e]]);
            events.Sort();
            (columns.Affinities[to], double unity) = Add(events, halfLifeDays, reference);
            columns.Unities[to] = halfLifeDays is null ? 1 : unity;
            n += length;
        }
    }

    /// <summary>The affinity and the unity of one pair; its events are sorted.</summary>
    private static (double Affinity, double Unity) Add(ReadOnlySpan<Event> events, double? halfLifeDays, long reference)
    {
        double affinity = 0, unity = 0;
        for (int n = 0; n < events.Length;)
        {
            long time = events[n].Time;
            double weight = 0;
            int repeats = 0;
            for (; n < events.Length && events[n].Time == time; n++, repeats++)
                weight += events[n].Weight;
            double left = Decay.Factor(time, reference, halfLifeDays);
            affinity += weight * left;
            unity += repeats * left;
        }
        return (affinity, unity);
    }

    private readonly record struct Event(long Time, double Weight) : IComparable<Event>
    {
        public int CompareTo(Event other) => Time != other.Time ? Time.CompareTo(other.Time) : Weight.CompareTo(other.Weight);
    }

    private sealed record PairColumns(int[] Items, double[] Affinities, double[] Unities);
}
