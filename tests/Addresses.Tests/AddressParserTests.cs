using System.Text;
using Pipeline.Testing;

namespace Pipeline.Addresses.Tests;

public class AddressParserTests
{
    private static readonly string Local64 = new('a', 64);
    private static readonly string Label63 = new('b', 63);

    private static readonly string[] Rules =
    [
        .. typeof(AddressRule).GetFields().Select(rule => (string)rule.GetRawConstantValue()!),
    ];

    private static IEnumerable<TestCaseData> ValidAddresses =>
    [
        Usable("ann@example.com", "ann@example.com"),
        Usable("  ann@example.com\t", "ann@example.com"),
        Usable("\r\nann@example.com\r\n", "ann@example.com"),
        Usable("\u00A0\u2003ann@example.com\u3000\u2028", "ann@example.com"),
        Usable("ANN.Smith@EXAMPLE.Com", "ann.smith@example.com"),
        Usable("INFO@EXAMPLE.COM", "info@example.com"),
        Usable("ann+tag@example.com", "ann+tag@example.com"),
        Usable("a@b.co", "a@b.co"),
        Usable("1@2.example", "1@2.example"),
        Usable("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
        Usable("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        Usable("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
        Usable("ann@a-b.example.com", "ann@a-b.example.com"),
        Usable("ann@ab--cd.example.com", "ann@ab--cd.example.com"),
        Usable("ann@example.c0m", "ann@example.c0m"),
        Usable($"{Local64}@example.com", $"{Local64}@example.com"),
        Usable($"ann@{Label63}.com", $"ann@{Label63}.com"),
        Usable(OfLength(254), OfLength(254)),
        Usable("Ann@B\u00DCCHER.example", "ann@xn--bcher-kva.example"),
        Usable("ann@bu\u0308cher.example", "ann@xn--bcher-kva.example"),
        Usable("ann@BU\u0308CHER.example", "ann@xn--bcher-kva.example"),
        Usable("ann@stra\u00DFe.example", "ann@xn--strae-oqa.example"),
        Usable("ann@STRA\u1E9EE.example", "ann@xn--strae-oqa.example"),
        Usable("ann@fa\u00DF.de", "ann@xn--fa-hia.de"),
        Usable("ann@\u03B2\u03CC\u03BB\u03BF\u03C2.com", "ann@xn--nxasmm1c.com"),
        Usable("ann@\u0392\u038C\u039B\u039F\u03A3.com", "ann@xn--nxasmq6b.com"),
        Usable("ann@\u043F\u043E\u0447\u0442\u0430.\u0440\u0444", "ann@xn--80a1acny.xn--p1ai"),
        Usable("ann@\u5B89\u5BA4.\u4E2D\u56FD", "ann@xn--49s6b.xn--fiqs8s"),
    ];

    private static IEnumerable<TestCaseData> NonConformingAddresses =>
    [
        Usable("john.@example.com", "john.@example.com", AddressRule.LocalDots),
        Usable(".john@example.com", ".john@example.com", AddressRule.LocalDots),
        Usable("John..Smith@example.com", "john..smith@example.com", AddressRule.LocalDots),
        Usable("ann@example.com.", "ann@example.com", AddressRule.DomainFinalDot),
        Usable("ann@b\u00FCcher.example.", "ann@xn--bcher-kva.example", AddressRule.DomainFinalDot),
        Usable("john.@example.com.", "john.@example.com", AddressRule.LocalDots),
        // A heart, which IDNA 2008 does not allow and some registries sell; the label that .NET makes of capitals without ICU; no punycode.
        Usable("ann@xn--i-7iq.example", "ann@xn--i-7iq.example", AddressRule.LabelNotIdna),
        Usable("ann@xn--bcher-2pa.example", "ann@xn--bcher-2pa.example", AddressRule.LabelNotIdna),
        Usable("ann@xn--99999999.example", "ann@xn--99999999.example", AddressRule.LabelNotIdna),
    ];

    private static IEnumerable<TestCaseData> InvalidAddresses =>
    [
        Refused("", AddressRule.Missing),
        Refused(" \t ", AddressRule.Missing),
        Refused("\u00A0\u3000", AddressRule.Missing),
        Refused("ann", AddressRule.NoAt),
        Refused("@", AddressRule.LocalMissing),
        Refused("@example.com", AddressRule.LocalMissing),
        Refused("..@example.com", AddressRule.LocalMissing),
        Refused("ann@", AddressRule.DomainMissing),
        Refused("a@b", AddressRule.DomainWithoutDot),
        Refused("a@b.", AddressRule.DomainWithoutDot),
        Refused("ann@localhost", AddressRule.DomainWithoutDot),
        Refused("a b@example.com", AddressRule.LocalCharacter),
        Refused("ann@exam ple.com", AddressRule.DomainCharacter),
        Refused("ann@@example.com", AddressRule.SeveralAts),
        Refused("ann@bob@example.com", AddressRule.SeveralAts),
        Refused("ann@.", AddressRule.LabelMissing),
        Refused("ann@example.com..", AddressRule.LabelMissing),
        Refused("ann@.example.com", AddressRule.LabelMissing),
        Refused("ann@example..com", AddressRule.LabelMissing),
        Refused("ann@-example.com", AddressRule.LabelHyphen),
        Refused("ann@example-.com", AddressRule.LabelHyphen),
        Refused("ann@xn--.com", AddressRule.LabelHyphen),
        Refused("ann@exa_mple.com", AddressRule.DomainCharacter),
        Refused("ann@192.0.2.1", AddressRule.DomainOfNumbers),
        Refused("ann@[192.0.2.1]", AddressRule.DomainLiteral),
        Refused("ann@[IPv6:2001:db8::1]", AddressRule.DomainLiteral),
        Refused("ann@example.123", AddressRule.DomainOfNumbers),
        Refused("\"ann smith\"@example.com", AddressRule.LocalQuoted),
        Refused("\"ann\"@example.com", AddressRule.LocalQuoted),
        Refused("\"ann@home\"@example.com", AddressRule.LocalQuoted),
        Refused("Ann <ann@example.com>", AddressRule.LocalCharacter),
        Refused("<ann@example.com>", AddressRule.LocalCharacter),
        Refused("ann(comment)@example.com", AddressRule.LocalCharacter),
        Refused("ann@(comment)example.com", AddressRule.DomainCharacter),
        Refused("mailto:ann@example.com", AddressRule.LocalCharacter),
        Refused("ann@example.com,bob@example.com", AddressRule.SeveralAts),
        Refused("ann@example.com;bob@example.com", AddressRule.SeveralAts),
        Refused("ann@example.com;bob", AddressRule.DomainCharacter),
        Refused("ann@example.com\r\nBcc: bob@example.com", AddressRule.SeveralAts),
        Refused("ann@example.com\r\nX: y", AddressRule.DomainCharacter),
        Refused("an\0n@example.com", AddressRule.LocalCharacter),
        Refused("ann@example.com\0", AddressRule.DomainCharacter),
        Refused("an\u0001n@example.com", AddressRule.LocalCharacter),
        Refused("an\u007Fn@example.com", AddressRule.LocalCharacter),
        Refused("ann@exam\tple.com", AddressRule.DomainCharacter),
        Refused("ann\uFF20example.com", AddressRule.NoAt),
        Refused("an\u200Bn@example.com", AddressRule.LocalNotAscii),
        Refused("an\u200Dn@example.com", AddressRule.LocalNotAscii),
        Refused("\uFEFFann@example.com", AddressRule.LocalNotAscii),
        Refused("\u200Fann@example.com", AddressRule.LocalNotAscii),
        Refused("\u0130nfo@example.com", AddressRule.LocalNotAscii),
        Refused("pes\u019Fe@example.com", AddressRule.LocalNotAscii),
        Refused("\U0001F600@example.com", AddressRule.LocalNotAscii),
        Refused("ann@example.com\uFEFF", AddressRule.DomainNotIdna),
        Refused("ann@exam\u200Bple.com", AddressRule.DomainNotIdna),
        Refused("ann@exam\u200Dple.com", AddressRule.DomainNotIdna),
        Refused("ann@exam\u00ADple.com", AddressRule.DomainNotIdna),
        Refused("ann@\uFB01.com", AddressRule.DomainNotIdna),
        Refused("ann@\u212Alein.com", AddressRule.DomainNotIdna),
        Refused("ann@\u0130.com", AddressRule.DomainNotIdna),
        Refused("ann@\uFF45xample.com", AddressRule.DomainNotIdna),
        Refused("ann@example\u3002com", AddressRule.DomainNotIdna),
        Refused("ann@\U0001F600.com", AddressRule.DomainNotIdna),
        Refused("ann@\u0301a.com", AddressRule.DomainNotIdna),
        Refused("ann@xn--b\u00FCcher.example", AddressRule.DomainNotIdna),
        Refused("ann@-b\u00FCcher.example", AddressRule.DomainNotIdna),
        Refused("ann@b\u00FCcher.xn--99999999", AddressRule.DomainNotIdna),
        Refused(new string('a', 65) + "@example.com", AddressRule.LocalTooLong),
        Refused($"ann@{Label63}b.com", AddressRule.LabelTooLong),
        Refused($"ann@{new string('\u00FC', 60)}.com", AddressRule.LabelTooLong),
        Refused($"ann@{new string('\u00FC', 1000)}.com", AddressRule.LabelTooLong),
        Refused(OfLength(255), AddressRule.TooLong),
        Refused($"{Local64}@{Label63}.{Label63}.{new string('c', 58)}.b\u00FCcher.com", AddressRule.TooLong),
        Refused(new string('a', 100_000), AddressRule.TooLong),
    ];

    private static IEnumerable<TestCaseData> AllAddresses => [.. ValidAddresses, .. NonConformingAddresses];

    [TestCaseSource(nameof(AllAddresses))]
    public void Usable_address_has_a_normal_form(byte[] written, string normalised, string? rule)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        AddressVerdict verdict = AddressParser.Parse(written, buffer, out EmailAddress address, out string? broken);
        Assert.That(broken, Is.EqualTo(rule));
        Assert.That(verdict, Is.EqualTo(rule is null ? AddressVerdict.Valid : AddressVerdict.NonConforming));
        Assert.That(Encoding.UTF8.GetString(address.Normalised), Is.EqualTo(normalised));
        Assert.That(Encoding.UTF8.GetString(address.Local) + "@" + Encoding.UTF8.GetString(address.Domain), Is.EqualTo(normalised));
    }

    [TestCaseSource(nameof(AllAddresses))]
    public void Normal_form_is_its_own_normal_form(byte[] written, string normalised, string? rule)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        AddressParser.Parse(written, buffer, out EmailAddress first, out _);
        byte[] once = first.Normalised.ToArray();
        AddressVerdict verdict = AddressParser.Parse(once, buffer, out EmailAddress second, out _);
        Assert.That(second.Normalised.ToArray(), Is.EqualTo(once).And.EqualTo(Encoding.UTF8.GetBytes(normalised)));
        // Of the rules only the final dot is mended.
        Assert.That(verdict, Is.EqualTo(rule is null or AddressRule.DomainFinalDot ? AddressVerdict.Valid : AddressVerdict.NonConforming));
    }

