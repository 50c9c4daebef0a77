using CsvHelper;
using Pipeline.Storage;
using Pipeline.Tables;

namespace Pipeline.Cli.Sar;

/// <summary>
/// Writes a table as CSV (RFC 4180, UTF-8, commas, line feeds, a header), numbers as the shortest text that reads back to the same bits.
/// Disposed before it is complete it leaves no file; only so long does the file stand half-done under the name it was given.
/// </summary>
internal sealed class CsvTableWriter : ITableWriter
{
    private const int BufferSize = 256 * 1024;

    private readonly string path;
    private readonly CsvWriter csv;
    private bool isClosed, isComplete;

    /// <summary>Starts a file that does not exist yet, with its header.</summary>
    /// <exception cref="TableException">It cannot be created.</exception>
    public CsvTableWriter(string path, TableSchema schema)
    {
        this.path = path;
        csv = Guarded(() => CsvWriter.Create(
            new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0),
            new CsvWriterOptions { NewLine = "\n", BufferSize = BufferSize },
            leaveOpen: false));
        csv.WriteRecord([.. schema.Columns.Select(column => column.Name)]);
    }

    public long RowCount { get; private set; }

    public ValueTask WriteAsync(ColumnBatch batch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Guarded(() =>
        {
            for (int row = 0; row < batch.Count; row++)
                WriteRow(batch, row);
            return 0;
        });
        RowCount += batch.Count;
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Guarded(() =>
        {
            Close();
            return 0;
        });
        isComplete = true;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        try
        {
            Close();
        }
        catch (IOException)
        {
            // What could not be written is not wanted any more.
        }
        if (!isComplete)
            File.Delete(path);
        return ValueTask.CompletedTask;
    }

    private void WriteRow(ColumnBatch batch, int row)
    {
        foreach (Column column in batch.Schema.Columns)
        {
            if (column.Nullable && batch.Nulls(column)[row])
            {
                csv.WriteField("");
                continue;
            }
            switch (column.Type)
            {
                case ColumnType.Text: csv.WriteField(batch.Text(column)[row]); break;
                case ColumnType.Int32: csv.WriteField(batch.Values<int>(column)[row]); break;
                case ColumnType.Double: csv.WriteField(batch.Values<double>(column)[row]); break;
                default: throw new NotSupportedException($"A column of type {column.Type} is not written as CSV.");
            }
        }
        csv.EndRecord();
    }

    private void Close()
    {
        if (isClosed)
            return;
        isClosed = true;
        csv.Dispose();
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TableException($"'{path}' cannot be written: {e.Message}", e)
            {
                IsDiskFull = e is IOException io && StorageException.IsDiskFull(io),
            };
        }
    }
}
