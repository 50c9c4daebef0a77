using System.Globalization;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>
/// A real shop through all stages with one command. What must come out is counted from the same file by other means: SQL over DuckDB's own
/// CSV reader.
/// </summary>
internal sealed class OnlineRetailTests
{
    private const string NoProducts = "^(POST|DOT|M|m|C2|D|S|B|PADS|CRUK|AMAZONFEE|BANK CHARGES|gift_.*|DCGS.*)$";

    private TempFolder folder = null!;
    private DuckDbDatabase lines = null!;
    private StageResult result = null!;

    private string Run => folder.File("run");

    [OneTimeSetUp]
    public void RunAllStages()
    {
        string data = SharedData.File("data/online_retail.csv.gz"), catalogue = SharedData.File("data/online_retail_catalogue.csv.gz");
        folder = new TempFolder();
        Tool.MustRun("generate", "--customers-for", data, "--columns", "user=CustomerID", "--output", folder.Path);
        result = Tool.MustRun(
            "run", "--run", Run, "--interactions", data,
            "--columns", "user=CustomerID,item=StockCode,time=InvoiceDate,basket=InvoiceNo,quantity=Quantity,price=UnitPrice",
            "--exclude-items", NoProducts,
            "--catalogue", catalogue,
            "--catalogue-columns", "item=StockCode,name=Description,price=MedianUnitPrice,available_from=FirstSeen",
            "--customers", folder.File("customers.csv"), "--key-ring", folder.File("keys.json"));

        lines = DuckDbDatabase.OpenInMemory();
        lines.Execute("CREATE TABLE lines AS SELECT * FROM read_csv(?, all_varchar = true, header = true)", data);
        lines.Execute("ALTER TABLE lines ADD COLUMN no_product BOOLEAN");
        lines.Execute("UPDATE lines SET no_product = regexp_full_match(StockCode, ?)", NoProducts.Trim('^', '$'));
        lines.Execute("CREATE VIEW kept AS SELECT * FROM lines WHERE CustomerID IS NOT NULL AND NOT no_product");
        lines.Execute("CREATE VIEW bought AS SELECT * FROM kept WHERE CAST(Quantity AS INTEGER) > 0");
    }

    [OneTimeTearDown]
    public void Remove()
    {
        lines?.Dispose();
        folder?.Dispose();
    }

    [Test]
    public void Every_line_is_kept_rejected_or_left_out()
    {
        Manifest loaded = RunReader.ReadManifest(Run, Stages.Load);
        Assert.Multiple(() =>
        {
            Assert.That(loaded.Counters["rows_in"], Is.EqualTo(541_909).And.EqualTo(Count("lines")));
            Assert.That(loaded.Counters["dropped_missing_user"], Is.EqualTo(135_080).And.EqualTo(Count("lines WHERE CustomerID IS NULL")));
            Assert.That(loaded.Counters["dropped_excluded_item"], Is.EqualTo(Count("lines WHERE CustomerID IS NOT NULL AND no_product")));
            Assert.That(loaded.Counters["rows_kept"], Is.EqualTo(Count("kept")));
            Assert.That(loaded.Counters.Keys.Where(k => k.StartsWith("dropped_", StringComparison.Ordinal)), Is.EquivalentTo(new[] { "dropped_missing_user", "dropped_excluded_item" }));
            Assert.That(loaded.Counters["rejected"], Is.EqualTo(135_080));
        });
    }

    [Test]
    public void Cancellations_are_no_purchases()
    {
        Manifest transformed = RunReader.ReadManifest(Run, Stages.Transform);
        Assert.Multiple(() =>
        {
            Assert.That(transformed.Counters["dropped_return"], Is.EqualTo(Count("kept WHERE CAST(Quantity AS INTEGER) < 0")));
            Assert.That(transformed.Counters["rows_kept"], Is.EqualTo(Count("(SELECT DISTINCT CustomerID, StockCode, InvoiceDate FROM bought)")));
            Assert.That(transformed.Counters["users"], Is.EqualTo(Count("(SELECT DISTINCT CustomerID FROM bought)")));
            Assert.That(transformed.Counters["items"], Is.EqualTo(Count("(SELECT DISTINCT StockCode FROM bought)")));
        });
    }