    [TestCaseSource(nameof(InvalidAddresses))]
    public void Invalid_address_breaks_a_named_rule(byte[] written, string rule)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        Assert.That(AddressParser.Parse(written, buffer, out EmailAddress address, out string? broken), Is.EqualTo(AddressVerdict.Invalid));
        Assert.That(broken, Is.EqualTo(rule));
        Assert.That(address.Normalised.IsEmpty);
    }

    [TestCase(new byte[] { 0x61, 0xFF, 0x40, 0x62, 0x2E, 0x63 })]
    [TestCase(new byte[] { 0x61, 0xED, 0xA0, 0x80, 0x40, 0x62, 0x2E, 0x63 })]
    [TestCase(new byte[] { 0x61, 0x40, 0x62, 0xC3, 0x2E, 0x63 })]
    [TestCase(new byte[] { 0xC2 })]
    public void Bytes_that_are_no_text_are_refused(byte[] written)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        AddressParser.Parse(written, buffer, out _, out string? rule);
        Assert.That(rule, Is.EqualTo(AddressRule.NotUtf8));
    }

    /// <summary>Every rule has an example above, and there is none besides.</summary>
    [Test]
    public void Rules_are_a_closed_list()
    {
        IEnumerable<string> shown = InvalidAddresses.Select(test => (string)test.Arguments[1]!)
            .Concat(NonConformingAddresses.Select(test => (string)test.Arguments[2]!)).Append(AddressRule.NotUtf8);
        Assert.That(shown.Distinct(), Is.EquivalentTo(Rules));
        Assert.That(Rules, Is.Unique.And.All.Match("^[a-z0-9_]+$"));
    }

    /// <summary>Bytes, addresses with bytes changed, and addresses of odd pieces: no exception, a verdict, and a normal form that stays.</summary>
    [Test]
    public void Anything_gets_a_verdict()
    {
        byte[][] seeds = [.. AllAddresses.Concat(InvalidAddresses).Select(test => (byte[])test.Arguments[0]!).Where(seed => seed.Length is > 0 and < 300)];
        string[] pieces =
        [
            "a", "Z", "9", ".", "-", "@", "xn--", "\u00FC", "\u0308", "\u0301", "\u0323", "\u1100", "\u1161", "\u11A8", "\u05D0", "\u0661", "\u06F1", "\u00B7",
            "l", "\u30FB", "\u30A1", "\u200D", "\u0958", "\u0344", "\u1E9E", "\U0001F600", "\U00011131", "\U00011127", "\uFFFF", " ", "\u00A0", "\"", "com",
        ];
        var random = new Random(20261120);
        var verdicts = new int[3];
        byte[] buffer = new byte[EmailAddress.MaxLength], again = new byte[EmailAddress.MaxLength];
        for (int round = 0, rounds = Rounds.Of(300_000, all: 10_000_000); round < rounds; round++)
        {
            byte[] written = (round % 3) switch
            {
                0 => Bytes(random),
                1 => Changed(seeds[random.Next(seeds.Length)], random),
                _ => Encoding.UTF8.GetBytes($"{Text(random, 1, 3)}@{Text(random, 1, 12)}.com"),
            };
            string shown = Convert.ToHexString(written);
            AddressVerdict verdict = AddressParser.Parse(written, buffer, out EmailAddress address, out string? rule);
            verdicts[(int)verdict]++;
            if (verdict == AddressVerdict.Valid ? rule is not null : !Rules.Contains(rule))
                Assert.Fail($"{shown}: {verdict} by {rule}");
            if (verdict == AddressVerdict.Invalid)
                continue;
            if (AddressParser.Parse(address.Normalised, again, out EmailAddress second, out string? secondRule) == AddressVerdict.Invalid
                || !second.Normalised.SequenceEqual(address.Normalised))
            {
                Assert.Fail($"{shown}: the normal form is {secondRule ?? "another"} when read again");
            }
            if (address.Normalised.ContainsAnyExceptInRange((byte)'!', (byte)'~') || address.Normalised.ContainsAnyInRange((byte)'A', (byte)'Z'))
                Assert.Fail($"{shown}: the normal form is not ASCII in lower case");
        }
        // Otherwise the loop above tests less than it seems.
        Assert.That(verdicts, Is.All.GreaterThan(2000));

        string Text(Random random, int least, int most) => string.Concat(random.GetItems(pieces, random.Next(least, most)));
    }

    [SetCulture("tr-TR")]
    [TestCase("INFO@\u0130.example", null)]
    [TestCase("INFO@I\u00DC.EXAMPLE", "info@xn--i-eha.example")]
    public void Culture_makes_no_difference(string written, string? normalised)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        AddressParser.Parse(Encoding.UTF8.GetBytes(written), buffer, out EmailAddress address, out _);
        Assert.That(Encoding.UTF8.GetString(address.Normalised), Is.EqualTo(normalised ?? ""));
    }

    [Test]
    public void Address_shows_itself_to_nobody()
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        AddressParser.Parse("ann@example.com"u8, buffer, out EmailAddress address, out _);
        Assert.That(address.ToString(), Is.EqualTo("(address)"));
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(60)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Changed(byte[] seed, Random random)
    {
        var changed = (byte[])seed.Clone();
        for (int n = random.Next(3); n > 0; n--)
            changed[random.Next(changed.Length)] = (byte)random.Next(random.Next(2) == 0 ? 128 : 256);
        return changed;
    }

    /// <summary>A local part of 64, then labels of at most 63, the last one of letters.</summary>
    private static string OfLength(int length)
    {
        string start = $"{Local64}@{Label63}.{Label63}.";
        return start + new string('c', length - start.Length);
    }

    private static TestCaseData Usable(string written, string normalised, string? rule = null) =>
        new TestCaseData(Encoding.UTF8.GetBytes(written), normalised, rule).SetArgDisplayNames(Show(written), rule ?? "valid");

    private static TestCaseData Refused(string written, string rule) =>
        new TestCaseData(Encoding.UTF8.GetBytes(written), rule).SetArgDisplayNames(Show(written), rule);

    private static string Show(string text) =>
        text.Length > 80 ? $"{text.Length} characters, {text.IndexOf('@', StringComparison.Ordinal)} before the @"
        : string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"[{(int)c:X4}]"));
}
