using System.Text;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Cli.Sar;

/// <summary>A file of records, CSV or Parquet, read front to back; every value is UTF-8 text without blanks around it. Not thread-safe.</summary>
internal abstract class RecordFile(string path, IReadOnlyList<RecordColumn> columns) : IDisposable
{
    private const int MaxShownLength = 80;

    /// <summary>Where the file lies.</summary>
    public string Path { get; } = path;

    /// <summary>How much is read, in the unit of <see cref="Length"/>.</summary>
    public abstract long Position { get; }

    /// <summary>How much there is to read.</summary>
    public abstract long Length { get; }

    /// <summary>Where the current record stands, for messages: <c>line 12</c>.</summary>
    protected abstract string Place { get; }

    /// <summary>Whether the file has a column that was wanted but not required.</summary>
    /// <param name="column">Position in the list of columns the file was opened with.</param>
    public abstract bool Has(int column);

    /// <summary>A value of the current record; empty where there is none. Valid until the next read.</summary>
    /// <param name="column">Position in the list of columns the file was opened with.</param>
    public abstract ReadOnlySpan<byte> this[int column] { get; }

    /// <summary>Opens a file: Parquet where the name ends so or the content begins so, else CSV, gzip or plain.</summary>
    /// <param name="path">The file.</param>
    /// <param name="delimiter">The ASCII character between the fields of a CSV file.</param>
    /// <param name="columns">The columns wanted; values are then asked for by position in this list.</param>
    /// <param name="option">The option that names the columns, for messages; null where the headers are fixed.</param>
    /// <param name="cancellation">Stops the opening.</param>
    public static RecordFile Open(
        string path, char delimiter, IReadOnlyList<RecordColumn> columns, string? option, CancellationToken cancellation) =>
        IsParquet(path) ? ParquetRecords.Open(path, columns, option, cancellation) : new CsvRecords(path, delimiter, columns, option);

    /// <summary>Goes to the next record.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="StageException">A record cannot be read.</exception>
    public abstract bool Read();

    /// <summary>The refusal of a value of the current record.</summary>
    /// <param name="column">Position of its column.</param>
    /// <param name="rule">What it is not, or does not keep to.</param>
    /// <param name="advice">What to do about it.</param>
    public StageException Refuse(int column, string rule, string advice)
    {
        string value = Encoding.UTF8.GetString(this[column]);
        if (value.Length > MaxShownLength)
            value = value[..MaxShownLength] + "...";
        return new StageException(ExitCode.InputRefused, $"'{Path}' {Place}: {columns[column].Header} '{value}' {rule}: {advice}.");
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    private static bool IsParquet(string path)
    {
        if (path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
            return true;
        try
        {
            Span<byte> start = stackalloc byte[4];
            using FileStream file = File.OpenRead(path);
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("PAR1"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Opening it as CSV says it better.
            return false;
        }
    }
}
