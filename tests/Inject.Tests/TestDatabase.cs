using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;
using Pipeline.Testing.Postgres;

namespace Pipeline.Inject.Tests;

/// <summary>A database of one test, of either kind, and the stage injecting into it.</summary>
internal abstract class TestDatabase
{
    public const string DuckDb = "duckdb", Postgres = "postgresql";

    /// <summary>What the stage gets by <c>--target</c>.</summary>
    public abstract string Url { get; }

    /// <summary>What the stage gets by the environment.</summary>
    public virtual IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    /// <summary>A new, empty database.</summary>
    public static TestDatabase Create(string kind, TempFolder folder) =>
        kind == DuckDb ? new DuckDbTestDatabase(folder.File($"{Guid.NewGuid():N}.duckdb")) : new PostgresTestDatabase(PostgresFixture.Server);

    /// <summary>The rows of a query, a text each with the values between bars.</summary>
    public abstract string[] Rows(string sql);

    public abstract void Execute(string sql);

    /// <summary>Holds the database as another injection would.</summary>
    public abstract IDisposable Lock();

    /// <summary>Whether an injection holds it.</summary>
    public abstract bool IsLocked();

    /// <summary>The rows of a run in one of the tables, for an UPDATE or DELETE.</summary>
    public abstract string TableOf(string table, int run);

    public StageResult Inject(string run, params IEnumerable<string> more) => StageRunner.Run(Stages.Inject, ["--run", run, "--target", Url, .. more], Environment);

