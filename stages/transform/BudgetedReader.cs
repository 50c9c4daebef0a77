using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>
/// Reads the interactions twice, for memory with a limit: first the ids, which tells what fits; then the rows, which go to their place at
/// once, in memory if all of them fit, else in a temporary file, range of users by range.
/// </summary>
internal sealed class BudgetedReader
{
    private readonly EventIds ids;
    private readonly int[] users = new int[ColumnBatch.DefaultCapacity], items = new int[ColumnBatch.DefaultCapacity];
    private readonly byte[] kinds = new byte[ColumnBatch.DefaultCapacity];
    private readonly EventTable table;
    private readonly SpilledRows? spilled;

    private BudgetedReader(EventIds ids, EventTable table, SpilledRows? spilled) => (this.ids, this.table, this.spilled) = (ids, table, spilled);

    public static async Task<EventSet> ReadAsync(StageContext stage, TransformOptions options, CancellationToken cancellation)
    {
        Census census = await Census.ReadAsync(stage, cancellation);
        var plan = new MemoryPlan(census, stage.RowsOf(Catalogue.DataSet), options, stage.Threads);
        stage.Log.LogInformation(
            "will take about {estimated_mb} MB: {ranges} ranges of users, one in memory at a time", plan.Estimate / 1_000_000, plan.Ranges.Count);
        var counts = new RowCounts(census.Rows);
        var table = new EventTable(new EventColumns(plan.Ranges.Max(range => range.Users.Rows)), counts, new TextIndex());
        SpilledRows? spilled = null;
        if (plan.Ranges.Count > 1)
            spilled = new SpilledRows(plan.Ranges, plan.RangeBytes);
        else
            table.BeginEmpty(plan.Ranges[0].Users);
        var events = new EventSet(census.Ids, counts, table, spilled);
        try
        {
            await new BudgetedReader(census.Ids, table, spilled).ReadRowsAsync(stage, cancellation);
            return events;
        }
        catch
        {
            events.Dispose();
            throw;
        }
    }

    private async Task ReadRowsAsync(StageContext stage, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = stage.Threads, CancellationToken = cancellation };
        stage.Progress.Start("reading interactions", stage.RowsOf(Interactions.DataSet), "rows");
        long read = 0;
        await foreach (ColumnBatch batch in stage.ReadAsync(Interactions.DataSet, cancellation: cancellation))
        {
            Parallel.Invoke(parallel, () => FindUsers(batch), () => FindItemsAndKinds(batch));
            AddRows(batch);
            read += batch.Count;
            stage.Progress.Report(read);
        }
        spilled?.Complete();
    }

    private void FindUsers(ColumnBatch batch)
    {
        TextColumn texts = batch.Text(Interactions.UserId);
        for (int row = 0; row < batch.Count; row++)
            users[row] = ids.Users.Find(texts[row]);
    }

    private void FindItemsAndKinds(ColumnBatch batch)
    {
        TextColumn itemTexts = batch.Text(Interactions.ItemId), kindTexts = batch.Text(Interactions.Event);
        for (int row = 0; row < batch.Count; row++)
        {
            items[row] = ids.Items.Find(itemTexts[row]);
            kinds[row] = (byte)ids.Kinds.Find(kindTexts[row]);
        }
    }

    private void AddRows(ColumnBatch batch)
    {
        TextColumn baskets = batch.Text(Interactions.BasketId);
        Span<long> times = batch.Values<long>(Interactions.Time);
        Span<double> quantities = batch.Values<double>(Interactions.Quantity), revenues = batch.Values<double>(Interactions.Revenue);
        Span<bool> noQuantity = batch.Nulls(Interactions.Quantity), noRevenue = batch.Nulls(Interactions.Revenue);
        for (int row = 0; row < batch.Count; row++)
        {
            var e = new Event
            {
                Item = items[row],
                Kind = kinds[row],
                Time = times[row],
                Quantity = noQuantity[row] ? double.NaN : quantities[row],
                Revenue = noRevenue[row] ? double.NaN : revenues[row],
            };
            ReadOnlySpan<byte> basket = baskets[row];
            bool hasBasket = !baskets.IsNull(row);
            if (spilled is null)
                table.Add(users[row], e, hasBasket, basket);
            else
                spilled.Add(users[row], e, hasBasket, basket);
        }
    }
}
