using System.Text;

namespace Pipeline.Tables.DuckDb;

/// <summary>Streams a Parquet file chunk by chunk into the caller's batches.</summary>
internal sealed class DuckDbTableReader : ITableReader
{
    private readonly string path;
    private readonly TableSchema schema;
    private readonly Connection connection;
    private readonly Result rows;
    private ColumnBatch? known;
    private int used;
    private long rowsRead;
    private bool unusable;
    private bool disposed;

    /// <summary>Takes over the connection and the rows, which have the schema's columns in its order.</summary>
    internal DuckDbTableReader(
        string path, TableSchema schema, Connection connection, Result rows, long rowCount, IReadOnlyDictionary<string, string> metadata)
    {
        this.path = path;
        this.schema = schema;
        this.connection = connection;
        this.rows = rows;
        RowCount = rowCount;
        Metadata = metadata;
    }

    public long RowCount { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public static DuckDbTableReader Open(string path, TableSchema expected, DuckDbOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ParquetFile.Check(path);
        Connection? connection = null;
        try
        {
            string pattern = Sql.Pattern(path);
            if (pattern != path && Path.DirectorySeparatorChar != '\\' && path.Contains('\\', StringComparison.Ordinal))
                throw new TableException($"'{path}' cannot be opened: a path with a backslash must not also have one of *?[; rename it.");
            connection = Connection.Open(null, options, onlyFiles: [path, pattern]);
            using CancellationTokenRegistration stop = cancellation.Register(connection.Interrupt);
            Dictionary<string, string> metadata = ReadMetadata(connection, pattern);
            cancellation.ThrowIfCancellationRequested();
            string columns = Match(path, expected, connection, pattern, metadata);
            cancellation.ThrowIfCancellationRequested();
            long rowCount = ReadRowCount(connection, pattern);
            cancellation.ThrowIfCancellationRequested();
            Result rows = connection.Stream($"SELECT {columns} FROM read_parquet(?, hive_partitioning = false)", pattern);
            return new(path, expected, connection, rows, rowCount, metadata);
        }
        catch (DuckDbException e)
        {
            connection?.Dispose();
            if (e.Fault == DuckDbFault.Interrupted)
                cancellation.ThrowIfCancellationRequested();
            throw ParquetFile.CannotRead(path, e);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    public ValueTask<bool> ReadAsync(ColumnBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(disposed, this);
        CheckColumns(batch);
        if (unusable)
            throw new InvalidOperationException($"Reading '{path}' failed or was cancelled before; open it again.");
        unusable = true;
        cancellation.ThrowIfCancellationRequested();
        using CancellationTokenRegistration stop = cancellation.Register(connection.Interrupt);
        try
        {
            Fill(batch, cancellation);
            // An interruption that came too late to stop this call would stop the next.
            cancellation.ThrowIfCancellationRequested();
        }
        catch (DuckDbException e)
        {
            if (e.Fault == DuckDbFault.Interrupted)
                cancellation.ThrowIfCancellationRequested();
            throw ParquetFile.CannotRead(path, e);
        }
        unusable = false;
        return new(batch.Count > 0);
    }

    public ValueTask DisposeAsync()
    {
        if (!disposed)
        {
            disposed = true;
            rows.Dispose();
            connection.Dispose();
        }
        return default;
    }

    private void Fill(ColumnBatch batch, CancellationToken cancellation)
    {
        batch.Clear();
        while (!batch.IsFull)
        {
            if (used == rows.Count)
            {
                cancellation.ThrowIfCancellationRequested();
                used = 0;
                if (!rows.ReadChunk())
                    break;
            }
            int length = Math.Min(rows.Count - used, batch.Capacity - batch.Count);
            for (int c = 0; c < schema.Columns.Length; c++)
                Copy(c, batch, length);
            used += length;
            rowsRead += length;
            batch.Count += length;
        }
        if (batch.Count == 0 && rowsRead != RowCount)
            throw new TableException($"'{path}' is damaged: it states {RowCount} rows and has {rowsRead}; write or copy it again.");
    }

    private void Copy(int c, ColumnBatch batch, int length)
    {
        Vector source = rows.Column(c);
        if (batch.Nulls(c) is { } nulls)
            source.CopyNulls(used, nulls.AsSpan(batch.Count, length));
        else if (source.HasNull(used, length))
            throw new TableException(
                $"'{path}' has a row without a value in column '{schema.Columns[c].Name}', which must have one in every row.");
        switch (schema.Columns[c].Type)
        {
            case ColumnType.Int32: CopyValues<int>(source, c, batch, length); break;
            case ColumnType.Int64 or ColumnType.Timestamp: CopyValues<long>(source, c, batch, length); break;
            case ColumnType.Double: CopyValues<double>(source, c, batch, length); break;
            case ColumnType.Boolean: CopyValues<bool>(source, c, batch, length); break;
            case ColumnType.Text: source.CopyTexts(used, length, batch.Text(c)!); break;
        }
    }

    private void CopyValues<T>(Vector source, int c, ColumnBatch batch, int length) where T : unmanaged =>
        source.Values<T>().Slice(used, length).CopyTo(batch.Values<T>(c)[batch.Count..]);

    private void CheckColumns(ColumnBatch batch)
    {
        // Batches come again and again; only a new one is compared.
        if (ReferenceEquals(batch, known))
            return;
        if (!ReferenceEquals(batch.Schema, schema) && !batch.Schema.Columns.SequenceEqual(schema.Columns))
            throw new ArgumentException($"The batch has other columns than '{path}' was opened with.", nameof(batch));
        known = batch;
    }

    private static Dictionary<string, string> ReadMetadata(Connection connection, string pattern)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        using Result entries = connection.Query("SELECT key, value FROM parquet_kv_metadata(?)", pattern);
        while (entries.ReadChunk())
        {
            Vector keys = entries.Column(0), values = entries.Column(1);
            for (int row = 0; row < entries.Count; row++)
                metadata[Encoding.UTF8.GetString(keys.Bytes(row))] = values.IsNull(row) ? "" : Encoding.UTF8.GetString(values.Bytes(row));
        }
        return metadata;
    }

    internal static long ReadRowCount(Connection connection, string pattern)
    {
        using Result count = connection.Query("SELECT num_rows FROM parquet_file_metadata(?)", pattern);
        return count.ReadChunk() ? count.Column(0).Values<long>()[0] : 0;
    }

    /// <summary>The select list of the expected columns; or one message with all that is different.</summary>
    private static string Match(
        string path, TableSchema expected, Connection connection, string pattern, Dictionary<string, string> metadata)
    {
        using Result file = connection.Query("SELECT * FROM read_parquet(?, hive_partitioning = false) LIMIT 0", pattern);
        List<string> mismatches = [], columns = [];
        if (metadata.TryGetValue(TableSchema.MetadataKey, out string? contract) && contract != expected.Contract)
            mismatches.Add($"written as {contract}, this version reads {expected.Contract}");
        foreach (Column column in expected.Columns)
        {
            int at = Array.IndexOf(file.Names, column.Name);
            if (at < 0)
                mismatches.Add($"column '{column.Name}' ({column.Type}) is missing");
            else if (ColumnTypes.FromDuckDb(file.Types[at]) is var found && found != column.Type)
                mismatches.Add($"column '{column.Name}' is {found?.ToString() ?? file.Types[at].ToString()}, expected {column.Type}");
            else
                columns.Add(ColumnTypes.Select(column.Name, file.Types[at]));
        }
        if (mismatches.Count > 0)
            throw new TableException($"'{path}' does not fit {expected.Contract}: {string.Join("; ", mismatches)}.");
        return string.Join(", ", columns);
    }
}
