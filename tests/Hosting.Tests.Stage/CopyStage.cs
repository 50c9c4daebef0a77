using Pipeline.Tables;

namespace Pipeline.Hosting.Tests.Stage;

/// <summary>What the stage can be told: nothing.</summary>
internal sealed record CopyOptions;

/// <summary>Copies what the other stage wrote.</summary>
internal static class CopyStage
{
    public static readonly StageDefinition<CopyOptions> Definition = new()
    {
        Stage = Numbers.Copy,
        Summary = "Copies numbers.",
        Parse = _ => new CopyOptions(),
        Run = RunAsync,
    };

    private static async Task RunAsync(CopyOptions options, StageContext stage, CancellationToken cancellation)
    {
        await using TableOutput table = stage.Write(Numbers.Copied);
        stage.Counters.RowsIn = stage.RowsOf(Numbers.Made);
        await foreach (ColumnBatch batch in stage.ReadAsync(Numbers.Made, cancellation: cancellation))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                table.Batch.Values<long>(Numbers.Number)[table.Batch.Count] = batch.Values<long>(Numbers.Number)[row];
                table.Batch.Text(Numbers.Name).Append(batch.Text(Numbers.Name).GetString(row));
                await table.NextRowAsync(cancellation);
            }
        }
        await table.CompleteAsync(cancellation);
        stage.Counters.RowsKept = table.RowCount;
    }
}
