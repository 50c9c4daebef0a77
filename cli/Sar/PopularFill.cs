using Pipeline.Sar;

namespace Pipeline.Cli.Sar;

/// <summary>
/// What lists that are too short go on with: the items most users have, in that order, without what the list holds and, unless asked, what is
/// seen. O(length of the list and the history) a list. Not thread-safe.
/// </summary>
/// <param name="model">The fitted model.</param>
/// <param name="options">How long lists may be, and whether seen items may be in them.</param>
internal sealed class PopularFill(SarModel model, RecommendOptions options)
{
    private readonly int[] popular = model.PopularItems(model.ItemCount).Indices;
    private readonly List<int> fillers = [];

    // Invariant: an item is barred from the current list exactly when this is the list's number, counted from 1.
    private readonly int[] barredFrom = new int[model.ItemCount];
    private int list;

    /// <summary>The fillers of a list, best first; valid until the next call.</summary>
    /// <param name="listed">The items of the list.</param>
    /// <param name="seen">The items of the history.</param>
    public List<int> After(ReadOnlySpan<int> listed, ReadOnlySpan<int> seen)
    {
        fillers.Clear();
        list++;
        foreach (int item in listed)
            barredFrom[item] = list;
        if (!options.IncludeSeen)
            foreach (int item in seen)
                barredFrom[item] = list;
        for (int n = 0; n < popular.Length && listed.Length + fillers.Count < options.K; n++)
            if (barredFrom[popular[n]] != list)
                fillers.Add(popular[n]);
        return fillers;
    }
}
