using System.Text;
using Pipeline.Testing;

namespace Pipeline.Addresses.Tests;

public class AddressKeysTests
{
    /// <summary>RFC 4231, test cases 1, 2 and 6.</summary>
    [TestCase("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")]
    [TestCase("4a656665", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    [TestCase(null, "Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")]
    public void Hmac_of_the_tests_is_that_of_the_RFC(string? key, string text, string mac)
    {
        byte[] bytes = key is null ? [.. Enumerable.Repeat((byte)0xaa, 131)] : Convert.FromHexString(key);
        Assert.That(Convert.ToHexStringLower(Rfc.Hmac(bytes, Encoding.ASCII.GetBytes(text))), Is.EqualTo(mac));
    }

    /// <summary>RFC 5869, test cases 1 and 3.</summary>
    [TestCase(
        "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")]
    [TestCase("", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")]
    public void Hkdf_of_the_tests_is_that_of_the_RFC(string salt, string info, string output)
    {
        byte[] secret = [.. Enumerable.Repeat((byte)0x0b, 22)];
        Assert.That(
            Convert.ToHexStringLower(Rfc.Hkdf(secret, Convert.FromHexString(salt), Convert.FromHexString(info), 42)), Is.EqualTo(output));
    }

    [TestCase("ann@example.com", "ann@example.com", "ann@example.com")]
    [TestCase(" Ann.B+Tag@Example.COM ", "ann.b+tag@example.com", "ann.b+tag@example.com")]
    [TestCase("A.nn+Tag@GoogleMail.com", "a.nn+tag@googlemail.com", "ann@gmail.com")]
    [TestCase("Ann@B\u00DCCHER.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example")]
    [TestCase("Ann.@Gmail.com.", "ann.@gmail.com", "ann@gmail.com")]
    public void Keys_are_the_HMAC_of_the_address_under_a_key_from_the_ring(string written, string normalised, string canonical)
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret);
        Assert.That(SubjectKey(ring, written), Is.EqualTo(Rfc.SubjectKey(Rings.Secret, 1, normalised)));
        Assert.That(MailboxKey(ring, written), Is.EqualTo(Rfc.MailboxKey(Rings.Secret, 1, canonical)));
    }

    [Test]
    public void Keys_are_written_as_version_and_base64url()
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret, version: 12);
        Assert.That(SubjectKey(ring, "ann@example.com"), Does.Match("^v12\\.[A-Za-z0-9_-]{43}$"));
        Assert.That(MailboxKey(ring, "ann@example.com"), Does.Match("^v12\\.[A-Za-z0-9_-]{43}$"));
    }

    [Test]
    public void Keys_differ_by_ring_version_purpose_and_address()
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret), other = Rings.Open(Rings.OtherSecret), next = Rings.Open(Rings.Secret, version: 2);
        string[] keys =
        [
            SubjectKey(ring, "ann@example.com"), SubjectKey(ring, "bob@example.com"), SubjectKey(other, "ann@example.com"),
            SubjectKey(next, "ann@example.com"), MailboxKey(ring, "ann@example.com"), MailboxKey(other, "ann@example.com"),
            MailboxKey(next, "ann@example.com"),
        ];
        // Without the version in front, which would hide equal hashes.
        Assert.That(keys.Select(key => key[3..]), Is.Unique);
    }

    /// <summary>Each twice: equal addresses have equal keys, and no two of the others have.</summary>
    [Test]
    public void Distinct_addresses_have_distinct_keys()
    {
        int addresses = Rounds.Of(200_000, all: 10_000_000);
        using LocalKeyRing ring = Rings.Open(Rings.Secret);
        using var keys = new AddressKeys(ring);
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        var mailboxes = new HashSet<string>(StringComparer.Ordinal);
        byte[] buffer = new byte[EmailAddress.MaxLength];
        for (int n = 0; n < 2 * addresses; n++)
        {
            string written = n < addresses ? $"name.{n}@example.com" : $" NAME.{n - addresses}@Example.COM ";
            AddressParser.Parse(Encoding.UTF8.GetBytes(written), buffer, out EmailAddress address, out _);
            subjects.Add(keys.SubjectKey(address));
            mailboxes.Add(keys.MailboxKey(address));
        }
        Assert.That(subjects, Has.Count.EqualTo(addresses));
        Assert.That(mailboxes, Has.Count.EqualTo(addresses));
        Assert.That(subjects.Overlaps(mailboxes), Is.False);
    }

    [Test]
    public void Mailboxes_of_one_customer_have_one_key_and_two_subjects()
    {
        using LocalKeyRing ring = Rings.Open(Rings.Secret);
        Assert.That(MailboxKey(ring, "a.nn@gmail.com"), Is.EqualTo(MailboxKey(ring, "ann+x@googlemail.com")));
        Assert.That(SubjectKey(ring, "a.nn@gmail.com"), Is.Not.EqualTo(SubjectKey(ring, "ann+x@googlemail.com")));
    }

    private static string SubjectKey(LocalKeyRing ring, string written)
    {
        using var keys = new AddressKeys(ring);
        return keys.SubjectKey(Parse(written));
    }

    private static string MailboxKey(LocalKeyRing ring, string written)
    {
        using var keys = new AddressKeys(ring);
        return keys.MailboxKey(Parse(written));
    }

    private static EmailAddress Parse(string written)
    {
        Assert.That(
            AddressParser.Parse(Encoding.UTF8.GetBytes(written), new byte[EmailAddress.MaxLength], out EmailAddress address, out _),
            Is.Not.EqualTo(AddressVerdict.Invalid));
        return address;
    }
}
