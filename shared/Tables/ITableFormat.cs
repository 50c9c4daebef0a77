namespace Pipeline.Tables;

/// <summary>
/// A way to store tables in local files: the seam between the stages and the engine that speaks Parquet. Shaped like Parquet.Net
/// (typed column buffers, row group by row group), so that an adapter to another engine is a small class. Thread-safe; the readers
/// and writers it gives are not.
/// </summary>
public interface ITableFormat
{
    /// <summary>Opens a file and checks that it has the expected columns.</summary>
    /// <param name="path">A local file.</param>
    /// <param name="expected">The columns wanted. Others in the file are not read. The file's contract, where it states one, must be the same.</param>
    /// <param name="cancellation">Stops the opening.</param>
    /// <exception cref="TableException">
    /// The file is missing or no Parquet file, or its contract or columns differ; the message lists every mismatch.
    /// </exception>
    ValueTask<ITableReader> OpenAsync(string path, TableSchema expected, CancellationToken cancellation);

    /// <summary>Starts a file. It appears at <paramref name="path"/> only after <see cref="ITableWriter.CompleteAsync"/>.</summary>
    /// <param name="path">A local file; one that exists is replaced.</param>
    /// <param name="schema">The columns to write.</param>
    /// <param name="metadata">Key-value metadata for the file's footer; the contract is added under <see cref="TableSchema.MetadataKey"/>.</param>
    /// <param name="cancellation">Stops the writing, also later on.</param>
    /// <exception cref="TableException">The file cannot be created.</exception>
    ValueTask<ITableWriter> CreateAsync(
        string path, TableSchema schema, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation);
}

/// <summary>An open table, read front to back.</summary>
public interface ITableReader : IAsyncDisposable
{
    /// <summary>Rows of the file.</summary>
    long RowCount { get; }

    /// <summary>The footer's key-value metadata.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Fills the batch with the next rows, up to its capacity.</summary>
    /// <param name="batch">A batch of the schema the table was opened with; what it held is lost.</param>
    /// <param name="cancellation">Stops the reading; the reader cannot be used afterwards.</param>
    /// <returns>False at the end, with an empty batch.</returns>
    /// <exception cref="TableException">The file is damaged, or has a null in a column that is not nullable.</exception>
    ValueTask<bool> ReadAsync(ColumnBatch batch, CancellationToken cancellation);
}

/// <summary>A table being written. Disposed before <see cref="CompleteAsync"/> it leaves no file.</summary>
public interface ITableWriter : IAsyncDisposable
{
    /// <summary>Rows written so far.</summary>
    long RowCount { get; }

    /// <summary>Writes the rows of the batch, which the caller may change as soon as this returns.</summary>
    /// <exception cref="TableException">The file cannot be written, for example because the disk is full.</exception>
    ValueTask WriteAsync(ColumnBatch batch, CancellationToken cancellation);

    /// <summary>Finishes the file and puts it in its place. Call once, last.</summary>
    /// <exception cref="TableException">The file cannot be written.</exception>
    ValueTask CompleteAsync(CancellationToken cancellation);
}

/// <summary>A table that cannot be read or written as asked: one sentence that names the file, the fault and, where there is one, the way out.</summary>
public sealed class TableException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TableException(string message, Exception? cause = null) : base(message, cause) { }

    /// <summary>Whether a full disk is the reason, which may pass; the other reasons do not.</summary>
    public bool IsDiskFull { get; init; }

    /// <summary>Whether the engine's memory limit is the reason, which a larger limit removes.</summary>
    public bool IsOutOfMemory { get; init; }
}
