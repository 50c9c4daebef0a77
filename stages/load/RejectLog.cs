using System.Globalization;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Csv;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Load;

/// <summary>Collects the lines that could not be used.</summary>
internal sealed class RejectLog(TableOutput table) : IAsyncDisposable
{
    private const int MaxValueBytes = 200;

    private readonly Queue<CsvFault> faults = new();
    private readonly Dictionary<string, string> firsts = new(StringComparer.Ordinal);

    /// <summary>Lines that could not be used, by reason.</summary>
    public SortedDictionary<string, long> Reasons { get; } = new(StringComparer.Ordinal);

    /// <summary>Lines that could not be used.</summary>
    public long Count { get; private set; }

    /// <summary>Takes note of a line that could not even be cut into fields. Called while the file is being read.</summary>
    public void Note(CsvFault fault) => faults.Enqueue(fault);

    /// <summary>Writes the lines noted.</summary>
    public async ValueTask WriteNotedAsync(string source, CancellationToken cancellation)
    {
        while (faults.TryDequeue(out CsvFault fault))
            await WriteAsync(source, fault.Line, column: null, fault.Reason, value: null, cancellation);
    }

    /// <summary>Writes a line that breaks a rule.</summary>
    public ValueTask WriteAsync(CsvSource source, CsvColumn column, int position, string reason, CancellationToken cancellation) =>
        WriteAsync(Path.GetFileName(source.Path), source.LineNumber, column.Header, reason, Shorten(source[position]), cancellation);

    /// <summary>The end of a stage that can use no line of a file: says why, with the most frequent reason and its first line.</summary>
    public StageException NothingLeft(string path, Counters counters)
    {
        if (counters.RowsIn == 0)
            return new StageException(ExitCode.InputRefused, $"'{path}' has a header but no data.");
        if (Reasons.Count == 0)
            return new StageException(ExitCode.InputRefused, $"'{path}': all {counters.RowsIn:N0} lines are left out.", "Check --exclude-items.");
        (string reason, long lines) = Reasons.MaxBy(r => r.Value);
        return new StageException(
            ExitCode.InputRefused,
            $"'{path}': none of the {counters.RowsIn:N0} lines can be used; {lines:N0} of them for '{reason}', the first {firsts[reason]}.",
            "Check --columns and --delimiter against the file.");
    }

    /// <summary>Finishes the table.</summary>
    public Task CompleteAsync(CancellationToken cancellation) => table.CompleteAsync(cancellation);

    public ValueTask DisposeAsync() => table.DisposeAsync();

    private ValueTask WriteAsync(string source, long line, string? column, string reason, string? value, CancellationToken cancellation)
    {
        Reasons[reason] = Reasons.GetValueOrDefault(reason) + 1;
        firsts.TryAdd(reason, string.Create(CultureInfo.InvariantCulture, $"in line {line}{(value is null ? "" : $" with '{value}'")}"));
        Count++;
        ColumnBatch batch = table.Batch;
        batch.Text(Rejects.Source).Append(source);
        batch.Values<long>(Rejects.Line)[batch.Count] = line;
        batch.Text(Rejects.ColumnName).Append(column);
        batch.Text(Rejects.Reason).Append(reason);
        batch.Text(Rejects.Value).Append(value);
        return table.NextRowAsync(cancellation);
    }

    /// <summary>The value for the record; none where it may be an address, for these stay out of the run.</summary>
    private static string? Shorten(ReadOnlySpan<byte> value) =>
        value.IsEmpty || value.Contains((byte)'@') ? null
        : value.Length <= MaxValueBytes ? Encoding.UTF8.GetString(value)
        : Encoding.UTF8.GetString(value[..MaxValueBytes]).TrimEnd('\uFFFD') + "…";
}
