using Pipeline.Sar;

namespace Pipeline.Models;

/// <summary>Makes short lists longer with popular items, as the pipeline does with those it sends.</summary>
public static class ListFill
{
    /// <summary>The lists, each followed by what it lacks to <paramref name="k"/> from the other, in its order, at score 0.</summary>
    /// <param name="lists">The lists.</param>
    /// <param name="popular">Lists of <paramref name="k"/> popular items for the same users in the same order.</param>
    /// <param name="k">Longest list.</param>
    public static RecommendationLists Complete(RecommendationLists lists, RecommendationLists popular, int k)
    {
        ArgumentNullException.ThrowIfNull(lists);
        ArgumentNullException.ThrowIfNull(popular);
        List<int> items = new(lists.Items.Length);
        List<double> scores = new(lists.Items.Length);
        long[] starts = new long[lists.Count + 1];
        for (int list = 0; list < lists.Count; list++)
        {
            items.AddRange(lists.ItemsOf(list));
            scores.AddRange(lists.ScoresOf(list));
            foreach (int item in popular.ItemsOf(list))
            {
                if (items.Count - starts[list] >= k)
                    break;
                if (!lists.ItemsOf(list).Contains(item))
                {
                    items.Add(item);
                    scores.Add(0);
                }
            }
            starts[list + 1] = items.Count;
        }
        return new RecommendationLists(lists.Users, starts, [.. items], [.. scores]);
    }
}
