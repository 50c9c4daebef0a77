namespace Pipeline.Tables.DuckDb;

/// <summary>
/// A DuckDB database, in a file or in memory, for statements with few rows of arguments and results; the Parquet files of a run are
/// read by <c>read_parquet(?)</c> in SQL. Statements run in autocommit until <c>BEGIN</c>; a database disposed within a transaction
/// rolls it back. The time zone is UTC, no extension is ever fetched. Not thread-safe, except <see cref="Interrupt"/>.
/// </summary>
public sealed class DuckDbDatabase : IDisposable
{
    private readonly Connection connection;
    private readonly IDisposable? claim;

    private DuckDbDatabase(Connection connection, IDisposable? claim)
    {
        this.connection = connection;
        this.claim = claim;
    }

    /// <summary>Opens a database file.</summary>
    /// <param name="path">The file, made when it does not exist. One process may have it open to write, or several to read only.</param>
    /// <param name="options">What DuckDB may use.</param>
    /// <param name="readOnly">Refuses statements that change the database; the file must exist.</param>
    /// <exception cref="DuckDbException">
    /// With <see cref="DuckDbFault.Locked"/> when the file is open elsewhere, in this process too; with <see cref="DuckDbFault.File"/>
    /// when it cannot be opened or is no database.
    /// </exception>
    public static DuckDbDatabase Open(string path, DuckDbOptions? options = null, bool readOnly = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
            throw new DuckDbException(DuckDbFault.File, $"The database '{path}' is a folder, where a file is expected.");
        if (readOnly && !File.Exists(path))
            throw new DuckDbException(DuckDbFault.File, $"The database '{path}' does not exist.");
        IDisposable claim = DatabaseFiles.Claim(path, readOnly);
        try
        {
            return new(Connection.Open(path, options ?? new(), readOnly), claim);
        }
        catch (DuckDbException e)
        {
            claim.Dispose();
            DuckDbFault fault = e.Fault == DuckDbFault.Statement ? DuckDbFault.File : e.Fault;
            throw new DuckDbException(
                fault,
                fault == DuckDbFault.Locked
                    ? $"The database '{path}' is locked by another process: wait until it is closed. ({e.Message})"
                    : $"The database '{path}' cannot be opened: {e.Message}",
                e);
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Opens an empty database in memory.</summary>
    public static DuckDbDatabase OpenInMemory(DuckDbOptions? options = null) => new(Connection.Open(null, options ?? new()), null);

    /// <summary>Runs one or more statements; their rows, if any, are dropped.</summary>
    /// <param name="sql">The statements, divided by semicolons.</param>
    /// <param name="args">
    /// Values for <c>?</c> in order, with a single statement only: null, bool, integers to 64 bits, double, string, byte[], DateTimeOffset
    /// or DateTime in UTC.
    /// </param>
    /// <returns>The rows that the last statement inserted, updated or deleted.</returns>
    /// <exception cref="DuckDbException">The statement failed or was interrupted. Within a transaction, roll back.</exception>
    public long Execute(string sql, params object?[] args)
    {
        ArgumentNullException.ThrowIfNull(sql);
        // A single null argument arrives as a null array.
        return connection.Execute(sql, args ?? [null]);
    }

    /// <summary>The first value of the first row of a query.</summary>
    /// <typeparam name="T">A type that <see cref="DuckDbRow"/> gives, or the nullable form of one.</typeparam>
    /// <returns>
    /// The default of <typeparamref name="T"/> when there is no row or the value is null; ask for <c>long?</c> to tell null from 0.
    /// </returns>
    /// <exception cref="DuckDbException">
    /// As in <see cref="Execute"/>, or the value cannot be given as <typeparamref name="T"/>.
    /// </exception>
    public T? Scalar<T>(string sql, params object?[] args)
    {
        IReadOnlyList<DuckDbRow> rows = Query(sql, args);
        return rows.Count == 0 || rows[0].IsNull(0) ? default : rows[0].Get<T>(0);
    }

    /// <summary>
    /// Runs a query and gives all its rows, which stay valid. For results that fit well in memory: a value costs about 50 bytes.
    /// </summary>
    /// <exception cref="DuckDbException">
    /// As in <see cref="Execute"/>, or a column has a type without a counterpart: cast it to VARCHAR.
    /// </exception>
    public IReadOnlyList<DuckDbRow> Query(string sql, params object?[] args)
    {
        ArgumentNullException.ThrowIfNull(sql);
        using Result result = connection.Query(sql, args ?? [null]);
        List<DuckDbRow> rows = [];
        RowValues values = new(result);
        while (result.ReadChunk())
            for (int row = 0; row < result.Count; row++)
                rows.Add(new DuckDbRow(result.Names, values.Read(row)));
        return rows;
    }

    /// <summary>What <c>read_parquet(?)</c> is to be given for one file, for it takes every path for a pattern.</summary>
    public static string FilePattern(string path) => Sql.Pattern(path);

    /// <summary>Stops the statement that runs now, if one does; it fails with <see cref="DuckDbFault.Interrupted"/>. Thread-safe.</summary>
    public void Interrupt() => connection.Interrupt();

    /// <summary>Closes the database; a transaction that is open is rolled back.</summary>
    public void Dispose()
    {
        connection.Dispose();
        claim?.Dispose();
    }
}
