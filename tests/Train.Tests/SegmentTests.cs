using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>Who is in which segment by the rules that are built in.</summary>
public class SegmentTests
{
    [TestCase(0, 1, "new")]
    [TestCase(30, 1, "new")]
    [TestCase(30.001, 1, "one-time")]
    [TestCase(1000, 1, "one-time")]
    [TestCase(0, 2, "active")]
    [TestCase(0, 4, "active")]
    [TestCase(90, 2, "active")]
    [TestCase(90, 4, "active")]
    [TestCase(0, 5, "loyal")]
    [TestCase(90, 5, "loyal")]
    [TestCase(90.001, 2, "at-risk")]
    [TestCase(90.001, 5, "at-risk")]
    [TestCase(180, 2, "at-risk")]
    [TestCase(180, 100, "at-risk")]
    [TestCase(180.001, 2, "lapsed")]
    [TestCase(180.001, 100, "lapsed")]
    [TestCase(0, 0, "never-bought")]
    [TestCase(1000, 0, "never-bought")]
    public void Segment_follows_recency_and_frequency(double recencyDays, int frequency, string segment) =>
        Assert.That(NameOf(recencyDays, frequency), Is.EqualTo(segment));

    [Test]
    public void Every_customer_is_in_a_segment_and_every_segment_can_be_reached()
    {
        double[] days = [0, 29, 30, 31, 90, 91, 180, 181, double.MaxValue];
        var found = days.SelectMany(day => Enumerable.Range(0, 7).Select(frequency => NameOf(day, frequency))).Distinct();
        Assert.That(found, Is.EquivalentTo(SegmentRules.Default.Rules.Select(rule => rule.Name)));
    }

    [TestCase(new double[] { 10, 20, 30, 40, 50, 60, 70, 80, 90, 100 }, new[] { 1, 1, 2, 2, 3, 3, 4, 4, 5, 5 })]
    [TestCase(new double[] { 5, 4, 3, 2, 1 }, new[] { 5, 4, 3, 2, 1 })]
    [TestCase(new double[] { 1, 1, 1, 1, 9 }, new[] { 1, 1, 1, 1, 5 })]
    [TestCase(new double[] { 1, 9, 9, 9, 9 }, new[] { 1, 2, 2, 2, 2 })]
    [TestCase(new double[] { 7, 7, 7 }, new[] { 1, 1, 1 })]
    [TestCase(new double[] { -3, 0, 3 }, new[] { 1, 2, 4 })]
    [TestCase(new double[] { 42 }, new[] { 1 })]
    [TestCase(new double[0], new int[0])]
    public void Fifths_put_equal_values_together(double[] values, int[] fifths) => Assert.That(Fifths.Of(values), Is.EqualTo(fifths));

    /// <summary>Seen from 2026-06-30T00:00: 2026-05-31 is 30 days ago, 2026-04-01 is 90, 2026-01-01 is 180.</summary>
    [Test]
    public void Each_customer_is_in_one_segment_by_the_days_of_their_purchases()
    {
        using var shop = new Shop(
            """
            new,kettle,2026-05-31T00:00:00Z,purchase
            new-twice-a-day,kettle,2026-06-29T08:00:00Z,purchase
            new-twice-a-day,teapot,2026-06-29T20:00:00Z,purchase
            one-time,kettle,2026-05-30T23:59:59Z,purchase
            active,kettle,2025-01-01,purchase
            active,kettle,2026-04-01T00:00:00Z,purchase
            too-old-for-active,kettle,2025-01-01,purchase
            too-old-for-active,kettle,2026-03-31T23:59:59Z,purchase
            loyal,kettle,2026-01-01,purchase
            loyal,kettle,2026-01-02,purchase
            loyal,kettle,2026-01-03,purchase
            loyal,kettle,2026-01-04,purchase
            loyal,kettle,2026-04-01,purchase
            four-days,kettle,2026-06-01,purchase
            four-days,kettle,2026-06-02,purchase
            four-days,kettle,2026-06-03,purchase
            four-days,kettle,2026-06-04T01:00:00Z,purchase
            four-days,kettle,2026-06-04T02:00:00Z,purchase
            at-risk,kettle,2025-01-01,purchase
            at-risk,kettle,2026-01-01T00:00:00Z,purchase
            lapsed,kettle,2025-01-01,purchase
            lapsed,kettle,2025-12-31T23:59:59Z,purchase
            looks-only,kettle,2026-06-20T00:00:00Z,view
            bought-then-looked,kettle,2025-12-01,purchase
            bought-then-looked,teapot,2026-06-29,view
            """);
        IReadOnlyList<TableRow> rows = RunReader.Read(shop.Train("--reference-time", "2026-06-30", "--min-group", "1"), Segments.DataSet);
        Assert.Multiple(() =>
        {
            Assert.That(rows.Select(row => row.Text(Segments.UserId)), Is.Unique.And.Ordered.Using<string>(StringComparer.Ordinal));
            Assert.That(rows.Select(row => row.Integer(Segments.UserIndex)), Is.EqualTo(Enumerable.Range(0, 11)));
            Assert.That(rows.ToDictionary(row => row.Text(Segments.UserId)!, row => row.Text(Segments.Segment)), Is.EquivalentTo(new Dictionary<string, string>
            {
                ["new"] = "new",
                ["new-twice-a-day"] = "new",
                ["one-time"] = "one-time",
                ["active"] = "active",
                ["too-old-for-active"] = "at-risk",
                ["loyal"] = "loyal",
                ["four-days"] = "active",
                ["at-risk"] = "at-risk",
                ["lapsed"] = "lapsed",
                ["looks-only"] = "never-bought",
                ["bought-then-looked"] = "one-time",
            }));
        });
    }