    [Test]
    public void Every_customer_with_a_purchase_gets_ten_new_products()
    {
        lines.Execute("CREATE TEMP TABLE lists AS SELECT * FROM read_parquet(?)", Path.Combine(Run, "03-recommended", "recommendations", "*.parquet"));
        Assert.Multiple(() =>
        {
            Assert.That(Count("(SELECT DISTINCT CustomerID FROM bought EXCEPT SELECT user_id FROM lists)"), Is.Zero, "without a list");
            Assert.That(Count("(SELECT user_id FROM lists EXCEPT SELECT CustomerID FROM bought)"), Is.Zero, "not a customer");
            Assert.That(Count("(SELECT user_id FROM lists GROUP BY user_id HAVING count(DISTINCT item_id) <> 10)"), Is.Zero, "not ten");
            Assert.That(Count("lists JOIN bought ON CustomerID = user_id AND StockCode = item_id"), Is.Zero, "bought before");
            Assert.That(Count("lists WHERE regexp_full_match(item_id, '" + NoProducts.Trim('^', '$') + "')"), Is.Zero, "no product");
            Assert.That(Count("lists WHERE because_item_id IS NOT NULL AND NOT EXISTS (FROM bought WHERE CustomerID = user_id AND StockCode = because_item_id)"), Is.Zero, "a reason that was never bought");
        });
    }

    [Test]
    public void Database_holds_what_the_run_holds()
    {
        using DuckDbDatabase database = DuckDbDatabase.Open(Path.Combine(Run, "recommendations.duckdb"), readOnly: true);
        string lists = Path.Combine(Run, "03-recommended", "recommendations", "*.parquet"), recipients = Path.Combine(Run, "04-addressed", "recipients.parquet");
        Assert.Multiple(() =>
        {
            Assert.That(Difference(database, "recommendations", lists), Is.Zero);
            Assert.That(Difference(database, "recipients", recipients), Is.Zero);
            Assert.That(database.Scalar<long>("SELECT count(*) FROM current_recommendations WHERE name IS NOT NULL"), Is.GreaterThan(43_000));
            Assert.That(database.Scalar<long>("SELECT count(*) FROM recipients WHERE send AND (subject_key IS NULL OR email_ciphertext IS NULL)"), Is.Zero);
        });
    }

    [Test]
    public void Table_at_the_end_shows_each_stage()
    {
        Assert.That(result.Output.Split('\n').Select(line => line.Trim().Split(' ')[0]).Where(word => Stages.All.Any(s => s.Name == word)),
            Is.EqualTo(Stages.All.Select(s => s.Name)));
        Assert.That(result.Output, Does.Contain("541,909").And.Contain("135,080 missing user"));
    }

    [Test]
    public void Readme_tells_what_comes_out()
    {
        string readme = File.ReadAllText(Path.Combine(Checkout.Root, "README.md"));
        string[] figures =
        [
            .. Stages.All.SelectMany(stage => RunReader.ReadManifest(Run, stage).Counters)
                .Where(c => c.Key.StartsWith("dropped_", StringComparison.Ordinal) || c.Key is "rows_in" or "rows_kept")
                .Select(c => c.Value.ToString("N0", CultureInfo.InvariantCulture)),
        ];
        Assert.That(figures, Has.Length.GreaterThan(10));
        foreach (string figure in figures)
            Assert.That(readme, Does.Contain(figure));
    }

    [Test]
    public void Profile_says_what_the_data_are()
    {
        using JsonDocument profile = JsonDocument.Parse(new StageFolder(Run, Stages.Load).Bytes("profile.json"));
        Assert.Multiple(() =>
        {
            Assert.That(profile.RootElement.GetProperty("users").GetInt64(), Is.EqualTo(Count("(SELECT DISTINCT CustomerID FROM kept)")));
            Assert.That(profile.RootElement.GetProperty("from").GetDateTimeOffset(), Is.EqualTo(new DateTimeOffset(2010, 12, 1, 8, 26, 0, TimeSpan.Zero)));
            Assert.That(profile.RootElement.GetProperty("to").GetDateTimeOffset(), Is.EqualTo(new DateTimeOffset(2011, 12, 9, 12, 50, 0, TimeSpan.Zero)));
        });
    }

    private long Count(string from) => lines.Scalar<long>($"SELECT count(*) FROM {from}");

    private static long Difference(DuckDbDatabase database, string table, string files) => database.Scalar<long>(
        $"SELECT count(*) FROM ((FROM {table} EXCEPT ALL FROM read_parquet(?)) UNION ALL (FROM read_parquet(?) EXCEPT ALL FROM {table}))", files, files);
}
