using System.Globalization;
using System.Text;

namespace Pipeline.Addresses.Tests;

/// <summary>International domains: own cases for each rule, and the platform's ICU as a second opinion where there is one.</summary>
public class DomainNameTests
{
    private const int Rounds = 30_000;

    private static bool HasIcu => "e\u0301".Normalize() == "\u00E9";

    [Test]
    public void Table_is_of_one_version_of_Unicode() => Assert.That(IdnaTable.UnicodeVersion, Is.EqualTo("15.1.0"));

    /// <summary>RFC 5892, appendix A.</summary>
    [TestCase("l\u00B7l.example", true, Description = "middle dot between two l")]
    [TestCase("a\u00B7l.example", false)]
    [TestCase("l\u00B7.example", false)]
    [TestCase("\u0375\u03B1.example", true, Description = "keraia before Greek")]
    [TestCase("\u0375a.example", false)]
    [TestCase("\u05D0\u05F3\u05D1.\u05D0", true, Description = "geresh after Hebrew")]
    [TestCase("\u05F3\u05D1.\u05D0", false)]
    [TestCase("\u30FB\u30A2.example", true, Description = "katakana middle dot beside Japanese")]
    [TestCase("\u30FB\U0001B001.example", true, Description = "of which there is more beyond the first plane")]
    [TestCase("\u30FBa.example", false)]
    [TestCase("\u0628\u0661.\u0628", true, Description = "one kind of Arabic digits")]
    [TestCase("\u0628\u0661\u06F1.\u0628", false)]
    public void Rules_of_context_hold(string domain, bool isAllowed) => Assert.That(Read(domain) is not null, Is.EqualTo(isAllowed));

    /// <summary>RFC 5893, section 2, one condition each.</summary>
    [TestCase("\u05D0.example", true)]
    [TestCase("\u05D01.example", true)]
    [TestCase("\u05D0\u05B8.example", true, Description = "3: a mark may follow the end")]
    [TestCase("1.\u05D0", false, Description = "1: begins with a digit")]
    [TestCase("1\u05D0.example", false, Description = "1")]
    [TestCase("\u05D0a.example", false, Description = "2: a letter from left to right within")]
    [TestCase("\u0628\u06611.example", false, Description = "4: both kinds of digits")]
    [TestCase("a\u05D0.example", false, Description = "5: a letter from right to left within")]
    [TestCase("1and1.example", true, Description = "no domain from right to left")]
    public void Rules_of_direction_hold(string domain, bool isAllowed) => Assert.That(Read(domain) is not null, Is.EqualTo(isAllowed));

    /// <summary>Unicode Standard Annex 15: order of marks, marks that block, Hangul, and what is taken apart for good.</summary>
    [TestCase("e\u0301", "\u00E9")]
    [TestCase("\u00E9\u0323", "\u1EB9\u0301")]
    [TestCase("e\u0301\u0323", "\u1EB9\u0301")]
    [TestCase("a\u0308\u0304", "\u01DF")]
    [TestCase("a\u0304\u0308", "\u0101\u0308")]
    [TestCase("\u1112\u1161\u11AB", "\uD55C")]
    [TestCase("\uD558\u11AB", "\uD55C")]
    [TestCase("\u0958", "\u0915\u093C")]
    [TestCase("\u0915\u093C", "\u0915\u093C")]
    [TestCase("\u0301e", "\u0301e")]
    public void Marks_are_composed(string text, string composed) => Assert.That(Compose(text), Is.EqualTo(composed));

    [Test]
    public void Composition_is_that_of_ICU()
    {
        Assume.That(HasIcu, "This process runs without ICU.");
        int[] codes = Codes(IdnaTable.Allowed), marks = Codes(IdnaTable.Marks);
        var random = new Random(20261120);
        int compared = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => char.ConvertFromUtf32(random.Next(4) switch
            {
                0 => random.Next(0x300, 0x330),
                1 => marks[random.Next(marks.Length)],
                2 => NormalForm.ToLower(random.Next(0xC0, 0x250)),
                _ => codes[random.Next(codes.Length)],
            })));
            // The platform may know other code points than the table, and replaces single ones. Capitals are not in the table.
            if (!text.EnumerateRunes().All(IsInBoth))
                continue;
            compared++;
            if (Compose(text) != text.Normalize())
                Assert.Fail($"{Show(text)}: {Show(Compose(text))}, by ICU {Show(text.Normalize())}");
        }
        Assert.That(compared, Is.GreaterThan(Rounds / 3));

        static bool IsInBoth(Rune rune) =>
            Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.OtherNotAssigned or UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter)
            && Compose(rune.ToString()) == rune.ToString().Normalize();
    }

    [Test]
    public void Labels_are_those_of_ICU()
    {
        Assume.That(HasIcu, "This process runs without ICU.");
        int[] codes = Codes(IdnaTable.Allowed);
        var mapping = new IdnMapping();
        var random = new Random(20261120);
        int compared = 0;
        for (int round = 0; round < Rounds; round++)
        {
            int block = codes[random.Next(codes.Length)];
            string label = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
            {
                int at = Array.BinarySearch(codes, block) + random.Next(20);
                string text = char.ConvertFromUtf32(codes[Math.Min(at, codes.Length - 1)]);
                return random.Next(4) == 0 ? "abc-0"[random.Next(5)].ToString() : random.Next(4) == 0 ? text.ToUpperInvariant() : text;
            }));
            string? own = Read($"{label}.example");
            // ICU maps sharp s and final sigma to other letters, as IDNA of 2003 did; .NET does not ask it about ASCII; and it may know
            // fewer code points.
            if (own is null || Ascii.IsValid(label) || label.Any(c => c is '\u00DF' or '\u03C2' or '\u1E9E')
                || label.EnumerateRunes().Any(rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNotAssigned))
            {
                continue;
            }
            string icu;
            try
            {
                icu = mapping.GetAscii($"{label}.example");
            }
            catch (ArgumentException)
            {
                continue;
            }
            compared++;
            if (own != icu)
                Assert.Fail($"{Show(label)}: {own}, by ICU {icu}");
        }
        Assert.That(compared, Is.GreaterThan(Rounds / 3));
    }

    private static string? Read(string domain)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        string? fault = DomainName.Read(Encoding.UTF8.GetBytes(domain), buffer, out int length, out _);
        return fault is null ? Encoding.ASCII.GetString(buffer[..length]) : null;
    }

    private static string Compose(string text)
    {
        Span<int> codes = stackalloc int[Label.MaxCodePoints];
        int count = 0;
        foreach (Rune rune in text.EnumerateRunes())
            codes[count++] = rune.Value;
        return string.Concat(codes[..NormalForm.Compose(codes, count)].ToArray().Select(char.ConvertFromUtf32));
    }

    private static int[] Codes(ReadOnlySpan<int> table)
    {
        var codes = new List<int>();
        for (int i = 0; i < table.Length; i += 2)
            codes.AddRange(Enumerable.Range(table[i], table[i + 1] - table[i] + 1));
        return [.. codes];
    }

    private static string Show(string text) => string.Join(' ', text.EnumerateRunes().Select(rune => $"{rune.Value:X4}"));
}
