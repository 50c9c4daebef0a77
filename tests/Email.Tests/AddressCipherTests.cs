using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Email.Tests;

public class AddressCipherTests
{
    private const string Address = "ann@example.com", SubjectKey = "v1.subject";
    private const int SaltStart = 1, NonceStart = 17, TextStart = 29;

    private static readonly byte[] User = "ann"u8.ToArray();

    private KeyRing ring = null!;

    [SetUp]
    public void Open() => ring = Rings.Open(Rings.Secret);

    [TearDown]
    public void Close() => ring.Dispose();

    [Test]
    public void Cell_opens_with_its_ring_customer_and_subject_key() =>
        Assert.That(Encoding.UTF8.GetString(AddressCipher.Decrypt(ring, Encrypt(), User, SubjectKey)), Is.EqualTo(Address));

    /// <summary>Opens a cell by its written format with the platform's AES alone: any program that has the ring can.</summary>
    [Test]
    public void Cell_is_AES_GCM_in_the_documented_format()
    {
        byte[] cell = Convert.FromBase64String(Encrypt());
        byte[] key = Rfc.Hkdf(Rings.Secret, cell[SaltStart..NonceStart], "pipeline/email/v1"u8.ToArray(), 32);
        byte[] text = new byte[cell.Length - TextStart - 16];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(cell.AsSpan(NonceStart..TextStart), cell.AsSpan(TextStart..^16), cell.AsSpan(^16..), text, "pipeline/email/v1:3:annv1.subject"u8);
        Assert.That(cell[0], Is.EqualTo(1));
        Assert.That(Encoding.UTF8.GetString(text), Is.EqualTo(Address));
    }

    [Test]
    public void Longest_address_fits()
    {
        string address = new string('a', 64) + "@" + new string('b', 63) + "." + new string('c', 63) + "." + new string('d', 61);
        Assert.That(address, Has.Length.EqualTo(EmailAddress.MaxLength));
        using var cipher = new AddressCipher(ring);
        string cell = cipher.Encrypt(Parse(address), User, SubjectKey);
        Assert.That(Encoding.UTF8.GetString(AddressCipher.Decrypt(ring, cell, User, SubjectKey)), Is.EqualTo(address));
    }

    [Test]
    public void Same_address_never_gives_the_same_cell()
    {
        using AddressCipher one = new(ring), two = new(ring);
        EmailAddress address = Parse(Address);
        string[] cells =
        [
            one.Encrypt(address, User, SubjectKey), one.Encrypt(address, User, SubjectKey), two.Encrypt(address, User, SubjectKey),
            two.Encrypt(address, User, SubjectKey),
        ];
        Assert.That(cells, Is.Unique);
        Assert.That(cells.Select(cell => Convert.ToHexString(Convert.FromBase64String(cell)[TextStart..])), Is.Unique);
    }

    [Test]
    public void Nonces_do_not_repeat_under_a_key()
    {
        using var cipher = new AddressCipher(ring);
        EmailAddress address = Parse(Address);
        var nonces = new HashSet<string>();
        var salts = new HashSet<string>();
        for (int n = 0; n < 100_000; n++)
        {
            byte[] cell = Convert.FromBase64String(cipher.Encrypt(address, User, SubjectKey));
            nonces.Add(Convert.ToHexString(cell[NonceStart..TextStart]));
            salts.Add(Convert.ToHexString(cell[SaltStart..NonceStart]));
        }
        Assert.That(nonces, Has.Count.EqualTo(100_000));
        Assert.That(salts, Has.Count.EqualTo(1));
    }

    [Test]
    public void Each_cipher_has_a_salt_of_its_own()
    {
        string[] salts = [.. Enumerable.Range(0, 100).Select(_ => Convert.ToHexString(Convert.FromBase64String(Encrypt())[SaltStart..NonceStart]))];
        Assert.That(salts, Is.Unique);
    }

