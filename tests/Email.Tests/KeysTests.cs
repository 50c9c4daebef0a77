using System.Text;
using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>The stage and its keys: rotation's window, the key store, where keys may come from, and the written formats.</summary>
public class KeysTests
{
    private const string Customers =
        "user_id,email,consent\nann,ann@example.com,yes\nbob,b.ob+x@gmail.com,yes\ncid,cid@example.com,yes\ndan,dan@example.com,yes\n";

    private const string Arn = "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555";

    private Mailing mailing = null!;
    private string window = null!;

    [OneTimeSetUp]
    public void Make()
    {
        mailing = new Mailing();
        window = Rings.Write(mailing.Folder, "window.json", (1, Rings.Secret), (2, Rings.OtherSecret));
    }

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    [Test]
    public void In_the_window_of_a_rotation_rows_have_the_keys_of_both_versions()
    {
        (_, string run) = mailing.Run(Customers, "--key-ring", window);
        using LocalKeyRing ring = LocalKeyRing.Open(window);
        TableRow[] rows = [.. RunReader.Read(run, Recipients.DataSet)];
        TableRow bob = rows[1];
        Assert.Multiple(() =>
        {
            Assert.That(bob.Text(Recipients.SubjectKey), Is.EqualTo(Rfc.SubjectKey(Rings.OtherSecret, 2, "b.ob+x@gmail.com")));
            Assert.That(bob.Text(Recipients.PreviousSubjectKey), Is.EqualTo(Rfc.SubjectKey(Rings.Secret, 1, "b.ob+x@gmail.com")));
            Assert.That(bob.Text(Recipients.MailboxKey), Is.EqualTo(Rfc.MailboxKey(Rings.OtherSecret, 2, "bob@gmail.com")));
            Assert.That(bob.Text(Recipients.PreviousMailboxKey), Is.EqualTo(Rfc.MailboxKey(Rings.Secret, 1, "bob@gmail.com")));
            Assert.That(bob.Text(Recipients.KeyId), Is.EqualTo(ring.CurrentMac().KeyId));
            Assert.That(rows.Select(row => row.Integer(Recipients.KeyVersion)), Is.All.EqualTo(2));
            Assert.That(mailing.Decrypt(ring, run, bob), Is.EqualTo("b.ob+x@gmail.com"));
            Assert.That(rows[^1].Text(Recipients.PreviousSubjectKey), Is.Null, "nobody's address");
        });
    }

    /// <summary>Who is on a list under the old key must not be mailed because the keys were rotated; and of two reasons the graver is given.</summary>
    [Test]
    public void In_the_window_suppressions_of_both_versions_hold()
    {
        string annOld = Rfc.MailboxKey(Rings.Secret, 1, "ann@example.com"), annNew = Rfc.MailboxKey(Rings.OtherSecret, 2, "ann@example.com");
        string bobOld = Rfc.MailboxKey(Rings.Secret, 1, "bob@gmail.com"), cidNew = Rfc.MailboxKey(Rings.OtherSecret, 2, "cid@example.com");
        using LocalKeyRing ring = LocalKeyRing.Open(window);
        string list = mailing.Folder.Write("window-list.csv",
            $"mailbox_key,key_id,reason\n{annOld},{ring.PreviousMac()!.KeyId},complained\n{annNew},,bounced\n{bobOld},,unsubscribed\n{cidNew},{ring.CurrentMac().KeyId},bounced\n");
        (_, string run) = mailing.Run(Customers, "--key-ring", window, "--suppressions", list);
        Assert.That(
            RunReader.Read(run, Recipients.DataSet).Take(4).Select(row => row.Text(Recipients.Reason)),
            Is.EqualTo(new[] { "suppressed_complained", "suppressed_unsubscribed", "suppressed_bounced", null }));
    }

    [Test]
    public void In_the_window_mails_known_by_either_version_count_together()
    {
        string annOld = Rfc.MailboxKey(Rings.Secret, 1, "ann@example.com"), annNew = Rfc.MailboxKey(Rings.OtherSecret, 2, "ann@example.com");
        string sends = mailing.Folder.Write("window-sends.csv", $"mailbox_key,sent_at\n{annOld},2026-01-09\n{annNew},2026-01-10\n{Rfc.MailboxKey(Rings.Secret, 1, "bob@gmail.com")},2026-01-10\n");
        (_, string run) = mailing.Run(Customers, "--key-ring", window, "--past-sends", sends, "--max-sends", "2");
        Assert.That(
            RunReader.Read(run, Recipients.DataSet).Take(4).Select(row => row.Text(Recipients.Reason)), Is.EqualTo(new[] { "frequency_cap", null, null, null }));
    }

