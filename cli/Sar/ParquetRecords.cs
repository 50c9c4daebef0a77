using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pipeline.Hosting;
using Pipeline.Records;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Sar;

/// <summary>
/// The records of a Parquet file. Whatever integer, number, text or time a column holds, DuckDB casts it to the text that a CSV file
/// would have, into a temporary file, so that both kinds of file are read by the same rules. A timestamp becomes ISO 8601, UTC.
/// </summary>
internal sealed partial class ParquetRecords : RecordFile
{
    private readonly TemporaryFolder folder;
    private readonly ITableReader reader;
    private readonly ColumnBatch batch;
    private readonly TextColumn?[] texts;
    private readonly CancellationToken cancellation;
    private int row = -1;
    private long rowsBefore;

    private ParquetRecords(
        string path, IReadOnlyList<RecordColumn> columns, TemporaryFolder folder, ITableReader reader, TableSchema schema, CancellationToken cancellation)
        : base(path, columns)
    {
        this.folder = folder;
        this.reader = reader;
        this.cancellation = cancellation;
        batch = new ColumnBatch(schema);
        texts = [.. columns.Select(wanted => schema.Columns.FirstOrDefault(c => c.Name == wanted.Key) is { } column ? batch.Text(column) : null)];
    }

    public override long Position => rowsBefore + row;

    public override long Length => reader.RowCount;

    protected override string Place => $"row {rowsBefore + row + 1}";

    public override ReadOnlySpan<byte> this[int column] => texts[column] is { } text ? text[row].Trim(" \t"u8) : default;

    public static ParquetRecords Open(string path, IReadOnlyList<RecordColumn> columns, string? option, CancellationToken cancellation)
    {
        var folder = new TemporaryFolder();
        try
        {
            string copy = folder.File("records.parquet");
            string[] found = CopyAsText(path, columns, option, copy, cancellation);
            ImmutableArray<Column> texts = [.. found.Select(key => new Column(key, ColumnType.Text, Nullable: true))];
            var schema = new TableSchema("records", 1, texts);
            ITableReader reader = new DuckDbTableFormat().OpenAsync(copy, schema, cancellation).AsTask().GetAwaiter().GetResult();
            return new ParquetRecords(path, columns, folder, reader, schema, cancellation);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public override bool Has(int column) => texts[column] is not null;

    public override bool Read()
    {
        if (++row < batch.Count)
            return true;
        rowsBefore += batch.Count;
        row = 0;
        // DuckDB reads in this thread: there is nothing to wait for.
        return reader.ReadAsync(batch, cancellation).AsTask().GetAwaiter().GetResult();
    }

    public override void Dispose()
    {
        reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        folder.Dispose();
    }

    private static string[] CopyAsText(
        string path, IReadOnlyList<RecordColumn> columns, string? option, string copy, CancellationToken cancellation)
    {
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        using CancellationTokenRegistration stop = cancellation.Register(database.Interrupt);
        string source = $"read_parquet({Literal(DuckDbDatabase.FilePattern(System.IO.Path.GetFullPath(path)))}, hive_partitioning = false)";
        try
        {
            Dictionary<string, string> types = database.Query($"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {source})")
                .ToDictionary(r => r.GetString(0), r => r.GetString(1), StringComparer.Ordinal);
            RecordColumn[] found = [.. columns.Where(c => types.ContainsKey(c.Header))];
            Check(path, columns, option, types);
            string texts = string.Join(", ", found.Select(c => $"CAST({Name(c.Header)} AS VARCHAR) AS {Name(c.Key)}"));
            database.Execute($"COPY (SELECT {texts} FROM {source}) TO {Literal(copy)} (FORMAT parquet)");
            return [.. found.Select(c => c.Key)];
        }
        catch (DuckDbException e) when (e.Fault is DuckDbFault.Statement or DuckDbFault.File)
        {
            throw new StageException(ExitCode.InputRefused, $"'{path}' cannot be read as a Parquet file: {e.Message.TrimEnd('.')}.", cause: e);
        }
        catch (DuckDbException e) when (e.Fault == DuckDbFault.Interrupted)
        {
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }

    private static void Check(string path, IReadOnlyList<RecordColumn> columns, string? option, Dictionary<string, string> types)
    {
        string[] missing = [.. columns.Where(c => c.IsRequired && !types.ContainsKey(c.Header)).Select(c => $"'{c.Header}' ({c.Key})")];
        if (missing.Length > 0)
        {
            string there = string.Join(", ", types.Keys.Select(name => $"'{name}'"));
            throw new StageException(
                ExitCode.Usage,
                $"'{path}' has no column {string.Join(", ", missing)}; it has {there}: {(option is null ? "rename one in the file" : $"name the columns with --{option}")}.");
        }
        foreach (RecordColumn column in columns)
        {
            if (types.TryGetValue(column.Header, out string? type) && !Readable().IsMatch(type))
                throw new StageException(
                    ExitCode.InputRefused, $"'{path}': column {column.Header} is of type {type}: write it as a number, text or timestamp.");
        }
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>DuckDB's integers, numbers, text and times, whole: a list or a structure of them is another type.</summary>
    [GeneratedRegex(@"^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|VARCHAR|DATE|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?)$")]
    private static partial Regex Readable();

    /// <summary>A folder that goes with the file.</summary>
    private sealed class TemporaryFolder : IDisposable
    {
        private readonly string path = Directory.CreateTempSubdirectory("pipeline-sar-").FullName;

        public string File(string name) => System.IO.Path.Combine(path, name);

        public void Dispose() => Directory.Delete(path, recursive: true);
    }
}
