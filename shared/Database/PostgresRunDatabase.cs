using System.Data;
using System.Globalization;
using Npgsql;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Database;

/// <summary>
/// Runs in a PostgreSQL server. Each table is partitioned by run; a run is loaded into tables of its own that no reader knows, and attached
/// when it is whole. Readers take no lock that anything here waits for or makes them wait for.
/// </summary>
internal sealed class PostgresRunDatabase : IRunDatabase
{
    /// <summary>The schema that holds everything.</summary>
    public const string Schema = "pipeline";

    private const int MinVersion = 14;
    private const long LockKey = 0x7069_7065_6c69_6e65;

    /// <summary>A server whose client was killed notices within this.</summary>
    private const int ConnectionCheckMilliseconds = 500;

    /// <summary>How long the lock is asked for: as long as a server may need to notice that its holder is dead.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ConnectTimeOut = TimeSpan.FromSeconds(10);

    /// <summary>Clearing up must not wait long for a reader: it is tried again with the next run.</summary>
    private static readonly TimeSpan DropTimeOut = TimeSpan.FromSeconds(5);

    private readonly DatabaseUrl url;
    private readonly DatabaseSettings settings;
    private readonly NpgsqlConnection connection;

    private PostgresRunDatabase(DatabaseUrl url, DatabaseSettings settings, NpgsqlConnection connection)
    {
        this.url = url;
        this.settings = settings;
        this.connection = connection;
    }

    public string Location => url.ToString();

    public string PartitionClause => " PARTITION BY LIST (run_number)";

