using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Sar;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>Weighted interactions in; segments, model and recommendations out.</summary>
internal static class TrainStage
{
    public static readonly StageDefinition<TrainOptions> Definition = new()
    {
        Stage = Stages.Train,
        Summary = "Puts customers into segments, fits SAR and recommends products to each customer.",
        Parse = TrainOptions.Parse,
        Run = RunAsync,
    };

    private static async Task RunAsync(TrainOptions options, StageContext stage, CancellationToken cancellation)
    {
        try
        {
            await TrainAsync(options, stage, cancellation);
        }
        catch (SarMemoryException e)
        {
            throw new StageException(ExitCode.OutOfMemory, e.Message, "See --memory.", e);
        }
    }

    private static async Task TrainAsync(TrainOptions options, StageContext stage, CancellationToken cancellation)
    {
        UserTable users = await UserTable.ReadAsync(stage, cancellation);
        SarOptions sar = options.Sar with { ReferenceTime = options.Sar.ReferenceTime ?? users.NewestTime };
        ItemTable items = await ItemTable.ReadAsync(stage, sar.ReferenceTime.Value, cancellation);

        string[] segments = await SegmentWriter.WriteAsync(stage, users, options, sar.ReferenceTime.Value, cancellation);
        var recommend = new RecommendOptions { K = options.TopK, Allowed = items.IsOffered };
        SarModel model = await FitAsync(stage, users.Count, items.Count, sar, recommend, cancellation);
        await WriteModelAsync(stage, model, items, options.ModelNeighbours, cancellation);

        stage.Progress.Start("recommending", users.Count, "customers");
        RecommendationLists lists = model.RecommendAll(recommend, new Forward(stage.Progress), stage.Threads, cancellation);
        int[] because = model.Because(lists, stage.Threads, cancellation);
        await new ListWriter(stage, model, lists, because, users, items, segments, recommend).WriteAsync(cancellation);
    }

    private static async Task<SarModel> FitAsync(
        StageContext stage, int users, int items, SarOptions options, RecommendOptions recommend, CancellationToken cancellation)
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
        var data = new Sar.Interactions(users, items, user, item, weight, time, basket);
        options = options with { OtherMemory = ProcessMemory.Settle() - data.Bytes };
        SarEstimate estimate = SarModel.Estimate(data, options, recommend, stage.Threads);
        stage.Log.LogInformation("SAR will take about {estimated_mb} MB", estimate.Peak / 1_000_000);

        stage.Progress.Start("fitting", 0, "");
        var model = SarModel.Fit(data, options, stage.Threads, cancellation);
        stage.Log.LogInformation(
            "fitted SAR: {interactions} interactions of {users} users with {items} items, {pairs} pairs",
            rows, users, items, model.Affinity.Count);
        return model;
    }

    private static async Task WriteModelAsync(
        StageContext stage, SarModel model, ItemTable items, int neighbours, CancellationToken cancellation)
    {
        stage.Progress.Start("writing the model", items.Count, "items");
        await using TableOutput similarities = stage.Write(ItemSimilarities.DataSet);
        for (int item = 0; item < items.Count; item++)
        {
            Ranking nearest = model.SimilarItems(item, neighbours);
            for (int n = 0; n < nearest.Count; n++)
            {
                int row = similarities.Batch.Count;
                similarities.Batch.Values<int>(ItemSimilarities.ItemI)[row] = item;
                similarities.Batch.Values<int>(ItemSimilarities.ItemJ)[row] = nearest.Indices[n];
                similarities.Batch.Values<double>(ItemSimilarities.Value)[row] = nearest.Scores[n];
                await similarities.NextRowAsync(cancellation);
            }
            stage.Progress.Report(item);
        }
        await similarities.CompleteAsync(cancellation);

        await using TableOutput popularity = stage.Write(Popularity.DataSet);
        for (int item = 0; item < items.Count; item++)
        {
            int row = popularity.Batch.Count;
            popularity.Batch.Values<int>(Popularity.ItemIndex)[row] = item;
            popularity.Batch.Text(Popularity.ItemId).Append(items.Ids[item]);
            popularity.Batch.Values<int>(Popularity.UserCount)[row] = model.ItemUsers[item];
            await popularity.NextRowAsync(cancellation);
        }
        await popularity.CompleteAsync(cancellation);
        await stage.WriteFileAsync(ModelParameters.Path, ModelParameters.Of(model, neighbours).ToJson(), cancellation);
    }

    private sealed class Forward(StageProgress progress) : IProgress<int>
    {
        public void Report(int value) => progress.Report(value);
    }
}
