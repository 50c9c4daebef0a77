namespace Pipeline.Tables.Tests;

public abstract partial class TableFormatContract
{
    private static ColumnBatch Batch(int rows)
    {
        ColumnBatch batch = new(Simple, rows);
        foreach (object?[] row in SimpleRows(rows))
            Rows.Add(batch, row);
        return batch;
    }

    [Test]
    public async Task File_appears_on_completion_only()
    {
        await using ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, default);
        await writer.WriteAsync(Batch(1000), default);
        Assert.That(File.Exists(At("f.parquet")), Is.False);

        await writer.CompleteAsync(default);

        Assert.That(Directory.GetFileSystemEntries(Folder), Is.EqualTo(new[] { At("f.parquet") }));
        Assert.That(writer.RowCount, Is.EqualTo(1000));
    }

    [TestCase(0)]
    [TestCase(10)]
    [TestCase(300_000)]
    public async Task Writer_disposed_before_completion_leaves_no_file(int rows)
    {
        await using (ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, default))
            if (rows > 0)
                await writer.WriteAsync(Batch(rows), default);

        Assert.That(Directory.GetFileSystemEntries(Folder), Is.Empty);
    }

    [Test]
    public async Task Writer_disposed_before_completion_leaves_the_file_that_was_there()
    {
        await Create().WriteAsync(At("f.parquet"), Simple, [[1L, "old"]]);
        await using (ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, default))
            await writer.WriteAsync(Batch(10), default);

        Assert.That(await Create().ReadAsync(At("f.parquet"), Simple), Is.EqualTo(new object?[][] { [1L, "old"] }));
    }

    [Test]
    public async Task Completion_replaces_the_file_that_was_there()
    {
        await Create().WriteAsync(At("f.parquet"), Simple, SimpleRows(100));
        await Create().WriteAsync(At("f.parquet"), Simple, [[1L, "new"]]);

        Assert.That(await Create().ReadAsync(At("f.parquet"), Simple), Is.EqualTo(new object?[][] { [1L, "new"] }));
    }

    [Test]
    public async Task Batch_may_change_as_soon_as_it_is_written()
    {
        await using (ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, default))
        {
            ColumnBatch batch = new(Simple, 100);
            for (int start = 0; start < 50_000; start += 100)
            {
                batch.Clear();
                for (int i = start; i < start + 100; i++)
                    Rows.Add(batch, (long)i, $"row {i}");
                await writer.WriteAsync(batch, default);
            }
            await writer.CompleteAsync(default);
        }

        List<object?[]> read = await Create().ReadAsync(At("f.parquet"), Simple);

        Assert.That(read.Select(r => r[1]), Is.EqualTo(Enumerable.Range(0, 50_000).Select(i => $"row {i}")));
    }

    [Test]
    public async Task Writer_takes_nothing_after_completion()
    {
        await using ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, default);
        await writer.CompleteAsync(default);

        Assert.That(async () => await writer.WriteAsync(Batch(1), default), Throws.InvalidOperationException);
        Assert.That(async () => await writer.CompleteAsync(default), Throws.InvalidOperationException);
    }

    [Test]
    public void Writer_needs_its_folder()
    {
        Assert.That(
            async () => await Create().CreateAsync(At("missing/f.parquet"), Simple, Rows.NoMetadata, default),
            Throws.TypeOf<TableException>().With.Message.Contains(At("missing/f.parquet")).And.Message.Contains("cannot be written"));
    }

    [Test]
    public void Writer_refuses_a_folder_in_place_of_the_file()
    {
        Directory.CreateDirectory(At("f.parquet"));

        Assert.That(
            async () => await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, default),
            Throws.TypeOf<TableException>().With.Message.Contains("is a folder"));
        Assert.That(Directory.GetFileSystemEntries(Folder), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Writer_refuses_a_batch_whose_columns_differ_in_length()
    {
        await using ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, default);
        ColumnBatch batch = Batch(10);
        batch.Count = 9;

        Assert.That(async () => await writer.WriteAsync(batch, default), Throws.ArgumentException.With.Message.Contains("'name'"));
    }

    [Test]
    public async Task Writer_refuses_text_that_is_not_UTF8_and_leaves_no_file()
    {
        await using (ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, default))
        {
            await writer.WriteAsync(Batch(3000), default);
            ColumnBatch batch = new(Simple, 2);
            // The two halves of é: together they would pass.
            batch.Text(Name).Append([0xC3]);
            batch.Text(Name).Append([0xA9]);
            batch.Count = 2;

            Assert.That(
                async () => await writer.WriteAsync(batch, default),
                Throws.TypeOf<TableException>().With.Message.Contains("column 'name'").And.Message.Contains("row 3001"));
            Assert.That(async () => await writer.CompleteAsync(default), Throws.InvalidOperationException);
        }

        Assert.That(Directory.GetFileSystemEntries(Folder), Is.Empty);
    }

    [Test]
    public async Task Cancelled_writing_leaves_no_file([Values] bool atCreation)
    {
        using CancellationTokenSource cancel = new();
        CancellationToken creation = atCreation ? cancel.Token : default;
        await using (ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, creation))
        {
            ColumnBatch batch = Batch(50_000);
            await writer.WriteAsync(batch, cancel.Token);
            await cancel.CancelAsync();

            Assert.That(
                async () => await writer.WriteAsync(batch, atCreation ? default : cancel.Token),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(
                async () => await writer.CompleteAsync(default),
                atCreation ? Throws.InstanceOf<OperationCanceledException>() : Throws.InvalidOperationException);
        }

        Assert.That(Directory.GetFileSystemEntries(Folder), Is.Empty);
    }

    [Test]
    public async Task Cancelled_completion_leaves_no_file()
    {
        using CancellationTokenSource cancel = new();
        await using (ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, default))
        {
            await writer.WriteAsync(Batch(300_000), default);
            await cancel.CancelAsync();

            Assert.That(async () => await writer.CompleteAsync(cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(Directory.GetFileSystemEntries(Folder), Is.Empty);
    }

    [Test]
    public async Task Writing_stops_when_it_is_cancelled_from_another_thread()
    {
        using CancellationTokenSource cancel = new();
        await using (ITableWriter writer = await Create().CreateAsync(At("f.parquet"), Simple, Rows.NoMetadata, cancel.Token))
        {
            ColumnBatch batch = Batch(65_536);
            int written = 0;
            // Writes until the cancellation arrives: without it this would never end.
            Task endless = Task.Run(async () =>
            {
                while (true)
                {
                    await writer.WriteAsync(batch, default);
                    if (++written == 5)
                        _ = Task.Run(cancel.Cancel);
                }
            });

            Assert.That(async () => await endless, Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(Directory.GetFileSystemEntries(Folder), Is.Empty);
    }

    [Test]
    public async Task Cancelled_reading_stops_and_the_reader_says_so_afterwards()
    {
        await Create().WriteAsync(At("f.parquet"), Simple, SimpleRows(300_000), batchRows: 65_536);
        using CancellationTokenSource cancel = new();
        await using ITableReader reader = await Create().OpenAsync(At("f.parquet"), Simple, default);
        ColumnBatch batch = new(Simple, 1000);
        await reader.ReadAsync(batch, cancel.Token);
        await cancel.CancelAsync();

        Assert.That(async () => await reader.ReadAsync(batch, cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await reader.ReadAsync(batch, default), Throws.InvalidOperationException);
    }

    [Test]
    public async Task Cancelled_opening_throws()
    {
        await Create().WriteAsync(At("f.parquet"), Simple, []);

        Assert.That(
            async () => await Create().OpenAsync(At("f.parquet"), Simple, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            async () => await Create().CreateAsync(At("g.parquet"), Simple, Rows.NoMetadata, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFileSystemEntries(Folder), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Tables_are_read_and_written_side_by_side()
    {
        ITableFormat shared = Create();
        List<object?[]> rows = [.. Enumerable.Range(0, 20_000).Select(RowOfEverything)];

        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            ITableFormat format = i % 2 == 0 ? shared : Create();
            for (int round = 0; round < 3; round++)
            {
                await format.WriteAsync(At($"{i}.parquet"), Everything, rows, batchRows: 500 + 1000 * i);
                Assert.That((await format.ReadAsync(At($"{i}.parquet"), Everything)).SequenceEqual(rows, RowComparer.Instance), Is.True);
            }
        })));

        Assert.That(Directory.GetFiles(Folder), Has.Length.EqualTo(6));
    }

    private sealed class RowComparer : IEqualityComparer<object?[]>
    {
        public static readonly RowComparer Instance = new();

        public bool Equals(object?[]? x, object?[]? y) => x!.SequenceEqual(y!);

        public int GetHashCode(object?[] row) => row.Length;
    }
}
