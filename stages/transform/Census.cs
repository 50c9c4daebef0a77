using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>The distinct ids of the interactions and what each user has of them: what must be known before the rows have a place.</summary>
/// <param name="Ids">The ids, ranked.</param>
/// <param name="Rows">Rows of each user, by rank.</param>
/// <param name="BasketBytes">Bytes that the ids of their baskets can take, by rank of the user: as if each row had a basket of its own.</param>
internal sealed record Census(EventIds Ids, int[] Rows, long[] BasketBytes)
{
    /// <summary>Of a text in a <see cref="TextIndex"/> besides its own bytes, while that grows.</summary>
    private const long BytesPerBasket = 72;

    private static readonly TableSchema Columns =
        Interactions.Schema.Select(Interactions.UserId, Interactions.ItemId, Interactions.Event, Interactions.BasketId);

    /// <summary>Reads the ids.</summary>
    public static async Task<Census> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        var ids = new EventIds();
        int[] users = new int[ColumnBatch.DefaultCapacity], rows = [];
        long[] basketBytes = [];
        long read = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = stage.Threads, CancellationToken = cancellation };
        stage.Progress.Start("reading ids", stage.RowsOf(Interactions.DataSet), "rows");
        await foreach (ColumnBatch batch in stage.ReadAsync(Interactions.DataSet, Columns, cancellation))
        {
            Parallel.Invoke(parallel, () => AddUsers(batch, ids.Users, users), () => AddItemsAndKinds(batch, ids));
            ids.Check();
            if (rows.Length < ids.Users.Count)
            {
                Array.Resize(ref rows, 2 * ids.Users.Count);
                Array.Resize(ref basketBytes, rows.Length);
            }
            TextColumn baskets = batch.Text(Interactions.BasketId);
            for (int row = 0; row < batch.Count; row++)
            {
                rows[users[row]] = checked(rows[users[row]] + 1);
                if (!baskets.IsNull(row))
                    basketBytes[users[row]] += BytesPerBasket + baskets[row].Length;
            }
            read += batch.Count;
            stage.Progress.Report(read);
        }
        ids.Rank();
        return new Census(ids, ids.Users.ByRank(rows), ids.Users.ByRank(basketBytes));
    }

    private static void AddUsers(ColumnBatch batch, RankedIds ids, int[] users)
    {
        TextColumn texts = batch.Text(Interactions.UserId);
        for (int row = 0; row < batch.Count; row++)
            users[row] = ids.Add(texts[row]);
    }

    private static void AddItemsAndKinds(ColumnBatch batch, EventIds ids)
    {
        TextColumn items = batch.Text(Interactions.ItemId), kinds = batch.Text(Interactions.Event);
        for (int row = 0; row < batch.Count; row++)
        {
            ids.Items.Add(items[row]);
            ids.Kinds.Add(kinds[row]);
        }
    }
}
