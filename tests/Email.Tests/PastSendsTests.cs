using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>No mailbox gets more mails than it may, by the reference time and not by the clock.</summary>
public class PastSendsTests
{
    private const string Customers =
        """
        user_id,email,consent
        ann,ann@gmail.com,yes
        bob,a.nn@gmail.com,yes
        cid,cid@example.com,yes
        dan,not an address,yes
        eve,eve@example.com,no
        """;

    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing();

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    /// <summary>The newest interaction is of 10 January, noon.</summary>
    [TestCase("cid,2026-01-03T12:00:00.000001Z", "1", "frequency_cap")]
    [TestCase("cid,2026-01-03T12:00:00Z", "1", null)]
    [TestCase("cid,2026-01-03 13:00:00+01:00", "1", null)]
    [TestCase("cid,2026-01-10", "1", "frequency_cap")]
    [TestCase("cid,2026-01-10", "2", null)]
    [TestCase("cid,2026-01-10\ncid,2026-01-09\ncid,2026-01-01", "3", null)]
    [TestCase("cid,2026-01-10\ncid,2026-01-09", "2", "frequency_cap")]
    // After the reference time.
    [TestCase("cid,2026-01-12", "1", "frequency_cap")]
    [TestCase("stranger,2026-01-10\ndan,2026-01-10\neve,2026-01-10", "1", null)]
    public void Mailbox_with_enough_mails_before_the_reference_time_gets_none(string lines, string limit, string? expected)
    {
        string run = Run($"user_id,sent_at\n{lines}\n", "--max-sends", limit);
        Assert.That(ReasonOf(run, "cid"), Is.EqualTo(expected));
        Assert.That(ReasonOf(run, "dan"), Is.EqualTo("invalid_address"));
        Assert.That(ReasonOf(run, "eve"), Is.EqualTo("no_consent"));
    }

    [TestCase("2026-01-17T12:00:00Z", "7", null)]
    [TestCase("2026-01-17T11:59:59Z", "7", "frequency_cap")]
    [TestCase("2026-01-17T12:00:00Z", "7.5", "frequency_cap")]
    public void Reference_time_and_days_can_be_told(string reference, string days, string? expected)
    {
        string run = Run("user_id,sent_at\ncid,2026-01-10T12:00:00Z\n", "--max-sends", "1", "--reference-time", reference, "--per-days", days);
        Assert.That(ReasonOf(run, "cid"), Is.EqualTo(expected));
    }

    /// <summary>The mails of all customers behind it add up, and a line with a customer and a key is one mail.</summary>
    [TestCase("2", "frequency_cap")]
    [TestCase("3", null)]
    public void Mails_count_for_the_mailbox(string limit, string? expected)
    {
        string run = Run("user_id,sent_at\nann,2026-01-10\nbob,2026-01-10\n", "--max-sends", limit);
        string key = RunReader.Read(run, Recipients.DataSet)[0].Text(Recipients.MailboxKey)!;
        Assert.That(ReasonOf(run, "ann"), Is.EqualTo(expected));
        Assert.That(ReasonOf(run, "bob"), Is.EqualTo(expected ?? "duplicate_mailbox"));
        string byKey = Run($"user_id,mailbox_key,sent_at\n,{key},2026-01-10\ncid,{key},2026-01-10\n", "--max-sends", limit);
        Assert.That(ReasonOf(byKey, "ann"), Is.EqualTo(expected));
        Assert.That(ReasonOf(byKey, "cid"), Is.Null);
    }

    [Test]
    public void File_can_be_JSON_lines_or_Parquet_and_name_its_columns()
    {
        string json = mailing.Folder.Write("sends.jsonl", """{"who":"cid","at":"2026-01-10T08:00:00Z"}""" + "\n"), parquet = mailing.Folder.File("sends.parquet");
        using (DuckDbDatabase database = DuckDbDatabase.OpenInMemory())
            database.Execute($"COPY (SELECT 'cid' AS who, TIMESTAMP '2026-01-10 08:00:00' AS at) TO '{parquet}' (FORMAT parquet)");
        foreach (string file in (string[])[json, parquet])
        {
            string run = mailing.Run(Customers, "--past-sends", file, "--max-sends", "1", "--past-send-columns", "user=who,time=at").Run;
            Assert.That(ReasonOf(run, "cid"), Is.EqualTo("frequency_cap"), file);
        }
    }

    [TestCase("user_id,sent_at\ncid,yesterday\n", "line 2 has a time that is not ISO 8601")]
    [TestCase("user_id,sent_at\ncid,2026-01-01\ncid,\n", "line 3 has a time that is not ISO 8601")]
    [TestCase("user_id,sent_at\n,2026-01-01\n", "line 2 names neither a user_id nor a mailbox_key.")]
    [TestCase("mailbox_key,sent_at\ncid,2026-01-01\n", "line 2 has a mailbox_key that was not made with these keys.")]
    [TestCase("user_id,sent_at\ncid,2026-01-01,more\n", "line 2 is malformed (wrong_field_count).")]
    public void Line_that_cannot_be_read_stops_the_stage(string file, string sentence)
    {
        (StageResult result, string run) = TryRun(file, "--max-sends", "1");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(3), result.Error);
            Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Does.Contain(sentence).And.Contain("sends.csv").And.Not.Contain("cid"));
            Assert.That(RunReader.IsFinished(run, Stages.Email), Is.False);
        });
    }

    [Test]
    public void Limit_and_file_need_each_other()
    {
        (StageResult withoutLimit, _) = TryRun("user_id,sent_at\n");
        (StageResult withoutFile, _) = mailing.TryRun(Customers, "--max-sends", "1");
        Assert.Multiple(() =>
        {
            Assert.That(withoutLimit.ExitCode, Is.EqualTo(2));
            Assert.That(withoutLimit.Error, Does.Contain("--past-sends needs --max-sends"));
            Assert.That(withoutFile.ExitCode, Is.EqualTo(2));
            Assert.That(withoutFile.Error, Does.Contain("--max-sends needs --past-sends"));
        });
    }

    private string Run(string file, params string[] options)
    {
        (StageResult result, string run) = TryRun(file, options);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return run;
    }

    private (StageResult Result, string Run) TryRun(string file, params string[] options) =>
        mailing.TryRun(Customers, ["--past-sends", mailing.Folder.Write("sends.csv", file), .. options]);

    private static string? ReasonOf(string run, string user) =>
        RunReader.Read(run, Recipients.DataSet).Single(row => row.Text(Recipients.UserId) == user).Text(Recipients.Reason);
}
