using System.Text;
using System.Text.Unicode;

namespace Pipeline.Records;

/// <summary>
/// A file of records with named fields, read front to back; every field is UTF-8 text without blanks around it, whatever the file is. A
/// record that cannot be cut into fields costs itself only: it is read like any other and says its <see cref="Fault"/>. Needs the memory of
/// one record, whatever the file holds. Not thread-safe.
/// </summary>
public abstract class RecordSource : IDisposable
{
    private readonly byte[]?[] constants;

    private protected RecordSource(string path, IReadOnlyList<RecordColumn> columns)
    {
        Path = path;
        Columns = columns;
        constants = [.. columns.Select(c => c.Constant is null ? null : Encoding.UTF8.GetBytes(c.Constant))];
    }

    /// <summary>Where the file lies.</summary>
    public string Path { get; }

    /// <summary>The columns it was opened with.</summary>
    public IReadOnlyList<RecordColumn> Columns { get; }

    /// <summary>Bytes of the file read so far, compressed where it is.</summary>
    public abstract long Position { get; }

    /// <summary>Bytes of the file, compressed where it is.</summary>
    public abstract long Length { get; }

    /// <summary>Where the current record stands: the number of its first line in the file, from 1, a header included; of its row in Parquet.</summary>
    public abstract long Number { get; }

    /// <summary>The same in words: <c>line 12</c> or <c>row 12</c>.</summary>
    public virtual string Place => $"line {Number}";

    /// <summary>Why the current record cannot be used, in snake case; null for a good one, whose fields alone may be asked for.</summary>
    public string? Fault { get; private protected set; }

    /// <summary>Opens a file and finds the wanted columns in it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">How it is written.</param>
    /// <param name="columns">The columns wanted; fields are then asked for by position in this list.</param>
    /// <param name="option">The option that names the columns, for messages, without its dashes; null where the headers are fixed.</param>
    /// <exception cref="RecordException">The file cannot be read, is empty, or lacks a required column.</exception>
    /// <exception cref="Tables.TableException">It is no usable Parquet file.</exception>
    public static RecordSource Open(string path, RecordSettings settings, IReadOnlyList<RecordColumn> columns, string? option)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(columns);
        return settings.FormatOf(path) switch
        {
            RecordFormat.Csv => CsvSource.OpenCsv(path, settings, columns, option),
            RecordFormat.JsonLines => JsonLinesSource.OpenJsonLines(path, settings, columns, option),
            _ => ParquetSource.OpenParquet(path, columns, option),
        };
    }

    /// <summary>Goes to the next record, be it good or faulty.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="RecordException">The file is cut off or damaged.</exception>
    /// <exception cref="Tables.TableException">It is a damaged Parquet file.</exception>
    public abstract bool Read();

    /// <summary>Whether all records have the same columns; false where each names its own fields, so that one may lack what others have.</summary>
    public virtual bool HasColumns => true;

    /// <summary>
    /// Whether there is anything to be read from a column: the file has it, or, where each record names its fields, the current record does;
    /// or there is a constant in its place.
    /// </summary>
    /// <param name="column">Position in the list of wanted columns.</param>
    public bool Has(int column) => IsThere(column) || constants[column] is not null;

    /// <summary>A field of the current record, empty where there is none. Valid until the next read.</summary>
    /// <param name="column">Position in the list of wanted columns.</param>
    public abstract ReadOnlySpan<byte> this[int column] { get; }

    /// <summary>
    /// What can be made out of a field of a record with a <see cref="Fault"/>; empty where nothing can. Not to be relied on: good for being
    /// careful, not for taking anything from. Valid until the next read.
    /// </summary>
    /// <param name="column">Position in the list of wanted columns.</param>
    public abstract ReadOnlySpan<byte> Guess(int column);

    /// <summary>Whether a column holds days or moments by its type, which are then written in ISO 8601 whatever else is.</summary>
    /// <param name="column">Position in the list of wanted columns.</param>
    public virtual bool IsTime(int column) => false;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    protected abstract void Dispose(bool disposing);

    private protected abstract bool IsThere(int column);

    /// <summary>What stands in for a field where there is none.</summary>
    private protected ReadOnlySpan<byte> Constant(int column) => constants[column];

    /// <summary>What is wrong with the characters of a record; null for nothing.</summary>
    /// <param name="text">The record or a part of it.</param>
    /// <param name="isDecoded">Whether it was UTF-8 only after decoding, which leaves U+FFFD where it failed.</param>
    private protected static string? FaultOf(ReadOnlySpan<byte> text, bool isDecoded) =>
        !Utf8.IsValid(text) ? "invalid_utf8"
        : isDecoded && text.IndexOf("\uFFFD"u8) >= 0 ? "invalid_encoding"
        : text.Contains((byte)0) ? "nul_byte" : null;

    /// <summary>Without blanks at either end. Most fields have none, so that only their ends are looked at.</summary>
    private protected static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> field) =>
        field.Length == 0 || (field[0] > ' ' && field[^1] > ' ') ? field : TrimBlanks(field);

    private protected static ReadOnlySpan<byte> TrimBlanks(ReadOnlySpan<byte> field)
    {
        while (field.Length > 0 && IsBlank(field[0]))
            field = field[1..];
        while (field.Length > 0 && IsBlank(field[^1]))
            field = field[..^1];
        return field;

        static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t';
    }
}
