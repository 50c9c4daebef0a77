using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary><c>pipeline keys</c>: one version of the keys after another, and between them a window in which both are in use.</summary>
public class RotationTests
{
    private const string Customers =
        """
        ann,ann@example.com,yes
        bob,bob@example.com,yes
        cid,cid@example.com,yes

        """;

    private Mailing mailing = null!;
    private Nights nights = null!;
    private int tests;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing();

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    [SetUp]
    public void Begin() => nights = new Nights(mailing, $"shop-{++tests}");

    /// <summary>The whole life of a version: run, rotate, run, both read, retire in vain, clear up, retire.</summary>
    [Test]
    public void Version_is_retired_once_nothing_is_left_of_it()
    {
        string first = nights.Run("night-1", Customers);
        string oldKey = Nights.Row(first, "bob").Text(Recipients.MailboxKey)!, keyId = Nights.Row(first, "bob").Text(Recipients.KeyId)!;
        Assert.That(oldKey, Does.StartWith("v1."));

        nights.MustTool("keys", "rotate");
        nights.Write("lists/suppressions.csv", $"mailbox_key,reason,key_id\n{oldKey},unsubscribed,{keyId}\n");
        string sends = nights.Write("lists/sends.csv", $"mailbox_key,sent_at\n{Nights.Row(first, "cid").Text(Recipients.MailboxKey)},2026-01-10T11:00:00Z\n");
        string second = nights.Run("night-2", Customers, "--past-sends", sends, "--max-sends", "1");

        TableRow row = Nights.Row(second, "bob");
        Assert.Multiple(() =>
        {
            Assert.That(row.Integer(Recipients.KeyVersion), Is.EqualTo(2));
            Assert.That(row.Text(Recipients.MailboxKey), Does.StartWith("v2."));
            Assert.That(row.Text(Recipients.PreviousMailboxKey), Is.EqualTo(oldKey));
            Assert.That(row.Text(Recipients.PreviousSubjectKey), Is.EqualTo(Nights.Row(first, "bob").Text(Recipients.SubjectKey)));
            Assert.That(Nights.Reasons(second, "ann", "bob", "cid"), Is.EqualTo("ann= bob=suppressed_unsubscribed cid=frequency_cap"));
            Assert.That(nights.Decrypt(first, "ann"), Is.EqualTo("ann@example.com"));
            Assert.That(nights.Decrypt(second, "ann"), Is.EqualTo("ann@example.com"));
        });

        string[] retire = ["keys", "retire", "--version", "1", "--runs", nights.Runs, "--suppressions", nights.Suppressions, "--past-sends", sends];
        MustStay(retire, "10 rows in 1 place, 2 lines in 2 places, 1 data key in 1 place");
        nights.MustTool("keys", "rewrap");
        MustStay(retire, "10 rows in 1 place, 2 lines in 2 places");
        Assert.That(nights.Decrypt(first, "ann"), Is.EqualTo("ann@example.com"), "Wrapped anew, it opens as before.");
        nights.MustTool("keys", "rekey", "--runs", nights.Runs, "--suppressions", nights.Suppressions, "--past-sends", sends);
        MustStay(retire, "10 rows in 1 place");
        Directory.Delete(first, recursive: true);

        StageResult retired = nights.MustTool(retire);

        Assert.That(retired.Output, Does.StartWith("version 1 is retired"));
        Assert.That(nights.MustTool("keys", "list").Output, Does.Contain("current").And.Not.Contain("previous"));
        string third = nights.Run("night-3", Customers, "--past-sends", sends, "--max-sends", "1");
        Assert.Multiple(() =>
        {
            Assert.That(Nights.Reasons(third, "ann", "bob", "cid"), Is.EqualTo("ann= bob=suppressed_unsubscribed cid=frequency_cap"));
            Assert.That(Nights.Row(third, "bob").Text(Recipients.MailboxKey), Is.EqualTo(row.Text(Recipients.MailboxKey)));
            Assert.That(Nights.Row(third, "bob").Text(Recipients.PreviousMailboxKey), Is.Null);
            Assert.That(nights.Decrypt(second, "ann"), Is.EqualTo("ann@example.com"));
        });
    }

