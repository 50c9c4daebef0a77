using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables;

namespace Pipeline.Hosting;

/// <summary>
/// A data set being written row by row: fill the next row of <see cref="Batch"/>, then call <see cref="NextRowAsync"/>. Disposed
/// before <see cref="CompleteAsync"/> it leaves nothing. Not thread-safe.
/// </summary>
public sealed class TableOutput : IAsyncDisposable
{
    private readonly StageOutput folder;
    private readonly ITableFormat format;
    private readonly DataSet dataSet;
    private PendingObject? file;
    private ITableWriter? writer;
    private int parts;

    internal TableOutput(StageOutput folder, ITableFormat format, DataSet dataSet)
    {
        this.folder = folder;
        this.format = format;
        this.dataSet = dataSet;
        Batch = new ColumnBatch(dataSet.Schema);
    }

    /// <summary>The rows not yet handed on. Text columns are appended to, the others set at index <see cref="ColumnBatch.Count"/>.</summary>
    public ColumnBatch Batch { get; }

    /// <summary>Rows of all parts so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Rows of the current part so far.</summary>
    public long RowsInPart { get; private set; }

    /// <summary>Whether the current part has the rows of a part: call <see cref="NextPartAsync"/> where it may end.</summary>
    public bool IsPartFull => RowsInPart >= DataSet.RowsPerPart;

    /// <summary>Ends the row that was filled.</summary>
    public ValueTask NextRowAsync(CancellationToken cancellation)
    {
        Batch.Count++;
        RowCount++;
        RowsInPart++;
        return Batch.IsFull ? new ValueTask(FlushAsync(cancellation)) : ValueTask.CompletedTask;
    }

    /// <summary>Lets the next row begin a new part file; only for a data set of parts.</summary>
    public async Task NextPartAsync(CancellationToken cancellation)
    {
        if (!dataSet.IsParted)
            throw new InvalidOperationException($"{dataSet.Path} is one file.");
        await EndPartAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes what is left, reads back and checks, and notes the files for the manifest. An empty data set is a file without rows.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        if (parts == 0 || RowsInPart > 0)
            await EndPartAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (writer is not null)
            await writer.DisposeAsync().ConfigureAwait(false);
        if (file is not null)
            await file.DisposeAsync().ConfigureAwait(false);
        writer = null;
        file = null;
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        if (writer is null)
        {
            file = await folder.CreateAsync(dataSet.PartPath(parts), cancellation).ConfigureAwait(false);
            writer = await format.CreateAsync(file.Path, dataSet.Schema, new Dictionary<string, string>(), cancellation).ConfigureAwait(false);
        }
        await writer.WriteAsync(Batch, cancellation).ConfigureAwait(false);
        Batch.Clear();
    }

    private async Task EndPartAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation).ConfigureAwait(false);
        await writer!.CompleteAsync(cancellation).ConfigureAwait(false);

        ITableReader written = await format.OpenAsync(file!.Path, dataSet.Schema, cancellation).ConfigureAwait(false);
        await using (written.ConfigureAwait(false))
        {
            if (written.RowCount != RowsInPart)
                throw new InvalidOperationException($"{dataSet.PartPath(parts)} has {written.RowCount} rows after {RowsInPart} were written.");
        }
        await folder.AddAsync(file, dataSet.PartPath(parts), dataSet.Schema.Contract, RowsInPart, dataSet.IsRandomised, cancellation).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        parts++;
        RowsInPart = 0;
    }
}
