using System.Text;
using System.Xml.Linq;

namespace Pipeline.Addresses.Tests;

/// <summary>
/// The 164 addresses of dominicsayers/isemail, version 3.05 (see the folder Files), with our verdict for each of its
/// categories and what departs from it.
/// </summary>
public class IsEmailTests
{
    private const string Valid = nameof(AddressVerdict.Valid), Invalid = nameof(AddressVerdict.Invalid);

    /// <summary>Dots in wrong places can be reached all the same; at a top-level domain nobody is.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        [".test@iana.org"] = nameof(AddressVerdict.NonConforming),
        ["test.@iana.org"] = nameof(AddressVerdict.NonConforming),
        ["test@iana.org."] = nameof(AddressVerdict.NonConforming),
        ["test@io"] = Invalid,
    };

    [TestCase("ISEMAIL_VALID_CATEGORY", 14, Valid)]
    [TestCase("ISEMAIL_DNSWARN", 8, Valid, Description = "right but for the name system, which is not asked")]
    [TestCase("ISEMAIL_RFC5321", 16, Invalid, Description = "quoted local parts, literals, numbers for a domain")]
    [TestCase("ISEMAIL_CFWS", 10, Invalid, Description = "comments")]
    [TestCase("ISEMAIL_DEPREC", 20, Invalid)]
    [TestCase("ISEMAIL_RFC5322", 30, Invalid)]
    [TestCase("ISEMAIL_ERR", 66, Invalid)]
    public void Category_has_a_verdict(string category, int count, string verdict)
    {
        string[] addresses =
        [
            .. XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Files", "isemail.xml")).Root!.Elements("test")
                .Where(test => test.Element("category")!.Value == category)
                .Select(test => WithControls(test.Element("address")!.Value)),
        ];
        Assert.That(addresses, Has.Length.EqualTo(count));
        Assert.Multiple(() =>
        {
            foreach (string written in addresses)
            {
                // White space around an address is cut off, whatever its category is for that.
                bool isTrimmed = written != "test@iana.org" && written.Trim(' ', '\r', '\n') == "test@iana.org";
                string expected = isTrimmed ? Valid : Exceptions.GetValueOrDefault(written, verdict);
                AddressVerdict actual = AddressParser.Parse(Encoding.UTF8.GetBytes(written), new byte[EmailAddress.MaxLength], out _, out _);
                Assert.That(actual.ToString(), Is.EqualTo(expected), written);
            }
        });
    }

    /// <summary>The file has the pictures of control characters for them.</summary>
    private static string WithControls(string text) => string.Concat(text.Select(c => c is >= '\u2400' and < '\u2420' ? (char)(c - '\u2400') : c));
}
