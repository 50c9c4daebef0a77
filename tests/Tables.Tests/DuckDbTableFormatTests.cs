using Pipeline.Tables.DuckDb;

namespace Pipeline.Tables.Tests;

public sealed class DuckDbTableFormatTests : TableFormatContract
{
    protected override ITableFormat Create() => new DuckDbTableFormat();

    private static void Run(string sql, params object?[] args)
    {
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        database.Execute(sql, args);
    }

    [TestCase("COMPRESSION uncompressed")]
    [TestCase("COMPRESSION snappy")]
    [TestCase("COMPRESSION gzip")]
    [TestCase("COMPRESSION zstd")]
    [TestCase("COMPRESSION brotli")]
    [TestCase("COMPRESSION lz4_raw")]
    [TestCase("PARQUET_VERSION v2, COMPRESSION snappy")]
    [TestCase("PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 1, COMPRESSION uncompressed")]
    [TestCase("ROW_GROUP_SIZE 2048, COMPRESSION snappy")]
    public async Task Files_without_a_contract_are_read_whatever_their_encoding(string options)
    {
        Run($"""
            COPY (SELECT i::BIGINT AS id, CASE WHEN i % 3 > 0 THEN 'name ' || i END AS name, i / 7 AS extra, [i] AS list
                  FROM range(20000) t(i) ORDER BY i) TO ? (FORMAT parquet, {options})
            """, At("foreign.parquet"));

        List<object?[]> read = await Create().ReadAsync(At("foreign.parquet"), Simple);

        Assert.That(read, Is.EqualTo(Enumerable.Range(0, 20_000).Select(i => new object?[] { (long)i, i % 3 > 0 ? $"name {i}" : null })));
    }

    [TestCase("TIMESTAMP", 1_700_000_000_123_456L)]
    [TestCase("TIMESTAMPTZ", 1_700_000_000_123_456L)]
    [TestCase("TIMESTAMP_MS", 1_700_000_000_123_000L)]
    [TestCase("TIMESTAMP_S", 1_700_000_000_000_000L)]
    [TestCase("TIMESTAMP_NS", 1_700_000_000_123_456L)]
    public async Task Timestamps_in_any_unit_are_read_as_UTC_microseconds(string type, long expected)
    {
        Run($"COPY (SELECT make_timestamp(1700000000123456)::{type} AS t) TO ? (FORMAT parquet)", At("t.parquet"));

        List<object?[]> read = await Create().ReadAsync(At("t.parquet"), new TableSchema("t", 1, new Column("t", ColumnType.Timestamp)));

        Assert.That(read, Is.EqualTo(new object?[][] { [expected] }));
    }

    [TestCase("1::TINYINT", ColumnType.Int32, "TinyInt")]
    [TestCase("1::FLOAT", ColumnType.Double, "Float")]
    [TestCase("1::DECIMAL(9, 2)", ColumnType.Double, "Decimal")]
    [TestCase("'a'::BLOB", ColumnType.Text, "Blob")]
    [TestCase("DATE '2025-01-01'", ColumnType.Timestamp, "Date")]
    [TestCase("[1]", ColumnType.Int32, "List")]
    [TestCase("{a: 1}", ColumnType.Int32, "Struct")]
    public async Task Types_without_a_counterpart_are_refused_by_their_name(string expression, ColumnType expected, string found)
    {
        Run($"COPY (SELECT {expression} AS c) TO ? (FORMAT parquet)", At("c.parquet"));

        TableException e = await RefusedAsync(At("c.parquet"), new TableSchema("c", 1, new Column("c", expected)));

        Assert.That(e.Message, Does.Contain($"column 'c' is {found}, expected {expected}"));
    }

    [Test]
    public async Task Encrypted_file_is_refused_as_such()
    {
        await File.WriteAllBytesAsync(At("e.parquet"), "PARE and whatever follows PARE"u8.ToArray());

        Assert.That((await RefusedAsync(At("e.parquet"), Simple)).Message, Does.Contain("encrypted"));
    }