    [Test]
    public void Rewrap_changes_data_keys_only_and_is_done_after_one_time()
    {
        string run = nights.Run("night-1", Customers);
        nights.Run("night-2", Customers);
        nights.MustTool("keys", "rotate");
        SortedDictionary<string, string> before = nights.Snapshot();

        StageResult first = nights.MustTool("keys", "rewrap");

        SortedDictionary<string, string> after = nights.Snapshot();
        string[] changed = [.. after.Where(file => before[file.Key] != file.Value).Select(file => Path.GetFileName(Path.GetDirectoryName(file.Key))!)];
        Assert.That(changed, Is.EqualTo(new[] { "data-keys", "data-keys" }));
        Assert.That(after.Keys, Is.EqualTo(before.Keys));
        Assert.That(first.Output, Does.Contain("night-1").And.Contain("night-2").And.Contain("wrapped 2 of 2 data keys anew, with version 2"));
        Assert.That(nights.Decrypt(run, "bob"), Is.EqualTo("bob@example.com"));

        StageResult second = nights.MustTool("keys", "rewrap");

        Assert.That(second.Output, Does.StartWith("nothing to do: all 2 data keys are wrapped with version 2"));
        Assert.That(nights.Snapshot(), Is.EqualTo(after));
    }

    [Test]
    public void Rewrap_that_was_killed_goes_on_with_those_left()
    {
        string run = nights.Run("night-1", Customers);
        nights.Run("night-2", Customers);
        nights.MustTool("keys", "rotate");
        KeyStore store = KeyStore.Open(nights.Store);
        string done = store.ListDataKeys().First().Id;
        using (LocalKeyRing ring = LocalKeyRing.Open(nights.Ring))
            store.Rewrap(ring, done);
        // What a process leaves that is killed while it writes.
        File.WriteAllText(Path.Combine(nights.Store, "data-keys", $".writing-{done}.json"), "{");

        StageResult result = nights.MustTool("keys", "rewrap");

        Assert.That(result.Output, Does.Contain("wrapped 1 of 1 data keys anew").And.Contain("1 had it already").And.Not.Contain(done));
        Assert.That(nights.Decrypt(run, "bob"), Is.EqualTo("bob@example.com"));
    }

