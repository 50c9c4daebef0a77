using System.Diagnostics;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Testing;
using Pipeline.Testing.Postgres;

namespace Pipeline.Inject.Tests;

/// <summary>What only a server has: readers at the same time, roles, passwords, versions, and connections that get lost.</summary>
internal sealed class PostgresTests
{
    private const string Customers = "user_id,email,consent\nann,ann@example.com,yes\n";

    private TempFolder folder = null!;
    private string runA = null!, runB = null!;
    private PostgresTestDatabase database = null!;
    private int copies;

    [OneTimeSetUp]
    public void Make()
    {
        _ = PostgresFixture.Server;
        folder = new TempFolder();
        runA = Shop.MakeRun(folder, "a", Shop.Interactions, catalogue: null, Customers);
        runB = Shop.MakeRun(folder, "b", Shop.Interactions, catalogue: null, Customers, "--top-k", "1");
    }

    [OneTimeTearDown]
    public void Remove() => folder?.Dispose();

    [SetUp]
    public void Begin() => database = new PostgresTestDatabase(PostgresFixture.Server);

    [Test]
    public void Reader_sees_only_whole_runs_and_does_not_wait()
    {
        const string question =
            "SELECT (SELECT count(*) FROM current_recommendations), (SELECT max(rank) FROM current_recommendations), (SELECT count(*) FROM current_recipients), (SELECT run_number FROM active_run)";
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        using var stopping = new CancellationTokenSource();
        Task<(HashSet<string> Answers, int Count, double Longest)>[] readers = [.. new[] { false, true }.Select(isPrepared => Task.Run(() => Read(isPrepared)))];
        for (int round = 0; round < 3; round++)
        {
            // Nothing is kept, so each of these loads, attaches, switches, detaches and drops.
            database.MustInject(two, "--keep-runs", "1");
            database.MustInject(one, "--keep-runs", "1");
        }
        stopping.Cancel();
        Task.WaitAll(readers);
        foreach ((HashSet<string> answers, int count, double longest) in readers.Select(reader => reader.Result))
        {
            TestContext.Out.WriteLine($"{count} questions during 6 switches, the longest took {longest:F1} ms");
            Assert.That(answers.Select(answer => answer[..answer.LastIndexOf('|')]).Distinct(), Is.EquivalentTo(new[] { "8|3|4", "4|1|4" }));
            Assert.That(longest, Is.LessThan(2000));
        }

        (HashSet<string>, int, double) Read(bool isPrepared)
        {
            using NpgsqlConnection connection = database.Open();
            // A wait for a lock would end the question, and the test.
            PostgresServer.Execute(connection, "SET lock_timeout = '250ms'");
            using var command = new NpgsqlCommand(question, connection);
            if (isPrepared)
                command.Prepare();
            var answers = new HashSet<string>();
            int count = 0;
            double longest = 0;
            while (!stopping.IsCancellationRequested)
            {
                long started = Stopwatch.GetTimestamp();
                using (NpgsqlDataReader reader = command.ExecuteReader())
                {
                    reader.Read();
                    answers.Add($"{reader[0]}|{reader[1]}|{reader[2]}|{reader[3]}");
                }
                longest = Math.Max(longest, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                count++;
            }
            return (answers, count, longest);
        }
    }

    [Test]
    public void Transaction_older_than_the_run_is_waited_for_and_never_finds_nothing()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        using (NpgsqlConnection reader = database.Open())
        {
            PostgresServer.Execute(reader, "BEGIN; PREPARE lists AS SELECT count(*) FROM current_recommendations");
            Assert.That(PostgresTestDatabase.Rows(reader, "EXECUTE lists"), Is.EqualTo(new[] { "8" }));
            StageResult refused = database.Inject(two, "--accept-changes", "--reader-seconds", "0.5");
            Assert.That(refused.ExitCode, Is.EqualTo(4), refused.Error);
            Assert.That(refused.Error, Does.Contain("is still open (process "));
            Assert.That(PostgresTestDatabase.Rows(reader, "EXECUTE lists"), Is.EqualTo(new[] { "8" }));
            // What would happen without the waiting, after a few executions that let the server keep a plan: the reason for it.
            for (int execution = 0; execution < 6; execution++)
                PostgresTestDatabase.Rows(reader, "EXECUTE lists");
            database.Execute("UPDATE active_run SET run_number = 2");
            Assert.That(PostgresTestDatabase.Rows(reader, "EXECUTE lists"), Is.EqualTo(new[] { "0" }));
            database.Execute("UPDATE active_run SET run_number = 1");
        }
        database.MustShow(one);
        Assert.That(database.MustInject(two).ExitCode, Is.Zero);
        database.MustShow(two);
        database.MustHoldRuns(1, 2);
    }

