using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Inject;

/// <summary>
/// The embedded database. Everything happens in one transaction, the creation of the tables, too: a reader sees the old run or the
/// new one. Not thread-safe.
/// </summary>
internal sealed class DuckDbTarget : IDisposable
{
    private readonly DuckDbDatabase database;
    private readonly CancellationToken cancellation;
    private readonly CancellationTokenRegistration interruption;

    /// <summary>Opens the database, or makes it.</summary>
    public DuckDbTarget(string path, CancellationToken cancellation)
    {
        this.cancellation = cancellation;
        database = DuckDbDatabase.Open(path);
        interruption = cancellation.Register(database.Interrupt);
    }

    /// <summary>Whether the database holds the run with a fingerprint.</summary>
    public static bool Holds(string path, string fingerprint)
    {
        if (!File.Exists(path))
            return false;
        using DuckDbDatabase database = DuckDbDatabase.Open(path, readOnly: true);
        return database.Scalar<long>("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'active_run'") == 1
            && database.Scalar<string>("SELECT fingerprint FROM active_run") == fingerprint;
    }

    /// <summary>Starts the transaction.</summary>
    public void Begin() => Execute("BEGIN");

    /// <summary>Creates a table anew, empty.</summary>
    public void Create(TargetTable table) => Execute(
        $"CREATE OR REPLACE TABLE {table.Name} ({string.Join(", ", table.DataSet.Schema.Columns.Select(c => $"{Quote(c)} {TypeOf(c)}{(c.Nullable ? "" : " NOT NULL")}"))})");

    /// <summary>Appends the rows of a file.</summary>
    /// <returns>How many there were.</returns>
    public long Fill(TargetTable table, string path)
    {
        string columns = string.Join(", ", table.DataSet.Schema.Columns.Select(Quote));
        return Execute(
            $"INSERT INTO {table.Name} SELECT {columns} FROM read_parquet(?, hive_partitioning = false)", DuckDbDatabase.FilePattern(path));
    }

    /// <summary>Creates the views, marks the run and makes it visible.</summary>
    /// <returns>Recommendations now in the database.</returns>
    public long Commit(string fingerprint)
    {
        Execute("CREATE OR REPLACE TABLE active_run (fingerprint VARCHAR NOT NULL)");
        Execute("INSERT INTO active_run VALUES (?)", fingerprint);
        Execute(
            """
            CREATE OR REPLACE VIEW current_recommendations AS
            SELECT r.*, p.name, p.category, p.price, p.url, p.image_url, b.name AS because_name
            FROM recommendations r
            LEFT JOIN products p ON p.item_id = r.item_id
            LEFT JOIN products b ON b.item_id = r.because_item_id
            """);
        Execute("CREATE OR REPLACE VIEW current_recipients AS SELECT * FROM recipients");
        long rows = database.Scalar<long>("SELECT count(*) FROM recommendations");
        Execute("COMMIT");
        // Without the checkpoint the rows would stay in a second file beside the database.
        Execute("CHECKPOINT");
        return rows;
    }

    /// <summary>Closes the database; what is not committed is undone.</summary>
    public void Dispose()
    {
        interruption.Dispose();
        database.Dispose();
    }

    private long Execute(string sql, params object?[] args)
    {
        try
        {
            return database.Execute(sql, args);
        }
        catch (DuckDbException e) when (e.Fault == DuckDbFault.Interrupted)
        {
            throw new OperationCanceledException("The statement was stopped.", e, cancellation);
        }
    }

    private static string Quote(Column column) => $"\"{column.Name}\"";

    private static string TypeOf(Column column) => column.Type switch
    {
        ColumnType.Int32 => "INTEGER",
        ColumnType.Int64 => "BIGINT",
        ColumnType.Double => "DOUBLE",
        ColumnType.Boolean => "BOOLEAN",
        ColumnType.Text => "VARCHAR",
        ColumnType.Timestamp => "TIMESTAMPTZ",
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Type, "Unknown type."),
    };
}
