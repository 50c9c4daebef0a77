using System.Globalization;
using System.IO.Compression;
using System.Text;
using Pipeline.Cli.Tests.Generate;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Tests.Sar;

/// <summary>What must make no difference to the results, to the last byte.</summary>
public class SameBytesTests
{
    private TeaShop shop = null!;

    [SetUp]
    public void Open() => shop = new TeaShop();

    [TearDown]
    public void Close() => shop.Dispose();

    [Test]
    public void Gzip_gives_the_bytes_of_plain_text()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(TeaShop.Lines));
        Assert.That(Lists(shop.Folder.Write("shop.csv.gz", compressed.ToArray())), Is.EqualTo(TeaShop.Lists));
    }

    [Test]
    public void Json_lines_give_the_bytes_of_csv()
    {
        IEnumerable<string> objects = TeaShop.Lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(','))
            .Select(f => $"{{\"time\":\"{f[3]}\",\"user\":\"{f[0]}\",\"item\":\"{f[1]}\",\"rating\":{f[2]}}}");
        Assert.That(Lists(shop.Folder.Write("shop.jsonl", string.Join('\n', objects))), Is.EqualTo(TeaShop.Lists));
    }

    [Test]
    public void Parquet_gives_the_bytes_of_csv(
        [Values("DOUBLE", "FLOAT", "BIGINT", "UTINYINT", "VARCHAR", "DECIMAL(9,2)")] string weight,
        [Values("epoch(t)::BIGINT", "epoch(t)::DOUBLE", "t", "t::TIMESTAMPTZ", "t::TIMESTAMP_S", "t::TIMESTAMP_NS", "strftime(t, '%Y-%m-%dT%H:%M:%SZ')", "epoch(t)::VARCHAR")] string time)
    {
        string csv = shop.Folder.Write("shop.csv", TeaShop.Lines), parquet = shop.Folder.File("shop's [1].parquet");
        using (DuckDbDatabase database = DuckDbDatabase.OpenInMemory())
        {
            string times = "(SELECT *, \"time\"[:10]::TIMESTAMP AS t FROM read_csv('" + csv + "', all_varchar = true))";
            database.Execute($"COPY (SELECT user, item, rating::{weight} AS rating, {time} AS time FROM {times}) TO '{parquet.Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet)");
        }
        Assert.That(Lists(parquet), Is.EqualTo(TeaShop.Lists));
    }

    [TestCase("BIGINT")]
    [TestCase("INTEGER")]
    [TestCase("USMALLINT")]
    [TestCase("VARCHAR")]
    public void Parquet_ids_may_be_numbers(string type)
    {
        string parquet = shop.Folder.File("numbers.parquet");
        using (DuckDbDatabase database = DuckDbDatabase.OpenInMemory())
            database.Execute($"COPY (SELECT u::{type} AS user, i::{type} AS item, 1 AS rating, 0 AS time FROM (VALUES (10, 7), (9, 7), (9, 8)) AS v(u, i)) TO '{parquet}' (FORMAT parquet)");
        Assert.That(Lists(parquet), Is.EqualTo("user,rank,item,score\n10,1,8,0.5\n"));
    }

    [Test]
    public void Seconds_since_1970_give_the_bytes_of_iso_8601([Values("", ".0")] string decimals)
    {
        string[] lines = TeaShop.Lines.Split('\n');
        for (int n = 1; n < lines.Length - 1; n++)
        {
            string[] fields = lines[n].Split(',');
            var time = DateTimeOffset.Parse(fields[3], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            lines[n] = $"{fields[0]},{fields[1]},{fields[2]},{time.ToUnixTimeSeconds()}{decimals}";
        }
        Assert.That(Lists(shop.Folder.Write("shop.csv", string.Join('\n', lines))), Is.EqualTo(TeaShop.Lists));
    }

    [Test]
    public void Lines_in_another_order_give_the_same_bytes()
    {
        string[] lines = TeaShop.Lines.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(Lists(shop.Folder.Write("shop.csv", string.Join('\n', [lines[0], .. lines[1..].Reverse()]))), Is.EqualTo(TeaShop.Lists));
    }

    [TestCase("--threads", "2")]
    [TestCase("--memory", "4GB")]
    [TestCase("--neighbours", "200")]
    public void Threads_memory_and_as_many_neighbours_as_items_change_nothing(string option, string value)
    {
        string folder = shop.Folder.File("big");
        Cli.Generate.ShopGenerator.Generate(
            Generate.Shop.Options(users: 600, items: 200, interactions: 20_000), folder, new Reports(), CancellationToken.None);
        string[] results = [.. new[] { ("--threads", "1"), (option, value) }.Select(given =>
        {
            string similarity = shop.Folder.File("sim.csv");
            SarTool.MustRun(
                "--interactions", Path.Combine(folder, "interactions.csv"), "--user", "user_id", "--item", "item_id", "--time", "time",
                given.Item1, given.Item2, "--output", shop.Output, "--similarity-output", similarity);
            return File.ReadAllText(shop.Output) + File.ReadAllText(similarity);
        })];
        Assert.That(results[0], Has.Length.GreaterThan(100_000));
        Assert.That(results[1] == results[0], Is.True);
    }

    [TestCase("--similar-users", "user", "--top-k", "20")]
    [TestCase("--seeds", "seed_set,item", "--fill", "popular")]
    [TestCase("--users", "user", "--fill", "zero")]
    public void Threads_change_nothing_for_those_named_in_a_file(string option, string header, params string[] more)
    {
        string folder = shop.Folder.File("crowd");
        Cli.Generate.ShopGenerator.Generate(
            Generate.Shop.Options(users: 600, items: 200, interactions: 20_000), folder, new Reports(), CancellationToken.None);
        string interactions = Path.Combine(folder, "interactions.csv");
        SarTool.MustRun("--interactions", interactions, "--user", "user_id", "--item", "item_id", "--no-decay", "--output", shop.Output, "--affinity-output", shop.Folder.File("aff.csv"));
        // Everybody, or everything everybody has: many more than one worker takes at a time.
        IEnumerable<string> pairs = File.ReadLines(shop.Folder.File("aff.csv")).Skip(1);
        string named = shop.Folder.Write("named.csv", $"{header}\n" + string.Concat(pairs.Select(pair => $"{string.Join(',', pair.Split(',')[..header.Split(',').Length])}\n")));
        string[] results = [.. new[] { "1", "2", "5" }.Select(threads =>
        {
            SarTool.MustRun([
                "--interactions", interactions, "--user", "user_id", "--item", "item_id", "--time", "time", option, named, "--threads", threads,
                "--output", shop.Output, .. more]);
            return File.ReadAllText(shop.Output);
        })];
        Assert.That(results[0], Has.Length.GreaterThan(50_000));
        Assert.That(results[1] == results[0] && results[2] == results[0], Is.True);
    }

    [Test]
    public void Few_neighbours_give_other_lists()
    {
        string file = shop.Folder.Write("shop.csv", TeaShop.Lines);
        SarTool.MustRun(shop.Arguments("--neighbours", "1"));
        string few = File.ReadAllText(shop.Output);
        Assert.That(few, Is.Not.EqualTo(Lists(file)));
    }

    private string Lists(string file)
    {
        SarTool.MustRun(shop.ForFile(file));
        return File.ReadAllText(shop.Output);
    }
}