    [Test]
    public void Rekey_changes_keys_that_runs_know_and_nothing_else_in_the_list()
    {
        string first = nights.Run("night-1", Customers + "dan,dan@example.com,yes\n");
        string[] keys = [.. new[] { "ann", "bob", "dan" }.Select(user => Nights.Row(first, user).Text(Recipients.MailboxKey)!)];
        string keyId = Nights.Row(first, "ann").Text(Recipients.KeyId)!;
        nights.MustTool("keys", "rotate");
        string second = nights.Run("night-2", Customers);
        string[] newKeys = [.. new[] { "ann", "bob" }.Select(user => Nights.Row(second, user).Text(Recipients.MailboxKey)!)];
        string newKeyId = Nights.Row(second, "ann").Text(Recipients.KeyId)!;
        string list = nights.Write("lists/list.csv", $"note,mailbox_key,reason,key_id,address\r\n\"a, ü\",{keys[0]},bounced,{keyId},\r\n,{keys[1]},complained,,\r\nx,{keys[2]},unsubscribed,{keyId},\r\n,,bounced,,eve@example.com");
        File.SetUnixFileMode(list, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        StageResult result = nights.MustTool("keys", "rekey", "--runs", nights.Runs, "--suppressions", list);

        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(list), Is.EqualTo($"note,mailbox_key,reason,key_id,address\r\n\"a, ü\",{newKeys[0]},bounced,{newKeyId},\r\n,{newKeys[1]},complained,,\r\nx,{keys[2]},unsubscribed,{keyId},\r\n,,bounced,,eve@example.com"));
            Assert.That(File.GetUnixFileMode(list), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead));
            Assert.That(result.Output.Split('\n').Single(line => line.Contains("list.csv", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^3..], Is.EqualTo(new[] { "3", "2", "1" }));
        });
    }

    [Test]
    public void Only_the_previous_version_can_be_retired_and_there_is_one_window_at_a_time()
    {
        nights.Run("night-1", Customers);
        Assert.That(nights.Tool("keys", "retire", "--version", "1", "--runs", nights.Runs).Error, Does.Contain("Version 1 is not the previous one of the key ring '"));
        nights.MustTool("keys", "rotate");
        foreach (string version in (string[])["2", "3", "0"])
        {
            StageResult result = nights.Tool("keys", "retire", "--version", version, "--runs", nights.Runs);
            Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
            Assert.That(result.Error, Does.Contain($"Version {version} is not the previous one"));
        }
        StageResult elsewhere = nights.Tool("keys", "retire", "--version", "1", "--runs", nights.Store);
        Assert.That(elsewhere.ExitCode, Is.EqualTo(2), "In a wrong folder nothing is left of any version.");
        Assert.That(elsewhere.Error, Does.Contain("No run below '"));
        StageResult again = nights.Tool("keys", "rotate");
        Assert.That(again.ExitCode, Is.EqualTo(2));
        Assert.That(again.Error, Does.Contain("Retire version 1 first."));
    }

    /// <summary>The list follows a rotation as long as the erased stand in the customer file, where they are not read any more.</summary>
    [Test]
    public void Erased_mailboxes_get_new_keys_as_well()
    {
        nights.Run("night-1", Customers);
        Assert.That(nights.Erase("ann").ExitCode, Is.Zero);
        nights.MustTool("keys", "rotate");
        nights.Run("night-2", Customers);

        nights.MustTool("keys", "rekey", "--runs", nights.Runs, "--suppressions", nights.Suppressions);

        Assert.That(File.ReadAllLines(nights.Suppressions)[1], Does.StartWith("v2."));
        Assert.That(Nights.Reasons(nights.Run("night-3", Customers), "ann", "bob"), Is.EqualTo("ann=suppressed_erased bob="));
    }

    /// <summary>In the window the tool knows a mailbox by its newest key, and the list is not given both.</summary>
    [Test]
    public void Erased_in_the_window_a_mailbox_is_known_by_both_its_keys()
    {
        string first = nights.Run("night-1", Customers);
        nights.MustTool("keys", "rotate");
        nights.Run("night-2", "ann,ann@example.com,yes\n");

        Assert.That(nights.Erase("ann").ExitCode, Is.Zero);
        Assert.That(nights.Erase("bob").ExitCode, Is.Zero);

        string[] lines = File.ReadAllLines(nights.Suppressions);
        string third = nights.Run("night-3", Customers);
        Assert.Multiple(() =>
        {
            Assert.That(lines.Skip(1).Select(line => line[..3]), Is.EqualTo(new[] { "v2.", "v1." }));
            Assert.That(Nights.Reasons(third, "ann", "bob", "cid"), Is.EqualTo("ann=suppressed_erased bob=suppressed_erased cid="));
            Assert.That(nights.DecryptByAnyMeans(first, "ann"), Is.Null);
            Assert.That(nights.EraseAddress("bob@example.com").Output, Does.Contain("erased; the receipt is"), "The address gives the newest key, too.");
            Assert.That(File.ReadAllLines(nights.Suppressions)[^1], Does.StartWith("v2."));
            Assert.That(nights.EraseAddress("bob@example.com").Output, Does.StartWith("nothing to do"));
        });
    }

    [Test]
    public void Keys_in_KMS_are_rotated_there()
    {
        const string key = "arn:aws:kms:eu-west-1:123456789012:key/";
        StageResult result = StageRunner.Run("Cli", "keys", "rotate", "--kms-mac-key", key + "1", "--kms-data-key", key + "2", "--key-store", nights.Store);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("--kms-mac-key OLD,NEW"));
    }

    private void MustStay(string[] retire, string counts)
    {
        StageResult result = nights.Tool(retire);
        Assert.That(result.ExitCode, Is.EqualTo(3), result.Error);
        Assert.That(result.Error, Does.StartWith($"pipeline: Version 1 stays: there are still {counts} of it."));
        Assert.That(result.Output, Does.Contain("night-1"));
        using LocalKeyRing ring = LocalKeyRing.Open(nights.Ring);
        Assert.That(ring.MacVersions.Select(version => version.Number), Is.EqualTo(new[] { 1, 2 }));
    }
}