    /// <summary>After the window a key of the old version protects nobody, so the stage does not pass over it.</summary>
    [Test]
    public void After_the_window_a_list_with_old_keys_stops_the_stage()
    {
        string after = Rings.Write(mailing.Folder, "after.json", (2, Rings.OtherSecret));
        string list = mailing.Folder.Write("after-list.csv", $"mailbox_key,reason\n{Rfc.MailboxKey(Rings.Secret, 1, "ann@example.com")},bounced\n");
        (StageResult result, string run) = mailing.TryRun(Customers, "--key-ring", after, "--suppressions", list);
        Assert.That(result.ExitCode, Is.EqualTo(3));
        Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Does.Contain("was not made with these keys"));
    }

    [Test]
    public void Rotated_keys_are_other_keys_and_their_output_another()
    {
        string ring = Rings.Write(mailing.Folder, "rotated/ring.json", Rings.Secret), run = mailing.NewRun(), customers = mailing.Folder.Write("rotated.csv", Customers);
        StageRunner.MustRun(Stages.Email, "--run", run, "--key-ring", ring, "--customers", customers, "--without-suppressions", "--max-invalid", "100%");
        LocalKeyRing.AddVersion(ring);
        Assert.That(StageRunner.Run(Stages.Email, ["--run", run, "--key-ring", ring, "--customers", customers, "--without-suppressions", "--max-invalid", "100%"]).ExitCode, Is.EqualTo(6));
        StageRunner.MustRun(Stages.Email, "--run", run, "--key-ring", ring, "--customers", customers, "--without-suppressions", "--max-invalid", "100%", "--overwrite");
        Assert.That(RunReader.Read(run, Recipients.DataSet)[0].Integer(Recipients.KeyVersion), Is.EqualTo(2));
    }

    [Test]
    public void Customers_keep_their_salts_and_an_erased_one_is_unreadable_in_every_run()
    {
        string store = mailing.Folder.File("erasing");
        (_, string one) = mailing.Run(Customers, "--key-store", store);
        (_, string two) = mailing.Run(Customers, "--key-store", store);
        using LocalKeyRing ring = LocalKeyRing.Open(mailing.Ring);
        TableRow[] rows = [.. new[] { one, two }.Select(run => RunReader.Read(run, Recipients.DataSet)[0])];
        Assert.That(mailing.Decrypt(ring, one, rows[0], store), Is.EqualTo("ann@example.com"));
        var ann = new TextIndex();
        ann.Add("ann"u8);
        Assert.That(KeyStore.Open(store).DeleteSalts(ann), Is.EqualTo(1));
        Assert.Multiple(() =>
        {
            Assert.That(() => mailing.Decrypt(ring, one, rows[0], store), Throws.TypeOf<KeyNotFoundException>());
            Assert.That(() => mailing.Decrypt(ring, two, rows[1], store), Throws.TypeOf<KeyNotFoundException>());
            Assert.That(mailing.Decrypt(ring, two, RunReader.Read(two, Recipients.DataSet)[1], store), Is.EqualTo("b.ob+x@gmail.com"));
        });
        (_, string three) = mailing.Run(Customers, "--key-store", store);
        Assert.That(mailing.Decrypt(ring, three, RunReader.Read(three, Recipients.DataSet)[0], store), Is.EqualTo("ann@example.com"));
        Assert.That(() => mailing.Decrypt(ring, one, rows[0], store), Throws.InstanceOf<System.Security.Cryptography.CryptographicException>());
    }

    /// <summary>A file of another run under this one's name opens nothing.</summary>
    [Test]
    public void Cells_of_one_run_do_not_open_in_another()
    {
        (_, string one) = mailing.Run(Customers);
        (_, string two) = mailing.Run(Customers);
        using LocalKeyRing ring = LocalKeyRing.Open(mailing.Ring);
        TableRow row = RunReader.Read(one, Recipients.DataSet)[0];
        Assert.That(mailing.Decrypt(ring, one, row), Is.EqualTo("ann@example.com"));
        Assert.That(() => mailing.Decrypt(ring, two, row), Throws.TypeOf<System.Security.Cryptography.CryptographicException>());
    }

    [Test]
    public void Runs_hold_no_key_and_nothing_of_the_key_store()
    {
        string store = mailing.Folder.File("apart");
        (_, string run) = mailing.Run(Customers, "--key-store", store);
        byte[][] secrets = [Rings.Secret, .. Directory.GetFiles(store, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length > 0).Select(File.ReadAllBytes)];
        Assert.That(secrets, Has.Length.GreaterThan(3));
        foreach (string file in Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories))
        {
            byte[] content = File.ReadAllBytes(file);
            Assert.That(secrets.Any(secret => content.AsSpan().IndexOf(secret) >= 0), Is.False, file);
        }
    }

    [TestCase("AWS_EXECUTION_ENV", "AWS_ECS_FARGATE")]
    [TestCase("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/x")]
    public void Local_key_ring_is_refused_in_the_cloud(string variable, string value)
    {
        string run = mailing.NewRun();
        foreach (string ring in (string[])[mailing.Ring, mailing.Folder.File("cloud/ring.json")])
        {
            StageResult result = StageRunner.Run(Stages.Email, ["--run", run, "--key-ring", ring], new Dictionary<string, string> { [variable] = value });
            Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
            Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Does.Contain("not used in the cloud").And.Contain(variable));
        }
        Assert.That(mailing.Folder.File("cloud"), Does.Not.Exist);
    }

    [TestCase("--kms-mac-key", Arn, "--kms-mac-key needs --kms-data-key. Keys in KMS need --key-store")]
    [TestCase("--kms-data-key", Arn, "--kms-data-key needs --kms-mac-key. Keys in KMS need --key-store")]
    [TestCase("--kms-mac-key", "alias/x", "--kms-mac-key 'alias/x' has 'alias/x', which is not the ARN of a key in KMS")]
    public void Keys_in_KMS_must_be_complete(string option, string value, string words)
    {
        StageResult result = StageRunner.Run(Stages.Email, ["--run", mailing.NewRun(), option, value]);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain(words));
    }

    [Test]
    public void Key_ring_and_KMS_exclude_each_other()
    {
        (StageResult result, _) = mailing.TryRun(Customers, "--kms-mac-key", Arn, "--kms-data-key", Arn, "--key-store", mailing.Folder.File("both"));
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("exclude each other"));
    }

    [Test]
    public void Keys_in_KMS_are_in_one_region()
    {
        StageResult result = StageRunner.Run(
            Stages.Email, ["--run", mailing.NewRun(), "--kms-mac-key", Arn, "--kms-data-key", Arn.Replace("eu-west-1", "us-east-1"), "--key-store", mailing.Folder.File("regions")]);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("must be in one region"));
    }

    [Test]
    public void Key_store_that_others_can_use_is_refused()
    {
        string store = mailing.Folder.File("open-store");
        KeyStore.Open(store);
        File.SetUnixFileMode(store, (UnixFileMode)0b111_101_101);
        (StageResult result, string run) = mailing.TryRun(Customers, "--key-store", store);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Does.Contain(store).And.Contain("others than its owner"));
    }

    [Test]
    public void Damaged_key_store_is_refused_and_kept()
    {
        string store = mailing.Folder.File("damaged-store");
        mailing.Run(Customers, "--key-store", store);
        string shard = Directory.GetFiles(Path.Combine(store, "subjects"))[0];
        byte[] half = File.ReadAllBytes(shard)[..30];
        File.WriteAllBytes(shard, half);
        (StageResult result, string run) = mailing.TryRun(Customers, "--key-store", store);
        Assert.That(result.ExitCode, Is.EqualTo(3), result.Error);
        Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Does.Contain(shard).And.Contain("is damaged"));
        Assert.That(File.ReadAllBytes(shard), Is.EqualTo(half));
    }

    /// <summary>Computed with Python's HMAC and the AES-GCM of its package cryptography, not with this code.</summary>
    [Test]
    public void Vector_of_the_readme_opens()
    {
        var readme = new Readme(Stages.Email);
        Dictionary<string, string> vector = readme.BlockAfter("Our own vector of a cell").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries)).ToDictionary(pair => pair[0], pair => pair[1]);
        EncryptionContext context = new("email_ciphertext", "shop", "email", "recipients/3", "default");
        byte[] id = [.. Enumerable.Range(0, 16).Select(n => (byte)n)], key = [.. Enumerable.Range(32, 32).Select(n => (byte)n)];
        DataKeyFiles.Plant(mailing.Folder, "vector", Rings.Secret, key, id, context);
        string planted = File.ReadAllText(mailing.Folder.File($"vector/data-keys/{Convert.ToHexStringLower(id)}.json"));
        string shard = mailing.Folder.Write("vector/subjects/12.salts", Convert.FromBase64String(vector["salts"]));
        File.SetUnixFileMode(shard, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var store = KeyStore.Open(mailing.Folder.File("vector"));
        var users = new TextIndex();
        users.Add("ann"u8);
        using SubjectSalts salts = store.FindSalts(users);
        using LocalKeyRing ring = Rings.Open(Rings.Secret);
        using var reader = new AddressReader(store, ring, context);
        Assert.Multiple(() =>
        {
            Assert.That(planted.Replace("\\u002B", "+", StringComparison.Ordinal), Does.Contain(vector["wrapped"]).And.Contain(vector["commitment"]));
            Assert.That(vector["subject_key"], Is.EqualTo(Rfc.SubjectKey(Rings.Secret, 1, "ann@example.com")));
            Assert.That(salts[0].ToArray(), Is.EqualTo(Enumerable.Range(64, 32)));
            Assert.That(Encoding.ASCII.GetString(reader.Decrypt(vector["cell"], "ann"u8, vector["subject_key"], salts[0])), Is.EqualTo("ann@example.com"));
        });
    }
}
