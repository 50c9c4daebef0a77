using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Keys.Tests;

public class KeyRingTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private TempFolder folder = null!;

    [SetUp]
    public void Make() => folder = new TempFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void New_ring_is_for_its_owner_only_and_leaves_nothing_beside()
    {
        string path = folder.File("deep/below/ring.json");
        Assert.That(KeyRing.CreateIfMissing(path), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(OwnerOnly));
            Assert.That(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories), Is.EqualTo(new[] { path }));
            Assert.That(KeyRing.CreateIfMissing(path), Is.False);
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
        using KeyRing ring = Rings.Open(Rings.Secret), again = Rings.Open(Rings.Secret);
        byte[] expected = Rfc.Hkdf(Rings.Secret, [], "pipeline/key-id/v1"u8.ToArray(), 32);
        Assert.That(ring.KeyId, Is.EqualTo("local:" + Convert.ToHexStringLower(expected[..8])));
        Assert.That(again.KeyId, Is.EqualTo(ring.KeyId));
    }

    [Test]
    public void Key_of_each_purpose_and_salt_is_the_one_of_HKDF()
    {
        using KeyRing ring = Rings.Open(Rings.Secret, version: 3);
        byte[] salt = [1, 2, 3];
        Assert.That(ring.Derive("email", salt), Is.EqualTo(Rfc.Hkdf(Rings.Secret, salt, "pipeline/email/v3"u8.ToArray(), 32)));
        Assert.That(ring.Derive("join", []), Is.EqualTo(Rfc.Hkdf(Rings.Secret, [], "pipeline/join/v3"u8.ToArray(), 32)));
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
                bool isMine = KeyRing.CreateIfMissing(path);
                using KeyRing ring = KeyRing.Open(path);
                results[n] = (isMine, ring.KeyId);
            }))];
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            Assert.That(results.Count(r => r.IsMine), Is.EqualTo(1), $"round {round}");
            Assert.That(results.Select(r => r.KeyId).Distinct().Count(), Is.EqualTo(1), $"round {round}");
            Assert.That(Directory.GetFiles(folder.File($"{round}")), Is.EqualTo(new[] { path }));
        }
    }

    /// <summary>In a container every process has the number 1, so a name made of it is one that a killed predecessor has used.</summary>
    [Test]
    public void What_a_killed_process_left_beside_does_not_stand_in_the_way()
    {
        string path = folder.File("ring.json");
        foreach (string leftover in (string[])[$"ring.json.{Environment.ProcessId}", "ring.json.new", "ring.json.lock"])
            folder.Write(leftover, "half a r");
        Assert.That(KeyRing.CreateIfMissing(path), Is.True);
        using KeyRing ring = KeyRing.Open(path);
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
        StageException? e = Assert.Throws<StageException>(() => KeyRing.Open(path));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(e.Hint, Does.Contain("chmod 600"));
    }

    [TestCase(UnixFileMode.UserRead)]
    [TestCase(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)]
    public void Ring_that_only_its_owner_may_use_is_opened(UnixFileMode mode)
    {
        string path = Rings.Write(folder, "ring.json", Rings.Secret);
        File.SetUnixFileMode(path, mode);
        Assert.That(() => KeyRing.Open(path).Dispose(), Throws.Nothing);
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
    [TestCase("""{ "format": "1", "version": 1, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }""")]
    [TestCase("""{ "format": 1, "version": 1, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" }""")]
    public void Damaged_ring_is_refused_and_kept(string content)
    {
        string path = Rings.Write(folder, "ring.json", content);
        Assert.That(KeyRing.CreateIfMissing(path), Is.False);
        StageException? e = Assert.Throws<StageException>(() => KeyRing.Open(path));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(e.Message, Does.Not.Contain("AAECAw"));
        Assert.That(File.ReadAllText(path), Is.EqualTo(content));
    }

    [Test]
    public void Folder_is_no_ring()
    {
        StageException? e = Assert.Throws<StageException>(() => KeyRing.CreateIfMissing(folder.Path));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Ring_below_a_file_cannot_be_made()
    {
        StageException? e = Assert.Throws<StageException>(() => KeyRing.CreateIfMissing(Path.Combine(folder.Write("file", ""), "ring.json")));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
    }

    private static string CreateAndOpen(string path)
    {
        KeyRing.CreateIfMissing(path);
        using KeyRing ring = KeyRing.Open(path);
        return ring.KeyId;
    }
}
