using System.Text;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Cli.Sar;

/// <summary>
/// The records of a file of CSV, JSON lines or Parquet. One that cannot be read ends the reading: a number made without it would be wrong.
/// </summary>
internal sealed class StrictRecords : IDisposable
{
    private const int MaxShownLength = 80;

    private readonly RecordSource source;

    private StrictRecords(RecordSource source) => this.source = source;

    /// <summary>Where the file lies.</summary>
    public string Path => source.Path;

    /// <summary>How much is read, in the unit of <see cref="Length"/>.</summary>
    public long Position => source.Position;

    /// <summary>How much there is to read.</summary>
    public long Length => source.Length;

    /// <summary>Opens a file, whose kind its name or its content tells.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">How a CSV file is written.</param>
    /// <param name="columns">The columns wanted; values are then asked for by position in this list.</param>
    /// <param name="option">The option that names the columns, for messages; null where the headers are fixed.</param>
    public static StrictRecords Open(string path, RecordSettings settings, IReadOnlyList<RecordColumn> columns, string? option) =>
        new(RecordSource.Open(path, settings, columns, option));

    /// <summary>Whether the file has a column that was wanted but not required.</summary>
    /// <param name="column">Position in the list of columns the file was opened with.</param>
    public bool Has(int column) => source.Has(column);

    /// <summary>A value of the current record; empty where there is none. Valid until the next read.</summary>
    /// <param name="column">Position in the list of columns the file was opened with.</param>
    public ReadOnlySpan<byte> this[int column] => source[column];

    /// <summary>Goes to the next record.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="StageException">It cannot be read.</exception>
    public bool Read()
    {
        if (!source.Read())
            return false;
        return source.Fault is null ? true : throw Refuse(source.Fault);
    }

    /// <summary>The refusal of a value of the current record.</summary>
    /// <param name="column">Position of its column.</param>
    /// <param name="rule">What it is not, or does not keep to.</param>
    /// <param name="advice">What to do about it.</param>
    public StageException Refuse(int column, string rule, string advice)
    {
        string value = Encoding.UTF8.GetString(source[column]);
        if (value.Length > MaxShownLength)
            value = value[..MaxShownLength] + "...";
        return new StageException(ExitCode.InputRefused, $"'{Path}' {source.Place}: {source.Columns[column].Header} '{value}' {rule}: {advice}.");
    }

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();

    private StageException Refuse(string fault)
    {
        string sentence = fault switch
        {
            "wrong_field_count" => "has more or fewer fields than the header: correct it, or quote the field that holds the delimiter",
            "malformed_quotes" => "has a quote out of place: correct it",
            "invalid_utf8" => "is not UTF-8: save the file as UTF-8",
            "nul_byte" => "has a NUL byte: save the file as text",
            "nested_value" => "has a list or an object in place of a value: write a number or a text",
            "duplicate_property" => "has a property twice: leave one out",
            _ => "is not a JSON object: correct it",
        };
        return new StageException(ExitCode.InputRefused, $"'{Path}' {source.Place} {sentence}.");
    }
}
