namespace Pipeline.Sar;

/// <summary>
/// Other names for the items: label 0 is the item that most co-occurrence units have, equal ones by rising index; items that none has
/// get no label. Popular items side by side keep what is read often close together, and make good bounds.
/// </summary>
internal sealed class ItemLabels
{
    /// <summary>Labels from the number of units of each item. O(items log items).</summary>
    public ItemLabels(ReadOnlySpan<int> itemCounts)
    {
        ulong[] keys = new ulong[itemCounts.Length];
        int occurring = 0;
        for (int item = 0; item < itemCounts.Length; item++)
            if (itemCounts[item] > 0)
                keys[occurring++] = ((ulong)(int.MaxValue - itemCounts[item]) << 32) | (uint)item;
        Array.Sort(keys, 0, occurring);
        Items = new int[occurring];
        Counts = new int[occurring];
        Labels = new int[itemCounts.Length];
        Array.Fill(Labels, -1);
        for (int label = 0; label < occurring; label++)
        {
            int item = (int)(uint)keys[label];
            Items[label] = item;
            Counts[label] = itemCounts[item];
            Labels[item] = label;
        }
    }

    /// <summary>Labels there are: items that at least one unit has.</summary>
    public int Count => Items.Length;

    /// <summary>The item of each label.</summary>
    public int[] Items { get; }

    /// <summary>Units that have the item, by label; never rising.</summary>
    public int[] Counts { get; }

    /// <summary>The label of each item, -1 without.</summary>
    public int[] Labels { get; }
}
