using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>
/// Who has what, both ways, ready for counting: the packed items of each co-occurrence unit (a user or a basket), and the units of each
/// item. Every count follows from it: c(i, j) is the number of lists that hold both.
/// </summary>
internal sealed class CoOccurrenceIndex
{
    public CoOccurrenceIndex(Incidence units, Incidence users, int threads, CancellationToken cancellation)
    {
        ItemCounts = new int[units.Columns];
        foreach (int item in units.Indices)
            ItemCounts[item]++;
        Labels = new ItemLabels(ItemCounts);
        Units = new PackedLists(units, Labels, threads, cancellation);
        Users = ReferenceEquals(units, users) ? Units : new PackedLists(users, Labels, threads, cancellation);
        HolderStarts = new uint[Labels.Count + 1];
        for (int label = 0; label < Labels.Count; label++)
            HolderStarts[label + 1] = HolderStarts[label] + (uint)Labels.Counts[label];
        Holders = new int[units.Count];
        if (Units.IsShort)
            FillHolders<ushort>(threads, cancellation);
        else
            FillHolders<int>(threads, cancellation);
        for (int unit = 0; unit < Units.Count; unit++)
            Increments += (long)Units.Length(unit) * Units.Length(unit);
    }

    /// <summary>Distinct units of each item: the diagonal of the co-occurrence, before the support rule.</summary>
    public int[] ItemCounts { get; }

    public ItemLabels Labels { get; }

    /// <summary>The items of each unit.</summary>
    public PackedLists Units { get; }

    /// <summary>The items of each user, parallel to the rows of the affinity; the same as <see cref="Units"/> where users are the units.</summary>
    public PackedLists Users { get; }

    /// <summary>Where the holders of each label start.</summary>
    public uint[] HolderStarts { get; }

    /// <summary>The lists of <see cref="Units"/> that hold each label, by position, rising.</summary>
    public int[] Holders { get; }

    /// <summary>Steps it takes to count everything: the sum of squared list lengths.</summary>
    public long Increments { get; }

    /// <summary>The lists that hold a label.</summary>
    public ReadOnlySpan<int> HoldersOf(int label) =>
        Holders.AsSpan((int)HolderStarts[label], (int)(HolderStarts[label + 1] - HolderStarts[label]));

    /// <summary>Steps it takes to count the row of a label.</summary>
    public long StepsOf(int label)
    {
        long steps = 0;
        foreach (int unit in HoldersOf(label))
            steps += Units.Length(unit);
        return steps;
    }

    /// <summary>Lists that hold both labels: the holders of each rise. O(holders of both).</summary>
    public int CountBoth(int label, int other)
    {
        ReadOnlySpan<int> left = HoldersOf(label), right = HoldersOf(other);
        int both = 0;
        for (int l = 0, r = 0; l < left.Length && r < right.Length;)
        {
            int order = left[l].CompareTo(right[r]);
            both += order == 0 ? 1 : 0;
            l += order <= 0 ? 1 : 0;
            r += order >= 0 ? 1 : 0;
        }
        return both;
    }

    /// <summary>
    /// Each worker owns a range of labels, about equal shares of all pairs, and reads all lists: no two write the same place, and the
    /// holders of a label come out rising whoever writes them.
    /// </summary>
    private void FillHolders<TLabel>(int threads, CancellationToken cancellation)
        where TLabel : unmanaged
    {
        int shares = Math.Clamp(Workers.Threads(threads), 1, Math.Max(1, Labels.Count));
        Workers.Run(shares, 1, threads, () => 0, (_, chunk) =>
        {
            int first = FirstOfShare(chunk.Index, shares), last = FirstOfShare(chunk.Index + 1, shares);
            uint[] next = HolderStarts.AsSpan(first, last - first).ToArray();
            PlaceHolders(Units.Labels<TLabel>(), Units.Starts, first, next, Holders);
        }, cancellation);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PlaceHolders<TLabel>(ReadOnlySpan<TLabel> labels, uint[] unitStarts, int firstLabel, uint[] next, int[] holders)
        where TLabel : unmanaged
    {
        for (int unit = 0; unit < unitStarts.Length - 1; unit++)
            foreach (TLabel label in labels[(int)unitStarts[unit]..(int)unitStarts[unit + 1]])
                if ((uint)(PackedLists.Index(label) - firstLabel) is var at && at < (uint)next.Length)
                    holders[next[at]++] = unit;
    }

    private int FirstOfShare(int share, int shares)
    {
        if (share == shares)
            return Labels.Count;
        int found = Array.BinarySearch(HolderStarts, (uint)((long)Holders.Length * share / shares));
        return Math.Min(found < 0 ? ~found : found, Labels.Count);
    }
}
