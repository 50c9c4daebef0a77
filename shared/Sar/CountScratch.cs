namespace Pipeline.Sar;

/// <summary>Counters of one row that know which they touched: one worker's scratch, 8 bytes a slot.</summary>
internal sealed class CountScratch(int slots)
{
    // Invariant: counts[s] > 0 exactly when s is in touched[..touchedCount].
    private readonly int[] counts = new int[slots];
    private readonly int[] touched = new int[slots];
    private int touchedCount;

    /// <summary>Cells above 0.</summary>
    public int Cells => touchedCount;

    public void Add(ReadOnlySpan<int> others)
    {
        foreach (int slot in others)
            Add(slot, 1);
    }

    public void Add(int slot, int count)
    {
        if (counts[slot] == 0)
            touched[touchedCount++] = slot;
        counts[slot] += count;
    }

    /// <summary>The cells by rising slot, as <see cref="KeptCounts"/> packs them; forgets the row. O(cells log cells).</summary>
    public ulong[] TakeSparse()
    {
        ulong[] cells = new ulong[touchedCount];
        for (int n = 0; n < cells.Length; n++)
            cells[n] = KeptCounts.Cell(touched[n], counts[touched[n]]);
        Array.Sort(cells);
        Clear();
        return cells;
    }

    /// <summary>Writes the counts into a row of zeros; forgets the row.</summary>
    public void TakeDense(Array row)
    {
        foreach (int slot in touched.AsSpan(0, touchedCount))
            if (row is ushort[] narrow)
                narrow[slot] = (ushort)counts[slot];
            else
                ((int[])row)[slot] = counts[slot];
        Clear();
    }

    private void Clear()
    {
        foreach (int slot in touched.AsSpan(0, touchedCount))
            counts[slot] = 0;
        touchedCount = 0;
    }
}
