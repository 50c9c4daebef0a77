using Pipeline.Contracts;
using Pipeline.Hosting;

namespace Pipeline.Database;

/// <summary>A run in the database.</summary>
/// <param name="Id">Its number there.</param>
/// <param name="Fingerprint">What it was computed from; see <see cref="Storage.Fingerprint"/>.</param>
/// <param name="Receipt">What went in, as JSON; null while it is being loaded.</param>
public sealed record StoredRun(int Id, string Fingerprint, string? Receipt);

/// <summary>
/// The runs in a database and which of them is live. A run is loaded where nobody looks, completed, and made live by changing one row;
/// the views follow that row, so that whoever reads sees one run, whole. Not thread-safe.
/// </summary>
/// <param name="database">The database. To change anything it must be locked.</param>
public sealed class RunStore(IRunDatabase database)
{
    /// <summary>Name of a run's own database in the run's folder.</summary>
    public const string FileName = "recommendations.duckdb";

    /// <summary>The views that consumers read.</summary>
    public static readonly IReadOnlyList<string> Views = ["current_recommendations", "current_recipients", "current_products"];

    private const string VersionTable = "schema_version", RunsTable = "runs", ActiveTable = "active_run";
    private const string Loading = "loading", Complete = "complete", Dropping = "dropping";

    /// <summary>The run that is live, as a condition on the rows of all runs.</summary>
    private const string IsActive = $"run_number = (SELECT run_number FROM {ActiveTable})";

    /// <summary>The version of the schema after each of its changes; a change is never edited, only followed by another.</summary>
    private static readonly IReadOnlyList<Func<IRunDatabase, IEnumerable<string>>> Migrations = [CreateTables];

    /// <summary>The database.</summary>
    public IRunDatabase Database { get; } = database;

