using System.Buffers.Binary;
using System.Text;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Tables.Tests;

/// <summary>A value of a sensitive column is in its row and nowhere else in the file.</summary>
public sealed class SensitiveColumnTests
{
    private const string Least = "aaa-least-value", Greatest = "zzz-greatest-value";

    private string folder = "";

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("tables-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    /// <summary>Few rows, rows of which many are equal, and several row groups.</summary>
    [TestCase(3)]
    [TestCase(5_000)]
    [TestCase(300_000)]
    public async Task File_with_a_sensitive_column_tells_of_no_value_beside_its_rows(int count)
    {
        string path = Path.Combine(folder, "sensitive.parquet");
        List<object?[]> read = await WriteAndReadAsync(path, isSensitive: true, count);
        Assert.That(read, Is.EqualTo(Rows(count)));

        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        DuckDbRow metadata = database.Query(
            "SELECT count(*), count(DISTINCT row_group_id), count(stats_min), count(stats_max), count(stats_min_value), count(stats_max_value), count(stats_null_count), count(stats_distinct_count), "
            + "count(dictionary_page_offset), count(index_page_offset), count(bloom_filter_offset) FROM parquet_metadata(?)", path).Single();
        Assert.That(metadata.GetInt64(0), Is.EqualTo(3 * metadata.GetInt64(1)));
        Assert.That(metadata.GetInt64(1), Is.EqualTo((count + 122_879) / 122_880));
        Assert.That(Enumerable.Range(2, 9).Select(metadata.GetInt64), Is.All.Zero);
        Assert.That(Footer(path), Does.Not.Contain(Least).And.Not.Contain(Greatest).And.Contain("label").And.Contain("sensitive/1"));
    }

    /// <summary>Otherwise the test above could not fail.</summary>
    [Test]
    public async Task Other_files_have_the_least_and_the_greatest_value_in_their_footer()
    {
        string path = Path.Combine(folder, "plain.parquet");
        Assert.That(await WriteAndReadAsync(path, isSensitive: false, 5_000), Is.EqualTo(Rows(5_000)));
        Assert.That(Footer(path), Does.Contain(Least).And.Contain(Greatest));
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        Assert.That(database.Scalar<long>("SELECT count(dictionary_page_offset) FROM parquet_metadata(?)", path), Is.Positive);
    }

    /// <summary>A row group of one column, whose chunk has an offset index (4), or whose metadata have a Bloom filter (14).</summary>
    [TestCase("491C191C460200000000")]
    [TestCase("491C191C3CE60200000000")]
    public void Footer_of_a_file_with_an_index_is_refused(string footer) => Assert.That(
        () => FooterStatistics.Without(Convert.FromHexString(footer)).Length, Throws.InvalidOperationException.With.Message.Contains("index"));

    [Test]
    public async Task Same_rows_give_the_same_bytes()
    {
        string one = Path.Combine(folder, "one.parquet"), two = Path.Combine(folder, "two.parquet");
        await WriteAndReadAsync(one, isSensitive: true, 200_000);
        await WriteAndReadAsync(two, isSensitive: true, 200_000);
        Assert.That(File.ReadAllBytes(two).AsSpan().SequenceEqual(File.ReadAllBytes(one)));
    }

    private static IEnumerable<object?[]> Rows(int count) => Enumerable.Range(0, count).Select(n => new object?[]
    {
        (long)n, n == 1 ? Least : n == 2 ? Greatest : $"text {n % 50}", n % 3 == 0 ? null : $"label {n % 7}",
    });

    private static async Task<List<object?[]>> WriteAndReadAsync(string path, bool isSensitive, int count)
    {
        var schema = new TableSchema(
            "sensitive", 1, new Column("number", ColumnType.Int64), new Column("text", ColumnType.Text, IsSensitive: isSensitive),
            new Column("label", ColumnType.Text, Nullable: true));
        var format = new DuckDbTableFormat();
        await format.WriteAsync(path, schema, Rows(count));
        return await format.ReadAsync(path, schema);
    }

    private static string Footer(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 8));
        return Encoding.Latin1.GetString(bytes, bytes.Length - 8 - length, length);
    }
}
