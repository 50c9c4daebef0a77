using System.Diagnostics;
using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Inject.Tests;

/// <summary>What holds for every kind of database: the same tests on each.</summary>
[TestFixture(TestDatabase.DuckDb)]
[TestFixture(TestDatabase.Postgres)]
internal sealed class TargetTests(string kind)
{
    /// <summary>The kettle's price is null, a name has quotes, a customer has no address.</summary>
    private const string Catalogue =
        """
        item_id,name,category,price,in_stock,url,available_from
        kettle,"Kettle, ""Ö"" 1 l",Kitchen,,true,https://example.com/kettle,2025-01-02T03:04:05Z
        teapot,Teapot,Kitchen,12.5,true,,
        cups,Cups,,8,true,,
        """;

    private const string Customers = "user_id,email,consent\nann,ann@example.com,yes\nbob,bob@example.com,yes\ncid,cid@example.com,no\n";

    private TempFolder folder = null!;
    private string runA = null!, runB = null!;
    private TestDatabase database = null!;
    private int copies;

    [OneTimeSetUp]
    public void Make()
    {
        folder = new TempFolder();
        if (kind == TestDatabase.Postgres)
            _ = PostgresFixture.Server;
        runA = Shop.MakeRun(folder, "a", Shop.Interactions, Catalogue, Customers);
        runB = Shop.MakeRun(folder, "b", Shop.Interactions, Catalogue, Customers, "--top-k", "1");
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [SetUp]
    public void Begin() => database = TestDatabase.Create(kind, folder);

    [Test]
    public void Views_show_the_run_and_its_receipt_says_so()
    {
        string run = Copy(runA);
        database.MustInject(run);
        database.MustShow(run);
        database.MustHoldRuns(1);
        Assert.That(database.Rows("SELECT user_id, rank, name, because_name FROM current_recommendations WHERE user_id = 'bob' ORDER BY rank"), Is.EqualTo(new[]
        {
            "bob|1|Teapot|Kettle, \"Ö\" 1 l", "bob|2||",
        }));
        string receipt = File.ReadAllText(Path.Combine(run, "05-injected", "receipt.json"));
        Assert.That(receipt, Does.Contain("\"recommendations\": 8").And.Contain("\"recipients\": 4").And.Contain("\"products\": 3"));
    }

    /// <summary>PostgreSQL puts rows of differing length where there is room, so that they do not come back in the order they were sent.</summary>
    [Test]
    public void Rows_may_come_back_in_another_order()
    {
        string catalogue = "item_id,name,price\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"item-{i},{new string('n', 5 + i * 7 % 60)},{i}\n"));
        string run = Shop.MakeRun(folder, "many", Shop.Interactions, catalogue, Customers);
        database.MustInject(run);
        database.MustShow(run);
        Assert.That(database.Rows("SELECT count(*), count(DISTINCT item_id) FROM current_products"), Is.EqualTo(new[] { "20000|20000" }));
    }

    [Test]
    public void Same_run_again_changes_nothing_even_without_its_receipt()
    {
        string run = Copy(runA);
        database.MustInject(run);
        string[] before = database.Rows("SELECT * FROM runs");
        Assert.That(database.MustInject(run).Output, Does.Contain("already done"));
        string receipt = File.ReadAllText(Path.Combine(run, "05-injected", "receipt.json"));
        Directory.Delete(Path.Combine(run, "05-injected"), recursive: true);
        database.MustInject(run);
        Assert.That(database.Rows("SELECT * FROM runs"), Is.EqualTo(before));
        Assert.That(File.ReadAllText(Path.Combine(run, "05-injected", "receipt.json")), Is.EqualTo(receipt));
        database.MustHoldRuns(1);
    }

    [Test]
    public void Run_that_changes_too_much_is_refused_unless_it_is_accepted()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        StageResult refused = database.Inject(two, "--max-changed", "70%");
        Assert.That(refused.ExitCode, Is.EqualTo(3), refused.Error);
        Assert.That(refused.Error, Does.Contain("Of the 4 live lists 3 change and 0 go, 75.0%, more than the 70% of --max-changed"));
        database.MustShow(one);
        database.MustHoldRuns(1);
        database.MustInject(two);
        database.MustShow(two);
        Assert.That(database.Inject(one, "--max-changed", "100%").ExitCode, Is.Zero);
        database.MustShow(one);
    }