    [Test]
    public void Writer_needs_no_more_than_to_create_a_schema_and_reader_reads_the_views_only()
    {
        string name = $"w{Guid.NewGuid():N}", readers = $"r{Guid.NewGuid():N}";
        database.Execute($"CREATE ROLE {name} LOGIN PASSWORD '{PostgresServer.Password}'; CREATE ROLE {readers} LOGIN PASSWORD '{PostgresServer.Password}'; CREATE TABLE public.orders AS SELECT 42 AS id");
        string run = Copy(runA), target = database.Url.Replace(PostgresServer.Administrator, name, StringComparison.Ordinal);
        string[] arguments = ["--run", run, "--target", target, "--reader-role", readers];

        StageResult refused = StageRunner.Run(Stages.Inject, arguments, database.Environment);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.Error);
        Assert.That(refused.Error, Does.Contain("permission denied").And.Contain("needs CREATE on the database"));

        database.Execute($"GRANT CREATE ON DATABASE \"{database.Name}\" TO {name}");
        StageResult done = StageRunner.Run(Stages.Inject, arguments, database.Environment);
        Assert.That(done.ExitCode, Is.Zero, done.Error);
        database.MustShow(run);
        using (NpgsqlConnection writer = database.Open(name))
            MustBeDenied(writer, "SELECT * FROM public.orders");
        using NpgsqlConnection reader = database.Open(readers);
        Assert.That(PostgresTestDatabase.Rows(reader, "SELECT count(*) FROM current_recommendations r JOIN current_recipients USING (user_id)"), Is.EqualTo(new[] { "8" }));
        foreach (string table in (string[])["recommendations", "recommendations_1", "recipients", "recipients_1", "products", "runs", "active_run"])
            MustBeDenied(reader, $"SELECT * FROM {table}");
        MustBeDenied(reader, "DELETE FROM current_recipients");
        MustBeDenied(reader, "UPDATE active_run SET run_number = 0");
        MustBeDenied(reader, "CREATE TABLE pipeline.mine (id int)");

