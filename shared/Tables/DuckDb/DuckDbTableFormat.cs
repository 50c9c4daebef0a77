namespace Pipeline.Tables.DuckDb;

/// <summary>
/// Parquet by DuckDB. Files are written with ZSTD in row groups of 122,880 rows (30,720 of a table with many texts), timestamps as UTC microseconds; the same rows and
/// metadata give the same bytes, however they are cut into batches. Files of other programs are read whatever their compression
/// and encoding; their timestamps may have any unit and count as UTC. Each open table has an engine of its own that can touch its
/// file and nothing else. Thread-safe; what it opens is not.
/// </summary>
/// <param name="options">What each open table may use.</param>
public sealed class DuckDbTableFormat(DuckDbOptions? options = null) : ITableFormat
{
    private readonly DuckDbOptions options = options ?? new();

    /// <inheritdoc/>
    public ValueTask<ITableReader> OpenAsync(string path, TableSchema expected, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(expected);
        return new(DuckDbTableReader.Open(Path.GetFullPath(path), expected, options, cancellation));
    }

    /// <inheritdoc/>
    public ValueTask<ITableWriter> CreateAsync(
        string path, TableSchema schema, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(metadata);
        return new(DuckDbTableWriter.Create(Path.GetFullPath(path), schema, metadata, options, cancellation));
    }
}
