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
    private readonly Dictionary<string, string> samples = new(StringComparer.Ordinal);
    private string input = "", noData = "";
    private string source = "";

    /// <summary>Lines that could not be used, by reason.</summary>
    public IReadOnlyDictionary<string, long> Reasons => reasons;

    /// <summary>Lines that could not be used.</summary>
    public long Count { get; private set; }

    /// <summary>Turns to an input.</summary>
    public void Begin(RecordFiles files, RecordSettings settings)
    {
        input = files.Text;
        RecordFormat[] formats = [.. files.Files.Select(file => settings.FormatOf(file.Path)).Distinct()];
        noData = formats.Length > 1 ? "no data" : formats[0] switch
        {
            RecordFormat.Csv => "a header but no data",
            RecordFormat.JsonLines => "lines but no data",
            _ => "columns but no rows",
        };
        Count = 0;
        reasons.Clear();
        samples.Clear();
    }

    /// <summary>Turns to the next file of the input.</summary>
    public void Turn(RecordFile file) => source = file.Name;

    /// <summary>Writes a line that could not even be cut into fields.</summary>
    public ValueTask WriteAsync(RecordSource line, CancellationToken cancellation) =>
        WriteAsync(line.Number, column: null, line.Fault!, value: null, cancellation);

    /// <summary>Writes a line that breaks a rule.</summary>
    public ValueTask WriteAsync(RecordSource line, LineVerdict verdict, CancellationToken cancellation) =>
        WriteAsync(line.Number, line.Columns[verdict.Column].Header, verdict.Reason!, Shorten(line[verdict.Column]), cancellation);

    /// <summary>Refuses the current input if it has no line to use, or too many that were rejected.</summary>
    /// <param name="lines">Lines of data in its files.</param>
    /// <param name="excluded">Those left out on request, by wish.</param>
    /// <param name="limit">How many may be rejected.</param>
    /// <param name="option">The option that names its columns, without its dashes.</param>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>, with all reasons and the first line of each.</exception>
    public void Check(long lines, IReadOnlyDictionary<string, long> excluded, RowLimit limit, string option)
    {
        if (lines == 0)
            throw new StageException(ExitCode.InputRefused, $"'{input}' has {noData}.");
        long leftOut = excluded.Values.Sum();
        if (leftOut == lines)
            throw new StageException(ExitCode.InputRefused, $"'{input}': all {lines:N0} lines are left out on request: {Histogram(excluded)}.");
        if (leftOut + Count == lines)
        {
            throw new StageException(
                ExitCode.InputRefused, $"'{input}': none of the {lines:N0} lines can be used: {Histogram(excluded.Concat(reasons))}.",
                $"Check --{option} and --delimiter against the file.");
        }
        if (limit.IsExceededBy(Count, lines))
        {
            throw new StageException(
                ExitCode.InputRefused,
                $"'{input}': {Count:N0} of {lines:N0} lines ({Percentage.ToText(Count / (double)lines)}) are rejected, more than --max-rejects {limit}: {Histogram(reasons)}.",
                $"Correct the file, or accept this with --max-rejects {Count} and find every line in {Rejects.DataSet.Path}."
                + (reasons.ContainsKey(Wishes.MissingUser) ? " Where lines without a customer are in order, --exclude-without-user leaves them out." : ""));
        }
    }

    /// <summary>Finishes the table.</summary>
    public Task CompleteAsync(CancellationToken cancellation) => table.CompleteAsync(cancellation);

    public ValueTask DisposeAsync() => table.DisposeAsync();

    private ValueTask WriteAsync(long line, string? column, string reason, string? value, CancellationToken cancellation)
    {
        reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        samples.TryAdd(reason, string.Create(CultureInfo.InvariantCulture, $"line {line}{(Path.GetFileName(input) == source ? "" : $" of '{source}'")}{(value is null ? "" : $": '{Printable(value)}'")}"));
        Count++;
        ColumnBatch batch = table.Batch;
        batch.Text(Rejects.Source).Append(source);
        batch.Values<long>(Rejects.Line)[batch.Count] = line;
        batch.Text(Rejects.ColumnName).Append(column);
        batch.Text(Rejects.Reason).Append(reason);
        batch.Text(Rejects.Value).Append(value);
        return table.NextRowAsync(cancellation);
    }

    /// <summary>The most frequent reason first, each with the first line it was found in.</summary>
    private string Histogram(IEnumerable<KeyValuePair<string, long>> counts) => string.Join(", ", counts
        .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
        .Select(c => $"{c.Value:N0} {c.Key}{(samples.TryGetValue(c.Key, out string? sample) ? $" (first in {sample})" : "")}"));

    /// <summary>What a terminal may take for a command is not for the log.</summary>
    private static string Printable(string value) => string.Concat(value.Select(c => char.IsControl(c) ? '?' : c));

    /// <summary>The value for the record; none where it may be an address, for these stay out of the run.</summary>
    private static string? Shorten(ReadOnlySpan<byte> value) =>
        value.IsEmpty || PossibleAddress.IsIn(value) ? null
        : value.Length <= MaxValueBytes ? Encoding.UTF8.GetString(value)
        : Encoding.UTF8.GetString(value[..MaxValueBytes]).TrimEnd('\uFFFD') + "…";
}
