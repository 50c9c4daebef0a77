using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Sar;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>
/// Writes the models, so that whoever reads them answers what is similar to what, and scores customers, without fitting anew. Pairs of items that fewer
/// than so many customers have are left out: a pair of one customer would tell what this customer bought.
/// </summary>
/// <param name="stage">The stage.</param>
/// <param name="items">The products.</param>
/// <param name="neighbours">Nearest neighbours of each item that are written.</param>
/// <param name="minGroup">Fewest customers who must have both items of a pair.</param>
internal sealed class ModelWriter(StageContext stage, ItemTable items, int neighbours, int minGroup)
{
    /// <summary>Items whose neighbours are found at a time, so that they need not all be in memory.</summary>
    private const int ItemsPerBlock = 8192;

    public async Task WriteAsync(ModelSet models, CancellationToken cancellation)
    {
        await using (TableOutput similarities = stage.Write(ItemSimilarities.DataSet))
        {
            await WriteSimilaritiesAsync(similarities, ModelNames.All, models.All, cancellation);
            foreach (GroupModel group in models.Groups)
                await WriteSimilaritiesAsync(similarities, group.Name, group.Sar, cancellation);
            await similarities.CompleteAsync(cancellation);
            stage.Counters.Set("similarities", similarities.RowCount);
        }
        await using (TableOutput popularity = stage.Write(Popularity.DataSet))
        {
            await WritePopularityAsync(popularity, ModelNames.All, models.All, minCount: 0, cancellation);
            foreach (GroupModel group in models.Groups)
                await WritePopularityAsync(popularity, group.Name, group.Sar, minGroup, cancellation);
            await popularity.CompleteAsync(cancellation);
        }
        await stage.WriteFileAsync(ModelParameters.Path, ModelParameters.Of(models, neighbours, minGroup).ToJson(), cancellation);
    }

    private async Task WriteSimilaritiesAsync(TableOutput table, string name, SarModel model, CancellationToken cancellation)
    {
        stage.Progress.Start("writing the model", model.ItemCount, "items");
        for (int start = 0; start < model.ItemCount; start += ItemsPerBlock)
        {
            int[] block = [.. Enumerable.Range(start, Math.Min(ItemsPerBlock, model.ItemCount - start))];
            Ranking[] nearest = model.SimilarItems(block, neighbours, minGroup, stage.Threads, cancellation);
            for (int n = 0; n < block.Length; n++)
            {
                for (int place = 0; place < nearest[n].Count; place++)
                {
                    int row = table.Batch.Count;
                    table.Batch.Text(ItemSimilarities.Model).Append(name);
                    table.Batch.Values<int>(ItemSimilarities.ItemI)[row] = block[n];
                    table.Batch.Values<int>(ItemSimilarities.ItemJ)[row] = nearest[n].Indices[place];
                    table.Batch.Values<double>(ItemSimilarities.Value)[row] = nearest[n].Scores[place];
                    await table.NextRowAsync(cancellation);
                }
            }
            stage.Progress.Report(start + block.Length);
        }
    }

    private async Task WritePopularityAsync(TableOutput table, string name, SarModel model, int minCount, CancellationToken cancellation)
    {
        for (int item = 0; item < model.ItemCount; item++)
        {
            ColumnBatch batch = table.Batch;
            int customers = model.ItemUsers[item];
            batch.Text(Popularity.Model).Append(name);
            batch.Values<int>(Popularity.ItemIndex)[batch.Count] = item;
            batch.Text(Popularity.ItemId).Append(items.Ids[item]);
            batch.Text(Popularity.Name).Append(items.Name[item]);
            batch.Values<int>(Popularity.UserCount)[batch.Count] = customers >= minCount ? customers : 0;
            await table.NextRowAsync(cancellation);
        }
    }
}
