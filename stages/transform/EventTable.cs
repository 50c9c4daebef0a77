using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>
/// The run's interactions in memory, column by column and sorted by user: 33 bytes a row and the distinct ids. What the rules make of a
/// user's rows takes their place.
/// </summary>
internal sealed class EventTable
{
    private const int MaxKinds = byte.MaxValue + 1;

    // The rows of user u begin at starts[u]: those kept come first, those held out next, and what lies behind has no meaning.
    private int[] starts = [], kept = [], heldOut = [];
    private int[] users, items, baskets;
    private byte[] kinds;
    private long[] times;
    private double[] quantities, revenues;

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
        stage.Progress.Start("sorting by user", 0, "");
        events.Rank();
        events.SortByUser(parallel);
        return events;
    }

    /// <summary>The user's rows that are kept: all until they are replaced.</summary>
    public Rows KeptRowsOf(int user) => new(starts[user], starts[user] + kept[user]);

    /// <summary>The user's rows that are held out: none until they are replaced.</summary>
    public Rows HeldOutRowsOf(int user) => new(starts[user] + kept[user], starts[user] + kept[user] + heldOut[user]);

    /// <summary>Interactions kept, of all users.</summary>
    public long KeptCount => kept.Sum(count => (long)count);

    /// <summary>Interactions held out, of all users.</summary>
    public long HeldOutCount => heldOut.Sum(count => (long)count);

    /// <summary>The interaction in a row.</summary>
    public Event this[int row] => new()
    {
        Item = items[row],
        Kind = kinds[row],
        Basket = baskets[row],
        Time = times[row],
        Quantity = quantities[row],
        Revenue = revenues[row],
    };

    /// <summary>The item in a row.</summary>
    public int ItemOf(int row) => items[row];

    /// <summary>Replaces a user's rows by what became of them: at most as many, those held out last. Thread-safe for different users.</summary>
    public void Replace(int user, ReadOnlySpan<Event> events)
    {
        (kept[user], heldOut[user]) = (0, 0);
        int row = starts[user];
        foreach (Event e in events)
        {
            (items[row], kinds[row], baskets[row], times[row], quantities[row], revenues[row]) = (e.Item, e.Kind, e.Basket, e.Time, e.Quantity, e.Revenue);
            ref int part = ref (e.IsHeldOut ? ref heldOut[user] : ref kept[user]);
            part++;
            row++;
        }
    }

    /// <summary>Time of the newest of the interactions that count; null where none does.</summary>
    public long? NewestTime(Func<int, byte, bool> counts)
    {
        long? newest = null;
        for (int user = 0; user < UserIds.Count; user++)
        {
            foreach (int row in KeptRowsOf(user))
            {
                if ((newest is null || times[row] > newest) && counts(user, kinds[row]))
                    newest = times[row];
            }
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
        if (KindNames.Count > MaxKinds)
        {
            throw new StageException(
                ExitCode.InputRefused, $"The interactions have more than {MaxKinds} different events: is the column mapped as event the right one?");
        }
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
            column[row] = (byte)KindNames.Add(texts[row]);
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

    /// <summary>Replaces positions by ranks.</summary>
    private void Rank()
    {
        UserIds.Rank();
        ItemIds.Rank();
        KindNames.Rank();
        UserIds.Rank(users);
        ItemIds.Rank(items);
        KindNames.Rank(kinds);
    }

    /// <summary>Sorts the rows by user. O(n).</summary>
    private void SortByUser(ParallelOptions parallel)
    {
        kept = new int[UserIds.Count];
        heldOut = new int[UserIds.Count];
        starts = new int[UserIds.Count];
        foreach (int user in users)
            kept[user]++;
        for (int user = 1; user < kept.Length; user++)
            starts[user] = starts[user - 1] + kept[user - 1];
        int[] order = new int[Count], next = [.. starts];
        for (int row = 0; row < Count; row++)
            order[next[users[row]]++] = row;
        // A column is sorted into an array that is no longer needed, where there is one.
        Parallel.Invoke(
            parallel,
            () => Sort(ref baskets, Sort(ref items, users, order), order),
            () => Sort(ref revenues, Sort(ref quantities, new double[Count], order), order),
            () => Sort(ref times, new long[Count], order),
            () => Sort(ref kinds, new byte[Count], order));
        users = [];
    }

    /// <summary>Puts a column in order, into another array.</summary>
    /// <returns>The array the column was in.</returns>
    private static T[] Sort<T>(ref T[] column, T[] into, int[] order)
    {
        for (int row = 0; row < order.Length; row++)
            into[row] = column[order[row]];
        T[] free = column;
        column = into;
        return free;
    }
}

/// <summary>Rows of the table that lie one behind the other.</summary>
internal readonly record struct Rows(int Start, int End)
{
    public int Count => End - Start;

    public Enumerator GetEnumerator() => new(this);

    public struct Enumerator(Rows rows)
    {
        public int Current { get; private set; } = rows.Start - 1;

        public bool MoveNext() => ++Current < rows.End;
    }
}