    [Test]
    public void Key_encrypts_no_more_cells_than_it_may()
    {
        using var cipher = new AddressCipher(ring, maxCells: 2);
        cipher.Encrypt(Parse(Address), User, SubjectKey);
        cipher.Encrypt(Parse(Address), User, SubjectKey);
        Assert.That(() => cipher.Encrypt(Parse(Address), User, SubjectKey), Throws.InvalidOperationException);
        Assert.That(AddressCipher.MaxCells, Is.EqualTo(1L << 31));
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

    [Test]
    public void Every_changed_character_is_noticed()
    {
        // Addresses of three lengths, so that base64 ends with none, one and two padding characters.
        foreach (string address in (string[])["a@example.com", "ab@example.com", "abc@example.com"])
        {
            string cell = Encrypt(address);
            for (int n = 0; n < cell.Length; n++)
            {
                foreach (char other in "AQgwBf/+=- \n".Where(c => c != cell[n]))
                    AssertRefused(cell[..n] + other + cell[(n + 1)..], $"character {n} as '{other}'");
            }
        }
    }

    [Test]
    public void Every_cut_and_every_addition_is_noticed()
    {
        byte[] cell = Convert.FromBase64String(Encrypt());
        for (int length = 0; length < cell.Length; length++)
        {
            AssertRefused(Convert.ToBase64String(cell[..length]), $"first {length} bytes");
            AssertRefused(Convert.ToBase64String(cell[(cell.Length - length)..]), $"last {length} bytes");
        }
        AssertRefused(Convert.ToBase64String([.. cell, 0]), "a byte more");
        AssertRefused(Encrypt() + "\n", "a line break more");
        AssertRefused(" " + Encrypt(), "a blank more");
    }

    [Test]
    public void Cell_of_another_customer_does_not_open()
    {
        using var cipher = new AddressCipher(ring);
        string ann = cipher.Encrypt(Parse("ann@example.com"), "ann"u8, "v1.a"), bob = cipher.Encrypt(Parse("bob@example.com"), "bob"u8, "v1.b");
        Assert.Multiple(() =>
        {
            Assert.That(() => AddressCipher.Decrypt(ring, bob, "ann"u8, "v1.a"), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => AddressCipher.Decrypt(ring, ann, "bob"u8, "v1.b"), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => AddressCipher.Decrypt(ring, ann, "bob"u8, "v1.a"), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => AddressCipher.Decrypt(ring, ann, "ann"u8, "v1.b"), Throws.InstanceOf<CryptographicException>());
            // The same bytes end to end, cut elsewhere.
            Assert.That(() => AddressCipher.Decrypt(ring, ann, "annv"u8, "1.a"), Throws.InstanceOf<CryptographicException>());
        });
    }

    [Test]
    public void Cell_of_another_ring_or_version_does_not_open()
    {
        string cell = Encrypt();
        using KeyRing other = Rings.Open(Rings.OtherSecret), next = Rings.Open(Rings.Secret, version: 2);
        Assert.That(() => AddressCipher.Decrypt(other, cell, User, SubjectKey), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => AddressCipher.Decrypt(next, cell, User, SubjectKey), Throws.InstanceOf<CryptographicException>());
    }

    private void AssertRefused(string cell, string what) =>
        Assert.That(() => AddressCipher.Decrypt(ring, cell, User, SubjectKey), Throws.InstanceOf<CryptographicException>(), what);

    private string Encrypt(string address = Address)
    {
        using var cipher = new AddressCipher(ring);
        return cipher.Encrypt(Parse(address), User, SubjectKey);
    }

    private static EmailAddress Parse(string written)
    {
        Assert.That(
            AddressParser.Parse(Encoding.UTF8.GetBytes(written), new byte[EmailAddress.MaxLength], out EmailAddress address, out _),
            Is.EqualTo(AddressVerdict.Valid));
        return address;
    }
}
