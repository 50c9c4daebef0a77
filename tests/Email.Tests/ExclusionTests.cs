using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>All that can forbid a mail at once, against the rules written down a second time.</summary>
public class ExclusionTests
{
    private static readonly DateTime Reference = new(2026, 1, 10, 12, 0, 0, DateTimeKind.Utc);

    /// <summary>Addresses and their mailboxes; null for none.</summary>
    private static readonly (string Address, string? Mailbox)[] Addresses =
    [
        ("a.b@gmail.com", "ab@gmail.com"), ("AB+x@googlemail.com", "ab@gmail.com"), ("a.b@example.com", "a.b@example.com"),
        ("A.B@Example.com", "a.b@example.com"), ("ab@example.com", "ab@example.com"), ("cd@example.com", "cd@example.com"),
        ("ef@example.com", "ef@example.com"), ("gh@example.com", "gh@example.com"), ("no address", null),
    ];

    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing(TimeOf);

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    [Test]
    public void Each_customer_has_the_first_reason_that_applies_and_the_counters_add_up([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        string[] users = [.. Mailing.Customers, "zed", "out", ""];
        Line[] lines = [.. Enumerable.Range(0, 18).Select(_ => new Line(Pick(users), Pick(Addresses), random.Next(6) > 0, PickDate()))];
        (string Address, string? Mailbox, string Reason)[] list =
        [
            .. Enumerable.Range(0, random.Next(4)).Select(_ => Pick(Addresses[..^1]))
                .Select(a => (a.Address, a.Mailbox, Pick(["unsubscribed", "bounced", "complained"]))),
        ];
        (string User, int DaysAgo)[] sends = [.. Enumerable.Range(0, 8).Select(_ => (Pick(users[..^1]), random.Next(4)))];

        string run = mailing.Run(
            "user_id,email,consent,consent_date\n" + string.Concat(lines.Select(l => $"{l.User},{l.To.Address},{(l.IsYes ? "yes" : "no")},{Iso(l.Date)}\n")),
            "--suppressions", mailing.Folder.Write("list.csv", "address,reason\n" + string.Concat(list.Select(l => $"{l.Address},{l.Reason}\n"))),
            "--past-sends", mailing.Folder.Write("sends.csv", "user_id,sent_at\n" + string.Concat(sends.Select(s => $"{s.User},{Iso(Reference.AddDays(-s.DaysAgo))}\n"))),
            "--max-sends", "2", "--per-days", "2.5").Run;

        TableRow[] rows = [.. RunReader.Read(run, Recipients.DataSet)];
        Dictionary<string, string?> expected = Expect(lines, list.ToLookup(l => l.Mailbox!, l => l.Reason), sends);
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Email).Counters;
        Assert.Multiple(() =>
        {
            Assert.That(rows.ToDictionary(row => row.Text(Recipients.UserId)!, row => row.Text(Recipients.Reason)), Is.EqualTo(expected));
            Assert.That(rows.Select(row => row.Flag(Recipients.Send)), Is.EqualTo(rows.Select(row => row.Text(Recipients.Reason) is null)));
            Assert.That(counters["rows_in"], Is.EqualTo(rows.Length));
            Assert.That(counters["rows_kept"], Is.EqualTo(expected.Count(e => e.Value is null)));
            Assert.That(
                counters.Where(c => c.Key.StartsWith("dropped_", StringComparison.Ordinal)).ToDictionary(c => c.Key["dropped_".Length..], c => c.Value),
                Is.EqualTo(expected.Values.OfType<string>().CountBy(reason => reason).ToDictionary(c => c.Key, c => (long)c.Value)));
        });

        T Pick<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

        DateTime? PickDate() => random.Next(4) == 0 ? null : Reference.AddDays(random.Next(-6, 2));
    }

    private static Dictionary<string, string?> Expect(Line[] lines, ILookup<string, string> suppressed, (string User, int DaysAgo)[] sends)
    {
        Dictionary<string, string?> mailboxes = lines.Where(l => l.User.Length > 0).GroupBy(l => l.User).ToDictionary(g => g.Key, g => g.First().To.Mailbox);
        HashSet<string?> refused =
        [
            .. lines.Where(l => !Counts(l) && (l.User.Length == 0 || !Consents(l.User))).Select(l => l.To.Mailbox),
            .. Mailing.Customers.Where(u => mailboxes.ContainsKey(u) && !Consents(u)).Select(u => mailboxes[u]),
        ];
        ILookup<string?, string> mailed = sends.Where(s => s.DaysAgo < 2.5 && Mailing.Customers.Contains(s.User))
            .ToLookup(s => mailboxes.GetValueOrDefault(s.User), s => s.User);

        Dictionary<string, string?> reasons = Mailing.Customers.ToDictionary(u => u, ReasonOf);
        foreach (IGrouping<string?, string> mailbox in Mailing.Customers.Where(u => reasons[u] is null).GroupBy(u => mailboxes[u]).ToArray())
        {
            foreach (string loser in mailbox.OrderByDescending(TimeOf, StringComparer.Ordinal).ThenBy(u => u, StringComparer.Ordinal).Skip(1))
                reasons[loser] = "duplicate_mailbox";
        }
        return reasons;

        string? ReasonOf(string user)
        {
            if (!mailboxes.TryGetValue(user, out string? mailbox))
                return "no_customer";
            if (mailbox is null)
                return "invalid_address";
            string[] words = [.. suppressed[mailbox]];
            return words.Contains("complained") ? "suppressed_complained"
                : words.Contains("unsubscribed") ? "suppressed_unsubscribed"
                : words.Contains("bounced") ? "suppressed_bounced"
                : refused.Contains(mailbox) ? "no_consent"
                : mailed[mailbox].Count() >= 2 ? "frequency_cap" : null;
        }

        bool Consents(string user)
        {
            Line[] yes = [.. lines.Where(l => l.User == user && Counts(l))], no = [.. lines.Where(l => l.User == user && !l.IsYes)];
            return yes.Length > 0 && (no.Length == 0 || (yes.Concat(no).All(l => l.Date is not null) && yes.Max(l => l.Date) > no.Max(l => l.Date)));
        }
    }

    private static bool Counts(Line line) => line.IsYes && !(line.Date > Reference);

    /// <summary>Some did something at the same time.</summary>
    private static string TimeOf(string user) => $"2026-01-10T0{(user[0] + user[2]) % 3}:00:00Z";

    private static string Iso(DateTime? time) => time?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "";

    private sealed record Line(string User, (string Address, string? Mailbox) To, bool IsYes, DateTime? Date);
}
