using System.Globalization;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Records;
using Pipeline.Tables;

namespace Pipeline.Load;

/// <summary>Collects the lines that could not be used, input by input: counts and reasons are those of the current input's files.</summary>
internal sealed class RejectLog(TableOutput table) : IAsyncDisposable
{
    private const int MaxValueBytes = 200;

    private readonly SortedDictionary<string, long> reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> firsts = new(StringComparer.Ordinal);
    private string input = "";
    private string source = "";

    /// <summary>Lines that could not be used, by reason.</summary>
    public IReadOnlyDictionary<string, long> Reasons => reasons;

    /// <summary>Lines that could not be used.</summary>
    public long Count { get; private set; }

    /// <summary>Turns to an input.</summary>
    public void Begin(RecordFiles files)
    {
        input = files.Text;
        Count = 0;
        reasons.Clear();
        firsts.Clear();
    }

    /// <summary>Turns to the next file of the input.</summary>
    public void Turn(RecordFile file) => source = file.Name;

    /// <summary>Writes a line that could not even be cut into fields.</summary>
    public ValueTask WriteAsync(RecordSource line, CancellationToken cancellation) =>
        WriteAsync(line.Number, column: null, line.Fault!, value: null, cancellation);

    /// <summary>Writes a line that breaks a rule.</summary>
    public ValueTask WriteAsync(RecordSource line, LineVerdict verdict, CancellationToken cancellation) =>
        WriteAsync(line.Number, line.Columns[verdict.Column].Header, verdict.Reason!, Shorten(line[verdict.Column]), cancellation);

    /// <summary>The end of a stage that can use no line of a file: says why, with the most frequent reason and its first line.</summary>
    /// <param name="lines">Lines of data in the file.</param>
    /// <param name="option">The option that names the file's columns, without its dashes.</param>
    public StageException NothingLeft(long lines, string option)
    {
        if (lines == 0)
            return new StageException(ExitCode.InputRefused, $"'{input}' has a header but no data.");
        if (Count == 0)
            return new StageException(ExitCode.InputRefused, $"'{input}': --exclude-items leaves all lines out, {lines:N0} of them.");
        (string reason, long rejected) = reasons.MaxBy(r => r.Value);
        return new StageException(
            ExitCode.InputRefused,
            $"'{input}': none of the {lines:N0} lines can be used; {rejected:N0} of them for '{reason}', the first {firsts[reason]}.",
            $"Check --{option} and --delimiter against the file.");
    }

    /// <summary>Finishes the table.</summary>
    public Task CompleteAsync(CancellationToken cancellation) => table.CompleteAsync(cancellation);

    public ValueTask DisposeAsync() => table.DisposeAsync();

    private ValueTask WriteAsync(long line, string? column, string reason, string? value, CancellationToken cancellation)
    {
        reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        firsts.TryAdd(reason, string.Create(CultureInfo.InvariantCulture, $"in line {line}{(Path.GetFileName(input) == source ? "" : $" of '{source}'")}{(value is null ? "" : $" with '{value}'")}"));
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
