namespace Pipeline.Records;

/// <summary>Finds the wanted columns among those a file has.</summary>
internal static class Header
{
    /// <summary>The position in the file of each wanted column, -1 where it is missing.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="names">What the file calls its columns.</param>
    /// <param name="columns">The columns wanted.</param>
    /// <param name="option">The option that names the columns, for messages; null where the headers are fixed.</param>
    /// <param name="separator">What stands between the fields of a CSV file; null for other files.</param>
    /// <exception cref="RecordException">A required column is missing, or a wanted one is there more than once.</exception>
    public static int[] Find(string path, IReadOnlyList<string> names, IReadOnlyList<RecordColumn> columns, string? option, char? separator)
    {
        string[] headers = [.. names.Select(n => n.Trim())];
        int[] fields = [.. columns.Select(column => Array.IndexOf(headers, column.Header))];
        RecordColumn[] missing = [.. columns.Where((column, c) => column.IsRequired && column.Constant is null && fields[c] < 0)];
        if (missing.Length > 0)
            throw Missing(path, names, columns, missing, option, separator);
        RecordColumn[] ambiguous = [.. columns.Where(column => headers.Count(h => h == column.Header) > 1)];
        if (ambiguous.Length > 0)
        {
            throw new RecordException(
                isContent: false,
                $"'{path}' has more than one column {List(ambiguous)}: rename all but one in the file{(option is null ? "" : $", or name another column with --{option}")}.");
        }
        return fields;
    }

    private static RecordException Missing(
        string path, IReadOnlyList<string> names, IReadOnlyList<RecordColumn> columns, RecordColumn[] missing, string? option, char? separator)
    {
        // What stands in a line of data, an address for one, is not for the log.
        if (names.Any(h => h.Contains('@', StringComparison.Ordinal)))
        {
            return new RecordException(
                isContent: true, $"'{path}' has no column {List(missing)}; its first line looks like data: it must have a header line.");
        }
        string there = string.Join(", ", names.Select(h => $"'{h}'"));
        string advice = separator is not null && names.Count == 1 && columns.Count > 1
            ? $"its header is the single column {there}: is '{separator}' the right --delimiter?"
            : $"{(separator is null ? "it" : "its header")} has {there}: {(option is null ? "rename one in the file" : $"name the columns with --{option}")}.";
        return new RecordException(isContent: false, $"'{path}' has no column {List(missing)}; {advice}");
    }

    private static string List(IEnumerable<RecordColumn> columns) => string.Join(", ", columns.Select(c => $"'{c.Header}' ({c.Key})"));
}