    [Test]
    public void Fifths_are_taken_among_the_buyers()
    {
        // Days before 2026-01-11: 1 to 5; days with a purchase: 1 to 3; revenue: 50 down to 10, and nothing for what came back.
        using var folder = new TempFolder();
        string file = folder.Write(
            "interactions.csv",
            """
            user_id,item_id,time,event,revenue
            a,x,2026-01-10,purchase,50
            b,x,2026-01-09,purchase,30
            b,y,2026-01-09,purchase,10
            b,y,2026-01-10,return,-10
            c,x,2026-01-08,purchase,10
            c,x,2026-01-07,purchase,10
            d,x,2026-01-07,purchase,10
            d,x,2026-01-06,purchase,5
            d,x,2026-01-05,purchase,5
            e,x,2026-01-06,purchase,10
            f,x,2026-01-11,view,
            """);
        string run = folder.File("run");
        StageRunner.MustRun(Stages.Load, "--run", run, "--interactions", file);
        StageRunner.MustRun(Stages.Transform, "--run", run);
        StageRunner.MustRun(Stages.Train, "--run", run);
        string[] rows =
        [
            .. RunReader.Read(run, Segments.DataSet).Select(row =>
                $"{row.Text(Segments.UserId)} {row.Number(Segments.RecencyDays)} {row.Integer(Segments.Frequency)} {row.Number(Segments.Monetary)}: "
                + $"{row.Integer(Segments.R)} {row.Integer(Segments.F)} {row.Integer(Segments.M)}"),
        ];
        Assert.That(rows, Is.EqualTo(new[]
        {
            "a 1 1 50: 5 1 5",
            "b 2 1 30: 4 1 4",
            "c 3 2 20: 3 4 2",
            "d 4 3 20: 2 5 2",
            "e 5 1 10: 1 1 1",
            "f 0 0 0: 0 0 0",
        }));
    }

    [Test]
    public void Purchase_after_the_reference_time_is_no_days_ago()
    {
        using var shop = new Shop("ann,kettle,2026-01-10,purchase");
        TableRow row = RunReader.Read(shop.Train("--reference-time", "2026-01-01"), Segments.DataSet).Single();
        Assert.That(row.Number(Segments.RecencyDays), Is.Zero);
    }

    [Test]
    public void First_segment_that_fits_is_the_customers()
    {
        using var folder = new TempFolder();
        string file = folder.Write("segments.json", """
            { "segments": [
              { "name": "big", "monetary": { "min": 100 }, "m": { "min": 5 } },
              { "name": "recent", "recency_days": { "min": 0, "max": 2 } },
              { "name": "rest" } ] }
            """);
        using var shop = new Shop(
            """
            ann,kettle,2026-01-01,purchase,100
            bob,kettle,2026-01-08,purchase,100
            cid,kettle,2026-01-08,purchase,10
            dan,kettle,2026-01-07,purchase,10
            eve,kettle,2026-01-10,purchase,10
            """, header: "user_id,item_id,time,event,revenue");
        // The largest fifth begins at 3 of 5 customers below: ann and bob.
        string run = shop.Train("--segments", file, "--min-group", "1");
        Assert.That(
            RunReader.Read(run, Segments.DataSet).Select(row => $"{row.Text(Segments.UserId)} {row.Text(Segments.Segment)} {row.Integer(Segments.M)}"),
            Is.EqualTo(new[] { "ann rest 4", "bob recent 4", "cid recent 1", "dan rest 1", "eve recent 1" }));
    }

    [Test]
    public void Summary_has_customers_revenue_and_days_of_each_segment()
    {
        // Seen from the last purchase: ann bought 0 and 10 days ago, bob 4 days, cid 9 days ago; dan looked only.
        using var shop = new Shop(
            """
            ann,kettle,2026-01-01,purchase,10
            ann,kettle,2026-01-11,purchase,20
            bob,kettle,2026-01-07,purchase,30
            cid,kettle,2026-01-02,purchase,40
            dan,kettle,2026-01-01,view,
            """, header: "user_id,item_id,time,event,revenue");
        string run = shop.Train("--min-group", "1");
        Assert.That(
            RunReader.Read(run, SegmentSummary.DataSet).Select(row =>
                $"{row.Text(SegmentSummary.Segment)} {row.Integer(SegmentSummary.Customers)} {row.Number(SegmentSummary.RevenueShare)} {row.Number(SegmentSummary.MedianRecencyDays)}"),
            Is.EqualTo(new[] { "never-bought 1 0 10", "new 2 0.7 6.5", "active 1 0.3 0" }));
    }

    [Test]
    public void Summary_is_shown_in_columns()
    {
        using var shop = new Shop("ann,kettle,2026-01-01,purchase\nbob,cups,2026-01-01,purchase");
        StageResult result = StageRunner.Run(Stages.Train, ["--run", shop.NewRun(), "--min-group", "1"]);
        Assert.That(result.Output, Does.Contain("new_customers").And.Contain("new_revenue_share").And.Contain("new_median_recency_days"));
        Assert.That(result.Output, Does.Match("segment +customers +share +share of revenue +median days since purchase"));
    }

    private static string NameOf(double recencyDays, int frequency)
    {
        int fifth = frequency > 0 ? 3 : 0;
        return SegmentRules.Default.Rules[SegmentRules.Default.SegmentOf(new CustomerMeasures(recencyDays, frequency, 10, fifth, fifth, fifth))].Name;
    }
}
