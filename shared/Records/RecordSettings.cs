using System.Text;

namespace Pipeline.Records;

/// <summary>The kinds of file there are.</summary>
public enum RecordFormat
{
    /// <summary>Fields with a character between them, under a header (RFC 4180).</summary>
    Csv,

    /// <summary>A JSON object on every line.</summary>
    JsonLines,

    /// <summary>Parquet.</summary>
    Parquet,
}

/// <summary>How a file is written. Immutable.</summary>
public sealed record RecordSettings
{
    /// <summary>The kind of file; null to tell it by the name, or by the content where the name says nothing.</summary>
    public RecordFormat? Format { get; init; }

    /// <summary>The ASCII character between the fields of a CSV file.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>
    /// The ASCII character around fields of a CSV file that hold a delimiter, doubled within them; null where there is none and quotes are text.
    /// </summary>
    public char? Quote { get; init; } = '"';

    /// <summary>How the characters of CSV and JSON are written; null for UTF-8.</summary>
    public Encoding? Encoding { get; init; }

    /// <summary>What a quote must be, for messages.</summary>
    public const string QuoteForm = "must be one ASCII character that is no letter, digit, blank or delimiter, or 'none'";

    /// <summary>Reads a <see cref="Quote"/> as people type it: the character, or <c>none</c>.</summary>
    public static bool TryParseQuote(string text, char delimiter, out char? quote)
    {
        ArgumentNullException.ThrowIfNull(text);
        quote = text == "none" || text.Length == 0 ? null : text[0];
        return text == "none"
            || (text.Length == 1 && char.IsAscii(text[0]) && !char.IsAsciiLetterOrDigit(text[0]) && text[0] is not (' ' or '\r' or '\n') && text[0] != delimiter);
    }

    /// <summary>
    /// An encoding by its name, for example <c>windows-1252</c>; what it cannot read becomes U+FFFD. Null for UTF-8, which is read as it is.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such encoding.</exception>
    public static Encoding? FindEncoding(string name)
    {
        // The fallback that is ready-made gives a question mark, which would not be noticed.
        var unreadable = new DecoderReplacementFallback("\uFFFD");
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ReplacementFallback, unreadable)
            ?? Encoding.GetEncoding(name, EncoderFallback.ReplacementFallback, unreadable);
        return encoding.CodePage == Encoding.UTF8.CodePage ? null : encoding;
    }

    /// <summary>The kind of a file.</summary>
    public RecordFormat FormatOf(string path) =>
        Format ?? FormatOfName(path) ?? (StartsAsParquet(path) ? RecordFormat.Parquet : RecordFormat.Csv);

    /// <summary>The kind that a name states; null where it states none.</summary>
    public static RecordFormat? FormatOfName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        bool isCompressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        return Path.GetExtension(isCompressed ? path[..^3] : path).ToUpperInvariant() switch
        {
            ".CSV" => RecordFormat.Csv,
            ".JSONL" => RecordFormat.JsonLines,
            ".PARQUET" when !isCompressed => RecordFormat.Parquet,
            _ => null,
        };
    }

    private static bool StartsAsParquet(string path)
    {
        try
        {
            Span<byte> start = stackalloc byte[4];
            using FileStream file = File.OpenRead(path);
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("PAR1"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Opening it as text says it better.
            return false;
        }
    }
}
