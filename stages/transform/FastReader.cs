using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>
/// Reads all interactions once, into memory, and sorts them there: the way for memory without limit. 33 bytes a row, 58 while they are
/// sorted, and the distinct ids.
/// </summary>
internal sealed class FastReader
{
    private readonly EventIds ids = new();
    private readonly TextIndex basketIds = new();
    private readonly EventColumns columns;
    private readonly int[] users;

    private FastReader(int count) => (columns, users) = (new EventColumns(count), new int[count]);

    public static async Task<EventSet> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        long count = stage.RowsOf(Interactions.DataSet);
        if (count > Array.MaxLength)
        {
            throw new StageException(
                ExitCode.OutOfMemory, $"{count:N0} interactions are more than the {Array.MaxLength:N0} that can be in memory at once.",
                "Say with --memory how much it may take: then it works part by part.");
        }
        stage.Log.LogInformation("will take about {estimated_mb} MB and the memory of the ids", MemoryPlan.WithoutLimit(count) / 1_000_000);
        var reader = new FastReader((int)count);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = stage.Threads, CancellationToken = cancellation };
        stage.Progress.Start("reading interactions", count, "rows");
        int filled = 0;
        await foreach (ColumnBatch batch in stage.ReadAsync(Interactions.DataSet, cancellation: cancellation))
        {
            reader.Append(batch, filled, parallel);
            filled += batch.Count;
            stage.Progress.Report(filled);
        }
        stage.Progress.Start("sorting by user", 0, "");
        return reader.Sort(parallel);
    }

    private void Append(ColumnBatch batch, int at, ParallelOptions parallel)
    {
        int count = batch.Count;
        Parallel.Invoke(
            parallel,
            () => Number(batch.Text(Interactions.UserId), ids.Users, users.AsSpan(at, count)),
            () =>
            {
                Number(batch.Text(Interactions.ItemId), ids.Items, columns.Items.AsSpan(at, count));
                NumberKinds(batch.Text(Interactions.Event), columns.Kinds.AsSpan(at, count));
                batch.Values<long>(Interactions.Time)[..count].CopyTo(columns.Times.AsSpan(at));
                Copy(batch, Interactions.Quantity, columns.Quantities.AsSpan(at, count));
                Copy(batch, Interactions.Revenue, columns.Revenues.AsSpan(at, count));
            },
            () => NumberBaskets(batch.Text(Interactions.BasketId), columns.Baskets.AsSpan(at, count)));
        ids.Check();
    }

    private static void Number(TextColumn texts, RankedIds ids, Span<int> column)
    {
        for (int row = 0; row < column.Length; row++)
            column[row] = ids.Add(texts[row]);
    }

    private void NumberBaskets(TextColumn texts, Span<int> column)
    {
        for (int row = 0; row < column.Length; row++)
            column[row] = texts.IsNull(row) ? -1 : basketIds.Add(texts[row]);
    }

    private void NumberKinds(TextColumn texts, Span<byte> column)
    {
        for (int row = 0; row < column.Length; row++)
            column[row] = (byte)ids.Kinds.Add(texts[row]);
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

    /// <summary>Puts ranks in the place of positions and the rows in order of users. O(n).</summary>
    private EventSet Sort(ParallelOptions parallel)
    {
        ids.Rank();
        ids.Users.Rank(users);
        ids.Items.Rank(columns.Items);
        ids.Kinds.Rank(columns.Kinds);

        var counts = new RowCounts(new int[ids.Users.Count]);
        foreach (int user in users)
            counts.Read[user]++;
        counts.Read.CopyTo(counts.Kept, 0);
        columns.Sort(Order(counts), spare: users, parallel);
        var table = new EventTable(columns, counts, basketIds);
        table.Begin(new UserRange(0, ids.Users.Count, RowsBefore: 0, users.Length));
        return new EventSet(ids, counts, table, spilled: null);
    }

    /// <summary>The rows in order of users.</summary>
    private int[] Order(RowCounts counts)
    {
        int[] order = new int[users.Length], next = new int[counts.Read.Length];
        for (int user = 1; user < next.Length; user++)
            next[user] = next[user - 1] + counts.Read[user - 1];
        for (int row = 0; row < users.Length; row++)
            order[next[users[row]]++] = row;
        return order;
    }
}
