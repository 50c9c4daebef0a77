using Pipeline.Tables.DuckDb;

namespace Pipeline.Tables.Tests;

public sealed class DuckDbDatabaseTests
{
    private string folder = "";
    private DuckDbDatabase database = null!;

    [SetUp]
    public void Open()
    {
        folder = Directory.CreateTempSubdirectory("database-").FullName;
        database = DuckDbDatabase.Open(At("shop.duckdb"));
    }

    [TearDown]
    public void Close()
    {
        database.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string At(string name) => Path.Combine(folder, name);

    private static DuckDbException Fails(Action action) => Assert.Throws<DuckDbException>(action)!;

    [Test]
    public void What_was_written_is_there_after_opening_again()
    {
        database.Execute("CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR)");
        Assert.That(database.Execute("INSERT INTO t VALUES (?, ?), (?, ?)", 1, "one", 2L, null), Is.EqualTo(2));
        database.Dispose();

        using DuckDbDatabase again = DuckDbDatabase.Open(At("shop.duckdb"), readOnly: true);

        IReadOnlyList<DuckDbRow> rows = again.Query("SELECT id, name FROM t ORDER BY id");
        Assert.That(rows.Select(r => (r.GetInt64(0), r.IsNull(1) ? null : r.GetString(1))), Is.EqualTo(new[] { (1L, "one"), (2L, null) }));
        Assert.That(() => again.Execute("DELETE FROM t"), Throws.TypeOf<DuckDbException>().With.Message.Contains("read-only"));
    }

    [Test]
    public void Rollback_undoes_and_commit_keeps()
    {
        database.Execute("CREATE TABLE t (id INTEGER)");
        database.Execute("BEGIN");
        database.Execute("INSERT INTO t VALUES (1)");
        Assert.That(database.Scalar<long>("SELECT count(*) FROM t"), Is.EqualTo(1));
        database.Execute("ROLLBACK");
        Assert.That(database.Scalar<long>("SELECT count(*) FROM t"), Is.Zero);

        database.Execute("BEGIN; INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); COMMIT");
        Assert.That(database.Scalar<long>("SELECT count(*) FROM t"), Is.EqualTo(2));
    }

    [Test]
    public void Transaction_open_at_disposal_is_rolled_back()
    {
        database.Execute("CREATE TABLE t (id INTEGER); BEGIN; INSERT INTO t VALUES (1)");
        database.Dispose();

        using DuckDbDatabase again = DuckDbDatabase.Open(At("shop.duckdb"));
        Assert.That(again.Scalar<long>("SELECT count(*) FROM t"), Is.Zero);
    }

    [TestCase("true", true)]
    [TestCase("1::TINYINT", 1L)]
    [TestCase("-2::SMALLINT", -2L)]
    [TestCase("3::INTEGER", 3L)]
    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("200::UTINYINT", 200L)]
    [TestCase("60000::USMALLINT", 60000L)]
    [TestCase("4000000000::UINTEGER", 4000000000L)]
    [TestCase("5::UBIGINT", 5L)]
    [TestCase("sum(1)", 1L)]
    [TestCase("1.5::FLOAT", 1.5)]
    [TestCase("0.1::DOUBLE", 0.1)]
    [TestCase("'text of more than twelve bytes'", "text of more than twelve bytes")]
    [TestCase("''", "")]
    [TestCase("NULL", null)]
    public void Values_come_as_their_types(string expression, object? expected)
    {
        DuckDbRow row = database.Query($"SELECT {expression} AS value")[0];

        Assert.That(row[0], Is.EqualTo(expected).And.TypeOf(expected?.GetType() ?? typeof(object)).Or.Null);
        Assert.That(row.IsNull(0), Is.EqualTo(expected is null));
        Assert.That(row.Names, Is.EqualTo(new[] { "value" }));
    }

    [Test]
    public void Decimals_times_and_bytes_come_as_their_types()
    {
        DuckDbRow row = database.Query("""
            SELECT 12.34::DECIMAL(4, 2), -0.01::DECIMAL(9, 2), 1e15::DECIMAL(18, 1), 123456789012345678901.5::DECIMAL(38, 1),
                   18446744073709551615::UBIGINT, TIMESTAMP '2025-01-02 03:04:05.678901', TIMESTAMPTZ '2025-01-02 03:04:05+01',
                   DATE '2025-01-02', TIMESTAMP_NS '2025-01-02 00:00:00', 'ab'::BLOB
            """)[0];

        Assert.That(row.Names.Select((_, i) => row[i]), Is.EqualTo(new object[]
        {
            12.34m, -0.01m, 1e15m, 123456789012345678901.5m, 18446744073709551615m,
            new DateTime(2025, 1, 2, 3, 4, 5, 678, 901, DateTimeKind.Utc), new DateTime(2025, 1, 2, 2, 4, 5, DateTimeKind.Utc),
            new DateOnly(2025, 1, 2), new DateTime(2025, 1, 2, 0, 0, 0, DateTimeKind.Utc), new byte[] { 97, 98 },
        }));
        Assert.That(row.GetDateTime(5).Kind, Is.EqualTo(DateTimeKind.Utc));
    }

