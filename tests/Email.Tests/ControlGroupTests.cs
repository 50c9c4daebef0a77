using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>Whom the campaign leaves alone is not mailed, last of all reasons, and their mailbox neither.</summary>
public class ControlGroupTests
{
    /// <summary>Who draws less than a half in this campaign, of <see cref="Mailing.Customers"/>.</summary>
    private static readonly string[] Control = ["ann", "cid", "eve", "fay", "gus", "hal"];

    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing(timeOf: null, "--control", "50%", "--campaign", "spring");

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    [Test]
    public void Control_group_is_not_mailed_and_each_row_states_its_arm()
    {
        string run = mailing.Run("user_id,email,consent\n" + string.Concat(Mailing.Customers.Select(user => $"{user},{user}@example.com,yes\n"))).Run;
        TableRow[] rows = [.. RunReader.Read(run, Recipients.DataSet)];
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Email).Counters;
        Assert.Multiple(() =>
        {
            Assert.That(rows.Where(row => row.Text(Recipients.Arm) == Arms.Control).Select(row => row.Text(Recipients.UserId)), Is.EqualTo(Control));
            foreach (TableRow row in rows)
            {
                bool isControl = row.Text(Recipients.Arm) == Arms.Control;
                Assert.That(row.Text(Recipients.Reason), Is.EqualTo(isControl ? "control_group" : null));
                Assert.That(row.Flag(Recipients.Send), Is.EqualTo(!isControl));
                Assert.That(row.Text(Recipients.UnsubscribeToken) is null, Is.EqualTo(isControl));
                Assert.That(row.Text(Recipients.MailboxKey), Is.Not.Null);
            }
            Assert.That(counters["dropped_control_group"], Is.EqualTo(Control.Length));
            Assert.That(counters["rows_kept"], Is.EqualTo(Mailing.Customers.Count - Control.Length));
        });
    }

    /// <summary>All of the group has another reason not to be mailed, so that nobody's reason is the group.</summary>
    [Test]
    public void Every_exclusion_wins_over_the_control_group()
    {
        Dictionary<string, (string Line, string Reason)> excluded = Control.Select((user, n) => (user, n)).ToDictionary(c => c.user, c => (c.n % 5) switch
        {
            0 => ("", "no_customer"),
            1 => ($"{c.user},{c.user} at example.com,yes\n", "invalid_address"),
            2 => ($"{c.user},suppressed@example.com,yes\n", "suppressed_bounced"),
            3 => ($"{c.user},{c.user}@example.com,no\n", "no_consent"),
            _ => ($"{c.user},mailed@example.com,yes\n", "frequency_cap"),
        });
        Assert.That(excluded.Values.Select(e => e.Reason).Distinct().Count(), Is.EqualTo(Math.Min(5, Control.Length)));
        string run = mailing.Run(
            "user_id,email,consent\n" + string.Concat(excluded.Values.Select(e => e.Line)),
            "--suppressions", mailing.Folder.Write("list.csv", "address,reason\nsuppressed@example.com,bounced\n"),
            "--past-sends", mailing.Folder.Write("sends.csv", "user_id,sent_at\n" + string.Concat(Control.Select(user => $"{user},2026-01-10\n"))),
            "--max-sends", "1").Run;
        Dictionary<string, TableRow> rows = RunReader.Read(run, Recipients.DataSet).ToDictionary(row => row.Text(Recipients.UserId)!);
        Assert.Multiple(() =>
        {
            foreach ((string user, (_, string reason)) in excluded)
            {
                Assert.That(rows[user].Text(Recipients.Reason), Is.EqualTo(reason), user);
                Assert.That(rows[user].Text(Recipients.Arm), Is.EqualTo(Arms.Control), user);
            }
        });
    }

    /// <summary>Of customers who did something at the same time the first by name would get the mail.</summary>
    [Test]
    public void Mailbox_is_in_the_arm_of_the_customer_to_mail()
    {
        string first = Control[0], second = Control[^1];
        string behind = Mailing.Customers.First(user => !Control.Contains(user) && string.CompareOrdinal(user, first) > 0);
        string before = Mailing.Customers.First(user => !Control.Contains(user) && user != behind && string.CompareOrdinal(user, second) < 0);
        string run = mailing.Run(
            $"user_id,email,consent\n{first},one@example.com,yes\n{behind},ONE@example.com,yes\n{second},two@gmail.com,yes\n{before},t.wo+x@gmail.com,yes\n").Run;
        Dictionary<string, TableRow> rows = RunReader.Read(run, Recipients.DataSet).ToDictionary(row => row.Text(Recipients.UserId)!);
        Assert.Multiple(() =>
        {
            Assert.That(Show(first), Is.EqualTo("control control_group"));
            Assert.That(Show(behind), Is.EqualTo("control duplicate_mailbox"));
            Assert.That(Show(before), Is.EqualTo("treatment"));
            Assert.That(Show(second), Is.EqualTo("treatment duplicate_mailbox"));
        });

        string Show(string user) => $"{rows[user].Text(Recipients.Arm)} {rows[user].Text(Recipients.Reason)}".TrimEnd();
    }
}
