using System.Security.Cryptography;

namespace Pipeline.Tables.Tests;

public abstract partial class TableFormatContract
{
    [TestCase(1)]
    [TestCase(2047)]
    [TestCase(2048)]
    [TestCase(2049)]
    [TestCase(5000)]
    public async Task Every_type_comes_back_with_its_nulls_whatever_the_batches(int count)
    {
        List<object?[]> rows = [.. Enumerable.Range(0, count).Select(RowOfEverything)];
        await Create().WriteAsync(At("all.parquet"), Everything, rows, batchRows: 999);

        foreach (int batchRows in new[] { 1, 1000, 2048, 65_536 })
            Assert.That(await Create().ReadAsync(At("all.parquet"), Everything, batchRows), Is.EqualTo(rows), $"in batches of {batchRows}");
    }

    [Test]
    public async Task Extreme_values_come_back_to_the_bit()
    {
        TableSchema schema = new(
            "extremes", 1, new Column("i", ColumnType.Int32), new Column("l", ColumnType.Int64), new Column("d", ColumnType.Double));
        object?[][] rows =
        [
            [int.MinValue, long.MinValue, double.NegativeInfinity],
            [int.MaxValue, long.MaxValue, double.PositiveInfinity],
            [0, 0L, double.NaN],
            [-1, -1L, -0.0],
            [1, 1L, double.Epsilon],
            [2, 2L, double.MaxValue],
            [3, 3L, 0.1 + 0.2],
        ];
        await Create().WriteAsync(At("x.parquet"), schema, rows);

        List<object?[]> read = await Create().ReadAsync(At("x.parquet"), schema);

        Assert.That(read.Select(r => (r[0], r[1], Bits(r[2]))), Is.EqualTo(rows.Select(r => (r[0], r[1], Bits(r[2])))));
        static long Bits(object? value) => BitConverter.DoubleToInt64Bits((double)value!);
    }

    [Test]
    public async Task Times_before_1970_and_far_ahead_come_back()
    {
        TableSchema schema = new("times", 1, new Column("t", ColumnType.Timestamp));
        object?[][] rows = [[-62_135_596_800_000_000L], [-1L], [0L], [253_402_300_799_999_999L]];
        await Create().WriteAsync(At("t.parquet"), schema, rows);

        Assert.That(await Create().ReadAsync(At("t.parquet"), schema), Is.EqualTo(rows));
    }

    [Test]
    public async Task Empty_texts_are_not_nulls()
    {
        object?[][] rows = [[1L, ""], [2L, null], [3L, " "], [4L, null], [5L, ""]];
        await Create().WriteAsync(At("e.parquet"), Simple, rows);

        Assert.That(await Create().ReadAsync(At("e.parquet"), Simple), Is.EqualTo(rows));
    }

    [Test]
    public async Task Columns_of_nulls_only_come_back()
    {
        object?[][] rows = [.. Enumerable.Range(0, 3000).Select(i => new object?[] { (long)i, null })];
        await Create().WriteAsync(At("n.parquet"), Simple, rows);

        Assert.That(await Create().ReadAsync(At("n.parquet"), Simple), Is.EqualTo(rows));
    }

    [Test]
    public async Task Texts_of_all_lengths_and_scripts_come_back()
    {
        string[] texts =
        [
            "é", "日本語のテキスト", "😀😀😀😀", "twelve bytes", "thirteen byte", "a\0b", "line\r\nline", "\"'\\,;", new('ü', 5000), "\uFEFF",
            .. Enumerable.Range(0, 40).Select(i => new string('z', i)),
        ];
        object?[][] rows = [.. texts.Select((t, i) => new object?[] { (long)i, t })];
        await Create().WriteAsync(At("u.parquet"), Simple, rows);

        Assert.That(await Create().ReadAsync(At("u.parquet"), Simple), Is.EqualTo(rows));
    }

    [Test]
    public async Task Text_larger_than_any_buffer_comes_back()
    {
        object?[][] rows = [.. Enumerable.Range(0, 40).Select(i => new object?[] { (long)i, new string((char)('a' + i % 26), 1_000_000) })];
        await Create().WriteAsync(At("long.parquet"), Simple, rows, batchRows: 3);

        Assert.That(await Create().ReadAsync(At("long.parquet"), Simple, batchRows: 7), Is.EqualTo(rows));
    }

    [Test]
    public async Task Empty_table_has_its_columns_and_no_rows()
    {
        await Create().WriteAsync(At("none.parquet"), Everything, []);

        Assert.That(await Create().ReadAsync(At("none.parquet"), Everything), Is.Empty);
    }

