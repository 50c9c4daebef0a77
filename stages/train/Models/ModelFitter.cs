using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Sar;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>Fits the models to the weighted interactions.</summary>
/// <param name="stage">The stage.</param>
/// <param name="options">What to fit.</param>
/// <param name="recommend">What will be asked of the models, for the estimate of memory.</param>
internal sealed class ModelFitter(StageContext stage, SarOptions options, RecommendOptions recommend)
{
    /// <summary>Fits a model of all customers and of each group of enough of them.</summary>
    /// <param name="users">Customers there are.</param>
    /// <param name="items">Products with interactions.</param>
    /// <param name="groups">Who is fitted together; null for all customers only.</param>
    /// <param name="minCustomers">Fewest customers of a group with a model of its own.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<ModelSet> FitAsync(int users, int items, Grouping? groups, int minCustomers, CancellationToken cancellation)
    {
        Sar.Interactions data = await ReadAsync(users, items, cancellation);
        SarModel all = Fit(data, cancellation);
        stage.Log.LogInformation(
            "fitted SAR: {interactions} interactions of {users} users with {items} items, {pairs} pairs", data.Count, users, items, all.Affinity.Count);

        var models = new List<GroupModel>();
        int[][] members = groups?.Members() ?? [];
        int[] starts = groups is null ? [] : RowStarts(data);
        for (int group = 0; group < members.Length; group++)
        {
            // Those whose group is unknown or too small have nothing in common.
            if (members[group].Length < minCustomers || groups!.Names[group] is Grouping.Other or AttributeTable.Unknown)
                continue;
            SarModel model = FitPart(Part(data, starts, members[group]), cancellation);
            models.Add(new GroupModel(groups.Names[group], model, members[group]));
            stage.Log.LogInformation(
                "fitted SAR of {group}: {users} users, {pairs} pairs", groups.Names[group], model.UserCount, model.Affinity.Count);
        }
        stage.Counters.Set("models", 1 + models.Count);
        return new ModelSet(all, models);
    }

    private async Task<Sar.Interactions> ReadAsync(int users, int items, CancellationToken cancellation)
    {
        int rows = checked((int)stage.RowsOf(WeightedInteractions.DataSet));
        int[] user = new int[rows], item = new int[rows];
        double[] weight = new double[rows];
        long[] time = new long[rows];
        int[] basket = new int[options.CoOccurrenceUnit == CoOccurrenceUnit.Basket ? rows : 0];
        int filled = 0;
        stage.Progress.Start("reading interactions", rows, "rows");
        TableSchema columns = WeightedInteractions.Schema.Select(
            WeightedInteractions.UserIndex, WeightedInteractions.ItemIndex, WeightedInteractions.Time, WeightedInteractions.Weight, WeightedInteractions.Basket);
        await foreach (ColumnBatch batch in stage.ReadAsync(WeightedInteractions.DataSet, columns, cancellation))
        {
            batch.Values<int>(WeightedInteractions.UserIndex)[..batch.Count].CopyTo(user.AsSpan(filled));
            batch.Values<int>(WeightedInteractions.ItemIndex)[..batch.Count].CopyTo(item.AsSpan(filled));
            batch.Values<double>(WeightedInteractions.Weight)[..batch.Count].CopyTo(weight.AsSpan(filled));
            batch.Values<long>(WeightedInteractions.Time)[..batch.Count].CopyTo(time.AsSpan(filled));
            if (basket.Length > 0)
                batch.Values<int>(WeightedInteractions.Basket)[..batch.Count].CopyTo(basket.AsSpan(filled));
            filled += batch.Count;
            stage.Progress.Report(filled);
        }
        return new Sar.Interactions(users, items, user, item, weight, time, basket);
    }

    private SarModel Fit(Sar.Interactions data, CancellationToken cancellation)
    {
        stage.Progress.Start("fitting", 0, "");
        SarOptions within = options with { OtherMemory = ProcessMemory.Settle() - data.Bytes };
        SarEstimate estimate = SarModel.Estimate(data, within, recommend, stage.Threads);
        stage.Log.LogInformation("SAR will take about {estimated_mb} MB", estimate.Peak / 1_000_000);
        return SarModel.Fit(data, within, stage.Threads, cancellation);
    }

    /// <summary>What else is in memory matters only where there is a budget, and takes time to find out.</summary>
    private SarModel FitPart(Sar.Interactions part, CancellationToken cancellation)
    {
        SarOptions within = options.MemoryBudget is null ? options : options with { OtherMemory = ProcessMemory.Settle() - part.Bytes };
        return SarModel.Fit(part, within, stage.Threads, cancellation);
    }

    /// <summary>Where each customer's rows start, which lie together.</summary>
    private static int[] RowStarts(Sar.Interactions data)
    {
        var starts = new int[data.UserCount + 1];
        foreach (int user in data.Users.Span)
            starts[user + 1]++;
        for (int user = 0; user < data.UserCount; user++)
            starts[user + 1] += starts[user];
        return starts;
    }

    /// <summary>The interactions of some customers, who are numbered anew in their order. O(their rows).</summary>
    private static Sar.Interactions Part(Sar.Interactions data, int[] starts, int[] members)
    {
        int rows = members.Sum(user => starts[user + 1] - starts[user]);
        int[] users = new int[rows], items = new int[rows], baskets = new int[data.Baskets.IsEmpty ? 0 : rows];
        double[] weights = new double[rows];
        long[] times = new long[rows];
        for (int n = 0, at = 0; n < members.Length; n++)
        {
            int from = starts[members[n]], count = starts[members[n] + 1] - from;
            users.AsSpan(at, count).Fill(n);
            data.Items.Span.Slice(from, count).CopyTo(items.AsSpan(at));
            data.Weights.Span.Slice(from, count).CopyTo(weights.AsSpan(at));
            data.Times.Span.Slice(from, count).CopyTo(times.AsSpan(at));
            if (baskets.Length > 0)
                data.Baskets.Span.Slice(from, count).CopyTo(baskets.AsSpan(at));
            at += count;
        }
        return new Sar.Interactions(members.Length, data.ItemCount, users, items, weights, times, baskets);
    }
}
