using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>
/// Offers a customer's list what could go into it, step after step: what the models say, then what is popular in the customer's segment, in the category
/// the customer likes best and overall, then what came last. Stops where the list has enough. Owns its scratch and is not thread-safe: one for
/// each worker.
/// </summary>
internal sealed class FallbackChain(SarModel all, Popularities popular, ItemTable items)
{
    private readonly double[] likingOf = new double[items.Categories.Count];

    /// <summary>Offers a customer's candidates.</summary>
    /// <param name="user">The customer's index.</param>
    /// <param name="personal">What the models say.</param>
    /// <param name="list">Takes them; begun for the customer.</param>
    public void Offer(int user, ReadOnlySpan<Candidate> personal, ListComposer list)
    {
        foreach (Candidate candidate in personal)
        {
            if (list.IsSatisfied)
                return;
            list.Offer(candidate);
        }
        Offer(popular.OfSegmentOf(user), ListSource.PopularSegment, list);
        if (!list.IsSatisfied && FavouriteCategory(user) is >= 0 and var category)
            Offer(popular.OfCategory(category), ListSource.PopularCategory, list);
        Offer(popular.Overall, ListSource.Popular, list);
        Offer(popular.NewArrivals, ListSource.NewArrival, list);
    }

    private static void Offer(Ranking ranking, ListSource source, ListComposer list)
    {
        for (int place = 0; place < ranking.Count && !list.IsSatisfied; place++)
            list.Offer(new Candidate(ranking.Indices[place], ranking.Scores[place], source, Because: -1));
    }

    /// <summary>The category with the largest affinities added up, of equal ones the first; -1 where the customer has nothing that is filed anywhere.</summary>
    private int FavouriteCategory(int user)
    {
        var (own, affinities) = all.Affinity.Row(user);
        int favourite = -1;
        foreach (int item in own)
            if (items.Category[item] is >= 0 and var category)
                likingOf[category] = 0;
        for (int n = 0; n < own.Length; n++)
            if (items.Category[own[n]] is >= 0 and var category)
                likingOf[category] += affinities[n];
        for (int n = 0; n < own.Length; n++)
            if (items.Category[own[n]] is >= 0 and var category
                && (favourite < 0 || likingOf[category] > likingOf[favourite] || (likingOf[category] == likingOf[favourite] && category < favourite)))
                favourite = category;
        return favourite;
    }
}
