using Pipeline.Records;
using Pipeline.Tables;

namespace Pipeline.Email;

/// <summary>
/// Who consents, line by line of the customer file, in whatever order. A no in any line of a customer is a no, unless every line is dated
/// and a yes is newer than each no; a yes from after the reference time is none yet. A no that stands holds for the mailbox it stands beside
/// too, whoever else has it. A line that cannot be read is an undated no. Holds keys, never an address.
/// </summary>
/// <param name="reference">The reference time, microseconds since 1970 UTC.</param>
internal sealed class ConsentLedger(long reference)
{
    // A yes without a date is older than every no, a no without a date newer than every yes.
    private const long Never = long.MinValue, Undated = Never + 1, Always = long.MaxValue;

    private readonly TextIndex customers = new();

    /// <summary>The newest yes and no of each customer. An undated yes stays the newest, for then not every line is dated.</summary>
    private readonly List<(long Yes, long No)> newest = [];

    /// <summary>Those with a line that could be read.</summary>
    private readonly HashSet<int> known = [];

    private readonly List<(int Customer, string Mailbox)> refusals = [];

    /// <summary>Whether there was a line of a customer that could be read.</summary>
    public bool Knows(ReadOnlySpan<byte> user) => known.Contains(customers.Find(user));

    /// <summary>Takes a line in.</summary>
    /// <param name="user">The customer.</param>
    /// <param name="isYes">What the line says.</param>
    /// <param name="date">Since when, in ISO 8601; empty for no date. One that cannot be read makes a no of a yes.</param>
    /// <returns>Whether the line is a yes that counts.</returns>
    public bool Add(ReadOnlySpan<byte> user, bool isYes, ReadOnlySpan<byte> date)
    {
        long time = 0;
        bool isDated = !date.IsEmpty && FieldParser.TryTime(date, out time);
        if (!isDated && !date.IsEmpty)
            isYes = false;

        bool counts = isYes && (!isDated || time <= reference);
        // What nobody says lifts nobody's no.
        if (counts && user.IsEmpty)
            return true;
        int customer = PositionOf(user);
        known.Add(customer);
        (long yes, long no) = newest[customer];
        if (!isYes)
            no = Math.Max(no, isDated ? time : Always);
        else if (counts)
            yes = isDated && yes != Undated ? Math.Max(yes, time) : Undated;
        newest[customer] = (yes, no);
        return counts;
    }

    /// <summary>Takes in a line that cannot be read, of which a yes could not be believed.</summary>
    /// <param name="user">The customer it seems to name; empty where it names none.</param>
    public void AddUnreadable(ReadOnlySpan<byte> user)
    {
        int customer = PositionOf(user);
        newest[customer] = newest[customer] with { No = Always };
    }

    /// <summary>Notes the mailbox of a line that is no yes.</summary>
    public void AddRefusal(ReadOnlySpan<byte> user, string mailboxKey) => refusals.Add((customers.Find(user), mailboxKey));

    /// <summary>Whether a customer with a line consents.</summary>
    public bool IsGiven(ReadOnlySpan<byte> user) => IsGiven(customers.Find(user));

    /// <summary>The mailboxes beside a no that stands.</summary>
    public HashSet<string> RefusedMailboxes() => [.. refusals.Where(r => !IsGiven(r.Customer)).Select(r => r.Mailbox)];

    private int PositionOf(ReadOnlySpan<byte> user)
    {
        int customer = customers.Add(user);
        if (customer == newest.Count)
            newest.Add((Never, Never));
        return customer;
    }

    private bool IsGiven(int customer) => newest[customer].Yes > newest[customer].No;
}
