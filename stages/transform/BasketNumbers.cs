using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>Numbers a user's baskets from 0, in order of their first time; of one time, in ordinal order of their ids.</summary>
internal sealed class BasketNumbers
{
    private readonly List<(int Basket, long Time)> baskets = [];
    private readonly Dictionary<int, int> numberOf = [];

    /// <summary>Puts numbers in the place of positions among the ids. O(n log n).</summary>
    public void Assign(Span<Event> events, TextIndex ids)
    {
        baskets.Clear();
        numberOf.Clear();
        foreach (Event e in events)
        {
            if (e.Basket >= 0)
                baskets.Add((e.Basket, e.Time));
        }
        // A basket is numbered where it is met first.
        baskets.Sort((a, b) => Compare(a, b, ids));
        foreach ((int basket, long _) in baskets)
            numberOf.TryAdd(basket, numberOf.Count);
        foreach (ref Event e in events)
        {
            if (e.Basket >= 0)
                e.Basket = numberOf[e.Basket];
        }
    }

    private static int Compare((int Basket, long Time) a, (int Basket, long Time) b, TextIndex ids) =>
        a.Time != b.Time ? a.Time.CompareTo(b.Time)
        : a.Basket == b.Basket ? 0
        : ids[a.Basket].SequenceCompareTo(ids[b.Basket]);
}
