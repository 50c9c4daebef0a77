using System.Text;
using Pipeline.Records;

namespace Pipeline.Hosting;

/// <summary>The options of stages that read files of records.</summary>
public static class RecordOptions
{
    /// <summary>
    /// The wanted columns under the headers the user named. What the user names must be in the file; of what keeps our names only
    /// the required columns must.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <param name="name">The flag, for example <c>columns</c>.</param>
    /// <param name="help">What the columns are.</param>
    /// <param name="wanted">The columns, under the headers they have unless the user names others.</param>
    public static IReadOnlyList<RecordColumn> Columns(this OptionReader options, string name, string help, IReadOnlyList<RecordColumn> wanted)
    {
        ArgumentNullException.ThrowIfNull(options);
        string fallback = string.Join(',', wanted.Select(c => $"{c.Key}={c.Header}"));
        IReadOnlyDictionary<string, string> given = options.Pairs(name, help, [.. wanted.Select(c => c.Key)], fallback);
        bool isDefault = given.Count == wanted.Count && wanted.All(c => given[c.Key] == c.Header);
        return isDefault
            ? wanted
            : [.. wanted.Select(c => given.TryGetValue(c.Key, out string? header) ? c with { Header = header, IsRequired = true } : c)];
    }

    /// <summary>The same columns, some with a value for files that lack them.</summary>
    /// <param name="options">The options.</param>
    /// <param name="name">The flag, for example <c>constant</c>.</param>
    /// <param name="help">What the values are for.</param>
    /// <param name="columns">The columns.</param>
    public static IReadOnlyList<RecordColumn> Constants(this OptionReader options, string name, string help, IReadOnlyList<RecordColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyDictionary<string, string> given = options.Pairs(name, help, [.. columns.Select(c => c.Key)], "");
        return [.. columns.Select(c => given.TryGetValue(c.Key, out string? value) ? c with { Constant = value } : c)];
    }

    /// <summary>The kind of file: told by the name unless it is stated.</summary>
    /// <param name="options">The options.</param>
    /// <param name="name">The flag, for example <c>format</c>.</param>
    /// <param name="help">Which files are meant.</param>
    public static RecordFormat? Format(this OptionReader options, string name, string help)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Choice(name, help, ["auto", "csv", "jsonl", "parquet"], "auto") switch
        {
            "csv" => RecordFormat.Csv,
            "jsonl" => RecordFormat.JsonLines,
            "parquet" => RecordFormat.Parquet,
            _ => null,
        };
    }

    /// <summary>How the characters of text files are written; null for UTF-8.</summary>
    /// <param name="options">The options.</param>
    public static Encoding? Encoding(this OptionReader options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string name = options.Text(
            "encoding", "NAME", "How the characters of CSV and JSON files are written, for example windows-1252, iso-8859-1 or utf-16.", "utf-8");
        try
        {
            return RecordSettings.FindEncoding(name);
        }
        catch (ArgumentException)
        {
            options.Mistake($"--encoding '{name}' is no encoding: name one such as utf-8, windows-1252, iso-8859-1 or utf-16.");
            return null;
        }
    }

    /// <summary>How times are written.</summary>
    /// <param name="options">The options.</param>
    public static TimeReader Times(this OptionReader options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string format = options.Text(
            "time-format", "FORMAT",
            $"How the times of the interactions are written: {TimeReader.Iso8601}, {TimeReader.EpochSeconds}, {TimeReader.EpochMilliseconds}, or a pattern such as 'dd/MM/yyyy HH:mm'.",
            TimeReader.Iso8601);
        string zone = options.Text("time-zone", "ZONE", "The zone of times that state no offset, for example Europe/London.", "UTC");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out TimeZoneInfo? found))
            options.Mistake($"--time-zone '{zone}' is no time zone: name one such as Europe/London.");
        try
        {
            return new TimeReader(format, found ?? TimeZoneInfo.Utc);
        }
        catch (FormatException e)
        {
            options.Mistake($"--time-format '{format}' {e.Message}.");
            return new TimeReader(TimeReader.Iso8601, TimeZoneInfo.Utc);
        }
    }

    /// <summary>How numbers are written.</summary>
    /// <param name="options">The options.</param>
    public static NumberReader Numbers(this OptionReader options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new NumberReader(options.Flag("decimal-comma", "Numbers have a decimal comma, as in 12,50 or 1.234,50."));
    }

    /// <summary>The character between the fields.</summary>
    /// <param name="options">The options.</param>
    public static char Delimiter(this OptionReader options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string text = options.Text("delimiter", "CHARACTER", "What stands between the fields of the CSV files; \\t for a tabulator.", ",");
        if (text == "\\t")
            return '\t';
        if (text.Length == 1 && char.IsAscii(text[0]) && text[0] is not ('"' or '\r' or '\n'))
            return text[0];
        options.Mistake($"--delimiter '{text}' must be one ASCII character, or \\t.");
        return ',';
    }

    /// <summary>The character around fields that hold a delimiter; null for none.</summary>
    /// <param name="options">The options.</param>
    /// <param name="delimiter">What stands between the fields, which is no quote.</param>
    public static char? Quote(this OptionReader options, char delimiter)
    {
        ArgumentNullException.ThrowIfNull(options);
        string text = options.Text(
            "quote", "CHARACTER", "What stands around fields of the CSV files that hold a delimiter, doubled within them; 'none': quotes are text.", "\"");
        if (RecordSettings.TryParseQuote(text, delimiter, out char? quote))
            return quote;
        options.Mistake($"--quote '{text}' {RecordSettings.QuoteForm}.");
        return '"';
    }
}
