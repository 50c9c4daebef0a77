using System.Globalization;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>Writes each customer's segment and arm, and what the segments come to.</summary>
internal static class SegmentWriter
{
    /// <summary>Segments shown at most, the largest; all are in the file.</summary>
    private const int MaxShown = 20;

    /// <summary>Writes the customers.</summary>
    public static async Task WriteAsync(
        StageContext stage, UserTable users, CustomerMeasures[] measures, Grouping segments, ControlGroup controlGroup, CancellationToken cancellation)
    {
        stage.Progress.Start("segmenting", users.Count, "customers");
        long control = 0;
        await using TableOutput table = stage.Write(Segments.DataSet);
        ColumnBatch batch = table.Batch;
        for (int user = 0; user < users.Count; user++)
        {
            int row = batch.Count;
            batch.Values<int>(Segments.UserIndex)[row] = user;
            batch.Text(Segments.UserId).Append(users.Ids[user]);
            batch.Text(Segments.Segment).Append(segments.NameOf(user));
            batch.Values<double>(Segments.RecencyDays)[row] = measures[user].RecencyDays;
            batch.Values<int>(Segments.Frequency)[row] = measures[user].Frequency;
            batch.Values<double>(Segments.Monetary)[row] = measures[user].Monetary;
            batch.Values<int>(Segments.R)[row] = measures[user].R;
            batch.Values<int>(Segments.F)[row] = measures[user].F;
            batch.Values<int>(Segments.M)[row] = measures[user].M;
            string arm = controlGroup.ArmOf(users.Ids[user]);
            batch.Text(Segments.Arm).Append(arm);
            control += arm == Arms.Control ? 1 : 0;
            await table.NextRowAsync(cancellation);
        }
        await table.CompleteAsync(cancellation);
        stage.Counters.Set("control_customers", control);
        if (control > 0)
            stage.Log.LogInformation("control group: {customers} customers", control);
    }

    /// <summary>Writes and shows the segments; one of fewer than <paramref name="minGroup"/> customers, which only a very small shop has, in neither.</summary>
    public static async Task WriteSummaryAsync(
        StageContext stage, CustomerMeasures[] measures, Grouping segments, int minGroup, CancellationToken cancellation)
    {
        ConsoleTable shown = new ConsoleTable().Words("segment").Numbers("customers").Numbers("share").Numbers("share of revenue").Numbers("median days since purchase");
        var values = new List<KeyValuePair<string, object?>>();
        double revenue = Money.Amount(Sum(measures));
        int[][] members = segments.Members();
        HashSet<int> largest = [.. Enumerable.Range(0, members.Length).OrderByDescending(segment => members[segment].Length).Take(MaxShown)];

        await using TableOutput table = stage.Write(SegmentSummary.DataSet);
        ColumnBatch batch = table.Batch;
        for (int segment = 0; segment < members.Length; segment++)
        {
            CustomerMeasures[] customers = [.. members[segment].Select(user => measures[user])];
            if (customers.Length < minGroup)
                continue;
            string name = segments.Names[segment];
            double share = revenue > 0 ? Money.Amount(Sum(customers)) / revenue : 0, days = Median(customers);
            int row = batch.Count;
            batch.Text(SegmentSummary.Segment).Append(name);
            batch.Values<int>(SegmentSummary.Customers)[row] = customers.Length;
            batch.Values<double>(SegmentSummary.RevenueShare)[row] = share;
            batch.Values<double>(SegmentSummary.MedianRecencyDays)[row] = days;
            await table.NextRowAsync(cancellation);

            if (!largest.Contains(segment))
                continue;
            shown.Row(
                name, customers.Length.ToString("N0", CultureInfo.InvariantCulture), Percentage.ToText(customers.Length / (double)measures.Length),
                Percentage.ToText(share), days.ToString("N0", CultureInfo.InvariantCulture));
            values.Add(new($"{name}_customers", customers.Length));
            values.Add(new($"{name}_revenue_share", Math.Round(share, 6)));
            values.Add(new($"{name}_median_recency_days", Math.Round(days, 3)));
        }
        await table.CompleteAsync(cancellation);
        if (table.RowCount > MaxShown)
            shown.Row($"and {table.RowCount - MaxShown:N0} more", "", "", "", "");
        stage.Show($"segments: {table.RowCount}", shown, values);
    }

    private static double Median(CustomerMeasures[] customers)
    {
        double[] days = [.. customers.Select(customer => customer.RecencyDays).Order()];
        return (days[(days.Length - 1) / 2] + days[days.Length / 2]) / 2;
    }

    private static Int128 Sum(CustomerMeasures[] customers)
    {
        Int128 units = 0;
        foreach (CustomerMeasures customer in customers)
            units += Money.Units(customer.Monetary);
        return units;
    }
}
