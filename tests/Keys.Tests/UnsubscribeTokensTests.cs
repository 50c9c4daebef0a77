using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Pipeline.Testing;

namespace Pipeline.Keys.Tests;

public class UnsubscribeTokensTests
{
    /// <summary>The vector of the README, our own: ring <see cref="Rings.Secret"/>, mailbox ann@example.com. Computed with Python, not with this code.</summary>
    private const string Vector =
        "AQEAAAABAMoyi4ZjkDYAAAAAaWI_QABYVIB0V9If3TVRA2a6CZRmFYIA9lG6_pdXetQtM9JZa2rQd0Jygkdfvw3SLPexADYFn3FMdBUxw8OBQQGKmhrKLNEB";

    private static readonly DateTimeOffset Issued = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Expires = Issued.AddDays(67);
    private static readonly string Mailbox = Rfc.MailboxKey(Rings.Secret, 1, "ann@example.com");

    private LocalKeyRing ring = null!;
    private UnsubscribeTokens tokens = null!;

    [OneTimeSetUp]
    public void Open()
    {
        ring = Rings.Open(Rings.Secret);
        tokens = new UnsubscribeTokens(ring);
    }

    [OneTimeTearDown]
    public void Close()
    {
        tokens.Dispose();
        ring.Dispose();
    }

