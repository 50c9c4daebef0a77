using System.Text;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Keys.Tests;

public class LocalKeyRingTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly EncryptionContext Context = new("email_ciphertext", "run", "email", "recipients/3", "default");

    private TempFolder folder = null!;

    [SetUp]
    public void Make() => folder = new TempFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void New_ring_is_for_its_owner_only_and_leaves_only_its_lock_beside()
    {
        string path = folder.File("deep/below/ring.json");
        Assert.That(LocalKeyRing.CreateIfMissing(path), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(OwnerOnly));
            Assert.That(
                Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories), Is.EquivalentTo(new[] { path, folder.File("deep/below/.ring.json.lock") }));
            Assert.That(LocalKeyRing.CreateIfMissing(path), Is.False);
        });
    }

    [Test]
    public void New_rings_are_all_different()
    {
        string[] ids = [.. Enumerable.Range(0, 20).Select(n => CreateAndOpen(folder.File($"{n}.json")))];
        Assert.That(ids, Is.Unique);
    }

    [Test]
    public void Name_of_the_ring_says_nothing_of_its_secret_and_stays()
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret), again = Rings.Open(Rings.Secret);
        byte[] expected = Rfc.Hkdf(Rings.Secret, [], "pipeline/key-id/v1"u8.ToArray(), 32);
        Assert.That(ring.CurrentMac().KeyId, Is.EqualTo("local:" + Convert.ToHexStringLower(expected[..8])));
        Assert.That(again.CurrentMac().KeyId, Is.EqualTo(ring.CurrentMac().KeyId));
    }

    [TestCase(KeyPurpose.Join, "join")]
    [TestCase(KeyPurpose.Mailbox, "mailbox")]
    [TestCase(KeyPurpose.Unsubscribe, "unsubscribe")]
    [TestCase(KeyPurpose.Quarantine, "quarantine")]
    [TestCase(KeyPurpose.Experiment, "experiment")]
    public void Key_of_each_purpose_is_the_one_of_HKDF(KeyPurpose purpose, string word)
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret, version: 3);
        using SecretKey key = ring.MacKey(purpose, ring.CurrentMac());
        Assert.That(key.Bytes.ToArray(), Is.EqualTo(Rfc.Hkdf(Rings.Secret, [], Encoding.ASCII.GetBytes($"pipeline/{word}/v3"), 32)));
    }

    [Test]
    public void Keys_differ_by_purpose_version_and_ring()
    {
        using LocalKeyRing one = Rings.Open(Rings.Secret), next = Rings.Open(Rings.Secret, version: 2), other = Rings.Open(Rings.OtherSecret);
        string[] keys =
        [
            .. new[] { one, next, other }.SelectMany(ring => Enum.GetValues<KeyPurpose>().Select(purpose =>
            {
                using SecretKey key = ring.MacKey(purpose, ring.CurrentMac());
                return Convert.ToHexString(key.Bytes);
            })),
        ];
        Assert.That(keys, Is.Unique.And.Length.EqualTo(15));
    }

    [Test]
    public void Ring_in_the_window_of_a_rotation_has_the_keys_of_both_versions()
    {
        using LocalKeyRing both = Rings.OpenWindow(), one = Rings.Open(Rings.Secret), two = Rings.Open(Rings.OtherSecret, version: 2);
        Assert.That(both.MacVersions, Is.EqualTo(new[] { one.CurrentMac(), two.CurrentMac() }));
        Assert.That(both.CurrentMac(), Is.EqualTo(two.CurrentMac()));
        Assert.That(both.PreviousMac(), Is.EqualTo(one.CurrentMac()));
        Assert.That(one.PreviousMac(), Is.Null);
        using SecretKey old = both.MacKey(KeyPurpose.Join, both.PreviousMac()!), same = one.MacKey(KeyPurpose.Join, one.CurrentMac());
        Assert.That(old.Bytes.SequenceEqual(same.Bytes), Is.True);
    }

    [Test]
    public void Version_that_is_added_is_fresh_and_current_and_the_one_before_stays()
    {
        string path = Rings.Write(folder, "ring.json", Rings.Secret);
        Assert.That(LocalKeyRing.AddVersion(path), Is.EqualTo(2));
        using LocalKeyRing before = Rings.Open(Rings.Secret), after = LocalKeyRing.Open(path);
        Assert.Multiple(() =>
        {
            Assert.That(after.MacVersions.Select(version => version.Number), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(after.PreviousMac(), Is.EqualTo(before.CurrentMac()));
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(OwnerOnly));
            Assert.That(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories), Is.EquivalentTo(new[] { path, folder.File(".ring.json.lock") }));
        });
    }

    [Test]
    public void Third_version_is_refused_until_the_first_is_removed()
    {
        string path = Rings.Write(folder, "ring.json", Rings.Secret);
        LocalKeyRing.AddVersion(path);
        string two = File.ReadAllText(path);
        StageException? e = Assert.Throws<StageException>(() => LocalKeyRing.AddVersion(path));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(File.ReadAllText(path), Is.EqualTo(two));
        LocalKeyRing.RemoveVersion(path, 1);
        Assert.That(LocalKeyRing.AddVersion(path), Is.EqualTo(3));
    }

    [TestCase(0)]
    [TestCase(2)]
    [TestCase(3)]
    public void Only_the_previous_version_can_be_removed(int version)
    {
        string path = Rings.Write(folder, "ring.json", Rings.Secret);
        Assert.That(Assert.Throws<StageException>(() => LocalKeyRing.RemoveVersion(path, 1)).Code, Is.EqualTo(ExitCode.Usage));
        LocalKeyRing.AddVersion(path);
        Assert.That(Assert.Throws<StageException>(() => LocalKeyRing.RemoveVersion(path, version)).Code, Is.EqualTo(ExitCode.Usage));
        LocalKeyRing.RemoveVersion(path, 1);
        using LocalKeyRing ring = LocalKeyRing.Open(path);
        Assert.That(ring.MacVersions.Select(v => v.Number), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void Data_key_opens_with_its_ring_and_context_alone()
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret), again = Rings.Open(Rings.Secret), other = Rings.Open(Rings.OtherSecret);
        using SecretKey key = ring.GenerateDataKey(Context, out WrappedKey wrapped);
        using SecretKey opened = again.Unwrap(wrapped, Context);
        Assert.Multiple(() =>
        {
            Assert.That(opened.Bytes.SequenceEqual(key.Bytes), Is.True);
            Assert.That(wrapped.KeyId, Is.EqualTo(ring.CurrentMac().KeyId));
            Assert.That(() => other.Unwrap(wrapped, Context), Throws.TypeOf<StageException>().With.Property("Code").EqualTo(ExitCode.Usage));
            foreach (EncryptionContext wrong in (EncryptionContext[])
                [Context with { Purpose = "x" }, Context with { Run = "x" }, Context with { Stage = "x" }, Context with { Schema = "x" }, Context with { Tenant = "x" },
                    Context with { Run = "", Purpose = "purposerun" }])
            {
                Assert.That(() => ring.Unwrap(wrapped, wrong), Throws.TypeOf<StageException>().With.Property("Code").EqualTo(ExitCode.InputRefused));
            }
        });
    }

    [Test]
    public void No_bit_of_a_wrapped_data_key_can_be_changed_and_nothing_cut_off()
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret);
        using SecretKey key = ring.GenerateDataKey(Context, out WrappedKey wrapped);
        for (int bit = 0; bit < wrapped.Content.Length * 8; bit++)
        {
            byte[] changed = [.. wrapped.Content];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertRefused(changed);
        }
        for (int length = 0; length < wrapped.Content.Length; length++)
            AssertRefused(wrapped.Content[..length]);
        AssertRefused([.. wrapped.Content, 0]);

        void AssertRefused(byte[] content) => Assert.That(
            () => ring.Unwrap(wrapped with { Content = content }, Context), Throws.TypeOf<StageException>().With.Property("Code").EqualTo(ExitCode.InputRefused));
    }

    [Test]
    public void Data_keys_and_their_wrappings_never_repeat()
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret);
        string[] keys =
        [
            .. Enumerable.Range(0, 1000).SelectMany(_ =>
            {
                using SecretKey key = ring.GenerateDataKey(Context, out WrappedKey wrapped);
                return new[] { Convert.ToHexString(key.Bytes), Convert.ToHexString(wrapped.Content.AsSpan(0, 12)) };
            }),
        ];
        Assert.That(keys, Is.Unique);
    }

    [Test]
    public void Rewrapped_data_key_is_the_same_under_the_newest_version()
    {
        using LocalKeyRing before = Rings.Open(Rings.Secret), both = Rings.OpenWindow(), after = Rings.Open(Rings.OtherSecret, version: 2);
        using SecretKey key = before.GenerateDataKey(Context, out WrappedKey old);
        Assert.That(both.IsCurrent(old), Is.False);
        WrappedKey rewrapped = both.Rewrap(old, Context);
        using SecretKey opened = after.Unwrap(rewrapped, Context);
        Assert.Multiple(() =>
        {
            Assert.That(both.IsCurrent(rewrapped), Is.True);
            Assert.That(opened.Bytes.SequenceEqual(key.Bytes), Is.True);
            Assert.That(() => before.Unwrap(rewrapped, Context), Throws.TypeOf<StageException>());
            Assert.That(() => after.Unwrap(old, Context), Throws.TypeOf<StageException>());
            Assert.That(() => both.Rewrap(old, Context with { Run = "x" }), Throws.TypeOf<StageException>());
        });
    }

    [Test]
    public void Ring_that_many_make_at_once_is_one()
    {
        for (int round = 0; round < 100; round++)
        {
            string path = folder.File($"{round}/ring.json");
            using var start = new Barrier(8);
            var results = new (bool IsMine, string KeyId)[8];
            Thread[] threads = [.. Enumerable.Range(0, results.Length).Select(n => new Thread(() =>
            {
                start.SignalAndWait();
                bool isMine = LocalKeyRing.CreateIfMissing(path);
                using LocalKeyRing ring = LocalKeyRing.Open(path);
                results[n] = (isMine, ring.CurrentMac().KeyId);
            }))];
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            Assert.That(results.Count(r => r.IsMine), Is.EqualTo(1), $"round {round}");
            Assert.That(results.Select(r => r.KeyId).Distinct().Count(), Is.EqualTo(1), $"round {round}");
            Assert.That(Directory.GetFiles(folder.File($"{round}")), Is.EquivalentTo(new[] { path, folder.File($"{round}/.ring.json.lock") }));
        }
    }

    /// <summary>In a container every process has the number 1, so a name made of it is one that a killed predecessor has used.</summary>
    [Test]
    public void What_a_killed_process_left_beside_does_not_stand_in_the_way()
    {
        string path = folder.File("ring.json");
        foreach (string leftover in (string[])[$"ring.json.{Environment.ProcessId}", ".writing-ring.json", ".ring.json.lock"])
            folder.Write(leftover, "half a r");
        Assert.That(LocalKeyRing.CreateIfMissing(path), Is.True);
        using LocalKeyRing ring = LocalKeyRing.Open(path);
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(OwnerOnly));
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.GroupWrite)]
    [TestCase(UnixFileMode.GroupExecute)]
    [TestCase(UnixFileMode.OtherRead)]
    [TestCase(UnixFileMode.OtherWrite)]
    [TestCase(UnixFileMode.OtherExecute)]
    public void Ring_that_others_may_use_is_refused(UnixFileMode others)
    {
        string path = Rings.Write(folder, "ring.json", Rings.Secret);
        File.SetUnixFileMode(path, OwnerOnly | others);
        StageException? e = Assert.Throws<StageException>(() => LocalKeyRing.Open(path));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(e.Hint, Does.Contain("chmod 600"));
    }

    [TestCase(UnixFileMode.UserRead)]
    [TestCase(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)]
    public void Ring_that_only_its_owner_may_use_is_opened(UnixFileMode mode)
    {
        string path = Rings.Write(folder, "ring.json", Rings.Secret);
        File.SetUnixFileMode(path, mode);
        Assert.That(() => LocalKeyRing.Open(path).Dispose(), Throws.Nothing);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{ "format": 1, "version": 1 }""")]
    [TestCase("""{ "format": 1, "version": 1, "secret": null }""")]
    [TestCase("""{ "format": 1, "version": 1, "secret": "" }""")]
    [TestCase("""{ "format": 1, "version": 1, "secret": "no base64!" }""")]
    [TestCase("""{ "format": 1, "version": 1, "secret": "AAECAwQFBgcICQoLDA0ODw==" }""")]
    [TestCase("""{ "format": 1, "version": 0, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }""")]
    [TestCase("""{ "format": 2, "version": 1, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }""")]
    [TestCase("""{ "format": 3, "keys": [{ "version": 1, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }] }""")]
    [TestCase("""{ "format": 2, "keys": [] }""")]
    [TestCase("""{ "format": 2, "keys": null }""")]
    [TestCase("""{ "format": 2, "keys": [null] }""")]
    [TestCase("""{ "format": 2, "keys": [{ "version": 1 }] }""")]
    [TestCase("""{ "format": 2, "keys": [{ "version": 1, "secret": "AAECAw==" }] }""")]
    [TestCase("""{ "format": 2, "keys": [{ "version": 2, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }, { "version": 2, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }] }""")]
    [TestCase("""{ "format": "1", "version": 1, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }""")]
    [TestCase("""{ "format": 1, "version": 1, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" }""")]
    public void Damaged_ring_is_refused_and_kept(string content)
    {
        string path = Rings.Write(folder, "ring.json", content);
        Assert.That(LocalKeyRing.CreateIfMissing(path), Is.False);
        StageException? e = Assert.Throws<StageException>(() => LocalKeyRing.Open(path));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(e.Message, Does.Not.Contain("AAECAw"));
        Assert.That(File.ReadAllText(path), Is.EqualTo(content));
    }

    [Test]
    public void Folder_is_no_ring()
    {
        StageException? e = Assert.Throws<StageException>(() => LocalKeyRing.CreateIfMissing(folder.Path));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Ring_below_a_file_cannot_be_made()
    {
        StageException? e = Assert.Throws<StageException>(() => LocalKeyRing.CreateIfMissing(Path.Combine(folder.Write("file", ""), "ring.json")));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
    }

    private static string CreateAndOpen(string path)
    {
        LocalKeyRing.CreateIfMissing(path);
        using LocalKeyRing ring = LocalKeyRing.Open(path);
        return ring.CurrentMac().KeyId;
    }
}
