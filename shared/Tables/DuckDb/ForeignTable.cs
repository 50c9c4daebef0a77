using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Pipeline.Tables.DuckDb;

/// <summary>A column of a file that another program wrote.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's word for its type, for example <c>BIGINT</c>.</param>
public sealed partial record ForeignColumn(string Name, string Type)
{
    /// <summary>Whether its values are one number, text, time or truth value each, as opposed to a list or a structure of them.</summary>
    public bool IsScalar => Scalar().IsMatch(Type);

    /// <summary>Whether it holds days or moments.</summary>
    public bool IsTime => Type == "DATE" || Type.StartsWith("TIMESTAMP", StringComparison.Ordinal);

    /// <summary>
    /// The value as the text that a CSV file would have. Whole numbers that were stored as floating point, as pandas does where a value
    /// is missing, are whole numbers again. Bytes come as they are: whether they are text, the reader must see.
    /// </summary>
    internal string AsText() => Type switch
    {
        "VARCHAR" or "BLOB" => Sql.Name(Name),
        "FLOAT" or "DOUBLE" => $"CASE WHEN {Sql.Name(Name)} = trunc({Sql.Name(Name)}) AND abs({Sql.Name(Name)}) < 1e15 "
            + $"THEN CAST(CAST({Sql.Name(Name)} AS BIGINT) AS VARCHAR) ELSE CAST({Sql.Name(Name)} AS VARCHAR) END",
        _ => $"CAST({Sql.Name(Name)} AS VARCHAR)",
    };

    [GeneratedRegex(@"^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|VARCHAR|BLOB|UUID|ENUM\(.*\)|BOOLEAN|DATE|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?)$")]
    private static partial Regex Scalar();
}

/// <summary>
/// A Parquet file that another program wrote: whatever its columns and types are, the wanted ones are read as text. A time is ISO 8601;
/// one that the file keeps in UTC states its offset. Not thread-safe.
/// </summary>
public sealed class ForeignTable : IDisposable
{
    private const string Source = "read_parquet(?, hive_partitioning = false)";

    private readonly string path;
    private readonly string pattern;
    private readonly Connection connection;

    private ForeignTable(string path, string pattern, Connection connection, IReadOnlyList<ForeignColumn> columns, long rowCount)
    {
        this.path = path;
        this.pattern = pattern;
        this.connection = connection;
        Columns = columns;
        RowCount = rowCount;
    }

    /// <summary>Its columns, in order.</summary>
    public IReadOnlyList<ForeignColumn> Columns { get; }

    /// <summary>Its rows.</summary>
    public long RowCount { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="TableException">It is missing, no Parquet file, or damaged.</exception>
    public static ForeignTable Open(string path, DuckDbOptions? options = null)
    {
        path = Path.GetFullPath(path);
        ParquetFile.Check(path);
        Connection? connection = null;
        try
        {
            string pattern = Sql.Pattern(path);
            connection = Connection.Open(null, options ?? new(), onlyFiles: [path, pattern]);
            var columns = new List<ForeignColumn>();
            using (Result described = connection.Query($"DESCRIBE SELECT * FROM {Source}", pattern))
            {
                var values = new RowValues(described);
                while (described.ReadChunk())
                    for (int row = 0; row < described.Count; row++)
                        columns.Add(values.Read(row) is [string name, string type, ..] ? new(name, type) : throw new InvalidOperationException("DESCRIBE has other columns."));
            }
            return new ForeignTable(path, pattern, connection, columns, DuckDbTableReader.ReadRowCount(connection, pattern));
        }
        catch (DuckDbException e)
        {
            connection?.Dispose();
            throw ParquetFile.CannotRead(path, e);
        }
    }

    /// <summary>Starts reading columns as text; the reader ends this object with itself.</summary>
    /// <param name="columns">Some of <see cref="Columns"/>, all of them scalar.</param>
    /// <returns>A reader whose schema has these columns, all of them nullable text under their positions as names.</returns>
    /// <exception cref="TableException">The file is damaged.</exception>
    public (ITableReader Reader, TableSchema Schema) ReadAsText(IReadOnlyList<ForeignColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        // Without any column wanted, rows still count.
        string[] texts = columns.Count == 0 ? ["CAST(NULL AS VARCHAR)"] : [.. columns.Select(c => c.AsText())];
        ImmutableArray<Column> read = [.. texts.Select((_, c) => new Column($"c{c}", ColumnType.Text, Nullable: true))];
        var schema = new TableSchema("foreign", 1, read);
        try
        {
            Result rows = connection.Stream($"SELECT {string.Join(", ", texts)} FROM {Source}", pattern);
            return (new DuckDbTableReader(path, schema, connection, rows, RowCount, new Dictionary<string, string>()), schema);
        }
        catch (DuckDbException e)
        {
            throw ParquetFile.CannotRead(path, e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => connection.Dispose();
}
