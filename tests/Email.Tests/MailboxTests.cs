using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>One mail for each mailbox, and what forbids it to one customer behind a mailbox forbids it to all.</summary>
public class MailboxTests
{
    private Mailing mailing = null!;

    /// <summary>The last did something later than the others.</summary>
    [OneTimeSetUp]
    public void Make() => mailing = new Mailing(user => user == "joe" ? "2026-01-10T11:30:00Z" : "2026-01-10T11:00:00Z");

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    [Test]
    public void Customer_who_did_something_last_is_mailed_and_then_the_first_by_name()
    {
        string run = mailing.Run(
            """
            user_id,email,consent
            ann,shared@example.com,yes
            joe,SHARED@example.com,yes
            bob,shared@example.com,yes
            eve,us@gmail.com,yes
            cid,u.s+cid@googlemail.com,yes
            dan,us+dan@example.com,yes
            fay,us@example.com,yes
            zed,us@example.com,yes
            """).Run;
        Assert.Multiple(() =>
        {
            Assert.That(ReasonsOf(run), Is.EqualTo(new[]
            {
                "ann duplicate_mailbox", "bob duplicate_mailbox", "cid", "dan", "eve duplicate_mailbox", "fay",
                "gus no_customer", "hal no_customer", "ivy no_customer", "joe",
            }));
            Assert.That(RunReader.ReadManifest(run, Stages.Email).Counters["dropped_duplicate_mailbox"], Is.EqualTo(3));
        });
    }

    /// <summary>The same customers are mailed whatever the order of the file.</summary>
    [Test]
    public void Order_of_the_lines_makes_no_difference()
    {
        string[] lines = [.. Mailing.Customers.Select((user, n) => $"{user},{n % 3}@example.com,{(n == 4 ? "no" : "yes")}")];
        string[] forward = ReasonsOf(mailing.Run("user_id,email,consent\n" + string.Join('\n', lines)).Run);
        string[] backward = ReasonsOf(mailing.Run("user_id,email,consent\n" + string.Join('\n', lines.Reverse())).Run);
        Assert.That(forward, Is.EqualTo(new[]
        {
            "ann duplicate_mailbox", "bob no_consent", "cid", "dan duplicate_mailbox", "eve no_consent",
            "fay duplicate_mailbox", "gus duplicate_mailbox", "hal no_consent", "ivy duplicate_mailbox", "joe",
        }));
        Assert.That(backward, Is.EqualTo(forward));
    }

    [TestCase("ann,shared@example.com,yes\nbob,SHARED@example.com,no\n", "ann no_consent,bob no_consent")]
    // Of a customer without a list.
    [TestCase("ann,shared@example.com,yes\nzed,shared@example.com,no\n", "ann no_consent,bob no_customer")]
    [TestCase("out,shared@example.com,no\nann,shared@example.com,yes\n", "ann no_consent,bob no_customer")]
    // Beside another address, in a later line.
    [TestCase("ann,shared@example.com,yes\nbob,bob@example.com,yes\nbob,shared@example.com,no\n", "ann no_consent,bob no_consent")]
    [TestCase("ann,shared@example.com,yes\nbob,shared@example.com,yes\nbob,bob@example.com,no\n", "ann no_consent,bob no_consent")]
    [TestCase("ann,shared@example.com,yes\n,shared@example.com,no\n,bob@example.com,yes\nbob,bob@example.com,yes\n", "ann no_consent,bob")]
    [TestCase("ann,shared@example.com,yes\nbob,shared at example.com,no\n", "ann,bob invalid_address")]
    public void No_to_a_mailbox_holds_for_all_behind_it(string lines, string expected) =>
        Assert.That(ReasonsOf(mailing.Run("user_id,email,consent\n" + lines).Run).Take(2), Is.EqualTo(expected.Split(',')));

    [Test]
    public void Suppressed_mailbox_has_no_winner()
    {
        string list = mailing.Folder.Write("list.csv", "address,reason\nu.s@gmail.com,bounced\n");
        string run = mailing.Run("user_id,email,consent\nann,us@gmail.com,yes\nbob,us+bob@gmail.com,no\ncid,us@googlemail.com,yes\n", "--suppressions", list).Run;
        Assert.That(
            ReasonsOf(run).Take(3), Is.EqualTo(new[] { "ann suppressed_bounced", "bob suppressed_bounced", "cid suppressed_bounced" }));
    }

    private static string[] ReasonsOf(string run) =>
        [.. RunReader.Read(run, Recipients.DataSet).Select(row => $"{row.Text(Recipients.UserId)} {row.Text(Recipients.Reason)}".TrimEnd())];
}
