using CsvHelper;

namespace Pipeline.Records;

/// <summary>
/// A CSV file (RFC 4180, with a header), a record on one line. Blank lines are passed over.
/// </summary>
internal sealed class CsvSource : RecordSource
{
    private readonly FileStream file;
    private readonly CheckedText text;
    private readonly CsvReader reader;
    private readonly Malformed malformed;
    private readonly int[] fields;
    private readonly int fieldCount;
    private readonly bool isDecoded;

    private CsvSource(
        string path, IReadOnlyList<RecordColumn> columns, FileStream file, CheckedText text, CsvReader reader, Malformed malformed, int[] fields,
        bool isDecoded)
        : base(path, columns)
    {
        this.file = file;
        this.text = text;
        this.reader = reader;
        this.malformed = malformed;
        this.fields = fields;
        this.isDecoded = isDecoded;
        fieldCount = reader.Headers.Count;
    }

    public override long Position => file.Position;

    public override long Length => file.Length;

    public override long Number => reader.LineNumber;

    public override ReadOnlySpan<byte> this[int column]
    {
        get
        {
            int field = fields[column];
            if (field < 0)
                return Constant(column);
            ReadOnlySpan<byte> span = reader.GetSpan(field);
            // Written out, for it is what reading a file spends its time on.
            return span.Length == 0 || (span[0] > ' ' && span[^1] > ' ') ? span : TrimBlanks(span);
        }
    }

    public override ReadOnlySpan<byte> Guess(int column) => fields[column] < reader.FieldCount ? this[column] : default;

    public static CsvSource OpenCsv(string path, RecordSettings settings, IReadOnlyList<RecordColumn> columns, string? option)
    {
        FileStream? file = null;
        CsvReader? reader = null;
        try
        {
            file = TextInput.Open(path);
            var malformed = new Malformed();
            var text = new CheckedText(TextInput.Decode(file, settings.Encoding), settings.Encoding is not null);
            reader = CsvReader.Create(text, Options(settings, malformed), leaveOpen: false);
            reader.ReadHeader();
            if (reader.Headers.Count == 0)
                throw new RecordException(isContent: true, $"'{path}' is empty: it must have a header line and data.");
            // Passed over like any other line it would leave its place to a line of data.
            if (malformed.IsNoted)
                throw new RecordException(isContent: true, $"'{path}' has a quote out of place in its header, line {malformed.Line}: correct it.");
            if (reader.Headers.Any(h => h.Contains('\0', StringComparison.Ordinal)))
                throw new RecordException(isContent: true, $"'{path}' has NUL bytes in its header: is it text, and its encoding the one stated?");
            int[] fields = Header.Find(path, reader.Headers, columns, option, settings.Delimiter);
            return new CsvSource(path, columns, file, text, reader, malformed, fields, settings.Encoding is not null);
        }
        catch (Exception e)
        {
            reader?.Dispose();
            file?.Dispose();
            if (Explain(path, e) is { } explained)
                throw explained;
            throw;
        }
    }

    public override bool Read()
    {
        try
        {
            if (!reader.Read())
                return false;
        }
        catch (Exception e) when (Explain(Path, e) is not null)
        {
            throw Explain(Path, e)!;
        }
        Fault = malformed.IsNoted ? malformed.Take()
            : reader.FieldCount != fieldCount ? "wrong_field_count"
            : reader.ByteOffset < text.SuspectEnd ? FaultOf(reader.RawRecord, isDecoded)
            : null;
        return true;
    }

    private protected override bool IsThere(int column) => fields[column] >= 0;

    protected override void Dispose(bool disposing)
    {
        reader.Dispose();
        file.Dispose();
    }

    private static CsvReaderOptions Options(RecordSettings settings, Malformed malformed) => new()
    {
        Separator = settings.Delimiter,
        Mode = settings.Quote is null ? CsvMode.NoEscape : CsvMode.Rfc4180,
        Quote = settings.Quote ?? '"',
        TrackLineNumbers = true,
        // One unbalanced quote must cost its line, not the rest of the file.
        AllowLineBreaksInQuotes = false,
        // Skipping, the reader would go through any number of faulty lines before it comes back; so it stops at each.
        MalformedData = CsvMalformedDataHandling.Recover,
        FieldCountMismatch = CsvFieldCountHandling.Allow,
        MaxRecordSize = TextInput.MaxRecordBytes,
        IncludeValuesInExceptions = false,
        BufferSize = 256 * 1024,
        OnMalformedRecord = record => malformed.Note(record.LineNumber),
    };

    private static RecordException? Explain(string path, Exception exception) => exception is CsvFormatException
        ? new(true, $"'{path}' is no usable CSV: {exception.Message}", exception)
        : TextInput.Explain(path, exception);

    /// <summary>The line the reader found a quote out of place in, until it is asked for.</summary>
    private sealed class Malformed
    {
        public bool IsNoted { get; private set; }

        public long Line { get; private set; }

        public void Note(long line) => (IsNoted, Line) = (true, line);

        public string Take()
        {
            IsNoted = false;
            return "malformed_quotes";
        }
    }
}
