using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Pipeline.Tables.DuckDb;

/// <summary>
/// Writes a Parquet file: the caller's rows are copied into blocks, which a thread of its own takes through COPY. The chunks that
/// DuckDB sees are full whatever the batches were, so that the bytes depend on the rows alone.
/// </summary>
internal sealed class DuckDbTableWriter : ITableWriter
{
    // A block closes after a whole number of chunks: at eight, or earlier when its texts are long.
    private static readonly int BlockRows = 8 * TableSource.ChunkRows;
    private const int BlockTextBytes = 8 << 20;
    private const int Blocks = 3;

    // A reader holds a group of rows at a time, which of many texts would be large.
    private const int GroupRows = 122_880, WideGroupRows = GroupRows / 4, ManyTexts = 8;

    private readonly string path;
    private readonly string unfinished;
    private readonly TableSchema schema;
    private readonly Connection connection;
    private readonly TableSource source;
    private readonly CancellationTokenSource stop;
    private readonly CancellationTokenRegistration interrupt;
    private readonly CancellationToken outer;
    private readonly Channel<ColumnBatch> empty = Channel.CreateUnbounded<ColumnBatch>();
    private readonly BlockingCollection<ColumnBatch> full = [];
    private readonly TaskCompletionSource copied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ColumnBatch? block;
    private ColumnBatch? taken;
    private int takenRows;
    private bool closed;
    private bool disposed;

    private DuckDbTableWriter(
        string path, string unfinished, TableSchema schema, Connection connection, string copy, CancellationToken cancellation)
    {
        this.path = path;
        this.unfinished = unfinished;
        this.schema = schema;
        this.connection = connection;
        outer = cancellation;
        source = new TableSource(connection, schema, Next);
        for (int i = 0; i < Blocks; i++)
            empty.Writer.TryWrite(new ColumnBatch(schema, BlockRows));
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        interrupt = stop.Token.Register(connection.Interrupt);
        new Thread(() => Copy(copy)) { IsBackground = true, Name = "table writer" }.Start();
    }

    public long RowCount { get; private set; }

    public static DuckDbTableWriter Create(
        string path, TableSchema schema, IReadOnlyDictionary<string, string> metadata, DuckDbOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string copy = CopyStatement(schema, metadata);
        if (Directory.Exists(path))
            throw new TableException($"'{path}' cannot be written: it is a folder; name a file in it.");
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
            throw new TableException($"'{path}' cannot be written: its folder does not exist; make it first.");
        // Beside the file, for a rename moves nothing there; short, for a long name has no room for a longer one.
        string unfinished = Path.Combine(Path.GetDirectoryName(path) ?? "", $".{Guid.NewGuid():N}.unfinished");
        Connection? connection = null;
        try
        {
            new FileStream(unfinished, FileMode.CreateNew).Dispose();
            connection = Connection.Open(null, options with { Threads = 1 }, onlyFiles: [unfinished]);
            return new DuckDbTableWriter(path, unfinished, schema, connection, copy, cancellation);
        }
        catch (Exception e)
        {
            connection?.Dispose();
            if (File.Exists(unfinished))
                File.Delete(unfinished);
            if (e is IOException or UnauthorizedAccessException or DuckDbException)
                throw ParquetFile.CannotWrite(path, unfinished, e);
            throw;
        }
    }

    public async ValueTask WriteAsync(ColumnBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Check(batch);
        ThrowIfClosed();
        closed = true;
        cancellation.ThrowIfCancellationRequested();
        for (int start = 0; start < batch.Count;)
        {
            block ??= await TakeEmptyAsync(cancellation).ConfigureAwait(false);
            int length = Math.Min(batch.Count - start, TableSource.ChunkRows - block.Count % TableSource.ChunkRows);
            for (int c = 0; c < schema.Columns.Length; c++)
                if (batch.Text(c) is { } text)
                    ParquetFile.CheckUtf8(path, schema.Columns[c], text, start, length, RowCount - start);
            block.Append(batch, start, length);
            start += length;
            RowCount += length;
            if (block.Count % TableSource.ChunkRows == 0 && (block.IsFull || TextBytes(block) >= BlockTextBytes))
                SendBlock();
        }
        outer.ThrowIfCancellationRequested();
        closed = false;
    }

