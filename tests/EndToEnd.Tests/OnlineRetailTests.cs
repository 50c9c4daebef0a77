using System.Globalization;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables;
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

    /// <summary>
    /// What an invoice says of a product, equal lines counted once, and how many of its pieces the customer has in the end. By another way than
    /// the pipeline's: pieces go up with each purchase and down, not below 0, with each return; a return takes from the latest purchase, so a
    /// purchase keeps what the level never falls below again.
    /// </summary>
    private const string Invoiced = """
        WITH lines AS (
          SELECT DISTINCT CustomerID, StockCode, InvoiceNo, InvoiceDate, CAST(Quantity AS INTEGER) AS quantity, CAST(UnitPrice AS DOUBLE) AS price FROM kept),
        summed AS (
          SELECT CustomerID, StockCode, InvoiceNo, quantity > 0 AS is_purchase, min(InvoiceDate) AS InvoiceDate, count(*) AS lines,
            sum(abs(quantity)) AS pieces, sum(quantity * price) AS money
          FROM lines GROUP BY ALL),
        walked AS (
          SELECT *, sum(if(is_purchase, pieces, -pieces)) OVER past AS level, row_number() OVER past AS step
          FROM summed WINDOW past AS (PARTITION BY CustomerID, StockCode ORDER BY InvoiceDate, is_purchase DESC, InvoiceNo ROWS UNBOUNDED PRECEDING)),
        had AS (
          SELECT *, level - least(0, min(level) OVER (PARTITION BY CustomerID, StockCode ORDER BY step ROWS UNBOUNDED PRECEDING)) AS after FROM walked),
        known AS (
          SELECT *, lag(after, 1, 0) OVER (PARTITION BY CustomerID, StockCode ORDER BY step) AS before,
            min(after) OVER (PARTITION BY CustomerID, StockCode ORDER BY step ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS least_after
          FROM had)
        SELECT *, if(is_purchase, greatest(0, least_after - before), 0) AS pieces_left FROM known
        """;

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
            "--exclude-items", NoProducts, "--exclude-without-user",
            "--catalogue", catalogue,
            "--catalogue-columns", "item=StockCode,name=Description,price=MedianUnitPrice,available_from=FirstSeen",
            "--customers", folder.File("customers.csv"), "--without-suppressions", "--key-ring", folder.File("keys.json"));

        lines = DuckDbDatabase.OpenInMemory();
        lines.Execute("CREATE TABLE lines AS SELECT * FROM read_csv(?, all_varchar = true, header = true)", data);
        lines.Execute("ALTER TABLE lines ADD COLUMN no_product BOOLEAN");
        lines.Execute("UPDATE lines SET no_product = regexp_full_match(StockCode, ?)", NoProducts.Trim('^', '$'));
        lines.Execute("CREATE VIEW kept AS SELECT * FROM lines WHERE CustomerID IS NOT NULL AND NOT no_product");
        lines.Execute("CREATE TABLE invoiced AS " + Invoiced);
        lines.Execute("CREATE VIEW bought AS FROM invoiced WHERE pieces_left > 0");
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
            Assert.That(loaded.Counters["dropped_excluded_without_user"], Is.EqualTo(135_080).And.EqualTo(Count("lines WHERE CustomerID IS NULL")));
            Assert.That(loaded.Counters["dropped_excluded_item"], Is.EqualTo(Count("lines WHERE CustomerID IS NOT NULL AND no_product")));
            Assert.That(loaded.Counters["rows_kept"], Is.EqualTo(Count("kept")));
            Assert.That(loaded.Counters.Keys.Where(k => k.StartsWith("dropped_", StringComparison.Ordinal)), Is.EquivalentTo(new[] { "dropped_excluded_without_user", "dropped_excluded_item" }));
            Assert.That(loaded.Counters["excluded"], Is.EqualTo(135_080 + loaded.Counters["dropped_excluded_item"]));
            Assert.That(loaded.Counters["rejected"], Is.Zero);
        });
    }

    [Test]
    public void Repeats_and_returns_are_what_other_means_count()
    {
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(Run, Stages.Transform).Counters;
        long equal = Count("kept") - lines.Scalar<long>("SELECT CAST(sum(lines) AS BIGINT) FROM invoiced");
        Assert.Multiple(() =>
        {
            Assert.That(counters["dropped_duplicate"], Is.EqualTo(equal));
            Assert.That(counters["dropped_summed_line"], Is.EqualTo(Count("kept") - equal - Count("invoiced")));
            Assert.That(counters["dropped_return"], Is.EqualTo(Count("invoiced WHERE NOT is_purchase AND before > 0")));
            Assert.That(counters["dropped_return_without_purchase"], Is.EqualTo(Count("invoiced WHERE NOT is_purchase AND before = 0")));
            Assert.That(counters["returns_in_excess"], Is.EqualTo(Count("invoiced WHERE NOT is_purchase AND before > 0 AND before < pieces")));
            Assert.That(counters["dropped_returned_purchase"], Is.EqualTo(Count("invoiced WHERE is_purchase AND pieces_left = 0")));
            Assert.That(counters["purchases_partly_returned"], Is.EqualTo(Count("invoiced WHERE pieces_left > 0 AND pieces_left < pieces")));
            Assert.That(counters["rows_kept"], Is.EqualTo(Count("bought")));
            Assert.That(counters["users"], Is.EqualTo(Count("(SELECT DISTINCT CustomerID FROM bought)")));
            Assert.That(counters["items"], Is.EqualTo(Count("(SELECT DISTINCT StockCode FROM bought)")));
            Assert.That(
                RunReader.Read(Run, Users.DataSet).Sum(row => row.Number(Users.Revenue)),
                Is.EqualTo(lines.Scalar<double>("SELECT sum(money * pieces_left / pieces) FROM bought")).Within(0.01));
        });
    }

    [Test]
    public void Purchases_of_tens_of_thousands_that_were_cancelled_within_minutes_are_gone()
    {
        Assert.That(
            lines.Query("SELECT CustomerID, StockCode, abs(CAST(Quantity AS INTEGER)) FROM kept WHERE abs(CAST(Quantity AS INTEGER)) > 70000 AND left(InvoiceNo, 1) = 'C' ORDER BY 1")
                .Select(row => $"{row.GetString(0)} {row.GetString(1)} {row.GetInt64(2)}"),
            Is.EqualTo(new[] { "12346 23166 74215", "16446 23843 80995" }));

        // 12346 bought nothing else; 16446 did, and the product has other buyers.
        Dictionary<string, TableRow> users = RunReader.Read(Run, Users.DataSet).ToDictionary(row => row.Text(Users.UserId)!);
        Dictionary<string, TableRow> items = RunReader.Read(Run, Items.DataSet).ToDictionary(row => row.Text(Items.ItemId)!);
        IReadOnlyList<TableRow> interactions = RunReader.Read(Run, WeightedInteractions.DataSet);
        Assert.That(users, Does.Not.ContainKey("12346"));
        Assert.That(users["16446"].Number(Users.Revenue), Is.LessThan(100));
        Assert.That(
            items.TryGetValue("23843", out TableRow? item) ? interactions.Count(row =>
                row.Integer(WeightedInteractions.ItemIndex) == item.Integer(Items.ItemIndex) && row.Integer(WeightedInteractions.UserIndex) == users["16446"].Integer(Users.UserIndex)) : 0,
            Is.Zero);
        Assert.That(items["23166"].Number(Items.Revenue), Is.LessThan(70_000));
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

    /// <summary>Neither a pair of the model nor a product with the reason for it.</summary>
    [Test]
    public void Nothing_is_shown_that_fewer_than_five_customers_have_together()
    {
        string stage = Path.Combine(Run, "03-recommended");
        lines.Execute("CREATE TEMP TABLE items AS SELECT DISTINCT item_index, item_id FROM read_parquet(?)", Path.Combine(stage, "model", "popularity.parquet"));
        lines.Execute(
            """
            CREATE TEMP TABLE shown AS
              SELECT i.item_id AS a, j.item_id AS b FROM read_parquet($1) JOIN items i ON i.item_index = item_i JOIN items j ON j.item_index = item_j
              UNION SELECT item_id, because_item_id FROM read_parquet($2) WHERE because_item_id IS NOT NULL
            """, Path.Combine(stage, "model", "similarities.parquet"), Path.Combine(stage, "recommendations", "*.parquet"));
        lines.Execute("CREATE TEMP TABLE has AS SELECT DISTINCT CustomerID AS customer, StockCode AS item FROM bought");
        Assert.That(Count("shown"), Is.GreaterThan(100_000));
        Assert.That(Count(
            "(SELECT a, b FROM shown JOIN has x ON x.item = a JOIN has y ON y.customer = x.customer AND y.item = b GROUP BY a, b HAVING count(*) < 5)"), Is.Zero);
        string named = Count("read_parquet('" + Path.Combine(stage, "recommendations", "*.parquet") + "') WHERE because_item_id IS NOT NULL").ToString("N0", CultureInfo.InvariantCulture);
        Assert.That(File.ReadAllText(Path.Combine(Checkout.Root, "README.md")), Does.Contain($"{named} of the 43,250 rows name"));
        Assert.That(Count("(SELECT segment FROM read_parquet('" + Path.Combine(stage, "segments.parquet") + "') GROUP BY segment HAVING count(*) < 5)"), Is.Zero);
    }

    [Test]
    public void Database_holds_what_the_run_holds()
    {
        using DuckDbDatabase database = DuckDbDatabase.Open(Path.Combine(Run, "recommendations.duckdb"), readOnly: true);
        string lists = Path.Combine(Run, "03-recommended", "recommendations", "*.parquet"), recipients = Path.Combine(Run, "04-addressed", "recipients.parquet");
        Assert.Multiple(() =>
        {
            Assert.That(Difference(database, "recommendations", Recommendations.Schema, lists), Is.Zero);
            Assert.That(Difference(database, "recipients", Recipients.Schema, recipients), Is.Zero);
            Assert.That(database.Scalar<long>("SELECT count(*) FROM current_recommendations WHERE name IS NOT NULL"), Is.GreaterThan(43_000));
            Assert.That(database.Scalar<long>("SELECT count(*) FROM recipients WHERE send AND (subject_key IS NULL OR email_ciphertext IS NULL)"), Is.Zero);
        });
    }

    [Test]
    public void Table_at_the_end_shows_each_stage()
    {
        Assert.That(result.Output.Split('\n').Select(line => line.Trim().Split(' ')[0]).Where(word => Stages.All.Any(s => s.Name == word)),
            Is.EqualTo(Stages.All.Select(s => s.Name)));
        Assert.That(result.Output, Does.Contain("541,909").And.Contain("135,080 excluded without user"));
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
            Assert.That(profile.RootElement.GetProperty("items").GetInt64(), Is.EqualTo(Count("(SELECT DISTINCT StockCode FROM kept)")));
            Assert.That(
                profile.RootElement.GetProperty("users_with_two_purchases").GetInt64(), Is.EqualTo(Count("(SELECT CustomerID FROM kept WHERE CAST(Quantity AS INTEGER) > 0 GROUP BY 1 HAVING count(*) >= 2)")));
            Assert.That(
                profile.RootElement.GetProperty("repeat_share").GetDouble(),
                Is.EqualTo(1 - Count("(SELECT DISTINCT CustomerID, StockCode FROM kept)") / (double)Count("kept")).Within(1e-12));
            Assert.That(Activity("user_activity"), Is.EqualTo(Ranks("CustomerID")));
            Assert.That(Activity("item_activity"), Is.EqualTo(Ranks("StockCode")));
            Assert.That(profile.RootElement.GetProperty("verdict").GetString(), Is.EqualTo("enough"));
            Assert.That(profile.RootElement.GetProperty("from").GetDateTimeOffset(), Is.EqualTo(new DateTimeOffset(2010, 12, 1, 8, 26, 0, TimeSpan.Zero)));
            Assert.That(profile.RootElement.GetProperty("to").GetDateTimeOffset(), Is.EqualTo(new DateTimeOffset(2011, 12, 9, 12, 50, 0, TimeSpan.Zero)));
        });

        long[] Activity(string name) => [.. profile.RootElement.GetProperty(name).EnumerateObject().Select(p => p.Value.GetInt64())];

        long[] Ranks(string id) =>
        [
            .. new[] { "0.5", "0.9", "0.99", "1" }.Select(share => lines.Scalar<long>($"SELECT quantile_disc(n, {share}) FROM (SELECT count(*) AS n FROM kept GROUP BY {id})")),
        ];
    }

    [Test]
    public void Profile_is_printed()
    {
        string readme = File.ReadAllText(Path.Combine(Checkout.Root, "README.md"));
        string[] tables = [.. result.Output.Split('\n').Select(line => line.TrimEnd()).TakeWhile(line => !line.Contains("rows in", StringComparison.Ordinal)).Where(line => line.Length > 0)];
        Assert.That(tables, Has.Length.GreaterThan(15).And.Some.Match("^ +excluded without user +135,080 +24[.]9%$").And.Some.Match("^ +verdict +enough$"));
        foreach (string line in tables)
            Assert.That(readme, Does.Contain(line));
    }

    private long Count(string from) => lines.Scalar<long>($"SELECT count(*) FROM {from}");

    private static long Difference(DuckDbDatabase database, string table, TableSchema schema, string files)
    {
        string columns = string.Join(", ", schema.Columns.Select(column => column.Name));
        return database.Scalar<long>(
            $"""
            SELECT count(*) FROM (
                (SELECT {columns} FROM {table} EXCEPT ALL SELECT {columns} FROM read_parquet($1))
                UNION ALL (SELECT {columns} FROM read_parquet($1) EXCEPT ALL SELECT {columns} FROM {table}))
            """, files);
    }
}
