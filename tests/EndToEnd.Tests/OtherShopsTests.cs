using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Two more shops through load and transform, with options only. Their figures are counted with SQL over DuckDB's own CSV reader.</summary>
internal sealed class OtherShopsTests
{
    [Test]
    public void Complete_journey_is_taken_with_options_only()
    {
        string data = SharedData.File("data/completejourney_transactions_sample.csv.gz");
        using var folder = new TempFolder();
        string run = folder.File("run");
        StageRunner.MustRun(
            Stages.Load, "--run", run, "--interactions", data,
            "--columns", "user=household_id,item=product_id,time=transaction_timestamp,quantity=quantity,revenue=sales_value,basket=basket_id",
            "--catalogue", SharedData.File("data/completejourney_products.csv.gz"), "--catalogue-columns", "item=product_id,name=product_type,category=product_category");
        StageRunner.MustRun(Stages.Transform, "--run", run, "--weight-factor", "quantity");

        using DuckDbDatabase lines = Lines(data);
        lines.Execute("CREATE VIEW sold AS FROM lines WHERE CAST(quantity AS INTEGER) > 0");
        IReadOnlyDictionary<string, long> loaded = RunReader.ReadManifest(run, Stages.Load).Counters, counters = RunReader.ReadManifest(run, Stages.Transform).Counters;
        Assert.Multiple(() =>
        {
            Assert.That(Count(lines, "lines"), Is.EqualTo(75_000).And.EqualTo(loaded["rows_in"]));
            Assert.That(Count(lines, "(SELECT DISTINCT household_id FROM lines)"), Is.EqualTo(2_377));
            Assert.That(loaded["rows_in"] - loaded["rows_kept"], Is.EqualTo(416).And.EqualTo(Count(lines, "lines WHERE CAST(quantity AS INTEGER) = 0")));
            Assert.That(counters["rows_kept"], Is.EqualTo(Count(lines, "(SELECT DISTINCT household_id, product_id, basket_id FROM sold)")));
            Assert.That(counters["users"], Is.EqualTo(Count(lines, "(SELECT DISTINCT household_id FROM sold)")));
            Assert.That(counters["items"], Is.EqualTo(Count(lines, "(SELECT DISTINCT product_id FROM sold)")));
            Assert.That(Baskets(run), Is.EqualTo(Count(lines, "(SELECT DISTINCT household_id, basket_id FROM sold)")));
            Assert.That(
                RunReader.Read(run, Items.DataSet).Sum(row => row.Number(Items.Revenue)),
                Is.EqualTo(lines.Scalar<double>("SELECT sum(CAST(sales_value AS DOUBLE)) FROM sold")).Within(0.01));
            // The largest quantity, of fuel, weighs twelve times one piece and not thirty thousand times.
            Assert.That(
                RunReader.Read(run, WeightedInteractions.DataSet).Max(row => row.Number(WeightedInteractions.Weight)),
                Is.EqualTo(lines.Scalar<double>("SELECT 4 * (1 + ln(max(CAST(quantity AS INTEGER)))) FROM sold")).Within(1e-6).And.LessThan(50));
        });
    }

    [Test]
    public void Foodmart_is_taken_with_options_only()
    {
        string data = SharedData.File("data/foodmart_sales.csv.gz");
        using var folder = new TempFolder();
        string run = folder.File("run");
        StageRunner.MustRun(
            Stages.Load, "--run", run, "--interactions", data,
            "--columns", "user=customer_id,item=product_id,time=the_date,quantity=unit_sales,revenue=store_sales",
            "--catalogue", SharedData.File("data/foodmart_products.csv.gz"), "--catalogue-columns", "item=product_id,name=product_name,category=product_category,price=SRP");
        // The year 1997, and eleven months later December 1998.
        StageRunner.MustRun(Stages.Transform, "--run", run, "--duplicates", "keep", "--holdout-after", "1998-01-01");

        using DuckDbDatabase lines = Lines(data);
        lines.Execute("CREATE VIEW past AS FROM lines WHERE the_date < '1998'");
        lines.Execute("CREATE VIEW future AS FROM lines WHERE the_date > '1998'");
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Transform).Counters;
        double revenue = RunReader.Read(run, Users.DataSet).Sum(row => row.Number(Users.Revenue));
        Assert.Multiple(() =>
        {
            Assert.That(counters["rows_in"], Is.EqualTo(105_162).And.EqualTo(Count(lines, "lines")));
            Assert.That(counters["users"] + counters["lost_users_held_out_cold"], Is.EqualTo(6_817));
            Assert.That(counters["items"] + counters["lost_items_held_out_cold"], Is.EqualTo(1_559));
            Assert.That(counters["catalogue_without_interactions"], Is.EqualTo(1_560 - counters["items"]));
            Assert.That(counters["users"], Is.EqualTo(Count(lines, "(SELECT DISTINCT customer_id FROM past)")));
            Assert.That(counters["rows_kept"], Is.EqualTo(Count(lines, "(SELECT DISTINCT customer_id, product_id, the_date FROM past)")));
            Assert.That(
                counters["dropped_held_out"] + counters["dropped_held_out_cold"], Is.EqualTo(Count(lines, "(SELECT DISTINCT customer_id, product_id, the_date FROM future)")));
            Assert.That(
                counters["dropped_held_out"],
                Is.EqualTo(Count(lines, "(SELECT DISTINCT customer_id, product_id, the_date FROM future WHERE customer_id IN (SELECT customer_id FROM past) AND product_id IN (SELECT product_id FROM past))"))
                    .And.EqualTo(RunReader.Read(run, HeldOutInteractions.DataSet).Count));
            Assert.That(revenue, Is.EqualTo(lines.Scalar<double>("SELECT sum(CAST(store_sales AS DOUBLE)) FROM past")).Within(0.01));
            Assert.That(lines.Scalar<double>("SELECT sum(CAST(store_sales AS DOUBLE)) FROM lines"), Is.EqualTo(685_398.97).Within(0.01));
        });
    }

    private static DuckDbDatabase Lines(string data)
    {
        var lines = DuckDbDatabase.OpenInMemory();
        lines.Execute("CREATE TABLE lines AS SELECT * FROM read_csv(?, all_varchar = true, header = true)", data);
        return lines;
    }

    private static long Count(DuckDbDatabase lines, string from) => lines.Scalar<long>($"SELECT count(*) FROM {from}");

    private static int Baskets(string run) => RunReader.Read(run, WeightedInteractions.DataSet)
        .Select(row => (row.Integer(WeightedInteractions.UserIndex), row.Integer(WeightedInteractions.Basket))).Distinct().Count();
}
