namespace Pipeline.Sar;

/// <summary>One worker's counters for rows of the co-occurrence matrix: 8 bytes an item beside the collected cells.</summary>
internal sealed class CoOccurrenceCounter(Incidence units)
{
    // A row is emitted in item order. Beyond one touched item in this many, reading all counters is faster than sorting the touched
    // ones; both give the same row.
    private const int SparseBelowOneIn = 16;

    private readonly int[] counts = new int[units.Columns];
    private readonly int[] touched = new int[units.Columns];

    /// <summary>The rows counted since the last take, one after the other.</summary>
    public CellBuffer<int> Cells { get; } = new();

    /// <summary>
    /// Appends the row of an item, given the units that have it: each other item (and itself) with the number of these units that have it, where that
    /// is at least <paramref name="minSupport"/>. Returns how many cells. O(sum of the units' lengths).
    /// </summary>
    public int CountRow(ReadOnlySpan<int> holders, int minSupport)
    {
        // Invariant: counts[i] > 0 exactly when i is in touched[..touchedCount]; between two rows all are 0.
        int touchedCount = 0;
        foreach (int unit in holders)
            foreach (int item in units.Row(unit))
                if (counts[item]++ == 0)
                    touched[touchedCount++] = item;

        Cells.Append(touchedCount, out Span<int> indices, out Span<int> values);
        int kept = touchedCount < counts.Length / SparseBelowOneIn
            ? EmitSorted(touched.AsSpan(0, touchedCount), minSupport, indices, values)
            : EmitScanned(minSupport, indices, values);
        Cells.Shorten(touchedCount - kept);
        return kept;
    }

    private int EmitSorted(Span<int> items, int minSupport, Span<int> indices, Span<int> values)
    {
        items.Sort();
        int kept = 0;
        foreach (int item in items)
        {
            if (counts[item] >= minSupport)
                (indices[kept], values[kept++]) = (item, counts[item]);
            counts[item] = 0;
        }
        return kept;
    }

    private int EmitScanned(int minSupport, Span<int> indices, Span<int> values)
    {
        int kept = 0;
        for (int item = 0; item < counts.Length; item++)
            if (counts[item] >= minSupport)
                (indices[kept], values[kept++]) = (item, counts[item]);
        Array.Clear(counts);
        return kept;
    }
}
