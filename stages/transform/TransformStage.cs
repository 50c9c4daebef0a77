using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>Interactions in, indexed and weighted interactions out, with a table of users and one of items.</summary>
internal static class TransformStage
{
    public static readonly StageDefinition<TransformOptions> Definition = new()
    {
        Stage = Stages.Transform,
        Summary = "Weighs the events, merges repeats and gives users and items dense indices.",
        Parse = TransformOptions.Parse,
        Run = RunAsync,
    };

    private static async Task RunAsync(TransformOptions options, StageContext stage, CancellationToken cancellation)
    {
        EventTable events = await EventTable.ReadAsync(stage, cancellation);
        double[] weights = events.Weights(options.EventWeights);
        CountEventsLeftOut(stage, events, weights);
        stage.Progress.Start("sorting", 0, "");
        SortedEvents sorted = SortedEvents.Of(events, weights, stage.Threads, cancellation);
        CountUsersLeftOut(stage, events, sorted);
        Totals totals = await WriteInteractionsAsync(stage, events, sorted, weights, cancellation);
        await WriteUsersAsync(stage, events, sorted, totals, cancellation);
        await WriteItemsAsync(stage, events, sorted, totals, cancellation);
    }

    private static void CountEventsLeftOut(StageContext stage, EventTable events, double[] weights)
    {
        int returned = events.ReturnEvent;
        long withoutWeight = 0, returns = 0;
        foreach (byte happened in events.Event)
        {
            if (weights[happened] > 0)
                continue;
            if (happened == returned)
                returns++;
            else
                withoutWeight++;
        }
        stage.Counters.RowsIn = events.Count;
        if (returns > 0)
            stage.Counters.Drop(Events.Return, returns);
        if (withoutWeight > 0)
            stage.Counters.Drop("event_without_weight", withoutWeight);
        if (returns + withoutWeight == events.Count)
            throw new StageException(ExitCode.InputRefused, $"None of the {events.Count:N0} interactions has an event with a weight.", "Check --event-weights.");
    }

    private static void CountUsersLeftOut(StageContext stage, EventTable events, SortedEvents sorted)
    {
        int returned = events.ReturnEvent;
        var didMore = new bool[events.UserIds.Count];
        for (int row = 0; row < events.Count; row++)
            didMore[events.User[row]] |= events.Event[row] != returned;
        int[] leftOut = [.. Enumerable.Range(0, events.UserIds.Count).Where(user => sorted.Users.IndexOf(user) < 0)];
        stage.Counters.Set("users", sorted.Users.Count);
        stage.Counters.Set("users_with_returns_only", leftOut.Count(user => !didMore[user]));
        stage.Counters.Set("users_without_weight", leftOut.Count(user => didMore[user]));
    }

    private static async Task<Totals> WriteInteractionsAsync(
        StageContext stage, EventTable events, SortedEvents sorted, double[] weights, CancellationToken cancellation)
    {
        var totals = new Totals(sorted.Users.Count, sorted.Items.Count);
        await using TableOutput table = stage.Write(WeightedInteractions.DataSet);
        var merger = new Merger(events, sorted, weights);
        stage.Progress.Start("writing interactions", sorted.Count, "rows");
        while (merger.Next())
        {
            if (table.IsPartFull && merger.IsFirstOfUser)
                await table.NextPartAsync(cancellation);
            ColumnBatch batch = table.Batch;
            int row = batch.Count;
            batch.Values<int>(WeightedInteractions.UserIndex)[row] = merger.User;
            batch.Values<int>(WeightedInteractions.ItemIndex)[row] = merger.Item;
            batch.Values<long>(WeightedInteractions.Time)[row] = merger.Time;
            batch.Values<double>(WeightedInteractions.Weight)[row] = merger.Weight;
            batch.Values<bool>(WeightedInteractions.Purchased)[row] = merger.IsPurchased;
            totals.Add(merger);
            await table.NextRowAsync(cancellation);
            if (row == 0)
                stage.Progress.Report(merger.Consumed);
        }
        await table.CompleteAsync(cancellation);
        stage.Counters.RowsKept = table.RowCount;
        if (sorted.Count > table.RowCount)
            stage.Counters.Drop("repeat", sorted.Count - table.RowCount);
        return totals;
    }

    private static async Task WriteUsersAsync(
        StageContext stage, EventTable events, SortedEvents sorted, Totals totals, CancellationToken cancellation)
    {
        double[] revenue = Money.SumBy(events.User, events.Money, events.UserIds.Count);
        await using TableOutput table = stage.Write(Users.DataSet);
        ColumnBatch batch = table.Batch;
        for (int user = 0; user < sorted.Users.Count; user++)
        {
            int row = batch.Count, position = sorted.Users.PositionOf(user);
            UserTotals t = totals.Users[user];
            batch.Values<int>(Users.UserIndex)[row] = user;
            batch.Text(Users.UserId).Append(events.UserIds[position]);
            batch.Values<int>(Users.InteractionCount)[row] = t.Interactions;
            batch.Values<long>(Users.FirstTime)[row] = t.FirstTime;
            batch.Values<long>(Users.LastTime)[row] = t.LastTime;
            batch.Values<int>(Users.Purchases)[row] = t.Purchases;
            batch.Values<int>(Users.PurchaseDays)[row] = t.PurchaseDays;
            batch.Nulls(Users.LastPurchase)[row] = t.Purchases == 0;
            batch.Values<long>(Users.LastPurchase)[row] = t.LastPurchase;
            batch.Values<double>(Users.Revenue)[row] = revenue[position];
            await table.NextRowAsync(cancellation);
        }
        await table.CompleteAsync(cancellation);
    }

    private static async Task WriteItemsAsync(
        StageContext stage, EventTable events, SortedEvents sorted, Totals totals, CancellationToken cancellation)
    {
        double[] revenue = Money.SumBy(events.Item, events.Money, events.ItemIds.Count);
        CatalogueTable catalogue = await CatalogueTable.ReadAsync(stage, events.ItemIds, sorted.Items, cancellation);
        await using TableOutput table = stage.Write(Items.DataSet);
        ColumnBatch batch = table.Batch;
        for (int item = 0; item < sorted.Items.Count; item++)
        {
            int row = batch.Count, position = sorted.Items.PositionOf(item);
            batch.Values<int>(Items.ItemIndex)[row] = item;
            batch.Text(Items.ItemId).Append(events.ItemIds[position]);
            batch.Values<int>(Items.UserCount)[row] = totals.Items[item].Users;
            batch.Values<long>(Items.InteractionCount)[row] = totals.Items[item].Interactions;
            batch.Values<double>(Items.Revenue)[row] = revenue[position];
            catalogue.Append(batch, item);
            await table.NextRowAsync(cancellation);
        }
        await table.CompleteAsync(cancellation);
        stage.Counters.Set("items", sorted.Items.Count);
        stage.Counters.Set("catalogue_without_interactions", catalogue.WithoutInteractions);
        stage.Log.LogInformation(
            "{users} users, {items} items; {catalogue_without_interactions} products of the catalogue have no interaction",
            sorted.Users.Count, sorted.Items.Count, catalogue.WithoutInteractions);
    }
}