    [Test]
    public void Token_is_the_vector_of_the_readme()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Create(), Is.EqualTo(Vector));
            Assert.That(Create(), Is.EqualTo(Rfc.Base64Url(Signed(Content()))));
            Assert.That(File.ReadAllText(Path.Combine(Checkout.Root, "stages", "email", "README.md")), Does.Contain(Vector).And.Contain(Mailbox)
                .And.Contain(Convert.ToHexStringLower(Rfc.Hkdf(Rings.Secret, [], "pipeline/unsubscribe/v1"u8.ToArray(), 32))));
        });
    }

    [Test]
    public void Token_that_was_made_is_valid_and_says_what_went_in()
    {
        TokenVerdict verdict = Check(Create(), Issued, out UnsubscribeToken? token);
        Assert.That(verdict, Is.EqualTo(TokenVerdict.Valid));
        Assert.That(token, Is.EqualTo(new UnsubscribeToken(Mailbox, ring.CurrentMac().KeyId, 1, Issued, Expires)));
    }

    [Test]
    public void Token_fits_a_link_as_it_is() => Assert.That(Create(), Does.Match($"^[A-Za-z0-9_-]{{{UnsubscribeTokens.Length}}}$"));

    [Test]
    public void Tokens_differ_by_mailbox_time_and_ring()
    {
        using LocalKeyRing other = Rings.Open(Rings.OtherSecret);
        using var others = new UnsubscribeTokens(other);
        string[] made =
        [
            Create(), tokens.Create(Rfc.MailboxKey(Rings.Secret, 1, "bob@example.com"), Issued, Expires - Issued),
            tokens.Create(Mailbox, Issued.AddSeconds(1), Expires - Issued), tokens.Create(Mailbox, Issued, Expires - Issued + TimeSpan.FromSeconds(1)),
            others.Create(Mailbox, Issued, Expires - Issued),
        ];
        Assert.That(made, Is.Unique);
    }

    [Test]
    public void No_bit_of_a_token_can_be_changed()
    {
        byte[] token = Signed(Content());
        for (int bit = 0; bit < token.Length * 8; bit++)
        {
            byte[] changed = [.. token];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            TokenVerdict expected = (bit / 8) switch { < 2 => TokenVerdict.Malformed, < 14 => TokenVerdict.UnknownKey, _ => TokenVerdict.Forged };
            AssertRefused(Rfc.Base64Url(changed), expected, $"bit {bit}");
        }
    }

    [Test]
    public void No_character_of_a_token_can_be_changed()
    {
        string token = Create();
        for (int at = 0; at < token.Length; at++)
        {
            foreach (char other in "Aa0-_+/=. \n\0%\u00C4\uFF21".Where(c => c != token[at]))
                Assert.That(Check(token[..at] + other + token[(at + 1)..], Issued, out _), Is.Not.EqualTo(TokenVerdict.Valid), $"{(int)other} at {at}");
        }
    }

    [Test]
    public void Nothing_can_be_cut_off_or_added()
    {
        string token = Create();
        for (int length = 0; length < token.Length; length++)
        {
            AssertRefused(token[..length], TokenVerdict.Malformed, $"the first {length}");
            AssertRefused(token[^length..], TokenVerdict.Malformed, $"the last {length}");
            AssertRefused(token[..length] + token[(length + 1)..], TokenVerdict.Malformed, $"without {length}");
            AssertRefused(token[..length] + ' ' + token[length..], TokenVerdict.Malformed, $"a blank at {length}");
        }
        foreach (string added in (string[])["A", "=", "==", "====", "%", " ", "\n", "\r\n", "\0", "AAAA", token])
        {
            AssertRefused(token + added, TokenVerdict.Malformed, "behind");
            AssertRefused(added + token, TokenVerdict.Malformed, "in front");
        }
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("ann@example.com")]
    [TestCase("v1.dFfSH901UQNmugmUZhWCAPZRuv6XV3rULTPSWWtq0Hc")]
    public void Other_texts_are_no_tokens(string text) => AssertRefused(text, TokenVerdict.Malformed, text);

    [Test]
    public void Text_of_any_bytes_is_refused_without_an_exception()
    {
        var random = new Random(1);
        var bytes = new byte[UnsubscribeTokens.Length / 4 * 3];
        for (int n = 0; n < 10_000; n++)
        {
            random.NextBytes(bytes);
            bytes[0] = bytes[1] = 1;
            if (n % 2 == 0)
                Content()[..14].CopyTo(bytes, 0);
            AssertRefused(Rfc.Base64Url(bytes), n % 2 == 0 ? TokenVerdict.Forged : TokenVerdict.UnknownKey, $"{n}");
            string text = new([.. Enumerable.Range(0, UnsubscribeTokens.Length).Select(_ => (char)random.Next(256))]);
            Assert.That(Check(text, Issued, out _), Is.EqualTo(TokenVerdict.Malformed));
        }
    }

    /// <summary>Signed with the right key, so that only the field itself can be the reason.</summary>
    [TestCase(0, 0)]
    [TestCase(0, 2)]
    [TestCase(1, 0)]
    [TestCase(1, 2)]
    public void Token_of_another_format_or_purpose_is_refused_though_its_signature_is_right(int at, byte value)
    {
        byte[] content = Content();
        content[at] = value;
        AssertRefused(Rfc.Base64Url(Signed(content)), TokenVerdict.Malformed, "");
    }

    [Test]
    public void Token_of_another_ring_or_version_is_of_an_unknown_key()
    {
        using LocalKeyRing other = Rings.Open(Rings.OtherSecret), next = Rings.Open(Rings.Secret, version: 2);
        using UnsubscribeTokens others = new(other), later = new(next);
        Assert.Multiple(() =>
        {
            Assert.That(others.Check(Create(), Issued, out _), Is.EqualTo(TokenVerdict.UnknownKey));
            Assert.That(later.Check(Create(), Issued, out _), Is.EqualTo(TokenVerdict.UnknownKey));
            AssertRefused(others.Create(Mailbox, Issued, TimeSpan.FromDays(1)), TokenVerdict.UnknownKey, "the other way round");
        });
    }

    [Test]
    public void In_the_window_of_a_rotation_tokens_are_made_with_the_new_version_and_those_of_the_old_one_stay_good()
    {
        using LocalKeyRing both = Rings.OpenWindow(), next = Rings.Open(Rings.OtherSecret, version: 2);
        using UnsubscribeTokens window = new(both), after = new(next);
        string mailbox = Rfc.MailboxKey(Rings.OtherSecret, 2, "ann@example.com"), made = window.Create(mailbox, Issued, Expires - Issued);
        Assert.Multiple(() =>
        {
            Assert.That(window.Check(Create(), Issued, out UnsubscribeToken? old), Is.EqualTo(TokenVerdict.Valid));
            Assert.That(old, Is.EqualTo(new UnsubscribeToken(Mailbox, ring.CurrentMac().KeyId, 1, Issued, Expires)));
            Assert.That(after.Check(made, Issued, out UnsubscribeToken? token), Is.EqualTo(TokenVerdict.Valid));
            Assert.That(token, Is.EqualTo(new UnsubscribeToken(mailbox, next.CurrentMac().KeyId, 2, Issued, Expires)));
            Assert.That(Check(made, Issued, out _), Is.EqualTo(TokenVerdict.UnknownKey));
            Assert.That(() => window.Create(Mailbox, Issued, Expires - Issued), Throws.ArgumentException);
        });
    }

    /// <summary>A key for one purpose signs nothing for another, and what is signed says that it is a token.</summary>
    [TestCase("join", "pipeline/token\0")]
    [TestCase("mailbox", "pipeline/token\0")]
    [TestCase("email", "pipeline/token\0")]
    [TestCase("key-id", "pipeline/token\0")]
    [TestCase("unsubscribe", "")]
    [TestCase("unsubscribe", "mbox\0")]
    public void Signature_of_another_purpose_is_forged(string purpose, string label) =>
        AssertRefused(Rfc.Base64Url(Signed(Content(), purpose, label)), TokenVerdict.Forged, purpose);

    [TestCase(-100_000_000_000_000, TokenVerdict.Valid)]
    [TestCase(-TimeSpan.TicksPerSecond, TokenVerdict.Valid)]
    [TestCase(-1, TokenVerdict.Valid)]
    [TestCase(0, TokenVerdict.Expired)]
    [TestCase(1, TokenVerdict.Expired)]
    [TestCase(100_000_000_000_000, TokenVerdict.Expired)]
    public void Token_expires_at_its_time_and_stays_readable(long ticksAfter, TokenVerdict expected)
    {
        Assert.That(Check(Create(), Expires.AddTicks(ticksAfter), out UnsubscribeToken? token), Is.EqualTo(expected));
        Assert.That(token?.MailboxKey, Is.EqualTo(Mailbox));
    }

    [Test]
    public void Forged_token_is_forged_and_not_expired()
    {
        byte[] token = Signed(Content());
        token[^1] ^= 1;
        Assert.That(Check(Rfc.Base64Url(token), Expires.AddDays(1), out UnsubscribeToken? content), Is.EqualTo(TokenVerdict.Forged));
        Assert.That(content, Is.Null);
    }

    [TestCase("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:59Z")]
    [TestCase("2026-01-10T12:00:00.999999Z", "2026-01-10T12:00:00Z", "2026-01-10T12:01:00Z")]
    [TestCase("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:01:00Z")]
    [TestCase("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z")]
    public void Times_are_whole_seconds_of_any_year(string issued, string from, string to)
    {
        string text = tokens.Create(Mailbox, Time(issued), TimeSpan.FromMinutes(1));
        Check(text, Time("2000-01-01T00:00:00Z"), out UnsubscribeToken? token);
        Assert.That(token?.Issued, Is.EqualTo(Time(from)));
        Assert.That(token?.Expires, Is.EqualTo(Time(to)));

        static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
    }

    [TestCase("")]
    [TestCase("v1.")]
    [TestCase("v2.dFfSH901UQNmugmUZhWCAPZRuv6XV3rULTPSWWtq0Hc")]
    [TestCase("v1.dFfSH901UQNmugmUZhWCAPZRuv6XV3rULTPSWWtq0A")]
    [TestCase("ann@example.com")]
    public void Token_can_be_made_of_a_mailbox_key_only(string mailbox)
    {
        ArgumentException? e = Assert.Throws<ArgumentException>(() => tokens.Create(mailbox, Issued, TimeSpan.FromDays(1)));
        Assert.That(e.Message, Does.Not.Contain("example.com"));
    }

    [TestCase("tr-TR")]
    [TestCase("th-TH")]
    [TestCase("ar-SA")]
    [TestCase("fa-IR")]
    public void Culture_makes_no_difference(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(culture);
            Assert.That(Create(), Is.EqualTo(Vector));
            Assert.That(Check(Vector, Issued, out UnsubscribeToken? token), Is.EqualTo(TokenVerdict.Valid));
            Assert.That(token?.MailboxKey, Is.EqualTo(Mailbox));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private string Create() => tokens.Create(Mailbox, Issued, Expires - Issued);

    private TokenVerdict Check(string text, DateTimeOffset now, out UnsubscribeToken? token) => tokens.Check(text, now, out token);

    private void AssertRefused(string text, TokenVerdict expected, string what)
    {
        Assert.That(Check(text, Issued, out UnsubscribeToken? token), Is.EqualTo(expected), what);
        Assert.That(token, Is.Null, what);
    }

    /// <summary>The first 58 bytes, by the table of the README.</summary>
    private static byte[] Content()
    {
        var content = new byte[58];
        content[0] = content[1] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(2), 1);
        Rfc.Hkdf(Rings.Secret, [], "pipeline/key-id/v1"u8.ToArray(), 32)[..8].CopyTo(content, 6);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(14), Issued.ToUnixTimeSeconds());
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(22), 67 * 86400);
        Rfc.Hmac(Rfc.Hkdf(Rings.Secret, [], "pipeline/mailbox/v1"u8.ToArray(), 32), "mbox\0ann@example.com"u8.ToArray()).CopyTo(content, 26);
        return content;
    }

    private static byte[] Signed(byte[] content, string purpose = "unsubscribe", string label = "pipeline/token\0")
    {
        byte[] key = Rfc.Hkdf(Rings.Secret, [], Encoding.UTF8.GetBytes($"pipeline/{purpose}/v1"), 32);
        return [.. content, .. Rfc.Hmac(key, [.. Encoding.UTF8.GetBytes(label), .. content])];
    }
}
