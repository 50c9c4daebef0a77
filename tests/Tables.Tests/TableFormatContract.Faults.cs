namespace Pipeline.Tables.Tests;

public abstract partial class TableFormatContract
{
    [Test]
    public async Task Reader_refuses_a_missing_file()
    {
        TableException e = await RefusedAsync(At("missing.parquet"), Simple);

        Assert.That(e.Message, Does.Contain("does not exist"));
    }

    [Test]
    public async Task Reader_refuses_a_folder()
    {
        Directory.CreateDirectory(At("folder.parquet"));

        TableException e = await RefusedAsync(At("folder.parquet"), Simple);

        Assert.That(e.Message, Does.Contain("is a folder"));
    }

    [Test]
    public async Task Reader_refuses_an_empty_file()
    {
        await File.WriteAllBytesAsync(At("empty.parquet"), []);

        TableException e = await RefusedAsync(At("empty.parquet"), Simple);

        Assert.That(e.Message, Does.Contain("0 bytes"));
    }

    [TestCase("id,name\n1,a\n")]
    [TestCase("x")]
    public async Task Reader_refuses_a_file_of_another_kind(string content)
    {
        await File.WriteAllTextAsync(At("a.csv"), content);

        TableException e = await RefusedAsync(At("a.csv"), Simple);

        Assert.That(e.Message, Does.Contain("not a Parquet file"));
    }

    [TestCase(4)]
    [TestCase(11)]
    [TestCase(12)]
    [TestCase(1000)]
    [TestCase(-1)]
    [TestCase(-4)]
    [TestCase(-9)]
    public async Task Reader_refuses_a_truncated_file(int length)
    {
        await Create().WriteAsync(At("whole.parquet"), Simple, SimpleRows(5000));
        byte[] whole = await File.ReadAllBytesAsync(At("whole.parquet"));
        await File.WriteAllBytesAsync(At("cut.parquet"), whole[..(length < 0 ? whole.Length + length : length)]);

        TableException e = await RefusedAsync(At("cut.parquet"), Simple);

        Assert.That(e.Message, Does.Contain("truncated"));
    }

    [Test]
    public async Task Reader_refuses_a_file_with_its_middle_missing()
    {
        await Create().WriteAsync(At("whole.parquet"), Simple, SimpleRows(5000));
        byte[] whole = await File.ReadAllBytesAsync(At("whole.parquet"));
        await File.WriteAllBytesAsync(At("gap.parquet"), [.. whole[..100], .. whole[^4..]]);

        await RefusedAsync(At("gap.parquet"), Simple);
    }

    [Test]
    public async Task Reader_reports_nothing_but_table_exceptions_for_a_damaged_footer()
    {
        await Create().WriteAsync(At("whole.parquet"), Simple, SimpleRows(3000));
        byte[] whole = await File.ReadAllBytesAsync(At("whole.parquet"));
        Random random = new(1);
        int refused = 0;
        for (int round = 0; round < 60; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = 0; i < 8; i++)
                damaged[damaged.Length - 1 - random.Next(200)] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(At("damaged.parquet"), damaged);
            try
            {
                await Create().ReadAsync(At("damaged.parquet"), Simple);
            }
            catch (TableException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(0));
    }

    [Test]
    public async Task Reader_lists_every_mismatch_in_one_message()
    {
        Column more = new("more", ColumnType.Double);
        TableSchema written = new("interactions", 2, new Column("user_id", ColumnType.Int64), new Column("time", ColumnType.Text), more);
        await Create().WriteAsync(At("i.parquet"), written, []);
        TableSchema expected = new(
            "interactions", 1,
            new Column("user_id", ColumnType.Text), new Column("item_id", ColumnType.Text), new Column("time", ColumnType.Timestamp), more);

        TableException e = await RefusedAsync(At("i.parquet"), expected);

        Assert.That(e.Message, Is.EqualTo(
            $"'{At("i.parquet")}' does not fit interactions/1: written as interactions/2, this version reads interactions/1; "
            + "column 'user_id' is Int64, expected Text; column 'item_id' (Text) is missing; column 'time' is Text, expected Timestamp."));
    }

    [Test]
    public async Task Reader_takes_no_type_for_another(
        [Values] ColumnType written, [Values] ColumnType expected)
    {
        await Create().WriteAsync(At("c.parquet"), new TableSchema("c", 1, new Column("c", written)), []);
        TableSchema asked = new("c", 1, new Column("c", expected));

        if (written == expected)
            Assert.That(await Create().ReadAsync(At("c.parquet"), asked), Is.Empty);
        else
            Assert.That((await RefusedAsync(At("c.parquet"), asked)).Message, Does.Contain($"column 'c' is {written}, expected {expected}"));
    }

