using System.Runtime.InteropServices;

namespace Pipeline.Sar;

/// <summary>
/// Interactions to affinities: <c>A[u,i] = sum of weight * decay</c> over the interactions of the pair, and its counterpart with every
/// weight 1, <c>U[u,i] = sum of decay</c> (1 without decay), which normalised scores need.
/// </summary>
/// <remarks>
/// One counting sort by user, then each user's rows are sorted by item, time and weight: rows that compare equal are the same, so the
/// input order leaves no trace. Weights of one pair at one time are added before they are decayed, so it makes no difference whether a
/// quantity comes in one row or several as long as the weights themselves add exactly. O(rows log(rows of the busiest user)).
/// Memory while building, beside the input: 24 bytes a row, and 20 a pair more while the gaps that repeats left are closed.
/// </remarks>
internal static class AffinityBuilder
{
    private const int UsersPerChunk = 1024;

    public static (SparseMatrix Affinity, SparseMatrix Unity) Build(
        Interactions data, double? halfLifeDays, long reference, int threads, CancellationToken cancellation)
    {
        long[] rowStarts = SortByUser(data, out int[] order);
        var columns = new PairColumns(new int[data.Count], new double[data.Count], new double[data.Count]);
        long[] pairStarts = new long[data.UserCount + 1];

        Workers.Run(data.UserCount, UsersPerChunk, threads, () => new List<Event>(), (scratch, chunk) =>
        {
            for (int user = chunk.Start; user < chunk.End; user++)
            {
                int start = (int)rowStarts[user], length = (int)(rowStarts[user + 1] - rowStarts[user]);
                Span<Event> events = Gather(data, order.AsSpan(start, length), scratch);
                events.Sort();
                pairStarts[user + 1] = MergePairs(events, columns, start, halfLifeDays, reference);
            }
        }, cancellation);

        columns = Compact(columns, rowStarts, pairStarts);
        SparseMatrix affinity = SparseMatrix.Trusted(pairStarts, columns.Items, columns.Affinities, data.ItemCount);
        return (affinity, affinity.WithValues(columns.Unities));
    }

    /// <summary>The rows of each user, as positions in the input: user <c>u</c> owns <c>order[starts[u]..starts[u + 1]]</c>.</summary>
    private static long[] SortByUser(Interactions data, out int[] order)
    {
        ReadOnlySpan<int> users = data.Users.Span;
        long[] starts = CountingSort.Starts(users, data.UserCount);
        order = new int[users.Length];
        for (int row = 0; row < users.Length; row++)
            order[starts[users[row]]++] = row;
        CountingSort.Rewind(starts);
        return starts;
    }

    private static Span<Event> Gather(Interactions data, ReadOnlySpan<int> rows, List<Event> scratch)
    {
        CollectionsMarshal.SetCount(scratch, rows.Length);
        Span<Event> events = CollectionsMarshal.AsSpan(scratch);
        ReadOnlySpan<int> items = data.Items.Span;
        ReadOnlySpan<long> times = data.Times.Span;
        ReadOnlySpan<double> weights = data.Weights.Span;
        for (int n = 0; n < rows.Length; n++)
            events[n] = new Event(items[rows[n]], times[rows[n]], weights[rows[n]]);
        return events;
    }

    /// <summary>Writes one pair for each distinct item of the sorted events, from position <paramref name="to"/> on; returns how many.</summary>
    private static int MergePairs(ReadOnlySpan<Event> events, PairColumns columns, int to, double? halfLifeDays, long reference)
    {
        int pairs = 0;
        for (int n = 0; n < events.Length; pairs++)
        {
            int item = events[n].Item;
            double affinity = 0, unity = 0;
            while (n < events.Length && events[n].Item == item)
            {
                long time = events[n].Time;
                double weight = 0;
                int repeats = 0;
                for (; n < events.Length && events[n].Item == item && events[n].Time == time; n++, repeats++)
                    weight += events[n].Weight;
                double left = Decay.Factor(time, reference, halfLifeDays);
                affinity += weight * left;
                unity += repeats * left;
            }
            columns.Items[to + pairs] = item;
            columns.Affinities[to + pairs] = affinity;
            columns.Unities[to + pairs] = halfLifeDays is null ? 1 : unity;
        }
        return pairs;
    }

    /// <summary>Closes the gaps that repeats left behind each user; turns the pair counts into starts.</summary>
    private static PairColumns Compact(PairColumns columns, long[] rowStarts, long[] pairStarts)
    {
        for (int user = 0; user < pairStarts.Length - 1; user++)
        {
            // Invariant: pairStarts[user] <= rowStarts[user], so nothing is overwritten before it is moved.
            int pairs = (int)pairStarts[user + 1];
            columns.Move((int)rowStarts[user], (int)pairStarts[user], pairs);
            pairStarts[user + 1] += pairStarts[user];
        }
        return columns.First((int)pairStarts[^1]);
    }

    private readonly record struct Event(int Item, long Time, double Weight) : IComparable<Event>
    {
        public int CompareTo(Event other) =>
            Item != other.Item ? Item.CompareTo(other.Item)
            : Time != other.Time ? Time.CompareTo(other.Time)
            : Weight.CompareTo(other.Weight);
    }

    private sealed record PairColumns(int[] Items, double[] Affinities, double[] Unities)
    {
        public void Move(int from, int to, int length)
        {
            if (from == to)
                return;
            Items.AsSpan(from, length).CopyTo(Items.AsSpan(to));
            Affinities.AsSpan(from, length).CopyTo(Affinities.AsSpan(to));
            Unities.AsSpan(from, length).CopyTo(Unities.AsSpan(to));
        }

        public PairColumns First(int length) =>
            length == Items.Length ? this : new PairColumns(Items[..length], Affinities[..length], Unities[..length]);
    }
}
