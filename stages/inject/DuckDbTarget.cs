using Pipeline.Hosting;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Inject;

/// <summary>
/// The embedded database. Everything happens in one transaction, the creation of the tables, too: a reader sees the old run or the
/// new one. Not thread-safe.
/// </summary>
internal sealed class DuckDbTarget : IDisposable
{
    /// <summary>The table that says which run the database holds, and by being there that this stage made the others.</summary>
    private const string Mark = "active_run";

    private const string CurrentRecommendations = "current_recommendations", CurrentRecipients = "current_recipients";

    private readonly string path;
    private readonly DuckDbDatabase database;
    private readonly CancellationToken cancellation;
    private readonly CancellationTokenRegistration interruption;

    /// <summary>Opens the database, or makes it.</summary>
    public DuckDbTarget(string path, CancellationToken cancellation)
    {
        this.path = path;
        RemoveStillborn(path);
        this.cancellation = cancellation;
        database = DuckDbDatabase.Open(path);
        interruption = cancellation.Register(database.Interrupt);
    }

    /// <summary>Whether the database holds the run with a fingerprint.</summary>
    public static bool Holds(string path, string fingerprint)
    {
        RemoveStillborn(path);
        if (!File.Exists(path))
            return false;
        using DuckDbDatabase database = DuckDbDatabase.Open(path, readOnly: true);
        return HasMark(database) && database.Scalar<string>($"SELECT fingerprint FROM {Mark}") == fingerprint;
    }

    /// <summary>Starts the transaction.</summary>
    /// <param name="tables">The tables that will be created.</param>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: one of the names is taken by something that this stage did not make.</exception>
    public void Begin(IEnumerable<TargetTable> tables)
    {
        Execute("BEGIN");
        if (Stoppable(() => HasMark(database)))
            return;
        HashSet<string> names = new([.. tables.Select(t => t.Name), CurrentRecommendations, CurrentRecipients, Mark], StringComparer.OrdinalIgnoreCase);
        const string sql = "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database() AND table_schema = 'main'";
        string? taken = Stoppable(() => database.Query(sql))
            .Select(row => row.GetString(0))
            .FirstOrDefault(names.Contains);
        if (taken is not null)
        {
            throw new StageException(
                ExitCode.Usage, $"The database '{path}' has a table or view '{taken}' that this stage did not make and will not replace.",
                "Name another file with --target.");
        }
    }

    /// <summary>Creates a table anew, empty.</summary>
    public void Create(TargetTable table) => Execute(
        $"CREATE OR REPLACE TABLE {table.Name} ({string.Join(", ", table.DataSet.Schema.Columns.Select(c => $"{Quote(c)} {TypeOf(c)}{(c.Nullable ? "" : " NOT NULL")}"))})");

    /// <summary>Appends the rows of a file.</summary>
    /// <returns>How many there were.</returns>
    public long Fill(TargetTable table, string file)
    {
        string columns = string.Join(", ", table.DataSet.Schema.Columns.Select(Quote));
        return Execute(
            $"INSERT INTO {table.Name} SELECT {columns} FROM read_parquet(?, hive_partitioning = false)", DuckDbDatabase.FilePattern(file));
    }

    /// <summary>Creates the views, marks the run and makes it visible.</summary>
    /// <returns>Recommendations now in the database.</returns>
    public long Commit(string fingerprint)
    {
        Execute($"CREATE OR REPLACE TABLE {Mark} (fingerprint VARCHAR NOT NULL)");
        Execute($"INSERT INTO {Mark} VALUES (?)", fingerprint);
        Execute(
            $"""
            CREATE OR REPLACE VIEW {CurrentRecommendations} AS
            SELECT r.*, p.name, p.category, p.price, p.url, p.image_url, b.name AS because_name
            FROM recommendations r
            LEFT JOIN products p ON p.item_id = r.item_id
            LEFT JOIN products b ON b.item_id = r.because_item_id
            """);
        Execute($"CREATE OR REPLACE VIEW {CurrentRecipients} AS SELECT * FROM recipients");
        long rows = Stoppable(() => database.Scalar<long>("SELECT count(*) FROM recommendations"));
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

    /// <summary>
    /// Removes what is left of a database whose maker was killed before the first blocks were written: DuckDB takes it for a foreign
    /// file. It holds nothing, since data come behind these blocks.
    /// </summary>
    private static void RemoveStillborn(string path)
    {
        const int firstBlocks = 3 * 4096, magicAt = 8;
        var file = new FileInfo(path);
        if (!file.Exists || file.Length >= firstBlocks)
            return;
        try
        {
            byte[] start = File.ReadAllBytes(path);
            if (start.Length == 0 || start.AsSpan(Math.Min(magicAt, start.Length)).StartsWith("DUCK"u8))
                file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever opens it next says what is wrong.
        }
    }

    private static bool HasMark(DuckDbDatabase database) =>
        database.Scalar<long>(
            "SELECT count(*) FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'main' AND table_name = ? AND column_name = 'fingerprint'",
            Mark) == 1;

    private long Execute(string sql, params object?[] args) => Stoppable(() => database.Execute(sql, args));

    /// <summary>Runs a statement that <see cref="DuckDbDatabase.Interrupt"/> may end.</summary>
    private T Stoppable<T>(Func<T> statement)
    {
        try
        {
            return statement();
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
