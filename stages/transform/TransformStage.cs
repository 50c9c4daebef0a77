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
        Summary = "Cleans the interactions of repeats, returns and robots, weighs them, and gives users and items dense indices.",
        Parse = TransformOptions.Parse,
        Run = RunAsync,
    };

    private static async Task RunAsync(TransformOptions options, StageContext stage, CancellationToken cancellation)
    {
        using EventSet events = await EventSet.ReadAsync(stage, options, cancellation);
        var rules = Rules.Of(events, options);
        var ledger = new Ledger(events.UserIds.Count, events.ItemIds.Count);
        var core = new Core(events, options);
        var userRules = new UserRules(rules, ledger, stage);
        stage.Progress.Start("applying the rules", events.Count, "rows");
        foreach (EventTable range in events.Ranges())
        {
            userRules.ApplyTo(range, cancellation);
            core.Add(range);
        }
        core.Keep(ledger);

        Numbering users = core.NumberUsers(), items = core.NumberItems();
        stage.Counters.RowsIn = events.Count;
        CheckSomethingIsLeft(events, rules, ledger);
        Totals totals = await WriteInteractionsAsync(stage, events, rules, users, items, cancellation);
        if (rules.HoldoutAfter is not null)
            await WriteHeldOutAsync(stage, events, rules, users, items, totals.NewestTime, ledger, cancellation);
        await WriteUsersAsync(stage, events, users, totals, cancellation);
        await WriteItemsAsync(stage, events, items, totals, cancellation);
        ledger.Report(stage.Counters, users, items);
    }

    private static void CheckSomethingIsLeft(EventSet events, Rules rules, Ledger ledger)
    {
        if (events.KeptCount == 0)
        {
            (Fate Fate, long Lines)[] reasons =
                [.. Fates.All.Select(fate => (fate, ledger[fate] + (fate == Fate.HeldOut ? events.HeldOutCount : 0))).Where(reason => reason.Item2 > 0)];
            string[] options = [.. reasons.Select(reason => reason.Fate.Option(rules)).OfType<string>().Distinct()];
            string why = string.Join(", ", reasons.Select(reason => $"{reason.Lines:N0} {reason.Fate.Name().Replace('_', ' ')}"));
            throw new StageException(
                ExitCode.InputRefused, $"None of the {events.Count:N0} interactions is left: {why}.",
                options.Length == 0 ? null : $"Check {string.Join(" and ", options)}.");
        }
        if (rules.HoldoutAfter is { } after && events.HeldOutCount == 0)
        {
            throw new StageException(
                ExitCode.InputRefused, $"No interaction is later than {Holdout.Text(after)}: nothing can be held out.", $"Check --{rules.Options.Holdout.Option}.");
        }
    }

    private static async Task<Totals> WriteInteractionsAsync(
        StageContext stage, EventSet events, Rules rules, Numbering users, Numbering items, CancellationToken cancellation)
    {
        var totals = new Totals(users.Count, items.Count);
        await using TableOutput table = stage.Write(WeightedInteractions.DataSet);
        stage.Progress.Start("writing interactions", events.KeptCount, "rows");
        foreach ((EventTable range, int rank) in UsersOf(events))
        {
            if (table.IsPartFull)
                await table.NextPartAsync(cancellation);
            int user = users.IndexOf(rank);
            foreach (int row in range.KeptRowsOf(rank))
            {
                Event e = range[row];
                Fill(table.Batch, user, items.IndexOf(e.Item), e, rules);
                totals.Add(user, items.IndexOf(e.Item), e, e.Kind == rules.Purchase);
                await table.NextRowAsync(cancellation);
            }
            stage.Progress.Report(table.RowCount);
        }
        await table.CompleteAsync(cancellation);
        stage.Counters.RowsKept = table.RowCount;
        return totals;
    }

    /// <summary>Writes what is held out of the users and items that have interactions before, and counts the rest as cold.</summary>
    private static async Task WriteHeldOutAsync(
        StageContext stage, EventSet events, Rules rules, Numbering users, Numbering items, long newestKept, Ledger ledger, CancellationToken cancellation)
    {
        long oldest = long.MaxValue;
        await using TableOutput table = stage.Write(HeldOutInteractions.DataSet);
        stage.Progress.Start("writing held-out interactions", events.HeldOutCount, "rows");
        foreach ((EventTable range, int rank) in UsersOf(events))
        {
            if (table.IsPartFull)
                await table.NextPartAsync(cancellation);
            int user = users.IndexOf(rank);
            foreach (int row in range.HeldOutRowsOf(rank))
            {
                Event e = range[row];
                bool isCold = user < 0 || items.IndexOf(e.Item) < 0;
                ledger.Drop(rank, e.Item, isCold ? Fate.HeldOutCold : Fate.HeldOut);
                if (isCold)
                    continue;
                oldest = Math.Min(oldest, e.Time);
                Fill(table.Batch, user, items.IndexOf(e.Item), e, rules);
                await table.NextRowAsync(cancellation);
            }
            stage.Progress.Report(table.RowCount);
        }
        await table.CompleteAsync(cancellation);
        Holdout.Check(rules.HoldoutAfter, newestKept, oldest);
        stage.Log.LogInformation(
            "held out {held_out} interactions after {holdout_after}, {held_out_cold} more of new users or items",
            table.RowCount, Holdout.Text(rules.HoldoutAfter!.Value), ledger[Fate.HeldOutCold]);
    }

    /// <summary>All users by rank, each with the table that holds its rows.</summary>
    private static IEnumerable<(EventTable Range, int Rank)> UsersOf(EventSet events)
    {
        foreach (EventTable range in events.Ranges())
        {
            for (int rank = range.Users.First; rank < range.Users.End; rank++)
                yield return (range, rank);
        }
    }

    private static void Fill(ColumnBatch batch, int user, int item, in Event e, Rules rules)
    {
        int row = batch.Count;
        batch.Values<int>(WeightedInteractions.UserIndex)[row] = user;
        batch.Values<int>(WeightedInteractions.ItemIndex)[row] = item;
        batch.Values<long>(WeightedInteractions.Time)[row] = e.Time;
        batch.Values<double>(WeightedInteractions.Weight)[row] = rules.Weights.Of(e);
        batch.Values<bool>(WeightedInteractions.Purchased)[row] = e.Kind == rules.Purchase;
        batch.Values<int>(WeightedInteractions.Basket)[row] = e.Basket;
    }

    private static async Task WriteUsersAsync(
        StageContext stage, EventSet events, Numbering users, Totals totals, CancellationToken cancellation)
    {
        await using TableOutput table = stage.Write(Users.DataSet);
        ColumnBatch batch = table.Batch;
        for (int user = 0; user < users.Count; user++)
        {
            int row = batch.Count;
            UserTotals t = totals.Users[user];
            batch.Values<int>(Users.UserIndex)[row] = user;
            batch.Text(Users.UserId).Append(events.UserIds[users.RankOf(user)]);
            batch.Values<int>(Users.InteractionCount)[row] = t.Interactions;
            batch.Values<int>(Users.ItemCount)[row] = t.Items;
            batch.Values<long>(Users.FirstTime)[row] = t.FirstTime;
            batch.Values<long>(Users.LastTime)[row] = t.LastTime;
            batch.Values<int>(Users.Purchases)[row] = t.Purchases;
            batch.Values<int>(Users.PurchaseDays)[row] = t.PurchaseDays;
            batch.Nulls(Users.LastPurchase)[row] = t.Purchases == 0;
            batch.Values<long>(Users.LastPurchase)[row] = t.LastPurchase;
            batch.Values<double>(Users.Revenue)[row] = Money.Amount(t.Revenue);
            await table.NextRowAsync(cancellation);
        }
        await table.CompleteAsync(cancellation);
    }

    private static async Task WriteItemsAsync(
        StageContext stage, EventSet events, Numbering items, Totals totals, CancellationToken cancellation)
    {
        CatalogueTable catalogue = await CatalogueTable.ReadAsync(stage, events.ItemIds, items, cancellation);
        await using TableOutput table = stage.Write(Items.DataSet);
        ColumnBatch batch = table.Batch;
        for (int item = 0; item < items.Count; item++)
        {
            int row = batch.Count;
            ItemTotals t = totals.Items[item];
            batch.Values<int>(Items.ItemIndex)[row] = item;
            batch.Text(Items.ItemId).Append(events.ItemIds[items.RankOf(item)]);
            batch.Values<int>(Items.UserCount)[row] = t.Users;
            batch.Values<long>(Items.InteractionCount)[row] = t.Interactions;
            batch.Values<long>(Items.FirstTime)[row] = t.FirstTime;
            batch.Values<long>(Items.LastTime)[row] = t.LastTime;
            batch.Values<long>(Items.Purchases)[row] = t.Purchases;
            batch.Values<double>(Items.Revenue)[row] = Money.Amount(t.Revenue);
            catalogue.Append(batch, item);
            await table.NextRowAsync(cancellation);
        }
        await table.CompleteAsync(cancellation);
        stage.Counters.Set("catalogue_without_interactions", catalogue.WithoutInteractions);
        stage.Log.LogInformation(
            "{users} users, {items} items; {catalogue_without_interactions} products of the catalogue have no interaction",
            totals.Users.Length, items.Count, catalogue.WithoutInteractions);
    }
}