    [Test]
    public async Task Rows_keep_their_order_over_many_row_groups()
    {
        List<object?[]> rows = SimpleRows(700_000);
        await Create().WriteAsync(At("many.parquet"), Simple, rows, batchRows: 65_536);

        List<object?[]> read = await Create().ReadAsync(At("many.parquet"), Simple, batchRows: 65_536);

        // Not EqualTo on the whole: its message for 700,000 rows would be unreadable.
        Assert.That(read, Has.Count.EqualTo(rows.Count));
        Assert.That(Enumerable.Range(0, rows.Count).All(i => rows[i].SequenceEqual(read[i])), Is.True);
    }

    [Test]
    public async Task Reader_gives_only_the_columns_asked_for_in_the_order_asked_for()
    {
        Column a = new("a", ColumnType.Int32), b = new("b", ColumnType.Text), c = new("c", ColumnType.Boolean);
        TableSchema written = new("abc", 1, a, b, c);
        await Create().WriteAsync(At("abc.parquet"), written, [[1, "one", true], [2, "two", false]]);

        List<object?[]> read = await Create().ReadAsync(At("abc.parquet"), written.Select(c, a));

        Assert.That(read, Is.EqualTo(new object?[][] { [true, 1], [false, 2] }));
    }

    [Test]
    public async Task Column_names_may_have_any_characters()
    {
        string[] names = ["a \"quoted\" name", "größe; DROP TABLE x --", "select"];
        TableSchema schema = new("names", 1, [.. names.Select(n => new Column(n, ColumnType.Int32))]);
        await Create().WriteAsync(At("names.parquet"), schema, [[1, 2, 3]]);

        Assert.That(await Create().ReadAsync(At("names.parquet"), schema), Is.EqualTo(new object?[][] { [1, 2, 3] }));
    }

    [Test]
    public async Task Metadata_comes_back_with_the_contract()
    {
        Dictionary<string, string> metadata = new() { ["run"] = "2026-11-20", ["it's"] = "a 'quoted' \"value\" – ü {x: 1}", ["empty"] = "" };
        await Create().WriteAsync(At("m.parquet"), Simple, [[1L, "a"]], metadata: metadata);

        await using ITableReader reader = await Create().OpenAsync(At("m.parquet"), Simple, default);

        Assert.That(reader.Metadata, Is.EquivalentTo(new Dictionary<string, string>(metadata) { ["contract"] = "simple/1" }));
    }

    [Test]
    public void Metadata_cannot_set_the_contract()
    {
        Dictionary<string, string> metadata = new() { [TableSchema.MetadataKey] = "other/1" };

        Assert.That(async () => await Create().CreateAsync(At("m.parquet"), Simple, metadata, default), Throws.ArgumentException);
        Assert.That(Directory.GetFileSystemEntries(Folder), Is.Empty);
    }

    [Test]
    public async Task Same_rows_give_the_same_bytes_in_batches_of_any_size()
    {
        List<object?[]> rows = [.. Enumerable.Range(0, 200_000).Select(RowOfEverything)];
        HashSet<string> hashes = [];
        foreach (int batchRows in new[] { 1000, 2048, 65_536, 200_000 })
        {
            await Create().WriteAsync(At("same.parquet"), Everything, rows, batchRows);
            hashes.Add(Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(At("same.parquet")))));
        }

        Assert.That(hashes, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Values_of_null_rows_do_not_reach_the_bytes()
    {
        Column value = new("v", ColumnType.Double, Nullable: true);
        TableSchema schema = new("nulls", 1, value);
        List<byte[]> files = [];
        foreach (double hidden in new[] { 0, 1e300 })
        {
            await using ITableWriter writer = await Create().CreateAsync(At("n.parquet"), schema, Rows.NoMetadata, default);
            ColumnBatch batch = new(schema, 100) { Count = 100 };
            for (int row = 0; row < 100; row++)
            {
                batch.Nulls(value)[row] = row % 3 == 0;
                batch.Values<double>(value)[row] = row % 3 == 0 ? hidden : row;
            }
            await writer.WriteAsync(batch, default);
            await writer.CompleteAsync(default);
            files.Add(await File.ReadAllBytesAsync(At("n.parquet")));
        }

        Assert.That(files[0], Is.EqualTo(files[1]));
    }

    [Test]
    public async Task Order_of_the_metadata_does_not_reach_the_bytes()
    {
        await Create().WriteAsync(At("1.parquet"), Simple, [[1L, "a"]], metadata: new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        await Create().WriteAsync(At("2.parquet"), Simple, [[1L, "a"]], metadata: new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });

        Assert.That(await File.ReadAllBytesAsync(At("1.parquet")), Is.EqualTo(await File.ReadAllBytesAsync(At("2.parquet"))));
    }
}
