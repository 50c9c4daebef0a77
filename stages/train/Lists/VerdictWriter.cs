using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>Judges customers' lists and writes the verdicts, range after range.</summary>
internal sealed class VerdictWriter(StageContext stage, UserTable users, SendPolicy policy) : IAsyncDisposable
{
    private readonly TableOutput table = stage.Write(Verdicts.DataSet);
    private readonly Dictionary<string, long> customers = Verdicts.All.ToDictionary(verdict => verdict, _ => 0L);

    /// <summary>Judges the lists of the customers from <paramref name="start"/> on.</summary>
    public async Task WriteAsync(int start, ListRow[][] lists, CancellationToken cancellation)
    {
        for (int n = 0; n < lists.Length; n++)
        {
            string verdict = policy.VerdictOf(lists[n]);
            customers[verdict]++;
            double? best = lists[n].Where(row => row.IsPersonal).Select(row => (double?)row.Score).Max();
            ColumnBatch batch = table.Batch;
            batch.Text(Verdicts.UserId).Append(users.Ids[start + n]);
            batch.Text(Verdicts.Verdict).Append(verdict);
            batch.Values<int>(Verdicts.ListLength)[batch.Count] = lists[n].Length;
            batch.Values<double>(Verdicts.BestScore)[batch.Count] = best ?? 0;
            batch.Nulls(Verdicts.BestScore)[batch.Count] = best is null;
            await table.NextRowAsync(cancellation);
        }
    }

    /// <summary>Ends the table and shows how many customers got which verdict.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await table.CompleteAsync(cancellation);
        ConsoleTable shown = new ConsoleTable().Words("verdict").Numbers("customers").Numbers("share");
        foreach (string verdict in Verdicts.All)
        {
            stage.Counters.Set("verdict_" + verdict, customers[verdict]);
            shown.Row(verdict, customers[verdict].ToString("N0", CultureInfo.InvariantCulture), Percentage.ToText(customers[verdict] / (double)Math.Max(1, users.Count)));
        }
        stage.Show(
            $"verdicts: {customers[Verdicts.Send]:N0} of {users.Count:N0} lists are worth a mail", shown,
            customers.Select(verdict => KeyValuePair.Create<string, object?>(verdict.Key, verdict.Value)));
    }

    public ValueTask DisposeAsync() => table.DisposeAsync();
}