    /// <summary>Injects whatever changes, and fails the test where that fails.</summary>
    public StageResult MustInject(string run, params IEnumerable<string> more)
    {
        StageResult result = Inject(run, ["--accept-changes", .. more]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result;
    }

    /// <summary>Runs a command of the person's tool on the database.</summary>
    public StageResult Tool(string command, params IEnumerable<string> more)
    {
        using Process process = StageRunner.Start("Cli", [command, .. more, command == "show" ? "--database" : "--target", Url], Environment);
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new StageResult(process.ExitCode, output, error);
    }

    /// <summary>The fingerprint of the live run; null for none.</summary>
    public string? LiveFingerprint() => Rows("SELECT r.fingerprint FROM runs r JOIN active_run a ON a.run_number = r.run_number").SingleOrDefault();

    /// <summary>Asserts that the views show what the run's files hold, and nothing else.</summary>
    public void MustShow(string run)
    {
        Assert.That(LiveFingerprint(), Is.EqualTo(Shop.FingerprintOf(run)));
        foreach ((string view, DataSet dataSet) in (ReadOnlySpan<(string, DataSet)>)
            [("current_recommendations", Recommendations.DataSet), ("current_recipients", Recipients.DataSet), ("current_products", Catalogue.DataSet)])
        {
            string columns = string.Join(", ", dataSet.Schema.Columns.Select(c => $"\"{c.Name}\""));
            string[] parts = [.. RunReader.ReadManifest(run, dataSet.Stage).Files
                .Where(f => f.Contract == dataSet.Schema.Contract).Select(f => $"'{Path.Combine(run, dataSet.Stage.Folder, f.Path)}'")];
            using DuckDbDatabase files = DuckDbDatabase.OpenInMemory();
            string[] expected = Format(files.Query($"SELECT {columns} FROM read_parquet([{string.Join(", ", parts)}])"));
            Assert.That(Rows($"SELECT {columns} FROM {view}").Order(StringComparer.Ordinal), Is.EqualTo(expected.Order(StringComparer.Ordinal)), view);
        }
    }

    /// <summary>Asserts that there are so many runs, each whole, and no row of any other.</summary>
    public void MustHoldRuns(params int[] runs)
    {
        Assert.That(Rows("SELECT run_number, state FROM runs ORDER BY 1"), Is.EqualTo(runs.Select(run => $"{run}|complete")));
        foreach (string table in (string[])["recommendations", "recipients"])
            Assert.That(Rows($"SELECT DISTINCT run_number FROM {table} ORDER BY 1"), Is.EqualTo(runs.Select(run => $"{run}")));
        Assert.That(Leftovers(runs), Is.Empty);
    }

    /// <summary>Names of tables that belong to none of the runs.</summary>
    protected virtual string[] Leftovers(int[] runs) => [];

    protected static string Text(object? value) => value switch
    {
        null or DBNull => "",
        bool truth => truth ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    protected static string[] Format(IReadOnlyList<DuckDbRow> rows) =>
        [.. rows.Select(row => string.Join('|', Enumerable.Range(0, row.Names.Count).Select(c => Text(row[c]))))];
}

internal sealed class DuckDbTestDatabase(string path) : TestDatabase
{
    public override string Url => "duckdb:" + path;

    public override string[] Rows(string sql)
    {
        if (!File.Exists(path))
            return [];
        using DuckDbDatabase database = DuckDbDatabase.Open(path, readOnly: true);
        return Format(database.Query(sql));
    }

    public override void Execute(string sql)
    {
        using DuckDbDatabase database = DuckDbDatabase.Open(path);
        database.Execute(sql);
    }

    public override IDisposable Lock() => new FileStream(
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.lease"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    public override bool IsLocked()
    {
        // To try the lock would be to take it, and the injection would find it taken.
        string lease = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.lease");
        if (!File.Exists(lease))
            return false;
        using Process stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%i", lease]) { RedirectStandardOutput = true })!;
        string inode = stat.StandardOutput.ReadToEnd().Trim();
        return File.ReadLines("/proc/locks").Any(line => line.Contains($":{inode} ", StringComparison.Ordinal));
    }

    public override string TableOf(string table, int run) => table;

    protected override string[] Leftovers(int[] runs) =>
        [.. Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*").Where(file => file != path)];
}

internal sealed class PostgresTestDatabase : TestDatabase
{
    private readonly PostgresServer server;
    private readonly string user;

    public PostgresTestDatabase(PostgresServer server, string user = PostgresServer.Administrator)
    {
        this.server = server;
        this.user = user;
        Name = $"test_{Guid.NewGuid():N}";
        server.CreateDatabase(Name);
    }

    public string Name { get; }

    /// <summary>The port the stage connects to, where it is not the server's.</summary>
    public int? Port { get; set; }

    public override string Url => $"postgresql://{user}@127.0.0.1:{Port ?? server.Port}/{Name}";

    public override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string> { ["PGPASSWORD"] = PostgresServer.Password };

    public NpgsqlConnection Open(string user = PostgresServer.Administrator, string password = PostgresServer.Password) => server.Open(Name, user, password);

    public override string[] Rows(string sql)
    {
        using NpgsqlConnection connection = Open();
        return Rows(connection, sql);
    }

    public static string[] Rows(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(c => Text(reader.GetValue(c)))));
        return [.. rows];
    }

    public override void Execute(string sql)
    {
        using NpgsqlConnection connection = Open();
        PostgresServer.Execute(connection, sql);
    }

    public override IDisposable Lock()
    {
        NpgsqlConnection connection = Open();
        PostgresServer.Execute(connection, $"SELECT pg_advisory_lock({0x7069_7065_6c69_6e65})");
        return connection;
    }

    public override bool IsLocked() => Rows($"SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())").Length > 0;

    public override string TableOf(string table, int run) => $"{table}_{run}";

    protected override string[] Leftovers(int[] runs)
    {
        HashSet<string> expected =
        [
            "runs", "active_run", "schema_version", "current_recommendations", "current_recipients", "current_products",
            .. ((string[])["recommendations", "recipients", "products"]).SelectMany(t => runs.Select(run => $"{t}_{run}").Prepend(t)),
        ];
        return [.. Rows("SELECT relname FROM pg_class WHERE relnamespace = 'pipeline'::regnamespace AND relkind IN ('r', 'p', 'v')").Where(name => !expected.Contains(name))];
    }
}
