namespace Pipeline.Transform;

/// <summary>
/// Makes one interaction of the lines that say the same thing in pieces. Lines that are equal in everything are one line, unless told
/// otherwise. The lines of one user, item, event and basket are one interaction: pieces and money added up, at the earliest time. Without a
/// basket, the moment takes its place. What repeats over time stays apart.
/// </summary>
internal static class Repeats
{
    /// <summary>Sums the lines of a user up. O(n log n).</summary>
    /// <param name="lines">The user's lines, in any order; those left stand in front afterwards.</param>
    /// <param name="dropDuplicates">Whether a line that equals another counts once.</param>
    /// <param name="user">The user.</param>
    /// <param name="ledger">Where duplicates and summed lines are noted.</param>
    /// <returns>How many are left; none of them is without pieces and money.</returns>
    public static int Sum(Span<Event> lines, bool dropDuplicates, int user, Ledger ledger)
    {
        // All values take part in the order: equal lines meet, and sums do not depend on the order of the input.
        lines.Sort(default(ByBasket));
        int count = 0;
        Event previous = default;
        for (int n = 0; n < lines.Length; n++)
        {
            Event line = lines[n];
            bool isFirst = n == 0;
            if (!isFirst && dropDuplicates && line.Equals(previous))
            {
                ledger.Drop(user, line.Item, Fate.Duplicate);
                continue;
            }
            previous = line;
            // A line that does not say how many is of one piece.
            line.Quantity = double.IsNaN(line.Quantity) ? 1 : line.Quantity;
            line.Revenue = double.IsNaN(line.Revenue) ? 0 : line.Revenue;
            if (isFirst || !IsSameBasket(lines[count - 1], line))
            {
                lines[count++] = line;
                continue;
            }
            ref Event sum = ref lines[count - 1];
            sum.Quantity += line.Quantity;
            sum.Revenue += line.Revenue;
            ledger.Drop(user, line.Item, Fate.SummedLine);
        }
        return count;
    }

    // A basket does not reach over the time from which interactions are held out.
    private static bool IsSameBasket(in Event a, in Event b) =>
        a.Item == b.Item && a.Kind == b.Kind && a.IsHeldOut == b.IsHeldOut && a.Basket == b.Basket && (a.Basket >= 0 || a.Time == b.Time);

    private readonly struct ByBasket : IComparer<Event>
    {
        public int Compare(Event a, Event b) =>
            a.Item != b.Item ? a.Item.CompareTo(b.Item)
            : a.Kind != b.Kind ? a.Kind.CompareTo(b.Kind)
            : a.Basket != b.Basket ? a.Basket.CompareTo(b.Basket)
            : a.Time != b.Time ? a.Time.CompareTo(b.Time)
            : a.Quantity.CompareTo(b.Quantity) is var byQuantity and not 0 ? byQuantity
            : a.Revenue.CompareTo(b.Revenue);
    }
}
