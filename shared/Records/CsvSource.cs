using System.Text.Unicode;
using CsvHelper;

namespace Pipeline.Records;

/// <summary>A column that is wanted from a file.</summary>
/// <param name="Key">What we call it.</param>
/// <param name="Header">What the file calls it.</param>
/// <param name="IsRequired">Whether the file must have it.</param>
public sealed record RecordColumn(string Key, string Header, bool IsRequired);

/// <summary>
/// A CSV file (RFC 4180, UTF-8, with a header; gzip where the content is) read line by line. A line that cannot be cut into fields
/// costs that line only and is reported with its number. Blank lines are passed over. Not thread-safe.
/// </summary>
public sealed class CsvSource : IDisposable
{
    /// <summary>Largest record in bytes; a longer one ends the reading, for the file then is hardly CSV.</summary>
    private const int MaxRecordBytes = 16 * 1024 * 1024;

    private readonly FileStream file;
    private readonly CsvReader reader;
    private readonly Action<CsvFault> onFault;
    private readonly int[] fields;

    private CsvSource(string path, FileStream file, CsvReader reader, int[] fields, Action<CsvFault> onFault)
    {
        Path = path;
        this.file = file;
        this.reader = reader;
        this.fields = fields;
        this.onFault = onFault;
    }

    /// <summary>Where the file lies.</summary>
    public string Path { get; }

    /// <summary>Bytes of the file read so far, compressed where it is.</summary>
    public long Position => file.Position;

    /// <summary>Bytes of the file, compressed where it is.</summary>
    public long Length => file.Length;

    /// <summary>Number of the current record's first line in the file, from 1, the header included.</summary>
    public long LineNumber => reader.LineNumber;

