using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>Counters of one row that know which they touched: one worker's scratch, 8 bytes a slot.</summary>
internal sealed class CountScratch(int slots)
{
    // Beyond one touched slot in this many, looking through all counters is faster than sorting the touched ones.
    private const int SparseBelowOneIn = 16;

    // Invariant: counts[s] > 0 exactly when s is in touched[..touchedCount].
    private readonly int[] counts = new int[slots];
    private readonly int[] touched = new int[slots];
    private int touchedCount;

    /// <summary>Cells above 0.</summary>
    public int Cells => touchedCount;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<int> others)
    {
        foreach (int slot in others)
            Add(slot, 1);
    }

    /// <summary>Adds the cells of a sparse row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ulong[] cells)
    {
        foreach (ulong cell in cells)
            Add((int)(cell >> 32), (int)cell);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int slot, int count)
    {
        if (counts[slot] == 0)
            touched[touchedCount++] = slot;
        counts[slot] += count;
    }

    /// <summary>The cells by rising slot, as <see cref="KeptCounts"/> packs them; forgets the row. O(cells log cells) or O(slots).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong[] TakeSparse()
    {
        ulong[] cells = new ulong[touchedCount];
        if (touchedCount < slots / SparseBelowOneIn)
        {
            Array.Sort(touched, 0, touchedCount);
            for (int n = 0; n < cells.Length; n++)
                cells[n] = KeptCounts.Cell(touched[n], counts[touched[n]]);
        }
        else
        {
            for (int slot = 0, n = 0; n < cells.Length; slot++)
                if (counts[slot] != 0)
                    cells[n++] = KeptCounts.Cell(slot, counts[slot]);
        }
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
