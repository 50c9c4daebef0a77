namespace Pipeline.Tables.DuckDb;

/// <summary>Quoting, for the few places of a statement that take no parameter.</summary>
internal static class Sql
{
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A pattern that matches just this path: <c>read_parquet</c> takes a path for a pattern even as a parameter.</summary>
    public static string Pattern(string path) => string.Concat(path.Select(c => c is '*' or '?' or '[' ? $"[{c}]" : c.ToString()));
}