    [Test]
    public void Dry_run_shows_what_would_change_and_changes_nothing()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        StageResult tried = database.Inject(two, "--dry-run");
        Assert.That(tried.ExitCode, Is.Zero, tried.Error);
        Assert.That(tried.Output, Does.Contain("live_customers").And.Contain("changed_lists").And.Contain("against the live run"));
        Assert.That(RunReader.IsFinished(two, Stages.Inject), Is.False);
        database.MustShow(one);
        database.MustHoldRuns(1);
    }

    [Test]
    public void Rollback_returns_to_the_run_before()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        database.MustInject(two);
        StageResult back = database.Tool("rollback");
        Assert.That(back.ExitCode, Is.Zero, back.Error);
        Assert.That(back.Output, Does.Contain("run 1").And.Contain("no longer run 2").And.Match("; 0[.][0-9]{2} s"), "less than a second");
        database.MustShow(one);
        StageResult further = database.Tool("rollback");
        Assert.That(further.ExitCode, Is.EqualTo(2));
        Assert.That(further.Error, Does.Contain("holds no run before"));
        // What was withdrawn is still there, and only has to be made live.
        database.MustInject(two);
        database.MustShow(two);
        database.MustHoldRuns(1, 2);
    }

    [Test]
    public void Oldest_runs_are_dropped()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one, "--keep-runs", "2");
        database.MustInject(two, "--keep-runs", "2");
        database.MustHoldRuns(1, 2);
        StageRunner.MustRun(Stages.Train, "--run", one, "--min-group", "1", "--top-k", "2", "--overwrite");
        StageRunner.MustRun(Stages.Email, "--run", one, "--key-ring", folder.File("ring.json"), "--overwrite");
        database.MustInject(one, "--overwrite", "--keep-runs", "2");
        database.MustHoldRuns(2, 3);
        database.MustShow(one);
    }

    [Test]
    public void Old_run_that_could_not_be_removed_goes_with_the_next_start_whatever_that_has_to_do()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        database.MustInject(two);
        database.Execute("UPDATE runs SET state = 'dropping' WHERE run_number = 1");
        database.MustInject(two);
        database.MustShow(two);
        database.MustHoldRuns(2);
        Assert.That(database.MustInject(two).Output, Does.Contain("already done"));
    }

    [Test]
    public void Products_that_cannot_be_had_any_more_leave_the_lists()
    {
        string run = Copy(runA), fresh = folder.Write("fresh.csv", "item_id,in_stock,available_from\nkettle,true,\ncups,false,\n");
        database.MustInject(run, "--catalogue", fresh);
        // The cups are out of stock and the teapot is gone; the vase was in no catalogue, so nobody knows better.
        Assert.That(database.Rows("SELECT user_id, rank, item_id FROM current_recommendations ORDER BY 1, 2"), Is.EqualTo(new[]
        {
            "ann|1|vase", "bob|1|vase", "cid|1|vase", "zoe|1|kettle",
        }));
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Inject).Counters;
        Assert.That((counters["rows_in"], counters["rows_kept"], counters["dropped_out_of_stock"], counters["dropped_gone"]), Is.EqualTo((8, 4, 2, 2)));
    }

    [Test]
    public void Product_available_only_later_is_not_offered_and_an_empty_list_is_not_mailed()
    {
        string run = Copy(runB), fresh = folder.Write("later.csv", "item_id,in_stock,available_from\nkettle,true,\nteapot,true,\ncups,true,2026-02-01\n");
        database.MustInject(run, "--catalogue", fresh, "--reference-time", "2026-01-02");
        Assert.That(database.Rows("SELECT user_id, send, reason, unsubscribe_token IS NULL FROM current_recipients ORDER BY 1"), Is.EqualTo(new[]
        {
            "ann|false|nothing_to_offer|true", "bob|true||false", "cid|false|no_consent|true", "zoe|false|no_customer|true",
        }));
    }

    [Test]
    public void Mailbox_suppressed_since_is_not_mailed()
    {
        string run = Copy(runA);
        string key = RunReader.Read(run, Recipients.DataSet).Single(row => row.Text(Recipients.UserId) == "ann").Text(Recipients.MailboxKey)!;
        database.MustInject(run, "--suppressed-mailboxes", folder.Write("suppressed.csv", $"mailbox_key\n{key}\n"));
        Assert.That(database.Rows("SELECT user_id, send, reason, unsubscribe_token IS NULL FROM current_recipients WHERE user_id IN ('ann', 'bob') ORDER BY 1"), Is.EqualTo(new[]
        {
            "ann|false|suppressed_since|true", "bob|true||false",
        }));
        StageResult refused = database.Inject(Copy(runB), "--suppressed-mailboxes", folder.Write("addresses.csv", "mailbox_key\nann@example.com\n"));
        Assert.That(refused.ExitCode, Is.EqualTo(3), refused.Error);
        Assert.That(refused.Error, Does.Contain("line 2").And.Not.Contain("ann@"));
    }

    [Test]
    public void Run_that_has_expired_does_not_go_live()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        StageResult refused = database.Inject(two, "--reference-time", "2026-01-08");
        Assert.That(refused.ExitCode, Is.EqualTo(3), refused.Error);
        Assert.That(refused.Error, Does.Contain("expired"));
        database.MustShow(one);
        database.MustHoldRuns(1);
    }

    [Test]
    public void Tables_of_a_newer_version_are_left_alone()
    {
        string one = Copy(runA);
        database.MustInject(one);
        database.Execute("INSERT INTO schema_version VALUES (99, now())");
        StageResult refused = database.Inject(Copy(runB));
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.Error);
        Assert.That(refused.Error, Does.Contain("has version 99 of the tables"));
        database.MustShow(one);
    }

    [Test]
    public void Column_that_a_contract_has_got_since_is_added()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        foreach (string view in (string[])["current_recommendations", "current_recipients", "current_products"])
            database.Execute($"DROP VIEW {view}");
        database.Execute("ALTER TABLE recipients DROP COLUMN profile");
        database.MustInject(two);
        database.MustShow(two);
        database.MustHoldRuns(1, 2);
    }

    [Test]
    public void Table_of_others_under_a_name_of_ours_is_not_replaced()
    {
        if (kind == TestDatabase.Postgres)
            database.Execute("CREATE SCHEMA pipeline");
        database.Execute("CREATE TABLE products AS SELECT 42 AS id");
        StageResult refused = database.Inject(Copy(runA));
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.Error);
        Assert.That(refused.Error, Does.Contain("'products'"));
        Assert.That(database.Rows("SELECT id FROM products"), Is.EqualTo(new[] { "42" }));
    }

    [Test]
    public void Second_injection_at_the_same_time_is_told_so()
    {
        string run = Copy(runA);
        using (database.Lock())
        {
            StageResult refused = database.Inject(run);
            Assert.That(refused.ExitCode, Is.EqualTo(5), refused.Error);
            Assert.That(refused.Error, Does.Contain("Another process is injecting"));
        }
        database.MustInject(run);
        database.MustShow(run);
    }

    /// <summary>The first gets no more time once it holds the database, until the second has ended.</summary>
    [Test]
    public void Of_two_processes_at_once_the_second_is_told_so_and_the_first_succeeds()
    {
        string one = Copy(runA), two = Copy(runB);
        using Process first = StageRunner.Start(Stages.Inject, ["--run", one, "--target", database.Url], database.Environment);
        Task<string> output = first.StandardOutput.ReadToEndAsync(), error = first.StandardError.ReadToEndAsync();
        while (!first.HasExited && !database.IsLocked())
        {
        }
        Signal(first, "-STOP");
        Assert.That(database.IsLocked(), Is.True, "the first was over too early");
        StageResult second = database.Inject(two);
        Signal(first, "-CONT");
        first.WaitForExit();
        Assert.That(second.ExitCode, Is.EqualTo(5), second.Error);
        Assert.That(second.Error, Does.Contain("Another process is injecting"));
        Assert.That(first.ExitCode, Is.Zero, error.Result + output.Result);
        database.MustShow(one);
        database.MustHoldRuns(1);

        static void Signal(Process process, string signal)
        {
            using Process kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }
    }

    [Test]
    public void Kept_run_that_others_changed_does_not_go_live()
    {
        string one = Copy(runA), two = Copy(runB);
        database.MustInject(one);
        database.MustInject(two);
        database.Execute($"DELETE FROM {database.TableOf("recommendations", 1)} WHERE run_number = 1 AND user_id = 'ann'");
        StageResult refused = database.Inject(one);
        Assert.That(refused.ExitCode, Is.EqualTo(3), refused.Error);
        Assert.That(refused.Error, Does.Contain("does not hold the rows of recommendations"));
        database.MustShow(two);
    }

    [TestCase("03-recommended/recommendations/part-00000.parquet")]
    [TestCase("04-addressed/recipients.parquet")]
    [TestCase("01-loaded/catalogue.parquet")]
    public void File_that_is_not_what_its_manifest_says_leaves_everything_as_it_was(string file)
    {
        string one = Copy(runA), two = Copy(runB), path = Path.Combine(two, file);
        database.MustInject(one);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.That(database.Inject(two).ExitCode, Is.EqualTo(3));
        database.MustShow(one);
        database.MustHoldRuns(1);
    }

    [Test]
    public void Show_names_what_a_customer_gets_and_why()
    {
        StageResult nothing = database.Tool("show", "--customer", "ann");
        Assert.That(nothing.ExitCode, Is.EqualTo(2), nothing.Error);
        database.MustInject(Copy(runA));
        StageResult shown = database.Tool("show", "--customer", "bob");
        Assert.That(shown.ExitCode, Is.Zero, shown.Error);
        Assert.That(shown.Output, Does.StartWith("Customer bob (new): may be mailed").And.Contain("Teapot").And.Contain("because of Kettle, \"Ö\" 1 l"));
        Assert.That(database.Tool("show", "--customer", "cid").Output, Does.Contain("is not mailed: no_consent"));
        Assert.That(database.Tool("show", "--customer", "nobody").ExitCode, Is.EqualTo(2));
    }

    private string Copy(string run) => folder.Copy(run, $"run-{++copies}");
}
