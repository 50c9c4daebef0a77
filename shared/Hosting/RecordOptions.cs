using Pipeline.Records;

namespace Pipeline.Hosting;

/// <summary>The options of stages that read CSV files.</summary>
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
}