    public static async Task<PostgresRunDatabase> OpenAsync(
        DatabaseUrl url, DatabaseSecret secret, DatabaseSettings settings, CancellationToken cancellation)
    {
        ServerAddress server = url.Server!;
        string user = server.User ?? secret.User
            ?? throw new StageException(ExitCode.Usage, $"The database '{url}' needs a user.", "Name one: postgresql://USER@HOST/DATABASE.");
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = server.Host,
            Port = server.Port,
            Database = server.Database,
            Username = user,
            Password = secret.Password,
            SslMode = server.SslMode,
            RootCertificate = server.RootCertificate,
            ApplicationName = "pipeline",
            SearchPath = Schema,
            Pooling = false,
            Enlist = false,
            Timeout = (int)ConnectTimeOut.TotalSeconds,
            CommandTimeout = (int)settings.TimeOut.TotalSeconds,
            TcpKeepAlive = true,
            IncludeErrorDetail = false,
        };
        var database = new PostgresRunDatabase(url, settings, new NpgsqlConnection(builder.ConnectionString));
        try
        {
            await database.GuardAsync(() => database.connection.OpenAsync(cancellation)).ConfigureAwait(false);
            await database.SetUpAsync(cancellation).ConfigureAwait(false);
            return database;
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task LockAsync(CancellationToken cancellation)
    {
        // A read-only server would give the lock, and refuse only what comes next.
        if (await ScalarAsync<string>("SELECT current_setting('transaction_read_only')", cancellation).ConfigureAwait(false) == "on")
            throw new StageException(ExitCode.Usage, $"The database '{url}' is read-only.", "Name the primary server, not a replica.");
        long started = Environment.TickCount64;
        while (!await ScalarAsync<bool>($"SELECT pg_try_advisory_lock({LockKey})", cancellation).ConfigureAwait(false))
        {
            if (Environment.TickCount64 - started > LockPatience.TotalMilliseconds)
                throw new StageException(ExitCode.LeaseHeld, $"Another process is injecting into the database '{url}'.", "Wait until it ends, or stop it.");
            await Task.Delay(100, cancellation).ConfigureAwait(false);
        }
    }

    public Task ExecuteAsync(string sql, CancellationToken cancellation, params object[] args) => GuardAsync(async () =>
    {
        NpgsqlCommand command = Command(sql, args);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    });

    public Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancellation, params object[] args) => GuardAsync(async () =>
    {
        NpgsqlCommand command = Command(sql, args);
        await using (command.ConfigureAwait(false))
        {
            NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var rows = new List<object?[]>();
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    var row = new object?[reader.FieldCount];
                    for (int c = 0; c < row.Length; c++)
                        row[c] = reader.IsDBNull(c) ? null : reader.GetValue(c) is int or short ? Convert.ToInt64(reader.GetValue(c), CultureInfo.InvariantCulture) : reader.GetValue(c);
                    rows.Add(row);
                }
                return (IReadOnlyList<object?[]>)rows;
            }
        }
    });

    public Task<IReadOnlyList<string>> RelationsAsync(CancellationToken cancellation) => NamesAsync(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
        cancellation, Schema);

    public Task<IReadOnlyList<string>> ColumnsAsync(string table, CancellationToken cancellation) => NamesAsync(
        $"SELECT attname::text FROM pg_attribute WHERE attrelid = '{Schema}.{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum", cancellation);

    public async Task PrepareSchemaAsync(CancellationToken cancellation)
    {
        // CREATE SCHEMA IF NOT EXISTS asks for the right to create one even where there is one.
        if (!await ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = '{Schema}')", cancellation).ConfigureAwait(false))
            await ExecuteAsync($"CREATE SCHEMA {Schema}", cancellation).ConfigureAwait(false);
    }

    public async Task<string?> GrantAsync(string readerRole, IReadOnlyList<string> views, CancellationToken cancellation)
    {
        string role = LiveTable.Quote(readerRole.Replace("\"", "\"\"", StringComparison.Ordinal));
        if ((await QueryAsync("SELECT 1 FROM pg_roles WHERE rolname = $1", cancellation, readerRole).ConfigureAwait(false)).Count == 0)
        {
            if (!await ScalarAsync<bool>("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user", cancellation).ConfigureAwait(false))
                return $"there is no role {role} that could be let read, and this user may not create it: let an administrator do so (CREATE ROLE {role} NOLOGIN), or name another with --reader-role";
            await ExecuteAsync($"CREATE ROLE {role} NOLOGIN", cancellation).ConfigureAwait(false);
        }
        foreach (string view in views)
        {
            IReadOnlyList<object?[]> may = await QueryAsync(
                $"SELECT has_schema_privilege($1, '{Schema}', 'USAGE') AND has_table_privilege($1, '{Schema}.{view}', 'SELECT')", cancellation, readerRole).ConfigureAwait(false);
            if (may[0][0] is true)
                continue;
            await ExecuteAsync($"GRANT USAGE ON SCHEMA {Schema} TO {role}", cancellation).ConfigureAwait(false);
            await ExecuteAsync($"GRANT SELECT ON {view} TO {role}", cancellation).ConfigureAwait(false);
        }
        return null;
    }

    public string RowsOf(LiveTable table, int run) => PartitionOf(table, run);

    public async Task CreateAsync(LiveTable table, int run, CancellationToken cancellation)
    {
        // The constraint is what attaching has to prove: with it nothing is read for that. The default fills what COPY leaves out.
        string partition = PartitionOf(table, run);
        await ExecuteAsync($"CREATE TABLE {partition} (LIKE {table.Name}, CONSTRAINT {partition}_run CHECK (run_number = {run}))", cancellation).ConfigureAwait(false);
        await ExecuteAsync($"ALTER TABLE {partition} ALTER COLUMN run_number SET DEFAULT {run}", cancellation).ConfigureAwait(false);
    }

    public Task<LoadedRows> LoadAsync(LiveTable table, int run, IAsyncEnumerable<ColumnBatch> batches, CancellationToken cancellation) => GuardAsync(async () =>
    {
        var encoder = new RowEncoder(table.Columns);
        long rows = 0;
        NpgsqlRawCopyStream copy = await connection.BeginRawBinaryCopyAsync(
            $"COPY {PartitionOf(table, run)} ({table.ColumnList}) FROM STDIN (FORMAT BINARY)", cancellation).ConfigureAwait(false);
        // Rows are read and encoded while the ones before are on their way.
        Task sending = copy.WriteAsync(RowEncoder.Header, cancellation).AsTask();
        try
        {
            copy.WriteTimeout = (int)settings.TimeOut.TotalMilliseconds;
            await foreach (ColumnBatch batch in batches.ConfigureAwait(false))
            {
                for (int row = 0; row < batch.Count;)
                {
                    row = encoder.Encode(batch, row);
                    await sending.ConfigureAwait(false);
                    sending = copy.WriteAsync(encoder.Encoded, cancellation).AsTask();
                }
                rows += batch.Count;
            }
            await sending.ConfigureAwait(false);
            await copy.WriteAsync(RowEncoder.Trailer, cancellation).ConfigureAwait(false);
        }
        catch
        {
            // What failed first is told.
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await GiveUpAsync(copy).ConfigureAwait(false);
            throw;
        }
        await copy.DisposeAsync().ConfigureAwait(false);
        return new LoadedRows(rows, encoder.Checksum.ToString());
    });

    public async Task IndexAsync(LiveTable table, int run, CancellationToken cancellation)
    {
        string partition = PartitionOf(table, run);
        for (int i = 0; i < table.Indexes.Count; i++)
        {
            string columns = string.Join(", ", table.Indexes[i].Select(LiveTable.Quote));
            await ExecuteAsync($"CREATE INDEX {partition}_{i} ON {partition} ({columns})", cancellation).ConfigureAwait(false);
        }
        await ExecuteAsync($"ANALYZE {partition}", cancellation).ConfigureAwait(false);
    }

    public Task<string> ChecksumAsync(LiveTable table, int run, CancellationToken cancellation) => GuardAsync(async () =>
    {
        var decoder = new RowDecoder();
        NpgsqlRawCopyStream copy = await connection.BeginRawBinaryCopyAsync(
            $"COPY {PartitionOf(table, run)} ({table.ColumnList}) TO STDOUT (FORMAT BINARY)", cancellation).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            copy.ReadTimeout = (int)settings.TimeOut.TotalMilliseconds;
            while (await decoder.ReadAsync(copy, cancellation).ConfigureAwait(false))
            {
            }
        }
        return decoder.Checksum.ToString();
    });

    public async Task PublishAsync(int run, Func<Task> complete, CancellationToken cancellation)
    {
        await InTransactionAsync(
            async () =>
            {
                foreach (LiveTable table in LiveTable.All)
                    await ExecuteAsync($"ALTER TABLE {table.Name} ATTACH PARTITION {PartitionOf(table, run)} FOR VALUES IN ({run})", cancellation).ConfigureAwait(false);
                await complete().ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        await WaitForReadersAsync(cancellation).ConfigureAwait(false);
    }

    public async Task InTransactionAsync(Func<Task> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        await ExecuteAsync("BEGIN", cancellation).ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
            await ExecuteAsync("COMMIT", cancellation).ConfigureAwait(false);
        }
        catch
        {
            await RollBackAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task DropAsync(int run, CancellationToken cancellation)
    {
        await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET lock_timeout = {DropTimeOut.TotalMilliseconds}"), cancellation).ConfigureAwait(false);
        try
        {
            foreach (LiveTable table in LiveTable.All)
            {
                string partition = PartitionOf(table, run);
                IReadOnlyList<object?[]> found = await QueryAsync(
                    $"SELECT i.inhdetachpending FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_inherits i ON i.inhrelid = c.oid WHERE n.nspname = $1 AND c.relname = $2",
                    cancellation, Schema, partition).ConfigureAwait(false);
                if (found.Count == 0)
                    continue;
                // Dropping a partition would lock its table for readers; detaching one concurrently does not, but can be left half-way.
                if (found[0][0] is bool isPending)
                    await ExecuteAsync($"ALTER TABLE {table.Name} DETACH PARTITION {partition} {(isPending ? "FINALIZE" : "CONCURRENTLY")}", cancellation).ConfigureAwait(false);
                await ExecuteAsync($"DROP TABLE {partition}", cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            await RestoreLockTimeOutAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync() => await connection.DisposeAsync().ConfigureAwait(false);

    private async Task SetUpAsync(CancellationToken cancellation)
    {
        if (connection.PostgreSqlVersion.Major < MinVersion)
        {
            throw new StageException(
                ExitCode.Usage, $"The database '{url}' is of PostgreSQL {connection.PostgreSqlVersion}, which is not supported.", $"Use version {MinVersion} or later.");
        }
        string timeOut = string.Create(CultureInfo.InvariantCulture, $"{settings.TimeOut.TotalMilliseconds:0}");
        await ExecuteAsync(
            // Statements have the client's time-out, COPY one for each piece: a large table may take as long as it moves.
            $"SET statement_timeout = 0; SET lock_timeout = {timeOut}; SET idle_in_transaction_session_timeout = {timeOut}; SET maintenance_work_mem = '256MB'; SET TimeZone = 'UTC'",
            cancellation).ConfigureAwait(false);
        try
        {
            await ExecuteAsync($"SET client_connection_check_interval = {ConnectionCheckMilliseconds}", cancellation).ConfigureAwait(false);
        }
        catch (StageException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.InvalidParameterValue })
        {
            // A server on Windows cannot; it then notices a dead client at the end of a statement.
        }
    }

    /// <summary>
    /// Waits for every transaction that used the tables before the new partitions were there: a statement it prepared then would look
    /// for the new run in the old ones and find nothing. Who comes later sees them. Nobody waits for this but the stage.
    /// </summary>
    private async Task WaitForReadersAsync(CancellationToken cancellation)
    {
        string tables = string.Join(", ", LiveTable.All.Select(t => $"'{t.Name}'::regclass"));
        string holders = $"SELECT DISTINCT virtualtransaction, pid FROM pg_locks WHERE locktype = 'relation' AND relation IN ({tables}) AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()";
        var old = new Dictionary<string, long>();
        foreach (object?[] holder in await QueryAsync(holders, cancellation).ConfigureAwait(false))
            old[(string)holder[0]!] = (long)holder[1]!;
        long started = Environment.TickCount64;
        while (old.Count > 0)
        {
            HashSet<string> now = [.. (await QueryAsync(holders, cancellation).ConfigureAwait(false)).Select(r => (string)r[0]!)];
            foreach (string gone in old.Keys.Where(k => !now.Contains(k)).ToList())
                old.Remove(gone);
            if (old.Count > 0 && Environment.TickCount64 - started > settings.ReaderTimeOut.TotalMilliseconds)
            {
                throw new StageException(
                    ExitCode.Unavailable,
                    $"The database '{url}' has a transaction that read the lists before this run was loaded and is still open (process {string.Join(", ", old.Values.Order())}).",
                    "End it, or start again later: the run is loaded and only has to be made live.");
            }
            if (old.Count > 0)
                await Task.Delay(20, cancellation).ConfigureAwait(false);
        }
    }

    private async Task RollBackAsync()
    {
        try
        {
            await ExecuteAsync("ROLLBACK", CancellationToken.None).ConfigureAwait(false);
        }
        catch (StageException)
        {
            // The connection is gone, and the transaction with it.
        }
    }

    private async Task RestoreLockTimeOutAsync()
    {
        try
        {
            await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET lock_timeout = {settings.TimeOut.TotalMilliseconds:0}"), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StageException)
        {
            // The connection is gone, and the setting with it.
        }
    }

    /// <summary>Ends a COPY without its rows: closing it would commit them.</summary>
    private static async Task GiveUpAsync(NpgsqlRawCopyStream copy)
    {
        try
        {
            await copy.CancelAsync().ConfigureAwait(false);
            await copy.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (PostgresErrors.IsOurs(e) || e is InvalidOperationException)
        {
            // What stopped the copying is the failure to be told, not that its end could not be told to the server.
        }
    }

    private async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellation) =>
        (T)(await QueryAsync(sql, cancellation).ConfigureAwait(false))[0][0]!;

    private async Task<IReadOnlyList<string>> NamesAsync(string sql, CancellationToken cancellation, params object[] args) =>
        [.. (await QueryAsync(sql, cancellation, args).ConfigureAwait(false)).Select(row => (string)row[0]!)];

    private NpgsqlCommand Command(string sql, object[] args)
    {
#pragma warning disable CA2100 // Values are arguments; what stands in the text are names of our own.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (object arg in args)
            command.Parameters.Add(new NpgsqlParameter { Value = arg });
        return command;
    }

    private Task<bool> GuardAsync(Func<Task> call) => GuardAsync(async () =>
    {
        await call().ConfigureAwait(false);
        return true;
    });

    private async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch (Exception e) when (PostgresErrors.IsOurs(e) || (e is InvalidOperationException && connection.FullState is ConnectionState.Closed or ConnectionState.Broken))
        {
            // A statement after the connection was lost is told off for using it.
            throw PostgresErrors.Translate(e, url);
        }
    }

    private static string PartitionOf(LiveTable table, int run) => string.Create(CultureInfo.InvariantCulture, $"{table.Name}_{run}");
}
