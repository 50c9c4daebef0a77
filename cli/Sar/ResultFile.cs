using Pipeline.Hosting;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Sar;

/// <summary>
/// A table of results being written row by row, as CSV or as Parquet by the file's ending. It has a temporary name beside its own until
/// <see cref="Commit"/>; disposed before that it leaves nothing.
/// </summary>
internal sealed class ResultFile : IAsyncDisposable
{
    private const string Csv = ".csv", Parquet = ".parquet";

    private readonly string path, unfinished;
    private readonly ITableWriter writer;
    private readonly ColumnBatch batch;
    private readonly CancellationToken cancellation;

    private ResultFile(string path, string unfinished, ITableWriter writer, TableSchema schema, CancellationToken cancellation)
    {
        this.path = path;
        this.unfinished = unfinished;
        this.writer = writer;
        this.cancellation = cancellation;
        batch = new ColumnBatch(schema);
    }

    /// <summary>Whether the ending of a name says how to write the file.</summary>
    public static bool IsSupported(string path) => HasEnding(path, Csv) || HasEnding(path, Parquet);

    /// <summary>Starts a file.</summary>
    /// <exception cref="StageException">It cannot be created.</exception>
    public static async Task<ResultFile> CreateAsync(string path, TableSchema schema, CancellationToken cancellation)
    {
        string unfinished = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.partial");
        try
        {
            ITableWriter writer = HasEnding(path, Parquet)
                ? await new DuckDbTableFormat().CreateAsync(unfinished, schema, new Dictionary<string, string>(), cancellation)
                : new CsvTableWriter(unfinished, schema);
            return new ResultFile(path, unfinished, writer, schema, cancellation);
        }
        catch (TableException e)
        {
            throw CannotWrite(path, unfinished, e);
        }
    }

    /// <summary>Sets a text of the next row.</summary>
    public ResultFile Text(Column column, ReadOnlySpan<byte> value)
    {
        batch.Text(column).Append(value);
        return this;
    }

    /// <summary>Sets a text of the next row; null, where the column may be, leaves it empty.</summary>
    public ResultFile Text(Column column, string? value)
    {
        batch.Text(column).Append(value);
        return this;
    }

    /// <summary>Sets a whole number of the next row.</summary>
    public ResultFile Whole(Column column, int value)
    {
        batch.Values<int>(column)[batch.Count] = value;
        return this;
    }

    /// <summary>Sets a number of the next row; null, where the column may be, leaves it empty.</summary>
    public ResultFile Number(Column column, double? value)
    {
        batch.Values<double>(column)[batch.Count] = value ?? 0;
        if (column.Nullable)
            batch.Nulls(column)[batch.Count] = value is null;
        return this;
    }

    /// <summary>Ends the row, all of whose columns have been set.</summary>
    public ValueTask EndRowAsync()
    {
        batch.Count++;
        return batch.IsFull ? WriteBatchAsync() : ValueTask.CompletedTask;
    }

    /// <summary>Finishes the file, still under its temporary name.</summary>
    /// <exception cref="StageException">It cannot be written.</exception>
    public async Task CompleteAsync()
    {
        if (batch.Count > 0)
            await WriteBatchAsync();
        try
        {
            await writer.CompleteAsync(cancellation);
        }
        catch (TableException e)
        {
            throw CannotWrite(path, unfinished, e);
        }
    }

    /// <summary>Gives the finished file its name, replacing an older one.</summary>
    /// <exception cref="StageException">The name cannot be given.</exception>
    public void Commit()
    {
        try
        {
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StageException(ExitCode.Usage, $"'{path}' cannot be written: {e.Message}", cause: e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        // Asked first, for deleting fails where the name is what was wrong.
        if (File.Exists(unfinished))
            File.Delete(unfinished);
    }

    private async ValueTask WriteBatchAsync()
    {
        try
        {
            await writer.WriteAsync(batch, cancellation);
        }
        catch (TableException e)
        {
            throw CannotWrite(path, unfinished, e);
        }
        batch.Clear();
    }

    private static StageException CannotWrite(string path, string unfinished, TableException e) => new(
        e.IsDiskFull ? ExitCode.Unavailable : e.IsOutOfMemory ? ExitCode.OutOfMemory : ExitCode.Usage,
        e.Message.Replace(Path.GetFullPath(unfinished), path, StringComparison.Ordinal), cause: e);

    private static bool HasEnding(string path, string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
}
