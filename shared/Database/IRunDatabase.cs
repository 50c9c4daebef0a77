using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Database;

/// <summary>
/// A database that holds runs, as far as PostgreSQL and DuckDB differ; <see cref="RunStore"/> says what is done with it. Statements are of
/// the SQL that both speak, with <c>$1</c> for arguments. One connection, on which everything happens: when it is lost, so is the lock. What
/// goes wrong is a <see cref="StageException"/>. Not thread-safe.
/// </summary>
public interface IRunDatabase : IAsyncDisposable
{
    /// <summary>The database for messages, without a password.</summary>
    string Location { get; }

    /// <summary>Takes the right to change anything, which one process has at a time and loses with its connection.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.LeaseHeld"/>: another has it.</exception>
    Task LockAsync(CancellationToken cancellation);

    /// <summary>Runs a statement without rows.</summary>
    Task ExecuteAsync(string sql, CancellationToken cancellation, params object[] args);

    /// <summary>Runs a query and gives all its rows; integers are <see cref="long"/>.</summary>
    Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancellation, params object[] args);

    /// <summary>Names of the tables and views there are where ours belong.</summary>
    Task<IReadOnlyList<string>> RelationsAsync(CancellationToken cancellation);

    /// <summary>The names of a table's columns.</summary>
    Task<IReadOnlyList<string>> ColumnsAsync(string table, CancellationToken cancellation);

    /// <summary>Makes the place for our tables, before the first migration.</summary>
    Task PrepareSchemaAsync(CancellationToken cancellation);

    /// <summary>How a table that holds the rows of all runs is declared, behind its columns.</summary>
    string PartitionClause { get; }

    /// <summary>Lets a role read the views, and nothing else.</summary>
    /// <returns>What could not be done, in a sentence; null for nothing.</returns>
    Task<string?> GrantAsync(string readerRole, IReadOnlyList<string> views, CancellationToken cancellation);

    /// <summary>The rows of a run as SQL that stands behind FROM, whether consumers can see them or not.</summary>
    string RowsOf(LiveTable table, int run);

    /// <summary>Makes room for the rows of a run. Consumers do not see it.</summary>
    Task CreateAsync(LiveTable table, int run, CancellationToken cancellation);

    /// <summary>Adds rows to the room for a run.</summary>
    /// <returns>How many, and the checksum of what was sent.</returns>
    Task<LoadedRows> LoadAsync(LiveTable table, int run, IAsyncEnumerable<ColumnBatch> batches, CancellationToken cancellation);

    /// <summary>Indexes the rows of a run.</summary>
    Task IndexAsync(LiveTable table, int run, CancellationToken cancellation);

    /// <summary>The checksum of what the database holds of a run, in the same form as <see cref="LoadAsync"/>'s.</summary>
    Task<string> ChecksumAsync(LiveTable table, int run, CancellationToken cancellation);

    /// <summary>Puts the rows of a run where the views find them, though they do not look for them yet, and waits for readers that cannot see them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="complete">What else belongs into the same transaction.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    Task PublishAsync(int run, Func<Task> complete, CancellationToken cancellation);

    /// <summary>Runs statements in a transaction.</summary>
    Task InTransactionAsync(Func<Task> work, CancellationToken cancellation);

    /// <summary>Removes whatever there is of a run's rows, without keeping readers waiting.</summary>
    Task DropAsync(int run, CancellationToken cancellation);
}

/// <summary>Rows that were sent.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Checksum">Checksum of their bytes in the form of binary COPY, whatever their order.</param>
public sealed record LoadedRows(long Rows, string Checksum);

/// <summary>How a database is opened.</summary>
public sealed record DatabaseSettings
{
    /// <summary>Longest a statement may take.</summary>
    public required TimeSpan TimeOut { get; init; }

    /// <summary>Longest that readers are waited for before the switch.</summary>
    public TimeSpan ReaderTimeOut { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Opens a database.</summary>
    /// <exception cref="StageException">It cannot be opened, or not be written.</exception>
    public async Task<IRunDatabase> OpenAsync(DatabaseUrl url, DatabaseSecret secret, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(secret);
        return url.FilePath is { } path
            ? DuckDbRunDatabase.Open(path, cancellation)
            : await PostgresRunDatabase.OpenAsync(url, secret, this, cancellation).ConfigureAwait(false);
    }
}
