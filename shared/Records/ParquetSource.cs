using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Records;

/// <summary>A Parquet file, of which only the wanted columns are read, as text.</summary>
internal sealed class ParquetSource : RecordSource
{
    private const int RowsPerBatch = 8192;

    private readonly ITableReader reader;
    private readonly ColumnBatch batch;
    private readonly TextColumn?[] texts;
    private readonly bool[] isTime;
    private int row = -1;
    private long rowsBefore;

    private ParquetSource(string path, IReadOnlyList<RecordColumn> columns, ITableReader reader, ColumnBatch batch, TextColumn?[] texts, bool[] isTime)
        : base(path, columns)
    {
        this.reader = reader;
        this.batch = batch;
        this.texts = texts;
        this.isTime = isTime;
        Length = new FileInfo(path).Length;
    }

    /// <summary>As if all rows took the same room.</summary>
    public override long Position => reader.RowCount == 0 ? Length : (long)((double)Length * Math.Min(rowsBefore + row + 1, reader.RowCount) / reader.RowCount);

    public override long Length { get; }

    public override long Number => rowsBefore + row + 1;

    public override string Place => $"row {Number}";

    public static ParquetSource OpenParquet(string path, IReadOnlyList<RecordColumn> columns, string? option)
    {
        ForeignTable table = ForeignTable.Open(path);
        try
        {
            int[] positions = Header.Find(path, [.. table.Columns.Select(c => c.Name)], columns, option, separator: null);
            ForeignColumn[] read = [.. positions.Where(p => p >= 0).Distinct().Select(p => table.Columns[p])];
            if (read.FirstOrDefault(c => !c.IsScalar) is { } nested)
                throw new RecordException(isContent: true, $"'{path}': column {nested.Name} is of type {nested.Type}: write it as a number, text or timestamp.");
            (ITableReader reader, TableSchema schema) = table.ReadAsText(read);
            var batch = new ColumnBatch(schema, RowsPerBatch);
            TextColumn?[] texts = [.. positions.Select(p => p < 0 ? null : batch.Text(schema.Columns[Array.IndexOf(read, table.Columns[p])]))];
            return new ParquetSource(path, columns, reader, batch, texts, [.. positions.Select(p => p >= 0 && table.Columns[p].IsTime)]);
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    public override ReadOnlySpan<byte> this[int column] => texts[column] is { } text ? Trim(text[row]) : Constant(column);

    public override ReadOnlySpan<byte> Guess(int column) => this[column];

    public override bool IsTime(int column) => isTime[column];

    public override bool Read()
    {
        if (++row >= batch.Count)
        {
            rowsBefore += batch.Count;
            row = 0;
            // DuckDB reads in this thread: there is nothing to wait for.
            if (!reader.ReadAsync(batch, CancellationToken.None).AsTask().GetAwaiter().GetResult())
            {
                row = -1;
                return false;
            }
        }
        Fault = null;
        foreach (TextColumn? text in texts)
            if (text is not null && Fault is null)
                Fault = FaultOf(text[row], isDecoded: false);
        return true;
    }

    private protected override bool IsThere(int column) => texts[column] is not null;

    protected override void Dispose(bool disposing) => reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
