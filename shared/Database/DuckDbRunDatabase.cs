using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Database;

/// <summary>
/// Runs in a DuckDB file: all runs in the same tables. One process has the file at a time, so that readers see what was committed before
/// they opened it.
/// </summary>
internal sealed class DuckDbRunDatabase : IRunDatabase
{
    /// <summary>Rows on their way in or out lie in such a file beside the database.</summary>
    private const string TransferSuffix = ".transfer";

    private readonly string path;
    private readonly DuckDbDatabase database;
    private readonly IDisposable claim;
    private readonly CancellationTokenRegistration interruption;
    private readonly DuckDbTableFormat tables = new();

    private DuckDbRunDatabase(string path, DuckDbDatabase database, IDisposable claim, CancellationToken stopping)
    {
        this.path = path;
        this.database = database;
        this.claim = claim;
        interruption = stopping.Register(database.Interrupt);
    }

    public string Location => path;

    public string PartitionClause => "";

    private string TransferFile => path + TransferSuffix;

    public static DuckDbRunDatabase Open(string path, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
            throw new StageException(ExitCode.Usage, $"The database '{path}' is a folder, where a file is expected.");
        FileStream claim = Claim(path);
        try
        {
            RemoveStillborn(path);
            return new DuckDbRunDatabase(path, DuckDbDatabase.Open(path), claim, cancellation);
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>The file was claimed when it was opened.</summary>
    public Task LockAsync(CancellationToken cancellation)
    {
        File.Delete(TransferFile);
        return Task.CompletedTask;
    }

    public Task ExecuteAsync(string sql, CancellationToken cancellation, params object[] args)
    {
        Stoppable(() => database.Execute(sql, args), cancellation);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancellation, params object[] args) =>
        Task.FromResult<IReadOnlyList<object?[]>>(
            [.. Stoppable(() => database.Query(sql, args), cancellation).Select(row => Enumerable.Range(0, row.Names.Count).Select(c => row[c]).ToArray())]);

    public Task<IReadOnlyList<string>> RelationsAsync(CancellationToken cancellation) => NamesAsync(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database() AND table_schema = 'main'", cancellation);

    public Task<IReadOnlyList<string>> ColumnsAsync(string table, CancellationToken cancellation) => NamesAsync(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'main' AND table_name = $1 ORDER BY column_index",
        cancellation, table);

    public Task PrepareSchemaAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>A file has no roles: its rights are those of the file system.</summary>
    public Task<string?> GrantAsync(string readerRole, IReadOnlyList<string> views, CancellationToken cancellation) => Task.FromResult<string?>(null);

    public string RowsOf(LiveTable table, int run)
    {
        ArgumentNullException.ThrowIfNull(table);
        return $"(SELECT * FROM {table.Name} WHERE run_number = {run})";
    }

    public Task CreateAsync(LiveTable table, int run, CancellationToken cancellation) => Task.CompletedTask;

    public async Task<LoadedRows> LoadAsync(LiveTable table, int run, IAsyncEnumerable<ColumnBatch> batches, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(batches);
        var encoder = new RowEncoder(table.Columns);
        long rows;
        try
        {
            ITableWriter writer = await tables.CreateAsync(TransferFile, table.Columns, new Dictionary<string, string>(), cancellation).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                await foreach (ColumnBatch batch in batches.ConfigureAwait(false))
                {
                    Encode(encoder, batch);
                    await writer.WriteAsync(batch, cancellation).ConfigureAwait(false);
                }
                await writer.CompleteAsync(cancellation).ConfigureAwait(false);
                rows = writer.RowCount;
            }
            await ExecuteAsync(
                $"INSERT INTO {table.Name} (run_number, {table.ColumnList}) SELECT {run}, {table.ColumnList} FROM read_parquet($1, hive_partitioning = false)",
                cancellation, DuckDbDatabase.FilePattern(TransferFile)).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(TransferFile);
        }
        return new LoadedRows(rows, encoder.Checksum.ToString());
    }

    /// <summary>DuckDB keeps the least and the greatest value of each block of rows, and rows come in order of the customers.</summary>
    public Task IndexAsync(LiveTable table, int run, CancellationToken cancellation) => Task.CompletedTask;

    public async Task<string> ChecksumAsync(LiveTable table, int run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(table);
        var encoder = new RowEncoder(table.Columns);
        try
        {
            string file = TransferFile.Replace("'", "''", StringComparison.Ordinal);
            await ExecuteAsync($"COPY (SELECT {table.ColumnList} FROM {table.Name} WHERE run_number = {run}) TO '{file}' (FORMAT PARQUET)", cancellation).ConfigureAwait(false);
            ITableReader reader = await tables.OpenAsync(TransferFile, table.Columns, cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var batch = new ColumnBatch(table.Columns);
                while (await reader.ReadAsync(batch, cancellation).ConfigureAwait(false))
                    Encode(encoder, batch);
            }
        }
        finally
        {
            File.Delete(TransferFile);
        }
        return encoder.Checksum.ToString();
    }

    public Task PublishAsync(int run, Func<Task> complete, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(complete);
        return complete();
    }

    public async Task InTransactionAsync(Func<Task> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        Stoppable(() => database.Execute("BEGIN"), cancellation);
        try
        {
            await work().ConfigureAwait(false);
            Stoppable(() => database.Execute("COMMIT"), cancellation);
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    public async Task DropAsync(int run, CancellationToken cancellation)
    {
        foreach (LiveTable table in LiveTable.All)
            await ExecuteAsync($"DELETE FROM {table.Name} WHERE run_number = {run}", cancellation).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        interruption.Dispose();
        try
        {
            // Without the checkpoint the rows would stay in a second file beside the database.
            database.Execute("CHECKPOINT");
        }
        catch (DuckDbException)
        {
            // Whatever is committed is in that second file, and nothing is lost.
        }
        finally
        {
            database.Dispose();
            claim.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Only for the checksum.</summary>
    private static void Encode(RowEncoder encoder, ColumnBatch batch)
    {
        for (int row = 0; row < batch.Count;)
            row = encoder.Encode(batch, row);
    }

    /// <summary>
    /// Tells another injection from a reader, who has the database locked just the same: locks a file beside it. The file stays, because
    /// removing it would let two processes lock two files of the same name.
    /// </summary>
    private static FileStream Claim(string path)
    {
        string full = Path.GetFullPath(path), file = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.lease");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (LocalObjectStore.IsLockedByAnother(e))
        {
            throw new StageException(ExitCode.LeaseHeld, $"Another process is injecting into the database '{path}'.", "Wait until it ends, or stop it.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "write", file);
        }
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

    private void RollBack()
    {
        try
        {
            database.Execute("ROLLBACK");
        }
        catch (DuckDbException)
        {
            // A failed COMMIT has ended the transaction.
        }
    }

    private Task<IReadOnlyList<string>> NamesAsync(string sql, CancellationToken cancellation, params object[] args)
    {
        return Task.FromResult<IReadOnlyList<string>>([.. Stoppable(() => database.Query(sql, args), cancellation).Select(row => row.GetString(0))]);
    }

    /// <summary>Runs a statement that <see cref="DuckDbDatabase.Interrupt"/> may end.</summary>
    private static T Stoppable<T>(Func<T> statement, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return statement();
        }
        catch (DuckDbException e) when (e.Fault == DuckDbFault.Interrupted)
        {
            throw new OperationCanceledException("The statement was stopped.", e, cancellation);
        }
    }
}
