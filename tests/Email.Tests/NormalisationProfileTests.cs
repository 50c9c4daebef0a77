using System.Text;

namespace Pipeline.Email.Tests;

public class MailboxTests
{
    [TestCase("ann@gmail.com", "ann@gmail.com")]
    [TestCase("a.n.n@gmail.com", "ann@gmail.com")]
    [TestCase("ann+shop@gmail.com", "ann@gmail.com")]
    [TestCase("a.n+n.x+y@gmail.com", "an@gmail.com")]
    [TestCase("A.Nn@GoogleMail.com", "ann@gmail.com")]
    [TestCase("ann-b_c@googlemail.com", "ann-b_c@gmail.com")]
    [TestCase("a.n.n@example.com", "a.n.n@example.com")]
    [TestCase("ann+shop@example.com", "ann+shop@example.com")]
    [TestCase("a.nn@mail.gmail.com", "a.nn@mail.gmail.com")]
    [TestCase("a.nn@notgmail.com", "a.nn@notgmail.com")]
    [TestCase("a.nn@gmail.com.example.org", "a.nn@gmail.com.example.org")]
    [TestCase("a.nn@gmail.co", "a.nn@gmail.co")]
    public void Spellings_of_one_mailbox_become_one(string written, string canonical)
    {
        Span<byte> parsed = stackalloc byte[EmailAddress.MaxLength], buffer = stackalloc byte[EmailAddress.MaxLength];
        EmailAddress.TryParse(Encoding.UTF8.GetBytes(written), parsed, out EmailAddress address);
        Assert.That(Encoding.UTF8.GetString(Mailbox.Canonical(address, buffer)), Is.EqualTo(canonical));
    }

    /// <summary>Nothing but a tag stands before the @: there is no mailbox to be found behind it, so the address stays as it is.</summary>
    [TestCase("+shop@gmail.com")]
    [TestCase("+@googlemail.com")]
    public void Address_that_is_all_tag_stays_as_it_is(string written)
    {
        Span<byte> parsed = stackalloc byte[EmailAddress.MaxLength], buffer = stackalloc byte[EmailAddress.MaxLength];
        EmailAddress.TryParse(Encoding.UTF8.GetBytes(written), parsed, out EmailAddress address);
        Assert.That(Encoding.UTF8.GetString(Mailbox.Canonical(address, buffer)), Is.EqualTo(written));
    }
}
