using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

public class AddressCipherTests
{
    private const string Address = "ann@example.com", SubjectKey = "v1.subject";
    private const int IdStart = 1, OrdinalStart = 17, CommitmentStart = 25, TextStart = 57;

    private static readonly byte[] User = "ann"u8.ToArray();
    private static readonly byte[] Salt = [.. Enumerable.Range(0, 32).Select(n => (byte)(n * 7))];
    private static readonly EncryptionContext Context = AddressCell.ContextOf("shop", "default");
    private static readonly DateTimeOffset Created = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);

    private TempFolder folder = null!;
    private LocalKeyRing ring = null!;
    private KeyStore store = null!;

    [SetUp]
    public void Open()
    {
        folder = new TempFolder();
        ring = Rings.Open(Rings.Secret);
        store = KeyStore.Open(folder.File("keystore"));
    }

    [TearDown]
    public void Close()
    {
        ring.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Cell_opens_with_its_keys_run_customer_and_subject_key() => Assert.That(Decrypt(Encrypt()), Is.EqualTo(Address));

    /// <summary>Opens a cell by its written format with the platform's AES alone: any program that has the keys can.</summary>
    [Test]
    public void Cell_is_AES_GCM_in_the_documented_format()
    {
        using var cipher = NewCipher();
        cipher.Encrypt(Parse("first@example.com"), User, SubjectKey, Salt);
        EncryptedAddress encrypted = cipher.Encrypt(Parse(Address), User, SubjectKey, Salt);
        byte[] cell = encrypted.Cell;
        using DataKey dataKey = store.OpenDataKey(ring, encrypted.DataKeyId, Context);
        byte[] output = RowKey(dataKey.Bytes.ToArray(), Salt, cell[IdStart..OrdinalStart]);
        byte[] text = new byte[cell.Length - TextStart - 16];
        using var aes = new AesGcm(output.AsSpan(0, 32), 16);
        aes.Decrypt([0, 0, 0, 0, .. cell[OrdinalStart..CommitmentStart]], cell.AsSpan(TextStart..^16), cell.AsSpan(^16..), text, Bound(cell, "shop", "ann"));
        Assert.Multiple(() =>
        {
            Assert.That(cell[0], Is.EqualTo(2));
            Assert.That(Convert.ToHexStringLower(cell.AsSpan(IdStart, 16)), Is.EqualTo(encrypted.DataKeyId));
            Assert.That(BinaryPrimitives.ReadInt64BigEndian(cell.AsSpan(OrdinalStart)), Is.EqualTo(1));
            Assert.That(cell[CommitmentStart..TextStart], Is.EqualTo(output[32..]));
            Assert.That(Encoding.UTF8.GetString(text), Is.EqualTo(Address));
        });
    }

    [Test]
    public void Longest_address_fits_and_so_does_a_customer_of_any_length()
    {
        string address = new string('a', 64) + "@" + new string('b', 63) + "." + new string('c', 63) + "." + new string('d', 61);
        Assert.That(address, Has.Length.EqualTo(EmailAddress.MaxLength));
        byte[] user = Encoding.UTF8.GetBytes(new string('u', 10_000));
        using var cipher = NewCipher();
        string cell = Text(cipher.Encrypt(Parse(address), user, SubjectKey, Salt));
        using var reader = new AddressReader(store, ring, Context);
        Assert.That(Encoding.UTF8.GetString(reader.Decrypt(cell, user, SubjectKey, Salt)), Is.EqualTo(address));
    }

    [Test]
    public void Same_address_never_gives_the_same_cell()
    {
        using AddressCipher one = NewCipher(), two = NewCipher();
        EmailAddress address = Parse(Address);
        EncryptedAddress[] cells =
        [
            one.Encrypt(address, User, SubjectKey, Salt), one.Encrypt(address, User, SubjectKey, Salt), two.Encrypt(address, User, SubjectKey, Salt),
            two.Encrypt(address, User, SubjectKey, Salt),
        ];
        Assert.That(cells.Select(Text), Is.Unique);
        Assert.That(cells.Select(cell => Convert.ToHexString(cell.Cell[TextStart..])), Is.Unique);
    }

    [Test]
    public void Key_of_each_customer_is_another_and_so_is_that_of_each_file()
    {
        using AddressCipher one = NewCipher(), two = NewCipher();
        byte[] other = [.. Salt.Select(b => (byte)~b)];
        string[] commitments =
        [
            .. new[]
            {
                one.Encrypt(Parse(Address), User, SubjectKey, Salt), one.Encrypt(Parse(Address), User, SubjectKey, other),
                two.Encrypt(Parse(Address), User, SubjectKey, Salt),
            }.Select(encrypted => Convert.ToHexString(encrypted.Cell[CommitmentStart..TextStart])),
        ];
        Assert.That(commitments, Is.Unique);
    }

    /// <summary>Ten million numbers, eight threads: none is given twice, none is left out.</summary>
    [Test]
    public void Ordinals_of_a_data_key_do_not_repeat()
    {
        const int Each = 1_250_000, Threads = 8;
        using NewDataKey key = store.CreateDataKey(ring, Context, Created, DataKeyLimits.Default, TimeProvider.System);
        var seen = new int[Each * Threads];
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ =>
        {
            for (int n = 0; n < Each; n++)
            {
                key.TryUse(20, out long ordinal);
                Interlocked.Increment(ref seen[ordinal]);
            }
        });
        Assert.That(seen, Is.All.EqualTo(1));
    }

    /// <summary>In the middle the process is restarted, as far as keys are concerned.</summary>
    [Test]
    public void Nonces_do_not_repeat_under_a_key_over_threads_and_restarts()
    {
        int cells = Rounds.Of(100_000, all: 10_000_000);
        var nonces = new ConcurrentDictionary<UInt128, bool>();
        for (int start = 0; start < 2; start++)
        {
            using AddressCipher cipher = NewCipher(new DataKeyLimits { MaxCells = cells * 3 / 10 });
            Parallel.For(0, cells / 2, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            {
                byte[] cell = cipher.Encrypt(Parse(Address), User, SubjectKey, Salt).Cell;
                // Half of the data key's name is enough to tell four of them apart.
                var nonce = new UInt128(BinaryPrimitives.ReadUInt64BigEndian(cell.AsSpan(IdStart)), BinaryPrimitives.ReadUInt64BigEndian(cell.AsSpan(OrdinalStart)));
                if (!nonces.TryAdd(nonce, true))
                    Assert.Fail($"{nonce:x} is given twice");
            });
        }
        Assert.That(nonces, Has.Count.EqualTo(cells));
        Assert.That(store.ListDataKeys().Count(), Is.EqualTo(4));
    }

    /// <summary>Each limit in turn, small: the next data key takes over, and everything opens.</summary>
    [TestCase(3, 1000, 4)]
    [TestCase(1000, 2 * 15, 5)]
    [TestCase(1000, 1000, 1)]
    public void Data_key_at_its_limit_is_followed_by_another(long maxCells, long maxBytes, int dataKeys)
    {
        using AddressCipher cipher = NewCipher(new DataKeyLimits { MaxCells = maxCells, MaxBytes = maxBytes });
        EncryptedAddress[] cells = [.. Enumerable.Range(0, 10).Select(_ => cipher.Encrypt(Parse(Address), User, SubjectKey, Salt))];
        Assert.That(cells.Select(cell => cell.DataKeyId).Distinct().Count(), Is.EqualTo(dataKeys));
        Assert.That(cells.Select(Text).Select(Decrypt), Is.All.EqualTo(Address));
    }

    [Test]
    public void Limit_that_allows_no_cell_is_no_limit_to_work_with()
    {
        using AddressCipher cipher = NewCipher(new DataKeyLimits { MaxBytes = 3 });
        Assert.That(() => cipher.Encrypt(Parse(Address), User, SubjectKey, Salt), Throws.InvalidOperationException);
    }

    [Test]
    public void Every_flipped_bit_is_noticed()
    {
        byte[] cell = Convert.FromBase64String(Encrypt());
        for (int bit = 0; bit < cell.Length * 8; bit++)
        {
            byte[] changed = [.. cell];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertRefused(Convert.ToBase64String(changed), $"bit {bit}");
        }
    }

    /// <summary>What a cell is bound to stands beside it, where it can be changed as well.</summary>
    [Test]
    public void Every_flipped_bit_of_what_it_is_bound_to_is_noticed()
    {
        string cell = Encrypt();
        foreach (int bit in Enumerable.Range(0, User.Length * 8))
            AssertRefused(cell, $"user bit {bit}", Flip(User, bit));
        foreach (int bit in Enumerable.Range(0, SubjectKey.Length * 8).Where(bit => bit % 8 != 7))
            AssertRefused(cell, $"subject key bit {bit}", subjectKey: Encoding.ASCII.GetString(Flip(Encoding.ASCII.GetBytes(SubjectKey), bit)));
        foreach (int bit in Enumerable.Range(0, Salt.Length * 8))
            AssertRefused(cell, $"salt bit {bit}", salt: Flip(Salt, bit));

        static byte[] Flip(byte[] bytes, int bit)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            return changed;
        }
    }

    [Test]
    public void Every_changed_character_is_noticed()
    {
        // Addresses of three lengths, so that base64 ends with none, one and two padding characters.
        foreach (string written in (string[])["a@example.com", "an@example.com", "ann@example.com"])
        {
            string cell = Encrypt(written);
            foreach (int at in Enumerable.Range(0, cell.Length))
            {
                foreach (char other in "Aa0+/=- \n".Where(c => c != cell[at]))
                    AssertRefused(cell[..at] + other + cell[(at + 1)..], $"{other} at {at}");
            }
        }
    }

    [Test]
    public void Nothing_can_be_cut_off_or_added()
    {
        string cell = Encrypt();
        byte[] bytes = Convert.FromBase64String(cell);
        for (int length = 0; length < bytes.Length; length++)
        {
            AssertRefused(Convert.ToBase64String(bytes[..length]), $"the first {length} bytes");
            AssertRefused(Convert.ToBase64String(bytes[^length..]), $"the last {length} bytes");
        }
        for (int length = 0; length < cell.Length; length++)
            AssertRefused(cell[..length], $"the first {length} characters");
        foreach (byte[] added in (byte[][])[[0], [2], bytes, new byte[1000]])
        {
            AssertRefused(Convert.ToBase64String([.. bytes, .. added]), "behind");
            AssertRefused(Convert.ToBase64String([.. added, .. bytes]), "in front");
        }
        foreach (string added in (string[])[" ", "\n", "=", "A", "AAAA"])
            AssertRefused(cell + added, "text behind");
    }

    [TestCase("")]
    [TestCase("ann@example.com")]
    [TestCase("AQIDBA==")]
    public void Other_texts_are_no_cells(string text) => AssertRefused(text, text);

    [Test]
    public void Any_bytes_are_refused_without_another_exception()
    {
        var random = new Random(1);
        byte[] valid = Convert.FromBase64String(Encrypt());
        for (int n = 0, rounds = Rounds.Of(5000, all: 10_000_000); n < rounds; n++)
        {
            byte[] bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            valid[..Math.Min(bytes.Length, n % 3 == 0 ? 1 : n % 3 == 1 ? OrdinalStart : TextStart)].CopyTo(bytes, 0);
            AssertRefused(Convert.ToBase64String(bytes), $"{n}");
        }
    }

    [Test]
    public void Cell_of_another_customer_is_refused()
    {
        using var cipher = NewCipher();
        byte[] other = [.. Salt.Reverse()];
        string ann = Text(cipher.Encrypt(Parse(Address), User, SubjectKey, Salt)), bob = Text(cipher.Encrypt(Parse("bob@example.com"), "bob"u8, "v1.bob", other));
        Assert.Multiple(() =>
        {
            AssertRefused(bob, "the row's cells swapped");
            AssertRefused(ann, "the other way round", "bob"u8.ToArray(), "v1.bob", other);
            AssertRefused(bob, "with the customer's salt", salt: other);
        });
    }

    [Test]
    public void Pairs_that_read_alike_end_to_end_are_told_apart()
    {
        using var cipher = NewCipher();
        string cell = Text(cipher.Encrypt(Parse(Address), "ab"u8, "c", Salt));
        AssertRefused(cell, "a|bc", "a"u8.ToArray(), "bc");
        AssertRefused(cell, "abc|", "abc"u8.ToArray(), "");
    }

    [Test]
    public void Cell_of_another_run_table_stage_purpose_or_tenant_is_refused()
    {
        string cell = Encrypt();
        foreach (EncryptionContext wrong in (EncryptionContext[])
            [Context with { Run = "shop2" }, Context with { Schema = "recipients/2" }, Context with { Stage = "inject" }, Context with { Purpose = "x" }, Context with { Tenant = "x" }])
        {
            using var reader = new AddressReader(store, ring, wrong);
            Assert.That(() => reader.Decrypt(cell, User, SubjectKey, Salt), Throws.TypeOf<CryptographicException>(), $"{wrong}");
        }
    }

    /// <summary>The store is written by hand so that the data key opens for another run; the cell itself must notice.</summary>
    [Test]
    public void Cell_is_bound_to_its_run_and_not_only_its_data_key()
    {
        byte[] key = [.. Enumerable.Repeat((byte)7, 32)], id = [.. Enumerable.Repeat((byte)8, 16)];
        byte[] made = MakeCell(key, id, "shop", Encoding.ASCII.GetBytes(Address));
        Plant("one", key, id, Context);
        Plant("two", key, id, Context with { Run = "other" });
        Assert.That(Encoding.ASCII.GetString(Decrypt("one", Context, made)), Is.EqualTo(Address));
        Assert.That(() => Decrypt("two", Context with { Run = "other" }, made), Throws.InstanceOf<CryptographicException>());
    }

    [Test]
    public void Cell_of_another_ring_or_data_key_is_refused()
    {
        string cell = Encrypt();
        using LocalKeyRing other = Rings.Open(Rings.OtherSecret);
        using var reader = new AddressReader(store, other, Context);
        Assert.That(() => reader.Decrypt(cell, User, SubjectKey, Salt), Throws.TypeOf<StageException>());
        byte[] bytes = Convert.FromBase64String(cell);
        Convert.FromHexString(store.CreateDataKey(ring, Context, Created, DataKeyLimits.Default, TimeProvider.System).Id).CopyTo(bytes, IdStart);
        AssertRefused(Convert.ToBase64String(bytes), "another data key");
        Assert.That(store.DeleteDataKey(store.ListDataKeys().Single(record => record.Id != Convert.ToHexStringLower(bytes.AsSpan(IdStart, 16))).Id), Is.True);
        AssertRefused(cell, "no data key");
    }

    /// <summary>Test case 16 of the specification of GCM (McGrew and Viega): the platform's AES and the arithmetic of the next test.</summary>
    [Test]
    public void Aes_gcm_of_the_platform_and_of_the_tests_is_that_of_the_specification()
    {
        byte[] key = Convert.FromHexString("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"), nonce = Convert.FromHexString("cafebabefacedbaddecaf888");
        byte[] plain = Convert.FromHexString(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
        byte[] bound = Convert.FromHexString("feedfacedeadbeeffeedfacedeadbeefabaddad2"), text = new byte[plain.Length], tag = new byte[16];
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(nonce, plain, text, tag, bound);
        UInt128 mask = GaloisField.EncryptBlock(key, BinaryPrimitives.ReadUInt128BigEndian([.. nonce, 0, 0, 0, 1]));
        byte[] computed = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(computed, GaloisField.Hash(GaloisField.EncryptBlock(key, 0), bound, text) ^ mask);
        Assert.Multiple(() =>
        {
            Assert.That(Convert.ToHexStringLower(text), Is.EqualTo(
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"));
            Assert.That(Convert.ToHexStringLower(tag), Is.EqualTo("76fc6ece0f4e1768cddf8853bb2d551b"));
            Assert.That(computed, Is.EqualTo(tag));
        });
    }

    /// <summary>
    /// AES-GCM commits to no key: a text can be made that opens under two. Whoever made it could show one reader one address and another
    /// reader another. The cell opens for the key it commits to at most.
    /// </summary>
    [Test]
    public void Text_made_to_open_under_two_keys_opens_under_one_at_most()
    {
        byte[] one = [.. Enumerable.Repeat((byte)1, 32)], two = [.. Enumerable.Repeat((byte)2, 32)], id = [.. Enumerable.Repeat((byte)9, 16)];
        byte[] outputOne = RowKey(one, Salt, id), outputTwo = RowKey(two, Salt, id);
        byte[] start = [2, .. id, .. new byte[8]], bound = Bound(start, "shop", "ann");
        (byte[] text, byte[] tag) = GaloisField.MakeTextOfTwoKeys(outputOne[..32], outputTwo[..32], new byte[12], bound);
        string[] opened = [.. new[] { outputOne, outputTwo }.Select(output =>
        {
            using var aes = new AesGcm(output.AsSpan(0, 32), 16);
            byte[] plain = new byte[text.Length];
            aes.Decrypt(new byte[12], text, tag, plain, bound);
            return Convert.ToHexString(plain);
        })];
        Assert.That(opened, Is.Unique, "the attack itself works against AES-GCM alone");

        Plant("one", one, id, Context);
        Plant("two", two, id, Context);
        byte[] forOne = [.. start, .. outputOne[32..], .. text, .. tag], forTwo = [.. start, .. outputTwo[32..], .. text, .. tag];
        byte[] forNone = [.. start, .. new byte[32], .. text, .. tag];
        Assert.Multiple(() =>
        {
            Assert.That(Convert.ToHexString(Decrypt("one", Context, forOne)), Is.EqualTo(opened[0]));
            Assert.That(Convert.ToHexString(Decrypt("two", Context, forTwo)), Is.EqualTo(opened[1]));
            Assert.That(() => Decrypt("two", Context, forOne), Throws.TypeOf<CryptographicException>());
            Assert.That(() => Decrypt("one", Context, forTwo), Throws.TypeOf<CryptographicException>());
            Assert.That(() => Decrypt("one", Context, forNone), Throws.TypeOf<CryptographicException>());
            Assert.That(() => Decrypt("two", Context, forNone), Throws.TypeOf<CryptographicException>());
        });
    }

    [Test]
    public void Cells_of_more_data_keys_than_a_file_has_are_refused()
    {
        using AddressCipher cipher = NewCipher(new DataKeyLimits { MaxCells = 1 });
        using var reader = new AddressReader(store, ring, Context);
        for (int n = 0; n < AddressReader.MaxDataKeys; n++)
            reader.Decrypt(Text(cipher.Encrypt(Parse(Address), User, SubjectKey, Salt)), User, SubjectKey, Salt);
        string cell = Text(cipher.Encrypt(Parse(Address), User, SubjectKey, Salt));
        Assert.That(() => reader.Decrypt(cell, User, SubjectKey, Salt), Throws.TypeOf<CryptographicException>());
    }

    [Test]
    public void Without_the_customers_salt_nothing_opens_the_cell()
    {
        var index = new Pipeline.Tables.TextIndex();
        index.Add(User);
        string cell;
        using (SubjectSalts salts = store.EnsureSalts(index))
        {
            using var cipher = NewCipher();
            cell = Text(cipher.Encrypt(Parse(Address), User, SubjectKey, salts[0]));
            Assert.That(Decrypt(cell, salt: salts[0].ToArray()), Is.EqualTo(Address));
        }
        store.DeleteSalts(index);
        using (SubjectSalts salts = store.FindSalts(index))
            Assert.That(salts.Has(0), Is.False);
        using SubjectSalts anew = store.EnsureSalts(index);
        AssertRefused(cell, "a new salt", salt: anew[0].ToArray());
        AssertRefused(cell, "no salt", salt: new byte[32]);
    }

    private AddressCipher NewCipher(DataKeyLimits? limits = null) => new(store, ring, Context, Created, limits);

    private string Encrypt(string address = Address)
    {
        using var cipher = NewCipher();
        return Text(cipher.Encrypt(Parse(address), User, SubjectKey, Salt));
    }

    private string Decrypt(string cell) => Decrypt(cell, Salt);

    private string Decrypt(string cell, byte[] salt)
    {
        using var reader = new AddressReader(store, ring, Context);
        return Encoding.UTF8.GetString(reader.Decrypt(cell, User, SubjectKey, salt));
    }

    private byte[] Decrypt(string storeName, EncryptionContext context, byte[] cell)
    {
        using var reader = new AddressReader(KeyStore.Open(folder.File(storeName)), ring, context);
        return reader.Decrypt(Convert.ToBase64String(cell), User, SubjectKey, Salt);
    }

    private void AssertRefused(string cell, string what, byte[]? user = null, string subjectKey = SubjectKey, byte[]? salt = null)
    {
        using var reader = new AddressReader(store, ring, Context);
        Assert.That(() => reader.Decrypt(cell, user ?? User, subjectKey, salt ?? Salt), Throws.InstanceOf<CryptographicException>(), what);
    }

    /// <summary>Puts a known data key into a store, as a program other than this would.</summary>
    private void Plant(string storeName, byte[] key, byte[] id, EncryptionContext context) => DataKeyFiles.Plant(folder, storeName, Rings.Secret, key, id, context);

    /// <summary>A cell by its written format.</summary>
    private static byte[] MakeCell(byte[] key, byte[] id, string run, byte[] address)
    {
        byte[] output = RowKey(key, Salt, id), start = [2, .. id, .. new byte[8]];
        byte[] text = new byte[address.Length], tag = new byte[16];
        using var aes = new AesGcm(output.AsSpan(0, 32), 16);
        aes.Encrypt(new byte[12], address, text, tag, Bound(start, run, "ann"));
        return [.. start, .. output[32..], .. text, .. tag];
    }

    private static byte[] RowKey(byte[] dataKey, byte[] salt, byte[] id) => Rfc.Hkdf(dataKey, salt, [.. "pipeline/cell/v2"u8, .. id, .. "email_ciphertext"u8], 64);

    private static byte[] Bound(byte[] cell, string run, string user) =>
    [
        .. "pipeline/cell/v2"u8, .. Framed(cell[IdStart..OrdinalStart]), .. Framed(Encoding.UTF8.GetBytes(run)), .. Framed(Encoding.ASCII.GetBytes(Context.Schema)),
        .. Framed("email_ciphertext"u8.ToArray()), .. Framed(cell[OrdinalStart..CommitmentStart]), .. Framed(Encoding.UTF8.GetBytes(user)),
        .. Framed(Encoding.ASCII.GetBytes(SubjectKey)),
    ];

    private static byte[] Framed(byte[] part) => [0, 0, (byte)(part.Length >> 8), (byte)part.Length, .. part];

    private static string Text(EncryptedAddress encrypted) => Convert.ToBase64String(encrypted.Cell);

    private static EmailAddress Parse(string written)
    {
        Assert.That(
            AddressParser.Parse(Encoding.UTF8.GetBytes(written), new byte[EmailAddress.MaxLength], out EmailAddress address, out _),
            Is.EqualTo(AddressVerdict.Valid));
        return address;
    }
}
