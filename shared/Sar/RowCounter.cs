namespace Pipeline.Sar;

/// <summary>
/// Rows of the similarity when they are asked for, with the bits of the whole matrix: from the counts where they are kept, else from the
/// lists alone. One worker's scratch: 8 bytes an item. O(items) or O(sum of the lengths of the lists that hold the item), then O(row log row).
/// </summary>
internal sealed class RowCounter(CoOccurrenceIndex index, SarOptions options, KeptCounts? kept)
{
    // Beyond one touched item in this many, looking through all counters is faster than sorting the touched ones.
    private const int SparseBelowOneIn = 16;

    // Invariant: between two rows all counters are 0; after Count, counts[l] > 0 exactly when l is in touched[..touchedCount].
    private readonly int[] counts = new int[index.Labels.Count];
    private readonly int[] touched = new int[index.Labels.Count];
    private int touchedCount;

    /// <summary>The similarities of an item, by rising index, itself included.</summary>
    public (int[] Items, double[] Values) Row(int item)
    {
        int label = index.Labels.Labels[item];
        if (label < 0)
            return ([], []);
        Count(label);
        int[] items = ItemsInOrder();
        double[] values = new double[items.Length];
        for (int n = 0; n < items.Length; n++)
            values[n] = Similarity(label, index.Labels.Labels[items[n]]);
        Clear();
        return (items, values);
    }

    /// <summary>Counts the row of a label; <see cref="Clear"/> ends it.</summary>
    public void Count(int label)
    {
        if (kept is not null && kept.TryRead(index, label, counts, touched, out touchedCount))
            return;
        if (index.Units.IsShort)
            Count<ushort>(label);
        else
            Count<int>(label);
    }

    /// <summary>Whether the counted label, and the similarity to another one.</summary>
    public bool TryGet(int label, int other, out double similarity)
    {
        bool isSimilar = counts[other] >= options.MinSupport;
        similarity = isSimilar ? Similarity(label, other) : 0;
        return isSimilar;
    }

    /// <summary>Forgets the row.</summary>
    public void Clear()
    {
        foreach (int label in touched.AsSpan(0, touchedCount))
            counts[label] = 0;
        touchedCount = 0;
    }

    private void Count<TLabel>(int label)
        where TLabel : unmanaged
    {
        ReadOnlySpan<TLabel> labels = index.Units.Labels<TLabel>();
        uint[] starts = index.Units.Starts;
        int[] to = counts;
        foreach (int unit in index.HoldersOf(label))
            foreach (TLabel other in labels[(int)starts[unit]..(int)starts[unit + 1]])
                if (to[PackedLists.Index(other)]++ == 0)
                    touched[touchedCount++] = PackedLists.Index(other);
    }

    private double Similarity(int label, int other) => Similarities.Of(
        options.Similarity, counts[other], index.Labels.Counts[label], index.Labels.Counts[other], index.ItemCounts.Length);

    private int[] ItemsInOrder()
    {
        int[] items = new int[touchedCount];
        int kept = 0;
        if (touchedCount < counts.Length / SparseBelowOneIn)
        {
            foreach (int label in touched.AsSpan(0, touchedCount))
                if (counts[label] >= options.MinSupport)
                    items[kept++] = index.Labels.Items[label];
            Array.Sort(items, 0, kept);
        }
        else
        {
            int[] labels = index.Labels.Labels;
            for (int item = 0; item < labels.Length; item++)
                if (labels[item] >= 0 && counts[labels[item]] >= options.MinSupport)
                    items[kept++] = item;
        }
        Array.Resize(ref items, kept);
        return items;
    }
}
