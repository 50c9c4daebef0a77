using System.Text;

namespace Pipeline.Email.Tests;

public class EmailAddressTests
{
    private const string Invalid = "invalid_address", NonAscii = "non_ascii_address", Missing = "missing_address", TooLong = "address_too_long";

    private static readonly string Local64 = new('a', 64);
    private static readonly string Label63 = new('b', 63);

    private static IEnumerable<TestCaseData> ValidAddresses =>
    [
        Valid("ann@example.com", "ann@example.com"),
        Valid("  ann@example.com\t", "ann@example.com"),
        Valid("\r\nann@example.com\r\n", "ann@example.com"),
        Valid("ANN.Smith@EXAMPLE.Com", "ann.smith@example.com"),
        Valid("INFO@EXAMPLE.COM", "info@example.com"),
        Valid("ann+tag@example.com", "ann+tag@example.com"),
        Valid("a@b.co", "a@b.co"),
        Valid("1@2.example", "1@2.example"),
        Valid("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
        Valid("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        Valid("ann@a-b.example.com", "ann@a-b.example.com"),
        Valid("ann@example.c0m", "ann@example.c0m"),
        Valid($"{Local64}@example.com", $"{Local64}@example.com"),
        Valid($"ann@{Label63}.com", $"ann@{Label63}.com"),
        Valid(OfLength(254), OfLength(254)),
    ];

    private static IEnumerable<TestCaseData> InvalidAddresses =>
    [
        Refused("", Missing),
        Refused(" \t ", Missing),
        Refused("ann", Invalid),
        Refused("@", Invalid),
        Refused("@example.com", Invalid),
        Refused("ann@", Invalid),
        Refused("a@b", Invalid),
        Refused("ann@localhost", Invalid),
        Refused("a..b@example.com", Invalid),
        Refused(".a@example.com", Invalid),
        Refused("a.@example.com", Invalid),
        Refused("a b@example.com", Invalid),
        Refused("ann@exam ple.com", Invalid),
        Refused("ann@@example.com", Invalid),
        Refused("ann@bob@example.com", Invalid),
        Refused("ann@example.com.", Invalid),
        Refused("ann@.example.com", Invalid),
        Refused("ann@example..com", Invalid),
        Refused("ann@-example.com", Invalid),
        Refused("ann@example-.com", Invalid),
        Refused("ann@exa_mple.com", Invalid),
        Refused("ann@192.0.2.1", Invalid),
        Refused("ann@[192.0.2.1]", Invalid),
        Refused("ann@[IPv6:2001:db8::1]", Invalid),
        Refused("ann@example.123", Invalid),
        Refused("\"ann smith\"@example.com", Invalid),
        Refused("\"ann\"@example.com", Invalid),
        Refused("Ann <ann@example.com>", Invalid),
        Refused("<ann@example.com>", Invalid),
        Refused("ann(comment)@example.com", Invalid),
        Refused("mailto:ann@example.com", Invalid),
        Refused("ann@example.com,bob@example.com", Invalid),
        Refused("ann@example.com;bob@example.com", Invalid),
        Refused("ann@example.com\r\nBcc: bob@example.com", Invalid),
        Refused("an\0n@example.com", Invalid),
        Refused("ann@example.com\0", Invalid),
        Refused("an\u0001n@example.com", Invalid),
        Refused("an\u007Fn@example.com", Invalid),
        Refused("ann@exam\tple.com", Invalid),
        Refused("ann\uFF20example.com", NonAscii),
        Refused("an\u200Bn@example.com", NonAscii),
        Refused("an\u200Dn@example.com", NonAscii),
        Refused("\uFEFFann@example.com", NonAscii),
        Refused("\u00A0ann@example.com", NonAscii),
        Refused("\u200Fann@example.com", NonAscii),
        Refused("ann@b\u00FCcher.example", NonAscii),
        Refused("\u0130nfo@example.com", NonAscii),
        Refused("ann@\uFB01.com", NonAscii),
        Refused("\U0001F600@example.com", NonAscii),
        Refused(new string('a', 65) + "@example.com", Invalid),
        Refused($"ann@{Label63}b.com", Invalid),
        Refused(OfLength(255), TooLong),
        Refused(new string('a', 100_000), TooLong),
    ];

    [TestCaseSource(nameof(ValidAddresses))]
    public void Valid_address_is_trimmed_and_lower_case(string written, string normalised)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        string? fault = EmailAddress.TryParse(Encoding.UTF8.GetBytes(written), buffer, out EmailAddress address);
        Assert.That(fault, Is.Null);
        Assert.That(Encoding.UTF8.GetString(address.Normalised), Is.EqualTo(normalised));
        Assert.That(Encoding.UTF8.GetString(address.Local) + "@" + Encoding.UTF8.GetString(address.Domain), Is.EqualTo(normalised));
    }

    [TestCaseSource(nameof(ValidAddresses))]
    public void Normal_form_is_its_own_normal_form(string written, string normalised)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        EmailAddress.TryParse(Encoding.UTF8.GetBytes(written), buffer, out EmailAddress first);
        byte[] once = first.Normalised.ToArray();
        Assert.That(EmailAddress.TryParse(once, buffer, out EmailAddress second), Is.Null);
        Assert.That(second.Normalised.ToArray(), Is.EqualTo(once).And.EqualTo(Encoding.UTF8.GetBytes(normalised)));
    }

    [TestCaseSource(nameof(InvalidAddresses))]
    public void Invalid_address_breaks_a_named_rule(byte[] written, string reason)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        Assert.That(EmailAddress.TryParse(written, buffer, out EmailAddress address), Is.EqualTo(reason));
        Assert.That(address.Normalised.IsEmpty);
    }

    [TestCase(new byte[] { 0x61, 0xFF, 0x40, 0x62, 0x2E, 0x63 })]
    [TestCase(new byte[] { 0x61, 0xED, 0xA0, 0x80, 0x40, 0x62, 0x2E, 0x63 })]
    [TestCase(new byte[] { 0x61, 0xC3, 0x40, 0x62, 0x2E, 0x63 })]
    public void Bytes_that_are_no_text_are_refused(byte[] written)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        Assert.That(EmailAddress.TryParse(written, buffer, out _), Is.EqualTo(NonAscii));
    }

    [Test]
    public void Address_shows_itself_to_nobody()
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        EmailAddress.TryParse("ann@example.com"u8, buffer, out EmailAddress address);
        Assert.That(address.ToString(), Is.EqualTo("(address)"));
    }

    /// <summary>A local part of 64, then labels of at most 63, the last one of letters.</summary>
    private static string OfLength(int length)
    {
        string start = $"{Local64}@{Label63}.{Label63}.";
        return start + new string('c', length - start.Length);
    }

    private static TestCaseData Valid(string written, string normalised) => new TestCaseData(written, normalised).SetArgDisplayNames(Show(written));

    private static TestCaseData Refused(string written, string reason) =>
        new TestCaseData(Encoding.UTF8.GetBytes(written), reason).SetArgDisplayNames(Show(written), reason);

    private static string Show(string text) =>
        text.Length > 80 ? $"{text.Length} characters, {text.IndexOf('@', StringComparison.Ordinal)} before the @"
        : string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"[{(int)c:X4}]"));
}
