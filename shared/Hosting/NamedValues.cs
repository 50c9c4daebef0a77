namespace Pipeline.Hosting;

/// <summary>A log line's values where their names are not known when the line is written.</summary>
internal sealed class NamedValues(string text, IEnumerable<KeyValuePair<string, object?>> values) : List<KeyValuePair<string, object?>>(values)
{
    public override string ToString() => text;
}
