using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>Who is on the suppression list is not mailed, and a list that cannot be read is no list.</summary>
public class SuppressionTests
{
    private const string Customers =
        """
        user_id,email,consent
        ann,Ann@Example.COM,yes
        bob,b.o.b+shop@googlemail.com,yes
        cid,cid@bücher.example,yes
        dan,dan@example.com,no
        eve,e.ve@example.com,yes
        fay,fay+tag@example.com,yes
        gus,not an address,yes
        """;

    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing();

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    /// <summary>Dots and tags make no difference at Gmail, and are part of the name elsewhere.</summary>
    [Test]
    public void Mailbox_on_the_list_is_not_mailed_however_its_address_is_spelt()
    {
        string run = Run(
            """
            address,reason,date
            ANN@example.com,unsubscribed,2026-01-01
            Bob@gmail.com,Bounced,
            cid@XN--BCHER-KVA.example,COMPLAINED,2099-01-01
            dan@example.com,bounced,
            eve@example.com,bounced,
            fay@example.com,complained,
            stranger@example.com,complained,
            """);
        Assert.Multiple(() =>
        {
            Assert.That(ReasonsOf(run)[..7], Is.EqualTo(new[]
            {
                "ann suppressed_unsubscribed", "bob suppressed_bounced", "cid suppressed_complained", "dan suppressed_bounced", "eve", "fay",
                "gus invalid_address",
            }));
            IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Email).Counters;
            Assert.That(counters["suppression_lines"], Is.EqualTo(7));
            Assert.That(counters["dropped_suppressed_bounced"], Is.EqualTo(2));
            Assert.That(counters["rows_kept"], Is.EqualTo(2));
        });
    }

    [Test]
    public void Mailbox_can_be_named_by_the_key_that_the_stage_writes()
    {
        string first = mailing.Run(Customers).Run;
        TableRow bob = RunReader.Read(first, Recipients.DataSet)[1];
        string key = bob.Text(Recipients.MailboxKey)!;
        Assert.Multiple(() =>
        {
            Assert.That(ReasonsOf(Run($"mailbox_key,reason\n{key},bounced\n")).Take(2), Is.EqualTo(new[] { "ann", "bob suppressed_bounced" }));
            Assert.That(
                ReasonsOf(Run($"mailbox_key,key_id,reason\n{key},{bob.Text(Recipients.KeyId)},bounced\n")).Take(2),
                Is.EqualTo(new[] { "ann", "bob suppressed_bounced" }));
            Assert.That(
                ReasonsOf(Run($"address,mailbox_key,reason\nann@example.com,{key},bounced\n")).Take(2),
                Is.EqualTo(new[] { "ann suppressed_bounced", "bob suppressed_bounced" }));
        });
    }

    /// <summary>In any order of the lines.</summary>
    [TestCase("unsubscribed", "bounced", "complained", "suppressed_complained")]
    [TestCase("complained", "bounced", "unsubscribed", "suppressed_complained")]
    [TestCase("bounced", "unsubscribed", "bounced", "suppressed_unsubscribed")]
    [TestCase("bounced", "bounced", "bounced", "suppressed_bounced")]
    public void Mailbox_with_several_lines_has_the_gravest_reason(string first, string second, string third, string expected)
    {
        string run = Run($"address,reason\nbob@gmail.com,{first}\nb.ob@gmail.com,{second}\nbob@googlemail.com,{third}\n");
        Assert.That(ReasonsOf(run)[1], Is.EqualTo("bob " + expected));
    }

    [Test]
    public void List_can_be_JSON_lines_or_Parquet_and_name_its_columns()
    {
        string json = mailing.Folder.Write("list.jsonl", """{"who":"ann@example.com","why":"bounced"}""" + "\n"), parquet = mailing.Folder.File("list.parquet");
        using (DuckDbDatabase database = DuckDbDatabase.OpenInMemory())
            database.Execute($"COPY (SELECT 'ann@example.com' AS who, 'bounced' AS why) TO '{parquet}' (FORMAT parquet)");
        foreach (string list in (string[])[json, parquet])
        {
            string run = mailing.Run(Customers, "--suppressions", list, "--suppression-columns", "address=who,reason=why").Run;
            Assert.That(ReasonsOf(run)[0], Is.EqualTo("ann suppressed_bounced"), list);
        }
    }

    [TestCase("address,reason\nann@example.com,bounced\nann at example.com,bounced\n", "line 3 has an address that cannot be read (no_at).")]
    [TestCase("address,reason\nann@example.com,asked\n", "line 2 has a reason other than erased, complained, unsubscribed and bounced.")]
    [TestCase("address,reason\nann@example.com,\n", "line 2 has a reason other than erased, complained, unsubscribed and bounced.")]
    [TestCase("address,reason\n,bounced\n", "line 2 names neither an address nor a mailbox_key.")]
    [TestCase("mail,reason\nann@example.com,bounced\n", "line 2 names neither an address nor a mailbox_key.")]
    [TestCase("address,reason\nann@example.com,bounced,more\n", "line 2 is malformed (wrong_field_count).")]
    [TestCase("mailbox_key,reason\nann@example.com,bounced\n", "line 2 has a mailbox_key that was not made with these keys.")]
    [TestCase("mailbox_key,reason\nv2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,bounced\n", "line 2 has a mailbox_key that was not made with these keys.")]
    [TestCase("mailbox_key,reason\nv1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB,bounced\n", "line 2 has a mailbox_key that was not made with these keys.")]
    [TestCase("mailbox_key,reason\nv1.AAAA,bounced\n", "line 2 has a mailbox_key that was not made with these keys.")]
    [TestCase("mailbox_key,key_id,reason\nv1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,local:00,bounced\n", "line 2 has a mailbox_key that was not made with these keys.")]
    public void Line_that_cannot_be_read_stops_the_stage(string list, string sentence)
    {
        (StageResult result, string run) = TryRun(list);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(3), result.Error);
            Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Does.Contain(sentence).And.Contain("list.csv").And.Not.Contain("ann@").And.Not.Contain("ann at"));
            Assert.That(File.Exists(Path.Combine(run, "04-addressed", "recipients.parquet")), Is.False);
        });
    }

    [TestCase("", 3)]
    [TestCase("address\nann@example.com\n", 2)]
    public void List_without_a_header_or_reasons_stops_the_stage(string list, int code) => Assert.That(TryRun(list).Result.ExitCode, Is.EqualTo(code));

    [Test]
    public void Missing_list_stops_the_stage_unless_somebody_says_that_there_is_none()
    {
        string run = mailing.NewRun(), customers = mailing.Folder.Write("unlisted.csv", Customers);
        string[] options = ["--run", run, "--key-ring", mailing.Ring, "--customers", customers, "--max-invalid", "100%"];
        new StageFolder(run, Stages.Email).MustBeRefused(
            StageRunner.Run(Stages.Email, options), 2, "--suppressions is missing: name the list", "--without-suppressions");
        StageResult without = StageRunner.Run(Stages.Email, [.. options, "--without-suppressions"]);
        new StageFolder(run, Stages.Email).MustBeDone(without);
        Assert.That(without.Output, Does.Contain("no suppression list was given"));
    }

    [Test]
    public void List_that_is_not_there_or_ruled_out_stops_the_stage()
    {
        (StageResult missing, _) = mailing.TryRun(Customers, "--suppressions", mailing.Folder.File("nowhere.csv"));
        (StageResult both, _) = TryRun("address,reason\n", "--without-suppressions");
        (StageResult undated, _) = mailing.TryRun(Customers, "--suppressions-as-of", "2026-01-01");
        Assert.Multiple(() =>
        {
            Assert.That(missing.ExitCode, Is.EqualTo(2));
            Assert.That(both.ExitCode, Is.EqualTo(2));
            Assert.That(both.Error, Does.Contain("--suppressions and --without-suppressions exclude each other"));
            Assert.That(undated.ExitCode, Is.EqualTo(2));
            Assert.That(undated.Error, Does.Contain("--suppressions-as-of needs --suppressions"));
        });
    }

    [Test]
    public void Empty_list_is_a_list_and_without_customers_none_is_needed()
    {
        Assert.That(ReasonsOf(Run("address,reason\n"))[0], Is.EqualTo("ann"));
        string run = mailing.NewRun();
        StageResult result = StageRunner.Run(Stages.Email, ["--run", run, "--key-ring", mailing.Ring]);
        new StageFolder(run, Stages.Email).MustBeDone(result);
        Assert.That(result.Output, Does.Not.Contain("suppression list"));
    }

    /// <summary>The newest interaction is of 10 January, noon.</summary>
    [TestCase("--suppressions-as-of 2026-01-03T12:00:00Z", true)]
    [TestCase("--suppressions-as-of 2026-01-03T13:00:00+01:00", true)]
    [TestCase("--suppressions-as-of 2026-01-03T11:59:59Z", false)]
    [TestCase("--suppressions-as-of 2026-02-01", true)]
    [TestCase("--suppressions-as-of 2026-01-09T12:00:00Z --max-suppressions-age-days 1", true)]
    [TestCase("--suppressions-as-of 2026-01-09T00:00:00Z --max-suppressions-age-days 1", false)]
    [TestCase("--suppressions-as-of 2026-01-10T11:59:59Z --max-suppressions-age-days 0", false)]
    [TestCase("--suppressions-as-of 2026-01-03T12:00:00Z --reference-time 2026-01-11", false)]
    public void List_that_is_too_old_is_refused(string options, bool isTaken)
    {
        (StageResult result, string run) = TryRun("address,reason\n", options.Split(' '));
        if (isTaken)
            new StageFolder(run, Stages.Email).MustBeDone(result);
        else
            new StageFolder(run, Stages.Email).MustBeRefused(result, 3, "The suppression list 'list.csv' is ", " days older than the reference time, more than --max-suppressions-age-days ");
        Assert.That(result.Output, Does.Not.Contain("nobody said when"));
    }

    [Test]
    public void List_of_unknown_age_is_warned_of() => Assert.That(TryRun("address,reason\n").Result.Output, Does.Contain("nobody said when the suppression list was made"));

    private string Run(string list)
    {
        (StageResult result, string run) = TryRun(list);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return run;
    }

    private (StageResult Result, string Run) TryRun(string list, params string[] options) =>
        mailing.TryRun(Customers, ["--suppressions", mailing.Folder.Write("list.csv", list), .. options]);

    private static string[] ReasonsOf(string run) =>
        [.. RunReader.Read(run, Recipients.DataSet).Select(row => $"{row.Text(Recipients.UserId)} {row.Text(Recipients.Reason)}".TrimEnd())];
}
