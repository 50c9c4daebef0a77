using System.Text;
using System.Text.Json;

namespace Pipeline.Records;

/// <summary>
/// A file of JSON objects, one on every line; the fields are their top-level properties. Numbers are as they are written, null is an empty
/// field. Blank lines are passed over.
/// </summary>
internal sealed class JsonLinesSource : RecordSource
{
    private const byte LineFeed = (byte)'\n';

    private static readonly JsonReaderOptions Strict = new() { CommentHandling = JsonCommentHandling.Disallow, MaxDepth = 64 };

    private readonly FileStream file;
    private readonly Stream text;
    private readonly string? option;
    private readonly bool isDecoded;
    private readonly byte[][] names;
    private readonly bool[] isEverThere;

    /// <summary>Where each wanted field lies in <see cref="values"/>; the length is -1 where the record lacks it.</summary>
    private readonly (int Start, int Length)[] fields;

    private byte[] buffer = new byte[256 * 1024];
    private int start, end;
    private bool isEnd;
    private byte[] values = new byte[4096];
    private int valuesEnd;
    private long line;
    private bool isAnyGood;

    private JsonLinesSource(string path, IReadOnlyList<RecordColumn> columns, FileStream file, Stream text, string? option, bool isDecoded)
        : base(path, columns)
    {
        this.file = file;
        this.text = text;
        this.option = option;
        this.isDecoded = isDecoded;
        names = [.. columns.Select(c => Encoding.UTF8.GetBytes(c.Header))];
        isEverThere = new bool[columns.Count];
        fields = new (int, int)[columns.Count];
    }

    public override long Position => file.Position;

    public override long Length => file.Length;

    public override long Number => line;

    public override ReadOnlySpan<byte> this[int column] =>
        fields[column].Length < 0 ? Constant(column) : Trim(values.AsSpan(fields[column].Start, fields[column].Length));

    /// <summary>What stood before the fault.</summary>
    public override ReadOnlySpan<byte> Guess(int column) => this[column];

    public static JsonLinesSource OpenJsonLines(string path, RecordSettings settings, IReadOnlyList<RecordColumn> columns, string? option)
    {
        FileStream? file = null;
        try
        {
            file = TextInput.Open(path);
            var source = new JsonLinesSource(path, columns, file, TextInput.Decode(file, settings.Encoding), option, settings.Encoding is not null);
            while (source.end < Encoding.UTF8.Preamble.Length && source.Fill()) { }
            if (source.end == 0)
                throw new RecordException(isContent: true, $"'{path}' is empty: it must have a JSON object on every line.");
            if (source.buffer.AsSpan(0, source.end).StartsWith(Encoding.UTF8.Preamble))
                source.start = Encoding.UTF8.Preamble.Length;
            return source;
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (TextInput.Explain(path, e) is { } explained)
                throw explained;
            throw;
        }
    }

    public override bool Read()
    {
        try
        {
            while (TryReadLine(out ReadOnlySpan<byte> read))
            {
                line++;
                read = read.Trim(" \t\r"u8);
                if (read.IsEmpty)
                    continue;
                string? fault = Parse(read);
                Fault = FaultOf(read, isDecoded) ?? fault;
                isAnyGood |= Fault is null;
                return true;
            }
        }
        catch (Exception e) when (TextInput.Explain(Path, e) is not null)
        {
            throw TextInput.Explain(Path, e)!;
        }
        CheckRequired();
        return false;
    }

    /// <summary>A column that was asked for by name counts as there: a record without it lacks a value, not the column.</summary>
    public override bool HasColumns => false;

    private protected override bool IsThere(int column) => fields[column].Length >= 0 || (Columns[column].IsRequired && Columns[column].Constant is null);

    protected override void Dispose(bool disposing)
    {
        text.Dispose();
        file.Dispose();
    }

    /// <summary>Without a header only the whole file can tell that a column is missing.</summary>
    private void CheckRequired()
    {
        string[] missing = [.. Columns.Where((c, i) => c.IsRequired && c.Constant is null && !isEverThere[i]).Select(c => $"'{c.Header}' ({c.Key})")];
        if (isAnyGood && missing.Length > 0)
        {
            throw new RecordException(
                isContent: false,
                $"'{Path}' has no property {string.Join(", ", missing)} in any line: {(option is null ? "rename one in the file" : $"name the columns with --{option}")}.");
        }
    }

    private bool TryReadLine(out ReadOnlySpan<byte> read)
    {
        int searched = start;
        while (true)
        {
            int at = buffer.AsSpan(searched, end - searched).IndexOf(LineFeed);
            if (at >= 0)
            {
                read = buffer.AsSpan(start, searched + at - start);
                start = searched + at + 1;
                return true;
            }
            searched = end - start;
            if (!Fill())
                break;
        }
        read = buffer.AsSpan(start, end - start);
        start = end;
        return !read.IsEmpty;
    }

    /// <summary>Reads on behind what is not used yet, which moves to the front of the buffer.</summary>
    private bool Fill()
    {
        if (isEnd)
            return false;
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        if (end > TextInput.MaxRecordBytes)
            throw new RecordException(isContent: true, $"'{Path}' line {line + 1} is longer than {TextInput.MaxRecordBytes} bytes: is it a file of JSON lines?");
        if (end == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
        int count = text.Read(buffer, end, buffer.Length - end);
        end += count;
        isEnd = count == 0;
        return !isEnd;
    }

    private string? Parse(ReadOnlySpan<byte> read)
    {
        Array.Fill(fields, (0, -1));
        valuesEnd = 0;
        // A text is never longer than it is written, but several columns may want it.
        if (values.Length < read.Length * fields.Length)
            values = new byte[read.Length * fields.Length];
        try
        {
            var json = new Utf8JsonReader(read, Strict);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return "invalid_json";
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                long wanted = Wanted(ref json);
                json.Read();
                for (int column = 0; wanted != 0; column++, wanted >>= 1)
                {
                    if ((wanted & 1) != 0 && Take(ref json, column) is { } fault)
                        return fault;
                }
                json.Skip();
            }
            // What follows the object must be nothing.
            while (json.Read()) { }
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is half of a surrogate pair as an escape.
            return "invalid_json";
        }
    }

    /// <summary>The columns that want the property the reader is at, a bit each.</summary>
    private long Wanted(ref Utf8JsonReader json)
    {
        long wanted = 0;
        for (int column = 0; column < names.Length; column++)
            if (json.ValueTextEquals(names[column]))
                wanted |= 1L << column;
        return wanted;
    }

    private string? Take(ref Utf8JsonReader json, int column)
    {
        if (fields[column].Length >= 0)
            return "duplicate_property";
        isEverThere[column] = true;
        Span<byte> room = values.AsSpan(valuesEnd);
        int length;
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                length = json.CopyString(room);
                if (room[..length].Contains((byte)0))
                    return "nul_byte";
                break;
            case JsonTokenType.Null:
                length = 0;
                break;
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                json.ValueSpan.CopyTo(room);
                length = json.ValueSpan.Length;
                break;
            default:
                return "nested_value";
        }
        fields[column] = (valuesEnd, length);
        valuesEnd += length;
        return null;
    }
}
