using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Inject.Tests;

/// <summary>Runs that are ready for this stage, and what is then in the database.</summary>
internal static class Shop
{
    /// <summary>ann lacks the cups; bob the teapot; zoe, who has what nobody else has, the rest.</summary>
    public const string Interactions =
        """
        ann,kettle,2026-01-01
        ann,teapot,2026-01-01
        bob,kettle,2026-01-01
        bob,cups,2026-01-01
        cid,kettle,2026-01-01
        cid,teapot,2026-01-01
        cid,cups,2026-01-01
        zoe,vase,2026-01-01
        """;

    /// <summary>A run through the four stages before.</summary>
    /// <param name="folder">Where everything lies, the key ring too.</param>
    /// <param name="name">Name of the run's folder.</param>
    /// <param name="interactions">Lines without the header <c>user_id,item_id,time</c>.</param>
    /// <param name="catalogue">With its header; null for none.</param>
    /// <param name="customers">With its header; null for none.</param>
    /// <param name="train">Options of train.</param>
    public static string MakeRun(TempFolder folder, string name, string interactions, string? catalogue, string? customers, params string[] train)
    {
        string run = folder.File(name), file = folder.Write("interactions.csv", "user_id,item_id,time\n" + interactions);
        StageRunner.MustRun(
            Stages.Load, ["--run", run, "--interactions", file, .. catalogue is null ? [] : new[] { "--catalogue", folder.Write("catalogue.csv", catalogue) }]);
        StageRunner.MustRun(Stages.Transform, "--run", run);
        StageRunner.MustRun(Stages.Train, ["--run", run, "--min-group", "1", .. train]);
        StageRunner.MustRun(
            Stages.Email,
            ["--run", run, "--key-ring", folder.File("ring.json"), .. customers is null ? [] : new[] { "--customers", folder.Write("customers.csv", customers), "--max-invalid", "100%", "--without-suppressions" }]);
        return run;
    }

    /// <summary>The database a run gets unless it is told otherwise.</summary>
    public static string DatabaseOf(string run) => Path.Combine(run, "recommendations.duckdb");

    /// <summary>Asserts that the tables of a database hold what the run's Parquet files do, and nothing else.</summary>
    public static void AssertHolds(string database, string run)
    {
        using DuckDbDatabase opened = DuckDbDatabase.Open(database, readOnly: true);
        Assert.Multiple(() =>
        {
            AssertTable(opened, "current_recommendations", run, Recommendations.DataSet);
            AssertTable(opened, "current_recipients", run, Recipients.DataSet);
            AssertTable(opened, "current_products", run, Catalogue.DataSet);
        });
    }

    private static void AssertTable(DuckDbDatabase database, string view, string run, DataSet dataSet)
    {
        string[] files = [.. RunReader.ReadManifest(run, dataSet.Stage).Files
            .Where(f => f.Contract == dataSet.Schema.Contract)
            .Select(f => $"'{Path.Combine(run, dataSet.Stage.Folder, f.Path)}'")];
        string parquet = $"(SELECT * FROM read_parquet([{string.Join(", ", files)}]))";
        string shown = $"(SELECT {string.Join(", ", dataSet.Schema.Columns.Select(column => $"\"{column.Name}\""))} FROM {view})";
        Assert.That(database.Scalar<long>($"SELECT count(*) FROM {shown}"), Is.EqualTo(database.Scalar<long>($"SELECT count(*) FROM {parquet}")), view);
        Assert.That(database.Scalar<long>($"SELECT count(*) FROM (FROM {shown} EXCEPT ALL FROM {parquet})"), Is.Zero, view);
    }

    /// <summary>The fingerprint in the database; null where it has none.</summary>
    public static string? FingerprintIn(string database)
    {
        if (!File.Exists(database))
            return null;
        using DuckDbDatabase opened = DuckDbDatabase.Open(database);
        return opened.Scalar<long>("SELECT count(*) FROM duckdb_tables()") == 0
            ? null
            : opened.Scalar<string>("SELECT r.fingerprint FROM runs r JOIN active_run a ON a.run_number = r.run_number");
    }

    /// <summary>The fingerprint that the stage's manifest states.</summary>
    public static string FingerprintOf(string run) => RunReader.ReadManifest(run, Stages.Inject).Fingerprint;
}
