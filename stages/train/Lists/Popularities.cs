using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>
/// What lists are filled up with where the models have nothing, best first: what is popular overall, in each segment and in each category, and what
/// came last. Only what may be offered. Immutable, safe to read from any thread.
/// </summary>
internal sealed class Popularities
{
    private const double MicrosPerDay = 86_400e6;

    private readonly Ranking[] ofSegment, ofCategory;
    private readonly Grouping segments;
    private readonly int itemCount;

    /// <summary>Counts it all: O(pairs + items log items).</summary>
    /// <param name="model">The model of all customers.</param>
    /// <param name="items">The products.</param>
    /// <param name="offered">Whether each may be offered.</param>
    /// <param name="segments">The customers' segments.</param>
    /// <param name="minGroup">Fewest customers of a segment that a product must have to be shown as popular there.</param>
    /// <param name="newArrivalDays">Most days since a new arrival came.</param>
    public Popularities(SarModel model, ItemTable items, bool[] offered, Grouping segments, int minGroup, double newArrivalDays)
    {
        this.segments = segments;
        itemCount = items.Count;
        Overall = model.PopularItems(Math.Max(1, model.ItemCount), offered.AsSpan(0, model.ItemCount));
        ofCategory = ByCategory(Overall, items);
        ofSegment = BySegment(model, offered, segments, minGroup);
        NewArrivals = Newest(items, offered, model.ReferenceTime, newArrivalDays);
    }

    /// <summary>By customers who have it.</summary>
    public Ranking Overall { get; }

    /// <summary>The newest first; of the same age the one with the lower index.</summary>
    public Ranking NewArrivals { get; }

    /// <summary>By customers of a customer's segment who have it.</summary>
    public Ranking OfSegmentOf(int user) => ofSegment[segments.Of[user]];

    /// <summary>By customers who have it, within a category.</summary>
    public Ranking OfCategory(int category) => ofCategory[category];

    /// <summary>Whether each product may get into a list.</summary>
    public bool[] Reachable()
    {
        var reachable = new bool[itemCount];
        foreach (int item in Overall.Indices.Concat(NewArrivals.Indices))
            reachable[item] = true;
        return reachable;
    }

    /// <summary>What may be offered and came within so many days before the reference time: the newest first, with 1 / (1 + days) as its score.</summary>
    public static Ranking Newest(ItemTable items, bool[] offered, long referenceTime, double withinDays)
    {
        int[] newest =
        [
            .. Enumerable.Range(0, items.Count).Where(item => offered[item] && items.Arrival(item) is { } came && came <= referenceTime && DaysSince(came) <= withinDays)
                .OrderByDescending(items.Arrival),
        ];
        return new Ranking(newest, [.. newest.Select(item => 1 / (1 + DaysSince(items.Arrival(item)!.Value)))]);

        double DaysSince(long came) => (referenceTime - came) / MicrosPerDay;
    }

    private static Ranking[] ByCategory(Ranking overall, ItemTable items)
    {
        ILookup<int, int> places = Enumerable.Range(0, overall.Count).ToLookup(place => items.Category[overall.Indices[place]]);
        return [.. Enumerable.Range(0, items.Categories.Count).Select(category => new Ranking(
            [.. places[category].Select(place => overall.Indices[place])], [.. places[category].Select(place => overall.Scores[place])]))];
    }

    private static Ranking[] BySegment(SarModel model, bool[] offered, Grouping segments, int minGroup)
    {
        // Invariant: between two segments all counts are 0 and nothing is touched.
        var counts = new int[model.ItemCount];
        var touched = new List<int>();
        return [.. segments.Members().Select(Popular)];

        Ranking Popular(int[] members)
        {
            foreach (int user in members)
                foreach (int item in model.Affinity.Row(user).Indices)
                    if (counts[item]++ == 0)
                        touched.Add(item);
            int[] popular = [.. touched.Where(item => offered[item] && counts[item] >= minGroup).OrderByDescending(item => counts[item]).ThenBy(item => item)];
            var ranking = new Ranking(popular, [.. popular.Select(item => (double)counts[item])]);
            foreach (int item in touched)
                counts[item] = 0;
            touched.Clear();
            return ranking;
        }
    }
}