    [Test]
    public void Arguments_arrive_as_they_are()
    {
        DateTime time = new(2025, 1, 2, 3, 4, 5, 678, 901, DateTimeKind.Utc);
        object?[] values = [true, 1L, long.MinValue, 0.1, "", "a\0b", "größe 'quoted' 😀", new byte[] { 0, 1 }, Array.Empty<byte>(), time, null];

        DuckDbRow row = database.Query("SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", values)[0];

        Assert.That(values.Select((_, i) => row[i]), Is.EqualTo(values));
        Assert.That(database.Scalar<DateTime>("SELECT ?", new DateTimeOffset(time)), Is.EqualTo(time));
        Assert.That(database.Scalar<string>("SELECT coalesce(?, 'none')", (object?)null), Is.EqualTo("none"));
        Assert.That(() => database.Execute("SELECT ?", new object()), Throws.ArgumentException);
        Assert.That(() => database.Execute("SELECT ?, ?", 1), Throws.ArgumentException);
    }

    [Test]
    public void Scalar_converts_numbers_but_loses_nothing()
    {
        Assert.That(database.Scalar<int>("SELECT 5::BIGINT"), Is.EqualTo(5));
        Assert.That(database.Scalar<double>("SELECT 5"), Is.EqualTo(5.0));
        Assert.That(database.Scalar<long>("SELECT 5.0"), Is.EqualTo(5));
        Assert.That(database.Scalar<decimal>("SELECT 5.25"), Is.EqualTo(5.25m));
        Assert.That(database.Scalar<long?>("SELECT NULL"), Is.Null);
        Assert.That(database.Scalar<string>("SELECT 'x' WHERE false"), Is.Null);
        Assert.That(() => database.Scalar<int>("SELECT 5000000000"), Throws.TypeOf<DuckDbException>());
        Assert.That(() => database.Scalar<long>("SELECT 5.5"), Throws.TypeOf<DuckDbException>());
        Assert.That(() => database.Scalar<long>("SELECT 'five'"), Throws.TypeOf<DuckDbException>().With.Message.Contains("String"));
        Assert.That(() => database.Query("SELECT [1, 2] AS l"), Throws.TypeOf<DuckDbException>().With.Message.Contains("'l'"));
    }

    [Test]
    public void Failed_statement_says_what_is_wrong_in_one_line()
    {
        DuckDbException e = Fails(() => database.Execute("SELECT nothing FROM nowhere"));

        Assert.That(e.Fault, Is.EqualTo(DuckDbFault.Statement));
        Assert.That(e.Message, Does.Contain("nowhere").And.Not.Contain("\n"));
        Assert.That(() => database.Execute("SELEC 1"), Throws.TypeOf<DuckDbException>());
        Assert.That(() => database.Execute("  "), Throws.ArgumentException);
        Assert.That(() => database.Execute("SELECT 1; SELECT ?", 1), Throws.ArgumentException);
        Assert.That(database.Scalar<long>("SELECT 1"), Is.EqualTo(1), "the connection goes on");
    }

    [Test]
    public void Constraint_that_fails_leaves_the_table_as_it_was()
    {
        database.Execute("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");

        Assert.That(
            () => database.Execute("INSERT INTO t VALUES (2), (1)"),
            Throws.TypeOf<DuckDbException>().With.Message.Contains("Constraint"));
        Assert.That(database.Scalar<long>("SELECT count(*) FROM t"), Is.EqualTo(1));
    }

    [Test]
    public void Second_opening_in_the_process_is_told_apart_as_locked()
    {
        DuckDbException e = Fails(() => DuckDbDatabase.Open(At("shop.duckdb")));
        Assert.That(e.Fault, Is.EqualTo(DuckDbFault.Locked));
        Assert.That(() => DuckDbDatabase.Open(At("shop.duckdb"), readOnly: true), Throws.TypeOf<DuckDbException>());

        database.Dispose();
        using DuckDbDatabase one = DuckDbDatabase.Open(At("shop.duckdb"), readOnly: true);
        using DuckDbDatabase two = DuckDbDatabase.Open(At("shop.duckdb"), readOnly: true);
        Assert.That(two.Scalar<long>("SELECT 1"), Is.EqualTo(1));
        Assert.That(() => DuckDbDatabase.Open(At("shop.duckdb")), Throws.TypeOf<DuckDbException>());
    }

