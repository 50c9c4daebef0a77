using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>Puts each customer into a segment and an arm and writes the table.</summary>
internal static class SegmentWriter
{
    private const double MicrosPerDay = 86_400e6;

    /// <summary>Writes the table.</summary>
    /// <returns>The segment's name of each customer.</returns>
    public static async Task<string[]> WriteAsync(
        StageContext stage, UserTable users, TrainOptions options, long referenceTime, CancellationToken cancellation)
    {
        stage.Progress.Start("segmenting", users.Count, "customers");
        double[] recency = [.. users.LastTime.Select(time => Math.Max(0, referenceTime - time) / MicrosPerDay)];
        int[] buyers = [.. Enumerable.Range(0, users.Count).Where(user => users.Frequency[user] > 0)];
        // The most recent are the best, so the fifths are taken of the negative days.
        int[] r = OfBuyers(user => -recency[user]), f = OfBuyers(user => users.Frequency[user]), m = OfBuyers(user => users.Monetary[user]);
        string[] segments = [.. Enumerable.Range(0, users.Count).Select(user => options.Segments.SegmentOf(recency[user], users.Frequency[user]))];
        long control = 0;

        await using TableOutput table = stage.Write(Segments.DataSet);
        ColumnBatch batch = table.Batch;
        for (int user = 0; user < users.Count; user++)
        {
            int row = batch.Count;
            batch.Values<int>(Segments.UserIndex)[row] = user;
            batch.Text(Segments.UserId).Append(users.Ids[user]);
            batch.Text(Segments.Segment).Append(segments[user]);
            batch.Values<double>(Segments.RecencyDays)[row] = recency[user];
            batch.Values<int>(Segments.Frequency)[row] = users.Frequency[user];
            batch.Values<double>(Segments.Monetary)[row] = users.Monetary[user];
            batch.Values<int>(Segments.R)[row] = r[user];
            batch.Values<int>(Segments.F)[row] = f[user];
            batch.Values<int>(Segments.M)[row] = m[user];
            string arm = options.Control.ArmOf(users.Ids[user]);
            batch.Text(Segments.Arm).Append(arm);
            control += arm == Arms.Control ? 1 : 0;
            await table.NextRowAsync(cancellation);
        }
        await table.CompleteAsync(cancellation);

        foreach (string name in SegmentRules.Names)
        {
            int customers = segments.Count(s => s == name);
            stage.Counters.Set("segment_" + name.Replace('-', '_'), customers);
            stage.Log.LogInformation("segment {segment}: {customers} customers", name, customers);
        }
        stage.Counters.Set("control_customers", control);
        if (control > 0)
            stage.Log.LogInformation("control group: {customers} customers", control);
        return segments;

        int[] OfBuyers(Func<int, double> value)
        {
            int[] fifths = Fifths.Of([.. buyers.Select(value)]);
            var all = new int[users.Count];
            for (int b = 0; b < buyers.Length; b++)
                all[buyers[b]] = fifths[b];
            return all;
        }
    }
}