        static void MustBeDenied(NpgsqlConnection connection, string sql) => Assert.That(
            Assert.Throws<PostgresException>(() => PostgresServer.Execute(connection, sql))!.SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege), sql);
    }

    [Test]
    public void Missing_reader_role_is_named_where_it_may_not_be_made()
    {
        string name = $"w{Guid.NewGuid():N}";
        database.Execute($"CREATE ROLE {name} LOGIN PASSWORD '{PostgresServer.Password}'; GRANT CREATE ON DATABASE \"{database.Name}\" TO {name}");
        StageResult done = StageRunner.Run(
            Stages.Inject, ["--run", Copy(runA), "--target", database.Url.Replace(PostgresServer.Administrator, name, StringComparison.Ordinal), "--reader-role", "nobody_knows"], database.Environment);
        Assert.That(done.ExitCode, Is.Zero, done.Error);
        Assert.That(done.Output, Does.Contain("CREATE ROLE").And.Contain("nobody_knows").And.Contain("Warning"));
    }

    [Test]
    public void Password_comes_from_a_file_or_a_secret_and_never_from_the_command_line()
    {
        string run = Copy(runA);
        string plain = folder.Write("password", PostgresServer.Password + "\n"), json = folder.Write("secret.json", $$"""{"username":"{{PostgresServer.Administrator}}","password":"{{PostgresServer.Password}}"}""");
        var nothing = new Dictionary<string, string> { ["PGPASSWORD"] = "" };
        string anonymous = database.Url.Replace(PostgresServer.Administrator + "@", "", StringComparison.Ordinal);
        Assert.That(StageRunner.Run(Stages.Inject, ["--run", run, "--target", database.Url, "--password-file", plain], nothing).ExitCode, Is.Zero);
        Assert.That(StageRunner.Run(Stages.Inject, ["--run", run, "--target", anonymous, "--password-file", json], nothing).ExitCode, Is.Zero);
        var secret = new Dictionary<string, string> { ["PIPELINE_DATABASE_SECRET"] = File.ReadAllText(json), ["PGPASSWORD"] = "wrong" };
        Assert.That(StageRunner.Run(Stages.Inject, ["--run", run, "--target", anonymous], secret).ExitCode, Is.Zero);

        string secretInUrl = database.Url.Replace("@", ":hunter2@", StringComparison.Ordinal);
        StageResult refused = StageRunner.Run(Stages.Inject, ["--run", run, "--target", secretInUrl], database.Environment);
        Assert.That(refused.ExitCode, Is.EqualTo(2));
        Assert.That(refused.Error, Does.Contain("holds a password").And.Contain("--password-file").And.Not.Contain("hunter2"));
        Assert.That(refused.Output, Does.Not.Contain("hunter2"));
    }

    [Test]
    public void What_is_wrong_with_the_server_is_said_in_a_sentence()
    {
        string run = Copy(runA);
        MustSay(2, "refused the password", database.Url, "wrong");
        MustSay(2, "asks for a password", database.Url, "");
        MustSay(2, "does not exist", database.Url + "_not", PostgresServer.Password);
        MustSay(2, "needs a user", database.Url.Replace(PostgresServer.Administrator + "@", "", StringComparison.Ordinal), PostgresServer.Password);
        MustSay(4, "failed or was lost", $"postgresql://{PostgresServer.Administrator}@127.0.0.1:{PostgresServer.FreePort()}/shop", PostgresServer.Password);
        MustSay(2, "unknown or faulty parameter 'color'", database.Url + "?color=red", PostgresServer.Password);
        using (var old = new TcpProxy(PostgresFixture.Server.Port) { Version = "12" })
            MustSay(2, "of PostgreSQL 12", $"postgresql://{PostgresServer.Administrator}@127.0.0.1:{old.Port}/{database.Name}", PostgresServer.Password);
        database.Execute($"ALTER DATABASE \"{database.Name}\" SET default_transaction_read_only = on");
        MustSay(2, "is read-only", database.Url, PostgresServer.Password);
        Assert.That(database.Rows("SELECT count(*) FROM pg_namespace WHERE nspname = 'pipeline'"), Is.EqualTo(new[] { "0" }));

        void MustSay(int code, string words, string url, string password)
        {
            StageResult result = StageRunner.Run(
                Stages.Inject, ["--run", run, "--target", url, "--retry-seconds", "0"], new Dictionary<string, string> { ["PGPASSWORD"] = password });
            Assert.That(result.ExitCode, Is.EqualTo(code), result.Error);
            Assert.That(result.Error.Trim().Split('\n'), Has.Length.EqualTo(1), result.Error);
            Assert.That(result.Error, Does.Contain(words));
        }
    }

    [Test]
    public void Lost_connection_is_met_with_another_attempt_and_a_line_that_stays_dead_with_code_4()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        using (var stalled = new TcpProxy(PostgresFixture.Server.Port) { StallAfter = 6000 })
        {
            database.Port = stalled.Port;
            StageResult refused = database.Inject(two, "--accept-changes", "--retry-seconds", "0", "--timeout-seconds", "2");
            Assert.That(refused.ExitCode, Is.EqualTo(4), refused.Error);
        }
        database.Port = null;
        database.MustShow(one);

        // The process is found by its lock, ended, and must begin anew.
        using Process process = StageRunner.Start(Stages.Inject, ["--run", two, "--target", database.Url, "--accept-changes"], database.Environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        using (NpgsqlConnection connection = database.Open())
        {
            while (!process.HasExited && PostgresTestDatabase.Rows(connection,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipeline' AND datname = current_database() AND query LIKE '%recommendations_2%'").Length == 0)
            {
                Thread.Sleep(1);
            }
        }
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output.Result);
        TestContext.Out.WriteLine(output.Result.Contains("trying again", StringComparison.Ordinal) ? "ended once, and tried again" : "was faster than the signal");
        database.MustShow(two);
        Assert.That(database.Rows("SELECT state FROM runs"), Is.EqualTo(new[] { "complete", "complete" }));
    }

    private string Copy(string run) => folder.Copy(run, $"run-{++copies}");
}
