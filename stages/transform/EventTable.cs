using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>
/// The run's interactions in memory, by column and reachable by user: 41 bytes a row and the distinct ids. What the rules make of a user's
/// rows takes their place.
/// </summary>
internal sealed class EventTable
{
    private const int MaxKinds = byte.MaxValue + 1;

    private readonly int[] users, items, baskets;
    private readonly byte[] kinds;
    private readonly long[] times;
    private readonly double[] quantities, revenues;

    // The rows of user u are rows[starts[u]..starts[u + 1]]; those kept come first, those held out next.
    private int[] rows = [], starts = [], kept = [], heldOut = [];

    private EventTable(int count)
    {
        Count = count;
        (users, items, baskets) = (new int[count], new int[count], new int[count]);
        (kinds, times) = (new byte[count], new long[count]);
        (quantities, revenues) = (new double[count], new double[count]);
    }

    /// <summary>Interactions read.</summary>
    public int Count { get; }

    public RankedIds UserIds { get; } = new();

    public RankedIds ItemIds { get; } = new();

    public RankedIds KindNames { get; } = new();

    /// <summary>The ids of baskets, by position: there are too many to rank them, and only few are ever compared.</summary>
    public TextIndex BasketIds { get; } = new();

    /// <summary>Reads all interactions.</summary>
    public static async Task<EventTable> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        long count = stage.RowsOf(Interactions.DataSet);
        if (count > Array.MaxLength)
            throw new StageException(ExitCode.OutOfMemory, $"{count:N0} interactions are more than the {Array.MaxLength:N0} that one run can hold.");
        var events = new EventTable((int)count);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = stage.Threads, CancellationToken = cancellation };
        stage.Progress.Start("reading interactions", count, "rows");
        int filled = 0;
        await foreach (ColumnBatch batch in stage.ReadAsync(Interactions.DataSet, cancellation: cancellation))
        {
            events.Append(batch, filled, parallel);
            filled += batch.Count;
            stage.Progress.Report(filled);
        }
        events.Rank();
        return events;
    }

    /// <summary>All rows of a user, as they were read.</summary>
    public ReadOnlySpan<int> RowsOf(int user) => rows.AsSpan(starts[user]..starts[user + 1]);

    /// <summary>The user's rows that are kept: all until the rules have been applied.</summary>
    public ReadOnlySpan<int> KeptRowsOf(int user) => rows.AsSpan(starts[user], kept[user]);

    /// <summary>The user's rows that are held out.</summary>
    public ReadOnlySpan<int> HeldOutRowsOf(int user) => rows.AsSpan(starts[user] + kept[user], heldOut[user]);

    /// <summary>The interaction in a row.</summary>
    public Event this[int row] => new()
    {
        Item = items[row], Kind = kinds[row], Basket = baskets[row], Time = times[row], Quantity = quantities[row], Revenue = revenues[row],
    };

    /// <summary>The item in a row.</summary>
    public int ItemOf(int row) => items[row];

    /// <summary>Replaces a user's rows by what became of them: at most as many, those held out last.</summary>
    public void Replace(int user, ReadOnlySpan<Event> events)
    {
        (kept[user], heldOut[user]) = (0, 0);
        for (int n = 0; n < events.Length; n++)
        {
            Event e = events[n];
            int row = rows[starts[user] + n];
            (items[row], kinds[row], baskets[row], times[row], quantities[row], revenues[row]) = (e.Item, e.Kind, e.Basket, e.Time, e.Quantity, e.Revenue);
            ref int part = ref (e.IsHeldOut ? ref heldOut[user] : ref kept[user]);
            part++;
        }
    }

    /// <summary>Goes over all rows in no order: what happened, by whom and when.</summary>
    public long? NewestTime(Func<int, byte, bool> counts)
    {
        long? newest = null;
        for (int row = 0; row < Count; row++)
        {
            if ((newest is null || times[row] > newest) && counts(users[row], kinds[row]))
                newest = times[row];
        }
        return newest;
    }

    private void Append(ColumnBatch batch, int at, ParallelOptions parallel)
    {
        int count = batch.Count;
        Parallel.Invoke(
            parallel,
            () => Number(batch.Text(Interactions.UserId), UserIds, users.AsSpan(at, count)),
            () =>
            {
                Number(batch.Text(Interactions.ItemId), ItemIds, items.AsSpan(at, count));
                NumberKinds(batch.Text(Interactions.Event), kinds.AsSpan(at, count));
                batch.Values<long>(Interactions.Time)[..count].CopyTo(times.AsSpan(at));
                Copy(batch, Interactions.Quantity, quantities.AsSpan(at, count));
                Copy(batch, Interactions.Revenue, revenues.AsSpan(at, count));
            },
            () => NumberBaskets(batch.Text(Interactions.BasketId), baskets.AsSpan(at, count)));
    }

    private static void Number(TextColumn texts, RankedIds ids, Span<int> column)
    {
        for (int row = 0; row < column.Length; row++)
            column[row] = ids.Add(texts[row]);
    }

    private void NumberBaskets(TextColumn texts, Span<int> column)
    {
        for (int row = 0; row < column.Length; row++)
            column[row] = texts.IsNull(row) ? -1 : BasketIds.Add(texts[row]);
    }

    private void NumberKinds(TextColumn texts, Span<byte> column)
    {
        for (int row = 0; row < column.Length; row++)
        {
            int kind = KindNames.Add(texts[row]);
            if (kind == MaxKinds)
                throw new StageException(ExitCode.InputRefused, $"The interactions have more than {MaxKinds} different events: is the column mapped as event the right one?");
            column[row] = (byte)kind;
        }
    }

    private static void Copy(ColumnBatch batch, Column column, Span<double> to)
    {
        Span<bool> nulls = batch.Nulls(column);
        batch.Values<double>(column)[..to.Length].CopyTo(to);
        for (int row = 0; row < to.Length; row++)
        {
            if (nulls[row])
                to[row] = double.NaN;
        }
    }

    /// <summary>Replaces positions by ranks and sorts the rows by user. O(n).</summary>
    private void Rank()
    {
        UserIds.Rank();
        ItemIds.Rank();
        KindNames.Rank();
        UserIds.Rank(users);
        ItemIds.Rank(items);
        KindNames.Rank(kinds);

        kept = new int[UserIds.Count];
        heldOut = new int[UserIds.Count];
        starts = new int[UserIds.Count + 1];
        foreach (int user in users)
            kept[user]++;
        for (int user = 0; user < kept.Length; user++)
            starts[user + 1] = starts[user] + kept[user];
        rows = new int[Count];
        int[] next = starts[..^1];
        for (int row = 0; row < Count; row++)
            rows[next[users[row]]++] = row;
    }
}
