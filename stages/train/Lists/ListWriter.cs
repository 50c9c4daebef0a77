using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>Writes customers' lists, range after range.</summary>
internal sealed class ListWriter(StageContext stage, UserTable users, ItemTable items, Grouping segments) : IAsyncDisposable
{
    private readonly TableOutput table = stage.Write(Recommendations.DataSet);

    /// <summary>Writes the lists of the customers from <paramref name="start"/> on.</summary>
    public async Task WriteAsync(int start, ListRow[][] lists, CancellationToken cancellation)
    {
        for (int n = 0; n < lists.Length; n++)
        {
            if (table.IsPartFull)
                await table.NextPartAsync(cancellation);
            for (int place = 0; place < lists[n].Length; place++)
            {
                Append(start + n, place + 1, lists[n][place]);
                await table.NextRowAsync(cancellation);
            }
            stage.Progress.Report(start + n + 1);
        }
    }

    public Task CompleteAsync(CancellationToken cancellation) => table.CompleteAsync(cancellation);

    public ValueTask DisposeAsync() => table.DisposeAsync();

    private void Append(int user, int rank, ListRow row)
    {
        ColumnBatch batch = table.Batch;
        batch.Text(Recommendations.UserId).Append(users.Ids[user]);
        batch.Values<int>(Recommendations.Rank)[batch.Count] = rank;
        batch.Text(Recommendations.ItemId).Append(items.Ids[row.Item]);
        batch.Values<double>(Recommendations.Score)[batch.Count] = row.Score;
        batch.Text(Recommendations.Source).Append(row.Source.Name());
        if (row.Because >= 0)
            batch.Text(Recommendations.BecauseItemId).Append(items.Ids[row.Because]);
        else
            batch.Text(Recommendations.BecauseItemId).AppendNull();
        batch.Text(Recommendations.Segment).Append(segments.NameOf(user));
    }
}
