namespace Pipeline.Hosting;

/// <summary>A log line's values where their names are not known when the line is written.</summary>
internal class NamedValues(string text, IEnumerable<KeyValuePair<string, object?>> values) : List<KeyValuePair<string, object?>>(values)
{
    public override string ToString() => text;
}

/// <summary>A table as values for programs, the last of which is the text for whoever shows it to people.</summary>
internal sealed class TableValues(string text, ConsoleTable table, IEnumerable<KeyValuePair<string, object?>> values)
    : NamedValues(text, [.. values, new("table", table.ToString())])
{
    public ConsoleTable Table => table;
}
