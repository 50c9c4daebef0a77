namespace Pipeline.Train;

/// <summary>Customers in named groups, each in exactly one.</summary>
/// <param name="names">The groups, in the order in which they are shown.</param>
/// <param name="of">The group of each customer, a position in <paramref name="names"/>.</param>
internal sealed class Grouping(string[] names, int[] of)
{
    /// <summary>Where those go whose own group is too small to be shown.</summary>
    public const string Other = "other";

    /// <summary>The groups, in the order in which they are shown.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The group of each customer.</summary>
    public ReadOnlySpan<int> Of => of;

    /// <summary>The name of a customer's group.</summary>
    public string NameOf(int user) => names[of[user]];

    /// <summary>The customers of each group, rising.</summary>
    public int[][] Members()
    {
        int[] sizes = Sizes();
        int[][] members = [.. sizes.Select(size => new int[size])];
        Array.Clear(sizes);
        for (int user = 0; user < of.Length; user++)
            members[of[user]][sizes[of[user]]++] = user;
        return members;
    }

    /// <summary>
    /// The same customers without groups of nobody, and with those of fewer than <paramref name="min"/> together in <see cref="Other"/>. Where even
    /// these are too few, the next larger group joins them: else who knows all other groups would know them too.
    /// </summary>
    public Grouping WithoutSmall(int min)
    {
        int[] sizes = Sizes();
        bool[] isMerged = [.. names.Select((name, group) => sizes[group] > 0 && (sizes[group] < min || name == Other))];
        while (Merged() is > 0 and var merged && merged < min && Smallest() is >= 0 and var next)
            isMerged[next] = true;

        int[] kept = [.. Enumerable.Range(0, names.Length).Where(group => sizes[group] > 0 && !isMerged[group])];
        int[] to = [.. names.Select((_, group) => isMerged[group] ? kept.Length : Array.IndexOf(kept, group))];
        string[] last = isMerged.Contains(true) ? [Other] : [];
        return new Grouping([.. kept.Select(group => names[group]), .. last], [.. of.Select(group => to[group])]);

        int Merged() => Enumerable.Range(0, names.Length).Where(group => isMerged[group]).Sum(group => sizes[group]);

        int Smallest() => Enumerable.Range(0, names.Length).Where(group => sizes[group] > 0 && !isMerged[group])
            .OrderBy(group => sizes[group]).ThenBy(group => names[group], StringComparer.Ordinal).FirstOrDefault(-1);
    }

    private int[] Sizes()
    {
        var sizes = new int[names.Length];
        foreach (int group in of)
            sizes[group]++;
        return sizes;
    }
}
