namespace Pipeline.Cli.Tests.Generate;

[TestFixture]
internal sealed class CustomersTests
{
    private static readonly Shop Many = Shop.Make(Shop.Options(users: 40_000, items: 10, interactions: 10));

    [Test]
    public void Addresses_are_only_under_example_com_and_example_org() =>
        Assert.That(
            Many.Customers.Values.Select(customer => customer.Email).Where(email => email.Length > 0),
            Is.All.Match(@"(^|[@.a-z0-9])example\.(com|org)$"));

    [Test]
    public void Addresses_have_a_domain_of_theirs_where_they_are_addresses() =>
        Assert.That(
            Many.Customers.Values.Select(customer => customer.Email).Where(email => email.Contains('@')),
            Is.All.Match(@"@([a-z]+\.)?example\.(com|org)$"));

    [Test]
    public void Addresses_have_the_dirt_of_a_real_list()
    {
        string[] emails = [.. Many.Customers.Values.Select(customer => customer.Email)];
        Assert.That(emails.Count(email => email.Length == 0), Is.InRange(60, 140));
        Assert.That(emails.Count(email => email.Length > 0 && !email.Contains('@')), Is.InRange(60, 140));
        Assert.That(emails.Count(email => email.Contains("..")), Is.InRange(60, 140));
        Assert.That(emails.Count(email => email.Contains(' ')), Is.InRange(60, 140));
        Assert.That(emails.Count(email => email.Contains('+')), Is.InRange(1_200, 2_000));
        Assert.That(emails.Count(email => email.Any(char.IsUpper)), Is.InRange(2_000, 4_000));
    }

    [Test]
    public void Mailboxes_are_shared_only_by_the_few_registered_twice()
    {
        string[] mailboxes = [.. Many.Customers.Values.Select(c => c.Email).Where(Valid).Select(Canonical)];
        int shared = mailboxes.CountBy(mailbox => mailbox).Count(pair => pair.Value > 1);
        Assert.That(shared, Is.InRange(130, 260));
        // Every second pair differs in case alone, the others in a dot.
        string[] lower = [.. Many.Customers.Values.Select(c => c.Email).Where(Valid).Select(email => email.ToLowerInvariant())];
        Assert.That(lower.CountBy(mailbox => mailbox).Count(pair => pair.Value > 1), Is.InRange(50, shared - 50));

        static bool Valid(string email) => email.Contains('@') && !email.Contains(' ') && !email.Contains("..");

        static string Canonical(string email)
        {
            string[] parts = email.ToLowerInvariant().Split('@');
            return parts[0].Split('+')[0].Replace(".", "") + "@" + parts[1];
        }
    }

    [Test]
    public void Consent_is_missing_for_about_8_percent_and_dated_where_it_was_decided()
    {
        Assert.That(Many.Customers.Values.Count(c => !c.Consent) / 40_000.0, Is.EqualTo(0.08).Within(0.01));
        Assert.That(Many.Customers.Values.Where(c => c.Consent).Select(c => c.ConsentDate), Has.None.Null);
        Assert.That(Many.Customers.Values.Count(c => c.ConsentDate is null), Is.InRange(1_300, 1_900));
        Assert.That(
            Many.Customers.Values.Select(c => c.ConsentDate).OfType<DateOnly>(),
            Is.All.InRange(new DateOnly(2022, 1, 1), new DateOnly(2025, 12, 31)));
    }

    [Test]
    public void Customers_include_users_without_interactions()
    {
        Assert.That(Many.Customers, Has.Count.EqualTo(40_000));
        Assert.That(Many.Customers.Keys, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
    }
}