    [Test]
    public async Task Reader_refuses_another_contract_with_the_same_columns()
    {
        await Create().WriteAsync(At("s.parquet"), Simple, []);

        TableException e = await RefusedAsync(At("s.parquet"), new TableSchema("other", 1, Id, Name));

        Assert.That(e.Message, Does.Contain("written as simple/1, this version reads other/1"));
    }

    [Test]
    public async Task Column_names_are_compared_with_their_case()
    {
        await Create().WriteAsync(At("s.parquet"), Simple, []);

        TableException e = await RefusedAsync(At("s.parquet"), new TableSchema("simple", 1, new Column("ID", ColumnType.Int64)));

        Assert.That(e.Message, Does.Contain("column 'ID' (Int64) is missing"));
    }

    [TestCase(0)]
    [TestCase(2047)]
    [TestCase(2048)]
    [TestCase(4999)]
    public async Task Reader_refuses_a_null_in_a_column_that_has_none(int nullRow)
    {
        List<object?[]> rows = [.. Enumerable.Range(0, 5000).Select(i => new object?[] { (long)i, i == nullRow ? null : "a" })];
        await Create().WriteAsync(At("null.parquet"), Simple, rows);

        TableException e = await RefusedAsync(At("null.parquet"), new TableSchema("simple", 1, Id, Name with { Nullable = false }));

        Assert.That(e.Message, Does.Contain("column 'name'"));
    }

    [TestCase("with space.parquet")]
    [TestCase("it's \"quoted\".parquet")]
    [TestCase("star*.parquet")]
    [TestCase("what?.parquet")]
    [TestCase("b[12].parquet")]
    [TestCase("b[!a].parquet")]
    [TestCase("{a,b}.parquet")]
    [TestCase("dt=2025-01-01/part.parquet")]
    [TestCase("**/[x].parquet")]
    [TestCase("größe-日本.parquet")]
    [TestCase("100%; DROP TABLE x.parquet")]
    [TestCase("back\\slash.parquet")]
    [TestCase("~.parquet")]
    [TestCase("no extension")]
    [TestCase(".csv")]
    public async Task Paths_may_have_any_characters(string name)
    {
        if (OperatingSystem.IsWindows() && name.AsSpan().ContainsAny("*?\"\\"))
            Assert.Ignore("Windows does not allow this name.");
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await Create().WriteAsync(path, Simple, [[1L, "this one"]]);
        // Names that the one above matches when it is taken for a pattern.
        string[] decoys = ["starfish.parquet", "whatX.parquet", "b1.parquet", "bb.parquet", "a.parquet", "b.parquet", "sub/x.parquet"];
        foreach (string decoy in decoys)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(decoy))!);
            await Create().WriteAsync(At(decoy), Simple, [[2L, "not this one"]]);
        }

        Assert.That(await Create().ReadAsync(path, Simple), Is.EqualTo(new object?[][] { [1L, "this one"] }));
    }

    [Test]
    public async Task Name_as_long_as_the_system_allows_is_written()
    {
        string path = At(new string('n', 255));
        await Create().WriteAsync(path, Simple, [[1L, "a"]]);

        Assert.That(await Create().ReadAsync(path, Simple), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Relative_paths_start_at_the_current_folder()
    {
        string path = Path.GetRelativePath(Environment.CurrentDirectory, At("r.parquet"));
        await Create().WriteAsync(path, Simple, [[1L, "a"]]);

        Assert.That(await Create().ReadAsync(path, Simple), Has.Count.EqualTo(1));
    }

    [Test]
    public void Reader_and_batch_must_have_the_same_columns()
    {
        Assert.That(
            async () =>
            {
                await Create().WriteAsync(At("s.parquet"), Simple, []);
                await using ITableReader reader = await Create().OpenAsync(At("s.parquet"), Simple, default);
                await reader.ReadAsync(new ColumnBatch(Everything, 10), default);
            },
            Throws.ArgumentException);
    }

    [Test]
    public async Task Reading_again_after_the_end_gives_no_rows_again()
    {
        await Create().WriteAsync(At("s.parquet"), Simple, SimpleRows(10));
        await using ITableReader reader = await Create().OpenAsync(At("s.parquet"), Simple, default);
        ColumnBatch batch = new(Simple, 100);
        Assert.That(await reader.ReadAsync(batch, default), Is.True);

        for (int i = 0; i < 3; i++)
        {
            Assert.That(await reader.ReadAsync(batch, default), Is.False);
            Assert.That(batch.Count, Is.Zero);
        }
    }
}