    [Test]
    public async Task Times_are_stored_as_UTC_microseconds_compressed_by_zstd()
    {
        await Create().WriteAsync(At("t.parquet"), new TableSchema("t", 1, new Column("t", ColumnType.Timestamp)), [[0L]]);

        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        Assert.That(database.Scalar<string>("SELECT logical_type FROM parquet_schema(?) WHERE name = 't'", At("t.parquet")),
            Does.Contain("isAdjustedToUTC=1").And.Contain("MICROS"));
        Assert.That(database.Scalar<string>("SELECT DISTINCT compression FROM parquet_metadata(?)", At("t.parquet")), Is.EqualTo("ZSTD"));
    }

    [Test]
    public async Task Threads_and_memory_limit_make_no_difference_to_bytes_or_order()
    {
        List<object?[]> rows = SimpleRows(300_000);
        List<byte[]> files = [];
        foreach (int threads in new[] { 1, 4 })
        {
            DuckDbTableFormat format = new(new DuckDbOptions { Threads = threads, MemoryLimitBytes = 200L << 20 });
            await format.WriteAsync(At("f.parquet"), Simple, rows);
            files.Add(await File.ReadAllBytesAsync(At("f.parquet")));
            List<object?[]> read = await format.ReadAsync(At("f.parquet"), Simple);
            Assert.That(read.Select(r => r[0]), Is.EqualTo(rows.Select(r => r[0])));
        }

        Assert.That(files[0], Is.EqualTo(files[1]));
    }

    [Test]
    public async Task Damaged_page_is_refused()
    {
        await Create().WriteAsync(At("f.parquet"), Simple, SimpleRows(100_000));
        byte[] bytes = await File.ReadAllBytesAsync(At("f.parquet"));
        // Over the header of the first page, which is not compressed.
        bytes.AsSpan(4, 64).Fill(0xFF);
        await File.WriteAllBytesAsync(At("f.parquet"), bytes);

        Assert.That((await RefusedAsync(At("f.parquet"), Simple)).Message, Does.Contain("may be damaged"));
    }

    [Test]
    public async Task Open_tables_can_reach_no_other_file()
    {
        await Create().WriteAsync(At("a.parquet"), Simple, []);
        await Create().WriteAsync(At("b.parquet"), Simple, []);
        using Connection connection = Connection.Open(null, new DuckDbOptions(), onlyFiles: [At("a.parquet")]);
        connection.Query("SELECT * FROM read_parquet(?)", At("a.parquet")).Dispose();

        Assert.That(
            () => connection.Query("SELECT * FROM read_parquet(?)", At("b.parquet")).Dispose(),
            Throws.TypeOf<DuckDbException>().With.Message.Contains("Permission Error"));
        Assert.That(() => connection.Execute("SET enable_external_access = true"), Throws.TypeOf<DuckDbException>());
        Assert.That(() => connection.Execute("SET threads = 2"), Throws.TypeOf<DuckDbException>());
    }

    [Test]
    public async Task Path_that_cannot_be_written_as_a_pattern_is_refused()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("A backslash divides folders on Windows.");
        await Create().WriteAsync(At("a\\b*.parquet"), Simple, []);

        Assert.That((await RefusedAsync(At("a\\b*.parquet"), Simple)).Message, Does.Contain("backslash"));
    }

    [Test]
    public void Library_is_the_pinned_version() => Assert.That(Connection.LibraryVersion, Is.EqualTo("v1.5.5"));

    [Test]
    public void Full_disk_is_said_so()
    {
        DuckDbException cause = DuckDbException.From("IO Error: Could not write file \"/data/.1.unfinished\": No space left on device");
        TableException e = ParquetFile.CannotWrite("/data/f.parquet", "/data/.1.unfinished", cause);

        Assert.That(e.Message, Is.EqualTo("'/data/f.parquet' cannot be written, the disk is full: free some space or choose another folder."));
        Assert.That((e.IsDiskFull, e.IsOutOfMemory), Is.EqualTo((true, false)));
    }

    [Test]
    public void Options_are_checked_where_they_are_set()
    {
        Assert.That(() => new DuckDbOptions { Threads = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new DuckDbOptions { MemoryLimitBytes = 1000 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new DuckDbOptions { TempDirectory = "" }, Throws.ArgumentException);
    }
}
