using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Keys.Tests;

public class KeyStoreTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly EncryptionContext Context = new("email_ciphertext", "run", "email", "recipients/3", "default");
    private static readonly DateTimeOffset Created = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);

    private TempFolder folder = null!;
    private LocalKeyRing ring = null!;
    private KeyStore store = null!;

    private string Path => folder.File("keystore");

    [SetUp]
    public void Make()
    {
        folder = new TempFolder();
        ring = Rings.Open(Rings.Secret);
        store = KeyStore.Open(Path);
    }

    [TearDown]
    public void Remove()
    {
        ring.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Everything_is_for_the_owner_only()
    {
        Create().Dispose();
        store.EnsureSalts(Index("ann", "bob")).Dispose();
        string[] files = Directory.GetFiles(Path, "*", SearchOption.AllDirectories), folders = Directory.GetDirectories(Path, "*", SearchOption.AllDirectories);
        Assert.That(files, Has.Length.EqualTo(4));
        Assert.That(files.Select(File.GetUnixFileMode), Is.All.EqualTo(OwnerOnly));
        Assert.That(folders.Append(Path).Select(File.GetUnixFileMode), Is.All.EqualTo(OwnerOnly | UnixFileMode.UserExecute));
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherExecute)]
    public void Store_that_others_may_use_is_refused(UnixFileMode others)
    {
        File.SetUnixFileMode(Path, OwnerOnly | UnixFileMode.UserExecute | others);
        StageException? e = Assert.Throws<StageException>(() => KeyStore.Open(Path));
        Assert.That(e.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(e.Hint, Does.Contain("chmod 700"));
    }

    [Test]
    public void Salts_that_others_may_read_are_refused()
    {
        store.EnsureSalts(Index("ann")).Dispose();
        string shard = Directory.GetFiles(folder.File("keystore/subjects")).Single();
        File.SetUnixFileMode(shard, OwnerOnly | UnixFileMode.OtherRead);
        Assert.That(Refusal(() => store.FindSalts(Index("ann"))).Code, Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Store_below_a_file_cannot_be_made() =>
        Assert.That(() => KeyStore.Open(System.IO.Path.Combine(folder.Write("file", ""), "keystore")), Throws.TypeOf<StorageException>());

    [Test]
    public void Data_key_is_stored_wrapped_and_opens_with_its_provider_and_context()
    {
        using NewDataKey made = Create();
        DataKeyRecord record = store.ListDataKeys().Single();
        using DataKey opened = KeyStore.Open(Path).OpenDataKey(ring, made.Id, Context);
        string json = File.ReadAllText(folder.File($"keystore/data-keys/{made.Id}.json"));
        Assert.Multiple(() =>
        {
            Assert.That(opened.Bytes.SequenceEqual(made.Bytes), Is.True);
            Assert.That(made.Id, Does.Match("^[0-9a-f]{32}$"));
            Assert.That(record.Id, Is.EqualTo(made.Id));
            Assert.That(record.Context, Is.EqualTo(Context));
            Assert.That(record.Created, Is.EqualTo(Created));
            Assert.That(record.Wrapped.KeyId, Is.EqualTo(ring.CurrentMac().KeyId));
            Assert.That(json, Does.Not.Contain(Convert.ToBase64String(made.Bytes)).And.Not.Contain(Convert.ToHexString(made.Bytes)).IgnoreCase);
        });
    }

    [Test]
    public void Data_key_opens_with_no_other_context_provider_or_id()
    {
        using NewDataKey made = Create();
        using LocalKeyRing other = Rings.Open(Rings.OtherSecret);
        Assert.Multiple(() =>
        {
            Assert.That(() => store.OpenDataKey(ring, made.Id, Context with { Run = "other" }), Throws.TypeOf<CryptographicException>());
            Assert.That(() => store.OpenDataKey(ring, made.Id, Context with { Tenant = "other" }), Throws.TypeOf<CryptographicException>());
            Assert.That(() => store.OpenDataKey(other, made.Id, Context), Throws.TypeOf<StageException>());
            Assert.That(() => store.OpenDataKey(ring, new string('0', 32), Context), Throws.TypeOf<CryptographicException>());
            Assert.That(() => store.OpenDataKey(ring, "../" + made.Id[3..], Context), Throws.TypeOf<CryptographicException>());
        });
    }

    /// <summary>Whoever writes the store but has not the ring can put one wrapped key in the place of another of the same run.</summary>
    [Test]
    public void Data_key_in_the_place_of_another_is_noticed_by_its_commitment()
    {
        using NewDataKey one = Create(), two = Create();
        string path = folder.File($"keystore/data-keys/{one.Id}.json"), other = folder.File($"keystore/data-keys/{two.Id}.json");
        JsonNode json = JsonNode.Parse(File.ReadAllText(path))!;
        json["wrapped"]!["content"] = Convert.ToBase64String(store.FindDataKey(two.Id)!.Wrapped.Content);
        File.WriteAllText(path, json.ToJsonString());
        Assert.That(() => store.OpenDataKey(ring, one.Id, Context), Throws.TypeOf<CryptographicException>().With.Message.Contains("another key"));
        File.Copy(other, path, overwrite: true);
        Assert.That(Refusal(() => store.OpenDataKey(ring, one.Id, Context)).Code, Is.EqualTo(ExitCode.InputRefused));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("half")]
    public void Damaged_data_key_is_refused(string content)
    {
        using NewDataKey made = Create();
        string path = folder.File($"keystore/data-keys/{made.Id}.json");
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, content == "half" ? whole[..(whole.Length / 2)] : Encoding.UTF8.GetBytes(content));
        StageException e = Refusal(() => store.OpenDataKey(ring, made.Id, Context));
        Assert.That(e.Code, Is.EqualTo(ExitCode.InputRefused));
        Assert.That(e.Message, Does.Contain(made.Id));
    }

    [Test]
    public void Deleted_data_key_is_gone()
    {
        using NewDataKey made = Create();
        Assert.That(store.DeleteDataKey(made.Id), Is.True);
        Assert.That(store.DeleteDataKey(made.Id), Is.False);
        Assert.That(store.ListDataKeys(), Is.Empty);
        Assert.That(() => store.OpenDataKey(ring, made.Id, Context), Throws.TypeOf<CryptographicException>());
    }

    [Test]
    public void Rewrapped_data_key_is_the_same_and_needs_the_new_version_alone()
    {
        using NewDataKey made = Create();
        using LocalKeyRing both = Rings.OpenWindow(), next = Rings.Open(Rings.OtherSecret, version: 2);
        Assert.That(store.Rewrap(both, made.Id), Is.True);
        Assert.That(store.Rewrap(both, made.Id), Is.False);
        using DataKey opened = store.OpenDataKey(next, made.Id, Context);
        Assert.That(opened.Bytes.SequenceEqual(made.Bytes), Is.True);
        Assert.That(store.FindDataKey(made.Id)!.Commitment, Is.Not.Empty);
        Assert.That(() => store.OpenDataKey(ring, made.Id, Context), Throws.TypeOf<StageException>());
    }

    [Test]
    public void Data_key_counts_up_to_its_cells_bytes_and_age()
    {
        using NewDataKey cells = Create(new DataKeyLimits { MaxCells = 3 });
        Assert.That(Enumerable.Range(0, 5).Select(_ => cells.TryUse(1, out long ordinal) ? ordinal : -1), Is.EqualTo(new[] { 0, 1, 2, -1, -1 }));
        using NewDataKey bytes = Create(new DataKeyLimits { MaxBytes = 10 });
        Assert.That(new[] { 4, 6, 1, 0 }.Select(length => bytes.TryUse(length, out _)), Is.EqualTo(new[] { true, true, false, true }));
        var clock = new SetClock();
        using NewDataKey age = store.CreateDataKey(ring, Context, Created, new DataKeyLimits { MaxAge = TimeSpan.FromMinutes(1) }, clock);
        clock.Now += TimeSpan.FromSeconds(59);
        Assert.That(age.TryUse(1, out _), Is.True);
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.That(age.TryUse(1, out _), Is.False);
    }

    [Test]
    public void Default_limits_are_those_of_the_readme()
    {
        Assert.That(DataKeyLimits.Default, Is.EqualTo(new DataKeyLimits { MaxCells = 2_147_483_648, MaxBytes = 68_719_476_736, MaxAge = TimeSpan.FromHours(24) }));
    }

    [Test]
    public void Wiped_key_cannot_be_used()
    {
        NewDataKey made = Create();
        made.Dispose();
        Assert.That(() => made.Bytes.Length, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Salts_stay_and_are_all_different()
    {
        string[] users = [.. Enumerable.Range(0, 500).Select(n => $"user-{n}"), "", "\u00E9", new string('x', 5000)];
        using SubjectSalts first = store.EnsureSalts(Index(users[..300])), second = store.EnsureSalts(Index([.. users.Reverse()])),
            found = KeyStore.Open(Path).FindSalts(Index(users));
        Assert.Multiple(() =>
        {
            Assert.That(users.Select((_, n) => Convert.ToHexString(found[n])), Is.Unique);
            for (int n = 0; n < users.Length; n++)
            {
                Assert.That(found[n].SequenceEqual(second[users.Length - 1 - n]), Is.True);
                if (n < 300)
                    Assert.That(found[n].SequenceEqual(first[n]), Is.True);
            }
        });
    }

    [Test]
    public void Customer_without_a_salt_gets_none_by_looking()
    {
        store.EnsureSalts(Index("ann")).Dispose();
        using SubjectSalts salts = store.FindSalts(Index("ann", "bob"));
        Assert.That(salts.Has(0), Is.True);
        Assert.That(salts.Has(1), Is.False);
        Assert.That(() => salts[1].Length, Throws.TypeOf<KeyNotFoundException>());
    }

    [Test]
    public void Salt_that_was_drawn_and_not_added_is_not_stored()
    {
        using SubjectSalts drawn = store.FindSalts(Index("ann", "bob"));
        drawn.Ensure(0);
        Assert.That((drawn.Has(0), drawn.IsNew(0), drawn.Has(1)), Is.EqualTo((true, true, false)));
        using SubjectSalts before = store.FindSalts(Index("ann"));
        Assert.That(before.Has(0), Is.False);
        store.AddSalts(Index("ann", "bob"), drawn);
        using SubjectSalts after = store.FindSalts(Index("ann", "bob"));
        Assert.That((after.Has(0), after.IsNew(0), after.Has(1)), Is.EqualTo((true, false, false)));
        Assert.That(after[0].SequenceEqual(drawn[0]), Is.True);
    }

    /// <summary>Cells may be under the salt that is there: it is not replaced.</summary>
    [Test]
    public void Second_salt_of_a_customer_is_refused()
    {
        using SubjectSalts drawn = store.FindSalts(Index("ann"));
        drawn.Ensure(0);
        using SubjectSalts first = store.EnsureSalts(Index("ann"));
        Assert.That(() => store.AddSalts(Index("ann"), drawn), Throws.InvalidOperationException);
        using SubjectSalts after = store.FindSalts(Index("ann"));
        Assert.That(after[0].SequenceEqual(first[0]), Is.True);
    }

    [Test]
    public void Deleted_salt_is_gone_and_the_others_stay()
    {
        string[] users = [.. Enumerable.Range(0, 200).Select(n => $"user-{n}")];
        using SubjectSalts before = store.EnsureSalts(Index(users));
        Assert.That(store.DeleteSalts(Index("user-7", "user-70", "nobody")), Is.EqualTo(2));
        Assert.That(store.DeleteSalts(Index("user-7", "user-70", "nobody")), Is.Zero);
        using SubjectSalts after = store.FindSalts(Index(users));
        byte[] files = [.. Directory.GetFiles(folder.File("keystore/subjects")).SelectMany(File.ReadAllBytes)];
        Assert.Multiple(() =>
        {
            for (int n = 0; n < users.Length; n++)
                Assert.That(after.Has(n) && after[n].SequenceEqual(before[n]), Is.EqualTo(n is not (7 or 70)));
            Assert.That(files.AsSpan().IndexOf(before[7]), Is.Negative);
            Assert.That(files.AsSpan().IndexOf(before[8]), Is.Not.Negative);
        });
        using SubjectSalts anew = store.EnsureSalts(Index("user-7"));
        Assert.That(anew[0].SequenceEqual(before[7]), Is.False);
    }

    [Test]
    public void Damaged_salts_are_refused_whatever_was_changed()
    {
        store.EnsureSalts(Index("ann")).Dispose();
        string shard = Directory.GetFiles(folder.File("keystore/subjects")).Single();
        byte[] whole = File.ReadAllBytes(shard);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 1;
            File.WriteAllBytes(shard, changed);
            AssertDamaged();
            File.WriteAllBytes(shard, whole[..at]);
            AssertDamaged();
        }

        void AssertDamaged()
        {
            Assert.That(Refusal(() => store.FindSalts(Index("ann"))).Code, Is.EqualTo(ExitCode.InputRefused));
            Assert.That(Refusal(() => store.EnsureSalts(Index("ann"))).Code, Is.EqualTo(ExitCode.InputRefused));
        }
    }

    /// <summary>A killed process leaves a half file beside, under the name the next one writes to.</summary>
    [Test]
    public void What_a_killed_process_left_beside_does_not_stand_in_the_way()
    {
        using SubjectSalts before = store.EnsureSalts(Index("ann"));
        string shard = Directory.GetFiles(folder.File("keystore/subjects")).Single();
        File.WriteAllBytes(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(shard)!, ".writing-" + System.IO.Path.GetFileName(shard)), [1, 2, 3]);
        folder.Write("keystore/data-keys/.writing-0123.json", "{");
        store.DeleteSalts(Index("ann"));
        using SubjectSalts after = store.EnsureSalts(Index("ann"));
        Assert.That(after[0].SequenceEqual(before[0]), Is.False);
        Assert.That(Directory.GetFiles(folder.File("keystore/subjects")), Is.EqualTo(new[] { shard }));
        Assert.That(store.ListDataKeys(), Is.Empty);
        string id = Create().Id;
        Assert.That(Directory.GetFiles(folder.File("keystore/data-keys")).Select(System.IO.Path.GetFileName), Is.EqualTo(new[] { id + ".json" }));
    }

    [Test]
    public void Two_at_once_give_a_customer_one_salt()
    {
        string[] users = [.. Enumerable.Range(0, 300).Select(n => $"user-{n}")];
        var salts = new SubjectSalts[8];
        using var start = new Barrier(salts.Length);
        Thread[] threads = [.. Enumerable.Range(0, salts.Length).Select(n => new Thread(() =>
        {
            var own = KeyStore.Open(Path);
            start.SignalAndWait();
            salts[n] = own.EnsureSalts(Index(users[(n * 10)..]));
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        using SubjectSalts stored = store.FindSalts(Index(users));
        for (int n = 0; n < salts.Length; n++)
        {
            for (int user = n * 10; user < users.Length; user++)
                Assert.That(salts[n][user - (n * 10)].SequenceEqual(stored[user]), Is.True);
            salts[n].Dispose();
        }
    }

    [Test]
    public void Lock_keeps_others_out_and_can_be_taken_again_by_the_one_who_has_it()
    {
        KeyStore other = KeyStore.Open(Path, TimeSpan.FromMilliseconds(50));
        using (store.Lock())
        {
            using (store.Lock())
                store.EnsureSalts(Index("ann")).Dispose();
            StageException e = Refusal(() => other.EnsureSalts(Index("bob")));
            Assert.That(e.Code, Is.EqualTo(ExitCode.LeaseHeld));
            Assert.That(e.Message, Does.Contain(Path));
            using SubjectSalts found = other.FindSalts(Index("ann"));
            Assert.That(found.Has(0), Is.True);
        }
        other.EnsureSalts(Index("bob")).Dispose();
    }

    [Test]
    public void Many_customers_are_quick()
    {
        string[] users = [.. Enumerable.Range(0, 100_000).Select(n => $"user-{n}")];
        TextIndex index = Index(users);
        long started = Stopwatch.GetTimestamp();
        store.EnsureSalts(index).Dispose();
        store.EnsureSalts(index).Dispose();
        Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(10)));
        Assert.That(Directory.GetFiles(folder.File("keystore/subjects")), Has.Length.EqualTo(64));
    }

    private NewDataKey Create(DataKeyLimits? limits = null) => store.CreateDataKey(ring, Context, Created, limits ?? DataKeyLimits.Default, TimeProvider.System);

    private static StageException Refusal(Action action) => Assert.Throws<StageException>(() => action())!;

    private static TextIndex Index(params IEnumerable<string> texts)
    {
        var index = new TextIndex();
        foreach (string text in texts)
            index.Add(Encoding.UTF8.GetBytes(text));
        return index;
    }

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
