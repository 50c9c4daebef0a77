using System.Globalization;
using System.IO.Compression;
using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Twenty kinds of dirt of a real shop, up to 40 lines each, through load and transform: what becomes of each kind, line by line.</summary>
internal sealed class OddityTests
{
    private TempFolder folder = null!;
    private (string Kind, string Fate, string Key)[] lines = null!;
    private HashSet<string> weighted = null!;

    private string Run => folder.File("run");

    [OneTimeSetUp]
    public async Task LoadAndTransformAsync()
    {
        string data = SharedData.File("data/online_retail_oddities.csv.gz");
        folder = new TempFolder();
        // The number of the line's source takes the place of the basket, so that each row kept tells where it comes from.
        StageRunner.MustRun(
            Stages.Load, "--run", Run, "--interactions", data, "--max-rejects", "75%",
            "--columns", "user=CustomerID,item=StockCode,time=InvoiceDate,quantity=Quantity,price=UnitPrice,basket=SourceRow",
            "--exclude-items", "^(POST|DOT|M|m|C2|D|S|B|PADS|CRUK|AMAZONFEE|BANK CHARGES|gift_.*|DCGS.*)$");
        StageRunner.MustRun(Stages.Transform, "--run", Run);
        lines = await FatesAsync(data);
        using DuckDbDatabase tables = DuckDbDatabase.OpenInMemory();
        weighted = [.. tables
            .Query(
                "SELECT u.user_id, i.item_id, strftime(x.time, '%Y-%m-%d %H:%M:%S') FROM read_parquet(?) x JOIN read_parquet(?) u USING (user_index) JOIN read_parquet(?) i USING (item_index)",
                Path.Combine(Run, Stages.Transform.Folder, "interactions", "*.parquet"), Path.Combine(Run, Stages.Transform.Folder, "users.parquet"),
                Path.Combine(Run, Stages.Transform.Folder, "items.parquet"))
            .Select(row => $"{row.GetString(0)}|{row.GetString(1)}|{row.GetString(2)}")];
    }

    [OneTimeTearDown]
    public void Remove() => folder?.Dispose();

    [TestCase("cancelled_invoice", "36 return, 2 excluded item, 2 missing user", 0)]
    [TestCase("bad_debt_adjustment", "3 missing user", 0)]
    [TestCase("negative_quantity_not_cancelled", "40 missing user", 0)]
    [TestCase("extreme_quantity", "3 purchase, 3 return, 5 missing user", 1)]
    [TestCase("zero_price_with_customer", "33 purchase, 7 excluded item", 33)]
    [TestCase("zero_price_no_customer", "40 missing user", 0)]
    [TestCase("price_below_one_penny", "4 excluded item", 0)]
    [TestCase("extreme_price", "4 excluded item, 29 missing user", 0)]
    [TestCase("missing_customer", "40 missing user", 0)]
    [TestCase("missing_description", "40 missing user", 0)]
    [TestCase("stock_note_as_description", "40 missing user", 0)]
    [TestCase("non_product_code", "22 excluded item, 18 missing user", 0)]
    [TestCase("code_differs_only_by_case", "40 missing user", 0)]
    [TestCase("exact_duplicate_row", "39 purchase, 1 missing user", 39)]
    [TestCase("padded_description", "35 purchase, 5 missing user", 35)]
    [TestCase("comma_in_description", "27 purchase, 13 missing user", 27)]
    [TestCase("quote_in_description", "14 purchase, 26 missing user", 14)]
    [TestCase("non_ascii", "32 missing user", 0)]
    [TestCase("unspecified_country", "26 purchase, 14 missing user", 26)]
    [TestCase("invoice_with_two_timestamps", "19 purchase, 21 missing user", 19)]
    public void Kind_of_dirt_is_kept_left_out_or_rejected(string kind, string expected, int weighted)
    {
        (string Kind, string Fate, string Key)[] own = [.. lines.Where(l => l.Kind == kind)];
        string[] order = ["purchase", "return", "excluded item", "missing user"];
        string fates = string.Join(", ", own.CountBy(l => l.Fate).OrderBy(f => Array.IndexOf(order, f.Key)).Select(f => $"{f.Value} {f.Key}"));
        Assert.That(fates, Is.EqualTo(expected));
        Assert.That(own.Count(l => this.weighted.Contains(l.Key)), Is.EqualTo(weighted), "lines that transform weighs");
    }

    [Test]
    public void Kinds_are_all_there_and_their_sums_are_those_of_the_stages()
    {
        IReadOnlyDictionary<string, long> loaded = RunReader.ReadManifest(Run, Stages.Load).Counters, transformed = RunReader.ReadManifest(Run, Stages.Transform).Counters;
        Assert.Multiple(() =>
        {
            Assert.That(lines.Select(l => l.Kind).Distinct().Count(), Is.EqualTo(20));
            Assert.That(lines, Has.Length.EqualTo(683).And.Length.EqualTo(loaded["rows_in"]));
            Assert.That(Count("purchase") + Count("return"), Is.EqualTo(235).And.EqualTo(loaded["rows_kept"]).And.EqualTo(transformed["rows_in"]));
            Assert.That(Count("excluded item"), Is.EqualTo(39).And.EqualTo(loaded["dropped_excluded_item"]));
            Assert.That(Count("missing user"), Is.EqualTo(409).And.EqualTo(loaded["dropped_missing_user"]).And.EqualTo(loaded["rejected"]));
            Assert.That(transformed["rows_kept"], Is.EqualTo(weighted.Count));
            Assert.That(
                transformed["rows_kept"] + transformed.Where(c => c.Key.StartsWith("dropped_", StringComparison.Ordinal)).Sum(c => c.Value),
                Is.EqualTo(transformed["rows_in"]));
        });

        int Count(string fate) => lines.Count(l => l.Fate == fate);
    }

    /// <summary>Each line with its kind, what load made of it, and the user, item and time that it speaks of.</summary>
    private async Task<(string Kind, string Fate, string Key)[]> FatesAsync(string data)
    {
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        using var unpacked = new GZipStream(File.OpenRead(data), CompressionMode.Decompress);
        using (FileStream plain = File.Create(folder.File("lines.csv")))
            await unpacked.CopyToAsync(plain);
        database.Execute(
            "CREATE TABLE lines AS SELECT *, row_number() OVER () + 1 AS line FROM read_csv(?, all_varchar = true, header = true, parallel = false)", folder.File("lines.csv"));

        var output = new StageFolder(Run, Stages.Load);
        var reasons = (await output.RowsAsync(Rejects.DataSet, Rejects.Line, Rejects.Reason)).Select(r => r.Split('|'))
            .ToDictionary(r => long.Parse(r[0], CultureInfo.InvariantCulture), r => r[1].Replace('_', ' '));
        // Kept rows stand in the order of the file.
        var kept = new Queue<string[]>((await output.RowsAsync(Interactions.DataSet, Interactions.BasketId, Interactions.Event)).Select(r => r.Split('|')));
        var fates = new List<(string, string, string)>();
        foreach (DuckDbRow row in database.Query("SELECT Oddity, SourceRow, line, coalesce(CustomerID, '') || '|' || StockCode || '|' || InvoiceDate FROM lines ORDER BY line"))
        {
            string fate = reasons.GetValueOrDefault(row.GetInt64(2)) ?? (kept.TryPeek(out string[]? next) && next[0] == row.GetString(1) ? kept.Dequeue()[1] : "excluded item");
            fates.Add((row.GetString(0)!, fate, row.GetString(3)!));
        }
        Assert.That(kept, Is.Empty, "every row kept comes from a line");
        return [.. fates];
    }
}
