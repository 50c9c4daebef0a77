using System.Diagnostics;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Testing;
using Pipeline.Testing.Postgres;

namespace Pipeline.Inject.Tests;

/// <summary>
/// The stage, its connection or its server ended at points spread over an injection: the old run stays live and whole, the next start
/// succeeds, and no row is left over or doubled.
/// </summary>
internal sealed class InterruptedTests
{
    private const int Points = 22;

    /// <summary>Nothing of the runs before is kept, so that every start loads.</summary>
    private static readonly string[] Options = ["--accept-changes", "--keep-runs", "1", "--retry-seconds", "0", "--timeout-seconds", "30"];

    private TempFolder folder = null!;
    private PostgresServer server = null!;
    private (string Run, string Totals)[] runs = null!;

    [OneTimeSetUp]
    public void Make()
    {
        string programs = PostgresFixture.Programs;
        folder = new TempFolder();
        // 5,000 customers with 3 of 60 products each: 100,000 recommendations, or 50,000.
        string interactions = string.Join(
            '\n', Enumerable.Range(0, 5000).SelectMany(user => Enumerable.Range(0, 3).Select(n => $"user-{user},item-{(user * 7 + n * (user % 11 + 1)) % 60},2026-01-01")));
        runs =
        [
            (Shop.MakeRun(folder, "one", interactions, catalogue: null, customers: null, "--top-k", "20"), "100000|1050000|5000"),
            (Shop.MakeRun(folder, "two", interactions, catalogue: null, customers: null, "--top-k", "10"), "50000|275000|5000"),
        ];
        server = PostgresServer.Start(programs);
    }

    [OneTimeTearDown]
    public void Remove()
    {
        server?.Dispose();
        folder?.Dispose();
    }

    [Test]
    public void Injection_ended_anywhere_leaves_the_old_run_and_the_next_start_succeeds()
    {
        var database = new PostgresTestDatabase(server);
        database.MustInject(runs[0].Run, Options);
        TimeSpan duration;
        long bytes;
        using (var proxy = new TcpProxy(server.Port))
        {
            long started = Stopwatch.GetTimestamp();
            database.Port = proxy.Port;
            database.MustInject(runs[1].Run, Options);
            database.Port = null;
            duration = Stopwatch.GetElapsedTime(started);
            bytes = proxy.Sent;
        }
        int live = 1, endedEarly = 0;
        for (int point = 0; point < Points; point++)
        {
            (string run, string totals) = runs[1 - live];
            string how = (point % 5) switch { 0 => "kill -9", 1 => "terminated", 2 => "cut", 3 => "stopped", _ => "crashed" };
            double share = (point + 1) / (Points + 1.0);
            Forget(run);
            int code = Disturb(how, share, database, run, duration, bytes);
            string state = Totals(database);
            TestContext.Out.WriteLine($"{how} at {share:P0}: exit code {code}, {(state == runs[live].Totals ? "old run live" : "new run live")}");
            // The new one can be live only when the switch was over, and each is whole in any case.
            Assert.That(state, Is.EqualTo(runs[live].Totals).Or.EqualTo(totals), how);
            Assert.That(code, Is.EqualTo(137).Or.EqualTo(4).Or.EqualTo(0), how);
            endedEarly += state == runs[live].Totals ? 1 : 0;

            // The shortest one so far says where the points lie, so that a machine that has become faster is still disturbed in time.
            long again = Stopwatch.GetTimestamp();
            database.MustInject(run, Options);
            duration = TimeSpan.FromTicks(Math.Min(duration.Ticks, Stopwatch.GetElapsedTime(again).Ticks));
            Assert.That(Totals(database), Is.EqualTo(totals), how);
            int id = int.Parse(database.Rows("SELECT run_number FROM runs").Single(), System.Globalization.CultureInfo.InvariantCulture);
            database.MustHoldRuns(id);
            live = 1 - live;
        }
        TestContext.Out.WriteLine($"{endedEarly} of {Points} were ended before the switch; an undisturbed injection takes {duration.TotalSeconds:F1} s and {bytes:N0} bytes");
        Assert.That(endedEarly, Is.GreaterThan(Points / 2));
    }

    [Test]
    public void Full_disk_leaves_the_old_run_and_the_next_start_succeeds([Values(2, 8)] int megabytesLeft)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("Only root can make a small file system for the server to fill.");
        using PostgresServer small = PostgresServer.Start(PostgresFixture.Programs, megabytes: 192);
        var database = new PostgresTestDatabase(small);
        database.MustInject(runs[1].Run, Options);
        string ballast = small.FillDisk(megabytesLeft);
        Forget(runs[0].Run);
        StageResult refused = database.Inject(runs[0].Run, Options);
        Assert.That(refused.ExitCode, Is.EqualTo(4), refused.Error);
        TestContext.Out.WriteLine(refused.Error);
        File.Delete(ballast);
        small.EnsureStarted();
        Assert.That(Totals(database), Is.EqualTo(runs[1].Totals));
        database.MustInject(runs[0].Run, Options);
        Assert.That(Totals(database), Is.EqualTo(runs[0].Totals));
        database.MustHoldRuns(int.Parse(database.Rows("SELECT run_number FROM runs").Single(), System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Starts an injection, disturbs it after a share of its work, and gives its exit code; the server runs afterwards.</summary>
    private int Disturb(string how, double share, PostgresTestDatabase database, string run, TimeSpan duration, long bytes)
    {
        if (how == "cut")
        {
            using var proxy = new TcpProxy(server.Port) { CutAfter = (long)(bytes * share) };
            database.Port = proxy.Port;
            int cut = database.Inject(run, Options).ExitCode;
            database.Port = null;
            return cut;
        }
        using Process process = StageRunner.Start(Stages.Inject, ["--run", run, "--target", database.Url, .. Options], database.Environment);
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        WaitForConnection(process, database);
        // From the first connection on; starting the program is no point of its own.
        if (!process.WaitForExit(duration * 0.7 * share))
        {
            switch (how)
            {
                case "kill -9":
                    process.Kill();
                    break;
                case "terminated":
                    database.Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipeline'");
                    break;
                default:
                    server.Stop(how == "stopped" ? "fast" : "immediate");
                    break;
            }
        }
        process.WaitForExit();
        server.EnsureStarted();
        return process.ExitCode;
    }

    private static void WaitForConnection(Process process, PostgresTestDatabase database)
    {
        using NpgsqlConnection connection = database.Open();
        while (!process.HasExited && PostgresTestDatabase.Rows(connection, "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pipeline'").Length == 0)
            Thread.Sleep(5);
    }

    private static string Totals(TestDatabase database) => database.Rows(
        "SELECT (SELECT count(*) FROM current_recommendations), (SELECT sum(rank) FROM current_recommendations), (SELECT count(*) FROM current_recipients)").Single();

    /// <summary>Removes the receipt: what the database holds must be enough.</summary>
    private static void Forget(string run)
    {
        string output = Path.Combine(run, Stages.Inject.Folder);
        if (Directory.Exists(output))
            Directory.Delete(output, recursive: true);
    }
}