    /// <summary>Brings the schema up to date, lets the reader read, and removes what killed injections left.</summary>
    /// <param name="readerRole">The role that may read the views.</param>
    /// <param name="warn">Hears what could not be done and is not needed for the work.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="StageException">
    /// <see cref="ExitCode.Usage"/>: the schema is newer than this program, or there are tables of others under our names.
    /// </exception>
    public async Task PrepareAsync(string readerRole, Action<string> warn, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(warn);
        await MigrateAsync(cancellation).ConfigureAwait(false);
        if (await Database.GrantAsync(readerRole, Views, cancellation).ConfigureAwait(false) is { } refusal)
            warn(refusal);
        await RemoveAsync($"SELECT run_number FROM {RunsTable} WHERE state <> '{Complete}' ORDER BY run_number", warn, cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether there is anything of ours in the database.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: the schema is newer than this program.</exception>
    public async Task<bool> ExistsAsync(CancellationToken cancellation) => await VersionAsync(cancellation).ConfigureAwait(false) > 0;

    /// <summary>The run that is live; null for none.</summary>
    public Task<StoredRun?> ActiveAsync(CancellationToken cancellation) =>
        QueryRunAsync($"JOIN {ActiveTable} a ON a.run_number = r.run_number", cancellation);

    /// <summary>A whole run, live or not; null for none.</summary>
    public Task<StoredRun?> FindAsync(string fingerprint, CancellationToken cancellation) =>
        QueryRunAsync($"WHERE r.fingerprint = $1 AND r.state = '{Complete}' ORDER BY r.run_number DESC LIMIT 1", cancellation, fingerprint);

    /// <summary>Starts a run: from here on its rows can be loaded, and are removed with the next start unless they are completed.</summary>
    public async Task<StoredRun> BeginAsync(string fingerprint, CancellationToken cancellation)
    {
        IReadOnlyList<object?[]> last = await Database.QueryAsync($"SELECT coalesce(max(run_number), 0) FROM {RunsTable}", cancellation).ConfigureAwait(false);
        int id = checked((int)(long)last[0][0]! + 1);
        await Database.InTransactionAsync(
            async () =>
            {
                await Database.ExecuteAsync(
                    $"INSERT INTO {RunsTable} (run_number, fingerprint, state, loaded_at) VALUES ($1, $2, '{Loading}', now())", cancellation, id, fingerprint).ConfigureAwait(false);
                foreach (LiveTable table in LiveTable.All)
                    await Database.CreateAsync(table, id, cancellation).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        return new StoredRun(id, fingerprint, Receipt: null);
    }

    /// <summary>Declares a run whole.</summary>
    public Task CompleteAsync(StoredRun run, string receipt, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Database.PublishAsync(
            run.Id, () => Database.ExecuteAsync($"UPDATE {RunsTable} SET state = '{Complete}', receipt = $2 WHERE run_number = $1", cancellation, run.Id, receipt), cancellation);
    }

    /// <summary>Makes a whole run live, in one transaction.</summary>
    public Task ActivateAsync(StoredRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Database.InTransactionAsync(
            async () =>
            {
                await Database.ExecuteAsync($"UPDATE {ActiveTable} SET run_number = $1", cancellation, run.Id).ConfigureAwait(false);
                await Database.ExecuteAsync(
                    $"UPDATE {RunsTable} SET activation = (SELECT coalesce(max(activation), 0) + 1 FROM {RunsTable}) WHERE run_number = $1", cancellation, run.Id).ConfigureAwait(false);
            },
            cancellation);
    }

    /// <summary>Makes the run live that was so before the one that is, in one transaction; that one is withdrawn.</summary>
    /// <returns>The run that was live, and the one that is.</returns>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: there is none to go back to.</exception>
    public async Task<(StoredRun From, StoredRun To)> RollBackAsync(CancellationToken cancellation)
    {
        StoredRun? from = await ExistsAsync(cancellation).ConfigureAwait(false) ? await ActiveAsync(cancellation).ConfigureAwait(false) : null;
        StoredRun? to = from is null ? null : await QueryRunAsync(
            $"WHERE r.state = '{Complete}' AND r.activation < (SELECT activation FROM {RunsTable} WHERE run_number = $1) ORDER BY r.activation DESC LIMIT 1",
            cancellation, from.Id).ConfigureAwait(false);
        if (to is null)
            throw new StageException(ExitCode.Usage, $"The database '{Database.Location}' holds no run before the one that is live.", "Runs are kept as --keep-runs of inject says.");
        await Database.InTransactionAsync(
            async () =>
            {
                await Database.ExecuteAsync($"UPDATE {ActiveTable} SET run_number = $1", cancellation, to.Id).ConfigureAwait(false);
                await Database.ExecuteAsync($"UPDATE {RunsTable} SET activation = NULL WHERE run_number = $1", cancellation, from!.Id).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        return (from!, to);
    }

    /// <summary>Removes the oldest runs; the live one and those that were live last stay.</summary>
    /// <param name="keep">How many stay, from 1.</param>
    /// <param name="warn">Hears of a run that a reader keeps; it goes with the next start.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task PruneAsync(int keep, Action<string> warn, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(warn);
        string old = $"SELECT run_number FROM {RunsTable} WHERE state = '{Complete}' ORDER BY activation DESC NULLS LAST, run_number DESC OFFSET {keep}";
        await Database.ExecuteAsync($"UPDATE {RunsTable} SET state = '{Dropping}' WHERE run_number IN ({old})", cancellation).ConfigureAwait(false);
        await RemoveAsync($"SELECT run_number FROM {RunsTable} WHERE state = '{Dropping}' ORDER BY run_number", warn, cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether there is a run that <see cref="PruneAsync"/> would remove.</summary>
    public async Task<bool> HasOldRunsAsync(int keep, CancellationToken cancellation)
    {
        IReadOnlyList<object?[]> states = await Database.QueryAsync(
            $"SELECT state FROM {RunsTable} WHERE state IN ('{Complete}', '{Dropping}')", cancellation).ConfigureAwait(false);
        return states.Count > keep || states.Any(row => (string)row[0]! == Dropping);
    }

    /// <summary>Removes a run that did not become whole.</summary>
    public async Task AbandonAsync(StoredRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(run);
        await Database.DropAsync(run.Id, cancellation).ConfigureAwait(false);
        await Database.ExecuteAsync($"DELETE FROM {RunsTable} WHERE run_number = $1 AND state <> '{Complete}'", cancellation, run.Id).ConfigureAwait(false);
    }

    private async Task RemoveAsync(string runs, Action<string> warn, CancellationToken cancellation)
    {
        foreach (object?[] row in await Database.QueryAsync(runs, cancellation).ConfigureAwait(false))
        {
            var run = new StoredRun((int)(long)row[0]!, "", null);
            try
            {
                await AbandonAsync(run, cancellation).ConfigureAwait(false);
            }
            catch (StageException e) when (e.Code == ExitCode.Unavailable)
            {
                warn($"run {run.Id} could not be removed and stays until the next start: {e.Message}");
                return;
            }
        }
    }

    private async Task<StoredRun?> QueryRunAsync(string condition, CancellationToken cancellation, params object[] args)
    {
        IReadOnlyList<object?[]> rows = await Database.QueryAsync(
            $"SELECT r.run_number, r.fingerprint, r.receipt FROM {RunsTable} r {condition}", cancellation, args).ConfigureAwait(false);
        return rows.Count == 0 ? null : new StoredRun((int)(long)rows[0][0]!, (string)rows[0][1]!, (string?)rows[0][2]);
    }

    /// <summary>The version of the schema; 0 where there is none.</summary>
    private async Task<int> VersionAsync(CancellationToken cancellation)
    {
        if (!(await Database.RelationsAsync(cancellation).ConfigureAwait(false)).Contains(VersionTable, StringComparer.OrdinalIgnoreCase))
            return 0;
        IReadOnlyList<string> columns = await Database.ColumnsAsync(VersionTable, cancellation).ConfigureAwait(false);
        if (!columns.SequenceEqual(["version", "applied_at"]))
            throw Taken(VersionTable);
        IReadOnlyList<object?[]> rows = await Database.QueryAsync($"SELECT max(version) FROM {VersionTable}", cancellation).ConfigureAwait(false);
        int version = (int)((long?)rows[0][0] ?? 0);
        return version <= Migrations.Count
            ? version
            : throw new StageException(
                ExitCode.Usage, $"The database '{Database.Location}' has version {version} of the tables, this program knows version {Migrations.Count}.", "Use the newer program.");
    }

    private async Task MigrateAsync(CancellationToken cancellation)
    {
        int version = await VersionAsync(cancellation).ConfigureAwait(false);
        if (version == 0)
        {
            await Database.PrepareSchemaAsync(cancellation).ConfigureAwait(false);
            await RemoveFirstFormAsync(cancellation).ConfigureAwait(false);
            await RefuseForeignTablesAsync(cancellation).ConfigureAwait(false);
        }
        bool isChanged = version < Migrations.Count;
        List<string> changes = [.. isChanged ? [] : await MissingColumnsAsync(cancellation).ConfigureAwait(false)];
        if (!isChanged && changes.Count == 0)
            return;
        await Database.InTransactionAsync(
            async () =>
            {
                for (; version < Migrations.Count; version++)
                {
                    foreach (string statement in Migrations[version](Database))
                        await Database.ExecuteAsync(statement, cancellation).ConfigureAwait(false);
                    await Database.ExecuteAsync($"INSERT INTO {VersionTable} VALUES ({version + 1}, now())", cancellation).ConfigureAwait(false);
                }
                foreach (string statement in changes)
                    await Database.ExecuteAsync(statement, cancellation).ConfigureAwait(false);
                foreach ((string view, string query) in ViewQueries())
                {
                    await Database.ExecuteAsync($"DROP VIEW IF EXISTS {view}", cancellation).ConfigureAwait(false);
                    await Database.ExecuteAsync($"CREATE VIEW {view} AS {query}", cancellation).ConfigureAwait(false);
                }
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Columns that the contracts have got since the tables were made. Older runs have no value there.</summary>
    private async Task<IReadOnlyList<string>> MissingColumnsAsync(CancellationToken cancellation)
    {
        var statements = new List<string>();
        foreach (LiveTable table in LiveTable.All)
        {
            IReadOnlyList<string> there = await Database.ColumnsAsync(table.Name, cancellation).ConfigureAwait(false);
            statements.AddRange(table.Columns.Columns.Where(c => !there.Contains(c.Name))
                .Select(c => $"ALTER TABLE {table.Name} ADD COLUMN {LiveTable.Declare(c with { Nullable = true })}"));
        }
        return statements;
    }

    /// <summary>Removes the tables of before there were versions, known by the only column of one: they hold one run, which can be injected again.</summary>
    private async Task RemoveFirstFormAsync(CancellationToken cancellation)
    {
        IReadOnlyList<string> there = await Database.RelationsAsync(cancellation).ConfigureAwait(false);
        if (!there.Contains(ActiveTable) || !(await Database.ColumnsAsync(ActiveTable, cancellation).ConfigureAwait(false)).SequenceEqual(["fingerprint"]))
            return;
        await Database.InTransactionAsync(
            async () =>
            {
                foreach (string view in Views.Where(there.Contains))
                    await Database.ExecuteAsync($"DROP VIEW {view}", cancellation).ConfigureAwait(false);
                foreach (string table in LiveTable.All.Select(t => t.Name).Append(ActiveTable).Where(there.Contains))
                    await Database.ExecuteAsync($"DROP TABLE {table}", cancellation).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
    }

    private async Task RefuseForeignTablesAsync(CancellationToken cancellation)
    {
        HashSet<string> names = new([VersionTable, RunsTable, ActiveTable, .. LiveTable.All.Select(t => t.Name), .. Views], StringComparer.OrdinalIgnoreCase);
        if ((await Database.RelationsAsync(cancellation).ConfigureAwait(false)).FirstOrDefault(names.Contains) is { } taken)
            throw Taken(taken);
    }

    private StageException Taken(string name) => new(
        ExitCode.Usage, $"The database '{Database.Location}' has a table or view '{name}' that this stage did not make and will not replace.",
        "Name another database with --target.");

    private static IEnumerable<string> CreateTables(IRunDatabase database) =>
    [
        $"CREATE TABLE {VersionTable} (version INTEGER NOT NULL, applied_at TIMESTAMPTZ NOT NULL)",
        $"CREATE TABLE {RunsTable} (run_number INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, state TEXT NOT NULL, loaded_at TIMESTAMPTZ NOT NULL, activation INTEGER, receipt TEXT)",
        $"CREATE TABLE {ActiveTable} (run_number INTEGER NOT NULL)",
        $"INSERT INTO {ActiveTable} VALUES (0)",
        .. LiveTable.All.Select(t => $"CREATE TABLE {t.Name} (run_number INTEGER NOT NULL, {string.Join(", ", t.Columns.Columns.Select(LiveTable.Declare))}){database.PartitionClause}"),
    ];

    private static IEnumerable<(string View, string Query)> ViewQueries()
    {
        static string Columns(string alias, DataSet source) => string.Join(", ", source.Schema.Columns.Select(c => $"{alias}.{LiveTable.Quote(c.Name)}"));
        string products = $"(SELECT * FROM {LiveTable.Products.Name} WHERE {IsActive})";
        yield return (Views[0],
            $"""
            SELECT {Columns("r", Recommendations.DataSet)}, p.name, p.category, p.price, p.url, p.image_url, b.name AS because_name
            FROM {LiveTable.Recommendations.Name} r
            LEFT JOIN {products} p ON p.item_id = r.item_id
            LEFT JOIN {products} b ON b.item_id = r.because_item_id
            WHERE r.{IsActive}
            """);
        yield return (Views[1], $"SELECT {Columns("r", Recipients.DataSet)} FROM {LiveTable.Recipients.Name} r WHERE r.{IsActive}");
        yield return (Views[2], $"SELECT {Columns("p", Catalogue.DataSet)} FROM {LiveTable.Products.Name} p WHERE p.{IsActive}");
    }
}
