namespace Pipeline.Transform;

/// <summary>
/// Takes purchases back. A return undoes purchases of the same user and item at or before its own time, the latest first, as many of them as
/// its pieces reach; returns take their turn by time. A purchase of which nothing is left is no purchase; one of which something is left keeps
/// that share of its money. What reaches beyond the purchases before it undoes nothing.
/// </summary>
internal sealed class Returns(int purchase, int returned)
{
    /// <summary>Pieces below which nothing is left: quantities may be weights, and sums of them are not exact.</summary>
    private const double LeastPieces = 1e-6;

    // The purchases of the item at hand that are not taken back, with what they were.
    private readonly Stack<(int At, double Pieces, double Money)> open = new();

    /// <summary>Matches the returns of a user. O(n).</summary>
    /// <param name="events">
    /// In order of item and time, purchases before returns of the same time; held-out ones stand apart. Pieces of a return are how many came back.
    /// </param>
    /// <param name="user">The user.</param>
    /// <param name="ledger">Where returns and returned purchases are noted.</param>
    /// <returns>How many are left, in front and in the same order; none of them is a return.</returns>
    public int Match(Span<Event> events, int user, Ledger ledger)
    {
        if (returned < 0)
            return events.Length;
        for (int n = 0; n < events.Length; n++)
        {
            if (n > 0 && (events[n].Item != events[n - 1].Item || events[n].IsHeldOut != events[n - 1].IsHeldOut))
                Settle(events, ledger);
            if (events[n].Kind == purchase && events[n].Quantity > LeastPieces)
                open.Push((n, events[n].Quantity, events[n].Revenue));
            else if (events[n].Kind == returned)
                events[n].Fate = TakeBack(events, events[n].Quantity, ledger);
        }
        Settle(events, ledger);

        int count = 0;
        foreach (ref Event e in events)
        {
            if (e.Fate == Fate.Kept)
                events[count++] = e;
            else
                ledger.Drop(user, e.Item, e.Fate);
        }
        return count;
    }

    private Fate TakeBack(Span<Event> events, double pieces, Ledger ledger)
    {
        Fate fate = Fate.ReturnWithoutPurchase;
        for (; pieces > LeastPieces && open.TryPeek(out (int At, double Pieces, double Money) last); fate = Fate.Return)
        {
            ref Event bought = ref events[last.At];
            double left = bought.Quantity - pieces;
            pieces = -left;
            bought.Quantity = left;
            if (left > LeastPieces)
                continue;
            bought.Fate = Fate.ReturnedPurchase;
            open.Pop();
        }
        if (fate == Fate.Return && pieces > LeastPieces)
            ledger.ReturnsInExcess++;
        return fate;
    }

    /// <summary>Ends an item: purchases of which a part is left keep that part of their money.</summary>
    private void Settle(Span<Event> events, Ledger ledger)
    {
        while (open.TryPop(out (int At, double Pieces, double Money) left))
        {
            ref Event bought = ref events[left.At];
            if (bought.Quantity == left.Pieces)
                continue;
            bought.Revenue = left.Money * (bought.Quantity / left.Pieces);
            ledger.PartlyReturnedPurchases++;
        }
    }
}