    public async ValueTask CompleteAsync(CancellationToken cancellation)
    {
        ThrowIfClosed();
        closed = true;
        using (cancellation.Register(stop.Cancel))
        {
            if (block is { Count: > 0 })
                SendBlock();
            full.CompleteAdding();
            await WaitForCopyAsync(cancellation).ConfigureAwait(false);
        }
        outer.ThrowIfCancellationRequested();
        cancellation.ThrowIfCancellationRequested();
        try
        {
            if (schema.IsSensitive)
                FooterStatistics.RemoveFrom(unfinished);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ParquetFile.CannotWrite(path, unfinished, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        closed = true;
        await stop.CancelAsync().ConfigureAwait(false);
        // How the copying ended was the caller's to learn from the calls before; here it only has to be over.
        await copied.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await interrupt.DisposeAsync().ConfigureAwait(false);
        connection.Dispose();
        source.Dispose();
        stop.Dispose();
        full.Dispose();
        if (File.Exists(unfinished))
            File.Delete(unfinished);
    }

    /// <summary>The statement; its only parameter is the file.</summary>
    private static string CopyStatement(TableSchema schema, IReadOnlyDictionary<string, string> metadata)
    {
        // Sorted, because a dictionary promises no order and the same metadata have to give the same bytes.
        SortedDictionary<string, string> entries = new(StringComparer.Ordinal) { [TableSchema.MetadataKey] = schema.Contract };
        foreach ((string key, string value) in metadata)
        {
            if (key.Length == 0 || key.Contains('\0', StringComparison.Ordinal) || value.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException("Metadata has an empty key or the character U+0000.", nameof(metadata));
            if (entries.Keys.Any(k => k.Equals(key, StringComparison.OrdinalIgnoreCase)))
                throw new ArgumentException(
                    $"Metadata has '{key}' twice; '{TableSchema.MetadataKey}' is set by the writer, and case makes no difference.",
                    nameof(metadata));
            entries.Add(key, value);
        }
        string list = string.Join(", ", entries.Select(e => $"{Sql.Name(e.Key)}: {Sql.Literal(e.Value)}"));
        // Level 1 writes a quarter faster than the default 3 and reads faster too, for 2 % more bytes; leaving out the Bloom filters,
        // which nobody here looks into, saves those bytes again.
        string dictionaries = schema.IsSensitive ? "DICTIONARY_SIZE_LIMIT 0, " : "";
        int groupRows = schema.Columns.Count(c => c.Type == ColumnType.Text) < ManyTexts ? GroupRows : WideGroupRows;
        return $"COPY (SELECT * FROM {TableSource.Name}()) TO ? (FORMAT parquet, ROW_GROUP_SIZE {groupRows}, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
            + $"WRITE_BLOOM_FILTER false, {dictionaries}USE_TMP_FILE false, KV_METADATA {{{list}}})";
    }

    private static long TextBytes(ColumnBatch rows)
    {
        long bytes = 0;
        for (int c = 0; c < rows.Schema.Columns.Length; c++)
            if (rows.Text(c) is { } text)
                bytes += text.Bytes(0, text.Count, out _).Length;
        return bytes;
    }

    private void Check(ColumnBatch batch)
    {
        if (!ReferenceEquals(batch.Schema, schema) && !batch.Schema.Columns.SequenceEqual(schema.Columns))
            throw new ArgumentException($"The batch has other columns than '{path}'.", nameof(batch));
        for (int c = 0; c < schema.Columns.Length; c++)
            if (batch.Text(c) is { } text && text.Count != batch.Count)
                throw new ArgumentException(
                    $"The batch has {batch.Count} rows, but {text.Count} texts in column '{schema.Columns[c].Name}'.", nameof(batch));
    }

    private void ThrowIfClosed()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        outer.ThrowIfCancellationRequested();
        if (closed)
            throw new InvalidOperationException($"Writing '{path}' is finished, failed or was cancelled before; start again.");
    }

    private async ValueTask<ColumnBatch> TakeEmptyAsync(CancellationToken cancellation)
    {
        try
        {
            return await empty.Reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // The copying ended before the rows did: with an error, then, or because it was stopped.
            await WaitForCopyAsync(cancellation).ConfigureAwait(false);
            throw;
        }
    }

    private async Task WaitForCopyAsync(CancellationToken cancellation)
    {
        try
        {
            await copied.Task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is DuckDbException or IOException)
        {
            outer.ThrowIfCancellationRequested();
            cancellation.ThrowIfCancellationRequested();
            throw ParquetFile.CannotWrite(path, unfinished, e);
        }
    }

    private void SendBlock()
    {
        full.Add(block!);
        block = null;
    }

    // The rest runs on the writer's thread.

    private void Copy(string statement)
    {
        Exception? failure = null;
        try
        {
            connection.Execute(statement, unfinished);
        }
        catch (Exception e)
        {
            failure = e;
        }
        // First the outcome, then the closing that makes a waiting caller look at it.
        if (failure is null)
            copied.SetResult();
        else
            copied.SetException(failure);
        empty.Writer.Complete();
    }

    private RowRange? Next()
    {
        if (taken is not null && takenRows == taken.Count)
        {
            taken.Clear();
            empty.Writer.TryWrite(taken);
            taken = null;
        }
        if (taken is null)
        {
            // Throws when the writer is stopped, which ends the statement.
            if (!full.TryTake(out taken, Timeout.Infinite, stop.Token))
                return null;
            takenRows = 0;
        }
        RowRange rows = new(taken, takenRows, Math.Min(TableSource.ChunkRows, taken.Count - takenRows));
        takenRows += rows.Count;
        return rows;
    }
}
