using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Sar;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>Writes each customer's list: what SAR recommends, then popular products up to the wanted length.</summary>
internal sealed class ListWriter(
    StageContext stage, SarModel model, RecommendationLists lists, int[] because, UserTable users, ItemTable items, string[] segments,
    RecommendOptions options)
{
    private long fromSar, fromPopular;
    private int rank;

    public async Task WriteAsync(CancellationToken cancellation)
    {
        Ranking popular = model.PopularItems(Math.Max(1, items.Count), options.Allowed.Span);
        await using TableOutput table = stage.Write(Recommendations.DataSet);
        long withList = 0;
        stage.Progress.Start("writing lists", users.Count, "customers");
        for (int user = 0; user < users.Count; user++)
        {
            if (table.IsPartFull)
                await table.NextPartAsync(cancellation);
            rank = 0;
            await WriteSarAsync(table, user, cancellation);
            await WritePopularAsync(table, user, popular, cancellation);
            if (rank > 0)
                withList++;
            stage.Progress.Report(user + 1);
        }
        await table.CompleteAsync(cancellation);

        Counters counters = stage.Counters;
        counters.RowsIn = users.Count;
        counters.RowsKept = withList;
        if (withList < users.Count)
            counters.Drop("nothing_to_recommend", users.Count - withList);
        counters.Set("recommendations", table.RowCount);
        counters.Set("recommendations_sar", fromSar);
        counters.Set("recommendations_popular", fromPopular);
    }

    private async ValueTask WriteSarAsync(TableOutput table, int user, CancellationToken cancellation)
    {
        for (long at = lists.Starts[user]; at < lists.Starts[user + 1]; at++)
        {
            await WriteRowAsync(table, user, lists.Items[at], lists.Scores[at], Sources.Sar, because[at], cancellation);
            fromSar++;
        }
    }

    /// <summary>Fills the list up with the most popular products that the customer has not got and that are not in the list yet.</summary>
    private async ValueTask WritePopularAsync(TableOutput table, int user, Ranking popular, CancellationToken cancellation)
    {
        for (int p = 0; p < popular.Count && rank < options.K; p++)
        {
            int item = popular.Indices[p];
            if (model.Affinity.Row(user).Indices.BinarySearch(item) >= 0 || lists.ItemsOf(user).Contains(item))
                continue;
            await WriteRowAsync(table, user, item, popular.Scores[p], Sources.Popular, because: -1, cancellation);
            fromPopular++;
        }
    }

    private ValueTask WriteRowAsync(
        TableOutput table, int user, int item, double score, string source, int because, CancellationToken cancellation)
    {
        ColumnBatch batch = table.Batch;
        batch.Text(Recommendations.UserId).Append(users.Ids[user]);
        batch.Values<int>(Recommendations.Rank)[batch.Count] = ++rank;
        batch.Text(Recommendations.ItemId).Append(items.Ids[item]);
        batch.Values<double>(Recommendations.Score)[batch.Count] = score;
        batch.Text(Recommendations.Source).Append(source);
        if (because >= 0)
            batch.Text(Recommendations.BecauseItemId).Append(items.Ids[because]);
        else
            batch.Text(Recommendations.BecauseItemId).AppendNull();
        batch.Text(Recommendations.Segment).Append(segments[user]);
        return table.NextRowAsync(cancellation);
    }
}
