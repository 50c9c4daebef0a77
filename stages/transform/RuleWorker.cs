namespace Pipeline.Transform;

/// <summary>
/// Applies the rules that look at one user at a time, in their order: users and events left out, repeats, robots, returns. One for each
/// thread. What is left takes the place of the user's rows, in order of item, time, event and basket, held-out ones last.
/// </summary>
internal sealed class RuleWorker(Rules rules, Ledger ledger)
{
    private const int UsualRows = 1024;

    private readonly Returns returns = new(rules.Purchase, rules.Return);
    private readonly Robots robots = new(rules.Options.MaxDailyInteractions);
    private readonly BasketNumbers baskets = new();
    private Event[] buffer = new Event[UsualRows];

    /// <summary>What became of the rows since it was emptied last.</summary>
    public Ledger Ledger => ledger;

    /// <summary>Applies them to a user. O(n log n).</summary>
    public void Apply(EventTable events, int user)
    {
        Span<Event> left = Gather(events, user);
        left = left[..Repeats.Sum(left, rules.Options.DropDuplicates, user, ledger)];
        if (robots.IsRobot(left))
        {
            DropAll(left, user, Fate.Robot);
            left = [];
        }
        left.Sort(new ByTime(events, rules.Return));
        left = left[..returns.Match(left, user, ledger)];
        baskets.Assign(left, events.BasketIds);
        events.Replace(user, left);
    }

    /// <summary>Lets go of the memory that a user with very many rows took.</summary>
    public void Rest()
    {
        if (buffer.Length > 64 * UsualRows)
            buffer = new Event[UsualRows];
    }

    /// <summary>The user's events that have a weight or take purchases back; none of a user who is left out.</summary>
    private Span<Event> Gather(EventTable events, int user)
    {
        Rows rows = events.KeptRowsOf(user);
        if (rows.Count > buffer.Length)
            buffer = new Event[Math.Max(rows.Count, buffer.Length * 2)];
        int count = 0;
        foreach (int row in rows)
        {
            Event e = events[row];
            // Pieces that came back are negative; here they are how many came back.
            if (e.Kind == rules.Return)
                e.Quantity = Math.Abs(e.Quantity);
            if (rules.IsUserExcluded[user])
                ledger.Drop(user, e.Item, Fate.ExcludedUser);
            else if (rules.Weights.OfKind(e.Kind) == 0 && e.Kind != rules.Return)
                ledger.Drop(user, e.Item, Fate.EventWithoutWeight);
            else
                buffer[count++] = e with { IsHeldOut = e.Time > rules.HoldoutAfter };
        }
        return buffer.AsSpan(0, count);
    }

    private void DropAll(ReadOnlySpan<Event> all, int user, Fate fate)
    {
        foreach (Event e in all)
            ledger.Drop(user, e.Item, fate);
    }

    /// <summary>Purchases before the returns of their time: what is bought and sent back at one time is sent back.</summary>
    private readonly struct ByTime(EventTable events, int returned) : IComparer<Event>
    {
        public int Compare(Event a, Event b) =>
            a.IsHeldOut != b.IsHeldOut ? a.IsHeldOut.CompareTo(b.IsHeldOut)
            : a.Item != b.Item ? a.Item.CompareTo(b.Item)
            : a.Time != b.Time ? a.Time.CompareTo(b.Time)
            : a.Kind != b.Kind ? (a.Kind == returned, a.Kind).CompareTo((b.Kind == returned, b.Kind))
            : a.Basket == b.Basket ? 0
            : a.Basket < 0 ? -1
            : b.Basket < 0 ? 1
            : events.BasketIds[a.Basket].SequenceCompareTo(events.BasketIds[b.Basket]);
    }
}