    /// <summary>Opens a file and finds the wanted columns in its header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="separator">The ASCII character between fields.</param>
    /// <param name="columns">The columns wanted; values are then asked for by position in this list.</param>
    /// <param name="option">The option that names the columns, for messages, without its dashes; null where the headers are fixed.</param>
    /// <param name="onFault">Told of each line that is skipped, in order of the file.</param>
    /// <exception cref="RecordException">The file cannot be read, is empty, or lacks a required column.</exception>
    public static CsvSource Open(
        string path, char separator, IReadOnlyList<RecordColumn> columns, string? option, Action<CsvFault> onFault)
    {
        ArgumentNullException.ThrowIfNull(columns);
        FileStream? file = null;
        CsvReader? reader = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 128 * 1024, FileOptions.SequentialScan);
            bool isHeaderRead = false;
            reader = CsvReader.Create(
                Decompressed(file), Options(separator, fault => (isHeaderRead ? onFault : RefuseHeader)(fault)), leaveOpen: false);
            reader.ReadHeader();
            isHeaderRead = true;
            return new CsvSource(path, file, reader, Find(path, reader.Headers, separator, columns, option), onFault);
        }
        catch (Exception e)
        {
            reader?.Dispose();
            file?.Dispose();
            if (Explain(path, e) is { } explained)
                throw explained;
            throw;
        }

        // Skipped like any other line it would leave its place to a line of data.
        void RefuseHeader(CsvFault fault) => throw new RecordException(
            isContent: true, $"'{path}' has a quote out of place in its header, line {fault.Line}: correct it.");
    }

    /// <summary>Goes to the next record that can be cut into fields.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="RecordException">The file is cut off or damaged.</exception>
    public bool Read()
    {
        try
        {
            while (reader.Read())
            {
                if (Utf8.IsValid(reader.RawRecord))
                    return true;
                onFault(new CsvFault(reader.LineNumber, "invalid_utf8"));
            }
            return false;
        }
        catch (Exception e) when (Explain(Path, e) is not null)
        {
            throw Explain(Path, e)!;
        }
    }

    /// <summary>Whether the file has a column that was wanted but not required.</summary>
    /// <param name="column">Position in the list of wanted columns.</param>
    public bool Has(int column) => fields[column] >= 0;

    /// <summary>A field of the current record as UTF-8 without blanks around it; empty where the file lacks the column. Valid until the next read.</summary>
    /// <param name="column">Position in the list of wanted columns.</param>
    public ReadOnlySpan<byte> this[int column] => fields[column] < 0 ? default : reader.GetSpan(fields[column]).Trim(" \t"u8);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        reader.Dispose();
        file.Dispose();
    }

    private static Stream Decompressed(FileStream file)
    {
        // The content tells, not the name: exports get renamed.
        Span<byte> start = stackalloc byte[2];
        int count = file.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        file.Position = 0;
        // The first byte alone is a gzip file cut off after it: no text is that.
        return count > 0 && start[..count].SequenceEqual(((ReadOnlySpan<byte>)[0x1f, 0x8b])[..count]) ? new GzipInput(file) : file;
    }

    private static CsvReaderOptions Options(char separator, Action<CsvFault> onFault) => new()
    {
        Separator = separator,
        TrackLineNumbers = true,
        // One unbalanced quote must cost its line, not the rest of the file.
        AllowLineBreaksInQuotes = false,
        MalformedData = CsvMalformedDataHandling.Skip,
        FieldCountMismatch = CsvFieldCountHandling.Skip,
        MaxRecordSize = MaxRecordBytes,
        IncludeValuesInExceptions = false,
        BufferSize = 256 * 1024,
        OnMalformedRecord = record => onFault(new CsvFault(record.LineNumber, record.Reason switch
        {
            CsvMalformedReason.FieldCountMismatch => "wrong_field_count",
            _ => "malformed_quotes",
        })),
    };

    private static int[] Find(string path, IReadOnlyList<string> headers, char separator, IReadOnlyList<RecordColumn> columns, string? option)
    {
        if (headers.Count == 0)
            throw new RecordException(isContent: true, $"'{path}' is empty: it must have a header line and data.");
        var fields = new int[columns.Count];
        for (int c = 0; c < fields.Length; c++)
            fields[c] = headers.ToList().FindIndex(h => h.Trim() == columns[c].Header);
        string[] missing = [.. columns.Where((column, c) => column.IsRequired && fields[c] < 0).Select(c => $"'{c.Header}' ({c.Key})")];
        if (missing.Length > 0)
        {
            // What stands in a line of data, an address for one, is not for the log.
            if (headers.Any(h => h.Contains('@', StringComparison.Ordinal)))
            {
                throw new RecordException(
                    isContent: true, $"'{path}' has no column {string.Join(", ", missing)}; its first line looks like data: it must have a header line.");
            }
            string columnsThere = string.Join(", ", headers.Select(h => $"'{h}'"));
            string advice = headers.Count == 1 && columns.Count > 1
                ? $"its header is the single column {columnsThere}: is '{separator}' the right --delimiter?"
                : $"its header has {columnsThere}: {(option is null ? "rename one in the file" : $"name the columns with --{option}")}.";
            throw new RecordException(isContent: false, $"'{path}' has no column {string.Join(", ", missing)}; {advice}");
        }
        string[] ambiguous = [.. columns.Where(column => headers.Count(h => h.Trim() == column.Header) > 1).Select(c => $"'{c.Header}' ({c.Key})")];
        if (ambiguous.Length > 0)
        {
            throw new RecordException(
                isContent: false,
                $"'{path}' has more than one column {string.Join(", ", ambiguous)}: rename all but one in the file{(option is null ? "" : $", or name another column with --{option}")}.");
        }
        return fields;
    }

    private static RecordException? Explain(string path, Exception exception) => exception switch
    {
        RecordException e => e,
        InvalidDataException e => new(true, $"'{path}' is cut off or damaged: its gzip data does not decompress to the end. Copy it again.", e),
        CsvFormatException e => new(true, $"'{path}' is no usable CSV: {e.Message}", e),
        UnauthorizedAccessException e when Directory.Exists(path) => new(false, $"'{path}' is a folder: name a file.", e),
        UnauthorizedAccessException e => new(false, $"'{path}' cannot be read: no permission.", e),
        IOException e => new(false, $"'{path}' cannot be read: {e.Message}", e),
        _ => null,
    };
}

/// <summary>A line that was skipped because it cannot be cut into fields.</summary>
/// <param name="Line">Its number in the file, from 1.</param>
/// <param name="Reason">What is wrong with it, in snake case.</param>
public readonly record struct CsvFault(long Line, string Reason);