    [Test]
    public void File_locked_by_another_process_is_told_apart()
    {
        database.Dispose();
        using LockHolder holder = LockHolder.Start(At("shop.duckdb"));

        DuckDbException e = Fails(() => DuckDbDatabase.Open(At("shop.duckdb")));

        Assert.That(e.Fault, Is.EqualTo(DuckDbFault.Locked));
        Assert.That(e.Message, Does.Contain("locked by another process").And.Contain(At("shop.duckdb")));
    }

    [Test]
    public void File_that_is_no_database_is_refused()
    {
        File.WriteAllText(At("notes.txt"), new string('x', 5000));
        Directory.CreateDirectory(At("folder"));

        foreach (string path in new[] { At("notes.txt"), At("folder"), At("missing/shop.duckdb") })
            Assert.That(
                () => DuckDbDatabase.Open(path),
                Throws.TypeOf<DuckDbException>().With.Message.Contains(path).And.Property(nameof(DuckDbException.Fault)).EqualTo(DuckDbFault.File));
        Assert.That(
            () => DuckDbDatabase.Open(At("missing.duckdb"), readOnly: true),
            Throws.TypeOf<DuckDbException>().With.Message.Contains("does not exist"));
    }

    [Test]
    public void Interrupt_stops_the_statement_and_the_database_goes_on()
    {
        using CancellationTokenSource done = new();
        // Again and again, for one that arrives before the statement runs has no effect.
        Thread interrupting = new(() =>
        {
            while (!done.IsCancellationRequested)
                database.Interrupt();
        });
        interrupting.Start();

        DuckDbException e = Fails(
            () => database.Execute("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7"));
        done.Cancel();
        interrupting.Join();

        Assert.That(e.Fault, Is.EqualTo(DuckDbFault.Interrupted));
        Assert.That(database.Scalar<long>("SELECT 1"), Is.EqualTo(1));
    }

    [Test]
    public void Statement_that_needs_too_much_memory_is_told_apart()
    {
        using DuckDbDatabase small = DuckDbDatabase.OpenInMemory(new DuckDbOptions { MemoryLimitBytes = 16L << 20, TempDirectory = folder });

        DuckDbException e = Fails(() => small.Execute("CREATE TABLE t AS SELECT list(range) AS all FROM range(20000000)"));

        Assert.That(e.Fault, Is.EqualTo(DuckDbFault.OutOfMemory));
        Assert.That(e.Message, Does.Not.Contain("\n").And.Not.Contain("Possible solutions"));
    }

    [Test]
    public void What_does_not_fit_in_memory_goes_to_the_temporary_folder_and_is_removed()
    {
        string spill = Directory.CreateDirectory(At("spill")).FullName;
        DuckDbOptions options = new() { MemoryLimitBytes = 48L << 20, Threads = 1, TempDirectory = spill };
        using (DuckDbDatabase small = DuckDbDatabase.OpenInMemory(options))
        {
            small.Execute("CREATE TABLE t AS SELECT hash(range) AS h, repeat('x', 20) || range AS s FROM range(2000000)");

            Assert.That(Directory.GetFiles(spill, "*", SearchOption.AllDirectories), Is.Not.Empty);
            Assert.That(small.Scalar<long>("SELECT count(DISTINCT h) FROM t"), Is.EqualTo(2_000_000));
        }

        Assert.That(Directory.GetFileSystemEntries(spill), Is.Empty);
    }

    [Test]
    public async Task Parquet_files_of_a_run_are_read_in_SQL()
    {
        Column user = new("user_id", ColumnType.Text), time = new("time", ColumnType.Timestamp);
        TableSchema visits = new("visits", 1, user, time);
        await new DuckDbTableFormat().WriteAsync(At("part-0000.parquet"), visits, [["ann", 0L], ["bob", 1_000_000L]]);
        await new DuckDbTableFormat().WriteAsync(At("part-0001.parquet"), visits, [["cid", 2_000_000L]]);

        database.Execute("CREATE TABLE visits AS SELECT * FROM read_parquet(?)", At("part-*.parquet"));

        Assert.That(database.Scalar<long>("SELECT count(*) FROM visits"), Is.EqualTo(3));
        Assert.That(database.Scalar<DateTime>("SELECT max(time) FROM visits"), Is.EqualTo(DateTime.UnixEpoch.AddSeconds(2)));
    }

    [Test]
    public void Large_result_comes_whole_and_in_order()
    {
        IReadOnlyList<DuckDbRow> rows = database.Query("SELECT i, 'row ' || i FROM range(50000) t(i) ORDER BY i");

        Assert.That(
            rows.Select(r => (r.GetInt64(0), r.GetString(1))),
            Is.EqualTo(Enumerable.Range(0, 50_000).Select(i => ((long)i, $"row {i}"))));
    }
}
