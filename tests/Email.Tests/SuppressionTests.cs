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
    public void Missing_list_stops_the_stage_and_none_is_warned_of()
    {
        (StageResult missing, _) = mailing.TryRun(Customers, "--suppressions", mailing.Folder.File("nowhere.csv"));
        Assert.That(missing.ExitCode, Is.EqualTo(2));
        Assert.That(mailing.Run(Customers).Result.Output, Does.Contain("no suppression list was given"));
        Assert.That(mailing.Run(customers: null).Result.Output, Does.Not.Contain("no suppression list was given"));
        Assert.That(ReasonsOf(Run("address,reason\n"))[0], Is.EqualTo("ann"));
    }

    private string Run(string list)
    {
        (StageResult result, string run) = TryRun(list);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return run;
    }

    private (StageResult Result, string Run) TryRun(string list) =>
        mailing.TryRun(Customers, "--suppressions", mailing.Folder.Write("list.csv", list));

    private static string[] ReasonsOf(string run) =>
        [.. RunReader.Read(run, Recipients.DataSet).Select(row => $"{row.Text(Recipients.UserId)} {row.Text(Recipients.Reason)}".TrimEnd())];
}
