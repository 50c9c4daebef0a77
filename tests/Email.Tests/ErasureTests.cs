using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary><c>pipeline erase</c>: unreadable in all runs, never mailed again, and everybody else as before.</summary>
public class ErasureTests
{
    private const string Customers =
        """
        ann,a.n.n@gmail.com,yes
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

    /// <summary>The proof: with everything there is nobody can read what there was, and nobody else has lost anything.</summary>
    [Test]
    public void Customer_of_three_runs_cannot_be_read_in_any_and_the_others_can()
    {
        string[] runs = [nights.Run("night-1", Customers), nights.Run("night-2", Customers.Replace("a.n.n@", "ann+new@", StringComparison.Ordinal)), nights.Run("deep/night-3", Customers)];
        Assert.That(runs.Select(run => nights.Decrypt(run, "ann")), Is.EqualTo(new[] { "a.n.n@gmail.com", "ann+new@gmail.com", "a.n.n@gmail.com" }));
        Assert.That(nights.DecryptByAnyMeans(runs[2], "ann"), Is.EqualTo("a.n.n@gmail.com"), "Were this nothing, nothing would be proven below.");
        byte[] salt = nights.SaltOf("ann")!;
        Assert.That(nights.FilesWith(salt), Has.Length.EqualTo(1));

        StageResult result = nights.Erase("ann");

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.Multiple(() =>
        {
            foreach (string run in runs)
            {
                Assert.That(() => nights.Decrypt(run, "ann"), Throws.TypeOf<KeyNotFoundException>(), run);
                Assert.That(nights.DecryptByAnyMeans(run, "ann"), Is.Null, run);
                Assert.That(nights.Decrypt(run, "bob"), Is.EqualTo("bob@example.com"), run);
                Assert.That(nights.Decrypt(run, "cid"), Is.EqualTo("cid@example.com"), run);
            }
            Assert.That(nights.SaltOf("ann"), Is.Null);
            Assert.That(nights.FilesWith(salt), Is.Empty);
            foreach (string address in (string[])["a.n.n@gmail.com", "ann@gmail.com", "ann+new@gmail.com"])
                Assert.That(nights.FilesWith(Encoding.UTF8.GetBytes(address)), Is.Empty);
        });
    }

    /// <summary>A past run is not touched: its manifest holds, so that started again it finds its work done.</summary>
    [Test]
    public void Past_runs_stay_byte_for_byte()
    {
        nights.Run("night-1", Customers);
        SortedDictionary<string, string> before = nights.Snapshot();

        nights.Erase("ann");

        Assert.That(nights.Snapshot().Where(file => file.Key.StartsWith(nights.Runs, StringComparison.Ordinal)), Is.EqualTo(before.Where(file => file.Key.StartsWith(nights.Runs, StringComparison.Ordinal))));
    }

    [TestCase("ann,ANN@GMAIL.COM,yes\n")]
    [TestCase("ann,a.n.n+shop@googlemail.com,yes\n")]
    [TestCase("dan,An.N@Gmail.com,yes\n", Description = "as another customer")]
    public void Next_run_neither_mails_the_mailbox_nor_keeps_the_address(string customer)
    {
        nights.Run("night-1", Customers);
        nights.Erase("ann");
        string user = customer[..3];

        string run = nights.Run("night-2", customer + "bob,bob@example.com,yes\neve,a.n.n@example.com,yes\n");

        TableRow row = Nights.Row(run, user);
        Assert.Multiple(() =>
        {
            Assert.That(Nights.Reasons(run, user, "bob", "eve"), Is.EqualTo($"{user}=suppressed_erased bob= eve="));
            foreach (Column column in (Column[])[Recipients.SubjectKey, Recipients.PreviousSubjectKey, Recipients.EmailCiphertext, Recipients.DataKeyId, Recipients.UnsubscribeToken])
                Assert.That(row.Text(column), Is.Null, column.Name);
            Assert.That(File.ReadAllText(nights.Suppressions), Does.Contain(row.Text(Recipients.MailboxKey)!), "No more than the list has.");
            Assert.That(nights.SaltOf(user) ?? nights.SaltOf("ann"), Is.Null);
            Assert.That(nights.SaltOf("eve"), Is.Not.Null);
            Assert.That(RunReader.ReadManifest(run, Stages.Email).Counters["dropped_suppressed_erased"], Is.EqualTo(1));
        });
    }

    [Test]
    public void Erased_wins_over_every_other_reason_that_lies_in_the_mailbox()
    {
        nights.Run("night-1", Customers);
        nights.Erase("ann");
        File.AppendAllText(nights.Suppressions, string.Join(',', Nights.Row(nights.Runs + "/night-1", "ann").Text(Recipients.MailboxKey), "complained", "") + "\n");

        string run = nights.Run("night-2", "ann,ann@gmail.com,no\n");

        Assert.That(Nights.Reasons(run, "ann"), Is.EqualTo("ann=suppressed_erased"));
    }

    [TestCase("a.n.n@gmail.com")]
    [TestCase("  AnN+x@GoogleMail.com \r\n")]
    public void Address_erases_every_customer_who_was_behind_its_mailbox_in_any_run(string address)
    {
        string first = nights.Run("night-1", Customers), second = nights.Run("night-2", "ann,new@example.com,yes\nbob,bob@example.com,yes\ndan,ann@googlemail.com,yes\n");

        StageResult result = nights.EraseAddress(address);

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.Contain("2 customers: ann, dan").And.Not.Contain("@"));
        Assert.That(nights.DecryptByAnyMeans(first, "ann") ?? nights.DecryptByAnyMeans(second, "ann") ?? nights.DecryptByAnyMeans(second, "dan"), Is.Null);
        Assert.That(nights.Decrypt(second, "bob"), Is.EqualTo("bob@example.com"));
        string third = nights.Run("night-3", "ann,new@example.com,yes\nbob,bob@example.com,yes\ndan,ann@gmail.com,yes\n");
        Assert.That(Nights.Reasons(third, "ann", "bob", "dan"), Is.EqualTo("ann=suppressed_erased bob= dan=suppressed_erased"));
    }

    [Test]
    public void Second_time_there_is_nothing_to_do()
    {
        nights.Run("night-1", Customers);
        nights.Erase("ann");
        SortedDictionary<string, string> before = nights.Snapshot();

        StageResult again = nights.Erase("ann"), byAddress = nights.EraseAddress("ann@gmail.com");

        Assert.That((again.ExitCode, byAddress.ExitCode), Is.EqualTo((0, 0)), again.Error + byAddress.Error);
        Assert.That(again.Output, Does.StartWith("nothing to do: erased before, see '").And.Contain("erasures/erased-"));
        Assert.That(byAddress.Output, Does.StartWith("nothing to do: erased before"));
        Assert.That(nights.Snapshot(), Is.EqualTo(before));
    }

    [Test]
    public void Customer_whose_runs_are_deleted_was_still_erased_before()
    {
        string run = nights.Run("night-1", Customers);
        nights.Run("night-2", "bob,bob@example.com,yes\n");
        nights.Erase("ann");
        Directory.Delete(run, recursive: true);

        Assert.That(nights.Erase("ann").Output, Does.StartWith("nothing to do: erased before"));
        Assert.That(nights.EraseAddress("ann@gmail.com").Output, Does.StartWith("nothing to do: erased before"));
    }

    /// <summary>The state after a kill behind each of the writes: the list, one salt of two, all salts; and with the leftovers of a write.</summary>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Killed_at_any_write_it_is_completed_by_the_next_start(int writes)
    {
        string run = nights.Run("night-1", "ann,us@example.com,yes\nbob,us@example.com,yes\ncid,cid@example.com,yes\n");
        TableRow ann = Nights.Row(run, "ann");
        nights.Write("lists/suppressions.csv", $"mailbox_key,reason,key_id\n{ann.Text(Recipients.MailboxKey)},erased,{ann.Text(Recipients.KeyId)}\n");
        nights.Write("lists/suppressions.csv.new", "mailbox_key,rea");
        byte[] salt = nights.SaltOf("ann")!;
        string leftover = Path.Combine(nights.Store, "subjects", ".writing-00.salts");
        KeyStore store = KeyStore.Open(nights.Store);
        if (writes > 1)
            store.DeleteSalts(Index("ann"));
        if (writes > 2)
            store.DeleteSalts(Index("bob"));
        File.WriteAllBytes(leftover, salt);

        StageResult result = nights.EraseAddress("us@example.com");

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.Multiple(() =>
        {
            Assert.That(nights.SaltOf("ann") ?? nights.SaltOf("bob"), Is.Null);
            Assert.That(nights.FilesWith(salt), Is.Empty);
            Assert.That(nights.Decrypt(run, "cid"), Is.EqualTo("cid@example.com"));
            Assert.That(File.ReadAllLines(nights.Suppressions), Has.Length.EqualTo(2));
            Assert.That(nights.Receipt(), Has.Length.EqualTo(1));
            Assert.That(nights.Suppressions + ".new", Does.Not.Exist);
            Assert.That(nights.EraseAddress("us@example.com").Output, Does.StartWith("nothing to do"));
        });
    }

    [Test]
    public void Receipt_says_what_was_done_and_holds_no_address()
    {
        string run = nights.Run("night-1", Customers);
        nights.Run("night-2", Customers);

        nights.Erase("ann");

        string text = File.ReadAllText(nights.Receipt().Single());
        JsonElement receipt = JsonDocument.Parse(text).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Not.Contain('@'));
            Assert.That(receipt.GetProperty("customers").EnumerateArray().Select(c => c.GetString()), Is.EqualTo(new[] { "ann" }));
            Assert.That(receipt.GetProperty("salts_deleted").GetInt32(), Is.EqualTo(1));
            Assert.That(receipt.GetProperty("unreadable_addresses").GetInt64(), Is.EqualTo(2));
            Assert.That(receipt.GetProperty("runs_searched").GetInt32(), Is.EqualTo(2));
            Assert.That(receipt.GetProperty("rows_kept").ToString(), Does.Contain("night-1").And.Contain("night-2"));
            Assert.That(receipt.GetProperty("mailboxes_kept")[0].GetProperty("mailbox_key").GetString(), Is.EqualTo(Nights.Row(run, "ann").Text(Recipients.MailboxKey)));
            Assert.That(receipt.GetProperty("erased_at").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(5)));
        });
    }

    [Test]
    public void Dry_run_says_what_it_would_do_and_changes_nothing()
    {
        nights.Run("night-1", Customers);
        SortedDictionary<string, string> before = nights.Snapshot();

        StageResult result = nights.Erase("ann", "--dry-run");

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.Contain("salts").And.Contain("nothing was changed"));
        Assert.That(nights.Snapshot(), Is.EqualTo(before));
    }

    [Test]
    public void Unknown_customer_is_a_sentence_and_exit_code_3()
    {
        nights.Run("night-1", Customers);
        SortedDictionary<string, string> before = nights.Snapshot();

        StageResult customer = nights.Erase("nobody"), address = nights.EraseAddress("nobody@example.com");

        Assert.That((customer.ExitCode, address.ExitCode), Is.EqualTo((3, 3)));
        Assert.That(customer.Error, Does.StartWith("pipeline: This customer is not in the run below '"));
        Assert.That(address.Error, Does.StartWith("pipeline: Nobody behind this address is in the run below '").And.Not.Contain("nobody@"));
        Assert.That(nights.Snapshot(), Is.EqualTo(before));
    }

    /// <summary>Without its runs a customer is known by the salt alone, and nobody knows which mailbox must not be mailed.</summary>
    [Test]
    public void Customer_whose_mailbox_no_run_tells_is_erased_with_the_address_only()
    {
        string run = nights.Run("night-1", Customers);
        string salt = Convert.ToHexString(nights.SaltOf("ann")!);
        Directory.Delete(run, recursive: true);
        Directory.CreateDirectory(Path.Combine(nights.Runs, "night-3/04-addressed"));
        File.WriteAllText(Path.Combine(nights.Runs, "night-3/04-addressed/error.json"), "{}");

        StageResult alone = nights.Erase("ann");

        Assert.That(alone.ExitCode, Is.EqualTo(3), alone.Error);
        Assert.That(alone.Error, Does.Contain("tells the mailbox of this customer"));
        Assert.That(Convert.ToHexString(nights.SaltOf("ann")!), Is.EqualTo(salt));

        StageResult both = nights.EraseAddress("ANN@gmail.com", "--customer", "ann");

        Assert.That(both.ExitCode, Is.Zero, both.Error);
        Assert.That(nights.SaltOf("ann"), Is.Null);
        Assert.That(Nights.Reasons(nights.Run("night-4", Customers), "ann", "bob"), Is.EqualTo("ann=suppressed_erased bob="));
    }

    /// <summary>Whatever is wrong, what may be an address is not repeated.</summary>
    [Test]
    public void Address_on_the_command_line_is_refused_and_not_repeated()
    {
        nights.Run("night-1", Customers);
        string[] common = ["erase", "--runs", nights.Runs, "--suppressions", nights.Suppressions];
        foreach (string[] arguments in (string[][])[["--address", "ann@gmail.com"], ["--customer", "ann@gmail.com"], ["ann@gmail.com"], ["--customer", "ann", "ann@gmail.com"], ["--customer", "ann", "--dry-run=ann@gmail.com"], ["--customer", "ann", "--delimiter", "ann@gmail.com"], []])
        {
            StageResult result = nights.Tool([.. common, .. arguments]);
            Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
            Assert.That(result.Output + result.Error, Does.Not.Contain("gmail"));
        }
    }

    [TestCase("")]
    [TestCase("ann at gmail.com")]
    [TestCase("ann@gmail.com\nbob@example.com\n")]
    public void What_is_no_address_on_stdin_is_refused_and_not_repeated(string input)
    {
        nights.Run("night-1", Customers);

        StageResult result = nights.EraseAddress(input);

        Assert.That(result.ExitCode, Is.EqualTo(3), result.Error);
        Assert.That(result.Error, Does.Contain("no address").And.Not.Contain("gmail"));
    }

    [Test]
    public void List_in_a_folder_that_is_not_there_is_refused_before_anything_is_changed()
    {
        nights.Run("night-1", Customers);
        SortedDictionary<string, string> before = nights.Snapshot();

        StageResult result = nights.Tool("erase", "--customer", "ann", "--runs", nights.Runs, "--suppressions", mailing.Folder.File("no/where.csv"));

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("there is no such folder"));
        Assert.That(nights.Snapshot(), Is.EqualTo(before));
    }

    [Test]
    public void Missing_key_store_is_not_made()
    {
        nights.Run("night-1", Customers);
        string missing = mailing.Folder.File("nowhere");

        StageResult result = nights.Erase("ann", "--key-store", missing);

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain($"There is no key store '{missing}'."));
        Assert.That(missing, Does.Not.Exist);
    }

    [Test]
    public void Run_of_other_keys_is_refused_before_anything_is_changed()
    {
        nights.Run("night-1", Customers);
        var other = new Nights(mailing, $"shop-{tests}-other");
        other.Run("night-1", Customers);
        SortedDictionary<string, string> before = nights.Snapshot();

        StageResult result = other.Tool("erase", "--customer", "ann", "--runs", nights.Runs, "--suppressions", nights.Suppressions);

        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(result.Error, Does.Contain("The run 'night-1' was made with local:"));
        Assert.That(nights.Snapshot(), Is.EqualTo(before));
    }

    private static TextIndex Index(string user)
    {
        var index = new TextIndex();
        index.Add(Encoding.UTF8.GetBytes(user));
        return index;
    }
}
