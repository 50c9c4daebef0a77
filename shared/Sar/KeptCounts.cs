using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>
/// The whole co-occurrence, items x items, symmetric, kept so that new interactions can be added to it. It belongs to one index at a
/// time: whoever asks for another one is told to count by itself, so that reading is right while the counts move on.
/// </summary>
/// <remarks>
/// <para>Items go by slot: the labels of the index that was counted first, later items after them. Labels change with the counts, slots
/// never do.</para>
/// <para>A row is dense (16 bits a slot, 32 where the item has more units than 16 bits count) or, where that is smaller, sparse: 64 bits a
/// cell by rising slot, the slot in the upper half. So memory is at most 8 bytes an increment, and at most 2 (4) a pair of items. A dense
/// row may be shorter than there are slots: what is missing is 0.</para>
/// </remarks>
internal sealed unsafe class KeptCounts
{
    private const int SlotsPerChunk = 8;
    private const int BytesOfCell = 8;

    // With fewer increments than one in this many cells, a sparse row is searched for each; with more, it is put together anew.
    private const int FewIncrementsBelowOneIn = 8;

    // Beside the cells of a row: its array and what finds it.
    private const int BytesOfRow = 52;

    // A reader counts itself in, then looks for the owner; who takes the counts removes the owner, then waits until no reader is left.
    // Each writes before it reads, so one of the two sees the other. Reading a row takes microseconds.
    private CoOccurrenceIndex? owner;
    private int readers;
    private int[] slots, items, labels;
    private Array[] rows;

    private KeptCounts(ItemLabels labels)
    {
        slots = labels.Labels;
        items = labels.Items;
        this.labels = [.. Enumerable.Range(0, labels.Count)];
        rows = new Array[labels.Count];
    }

    /// <summary>Memory the counts take, bytes.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (Array row in Volatile.Read(ref rows))
                bytes += BytesOfRow + (long)row.Length * (row is ushort[]? sizeof(ushort) : row is int[]? sizeof(int) : BytesOfCell);
            return bytes;
        }
    }

    /// <summary>Most memory one row will take, bytes.</summary>
    /// <param name="steps">Steps it takes to count it: no row has more cells.</param>
    /// <param name="units">Units that have the item: no count of the row is larger.</param>
    /// <param name="slots">Items there are.</param>
    public static long BytesOfLargest(long steps, long units, long slots) =>
        BytesOfRow + Math.Min(BytesOfCell * steps, WidthOf(units) * slots);

    /// <summary>Counts everything. O(sum of squared list lengths), and O(items) a row that is not sparse.</summary>
    public static KeptCounts Count(CoOccurrenceIndex index, int threads, CancellationToken cancellation)
    {
        var counts = new KeptCounts(index.Labels);
        if (index.Units.IsShort)
            counts.CountAll<ushort>(index, threads, cancellation);
        else
            counts.CountAll<int>(index, threads, cancellation);
        counts.owner = index;
        return counts;
    }

    /// <summary>A sparse cell.</summary>
    public static ulong Cell(int slot, int count) => ((ulong)slot << 32) | (uint)count;

    /// <summary>
    /// Reads the row of a label into counters that are 0, and lists the labels it touches. O(items), or O(cells) of a sparse row.
    /// </summary>
    /// <returns>False, and nothing is read, if the counts are not those of <paramref name="index"/>.</returns>
    public bool TryRead(CoOccurrenceIndex index, int label, int[] counts, int[] touched, out int touchedCount)
    {
        touchedCount = 0;
        if (!TryEnter(index))
            return false;
        try
        {
            Array row = rows[slots[index.Labels.Items[label]]];
            touchedCount = row switch
            {
                ushort[] narrow => ReadDense(narrow, counts, touched),
                int[] wide => ReadDense(wide, counts, touched),
                _ => ReadSparse((ulong[])row, counts, touched),
            };
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref readers);
        }
    }

    /// <summary>Looks up one cell. O(1), or O(log cells) of a sparse row.</summary>
    /// <returns>False if the counts are not those of <paramref name="index"/>.</returns>
    public bool TryGet(CoOccurrenceIndex index, int label, int other, out int count)
    {
        count = 0;
        if (!TryEnter(index))
            return false;
        try
        {
            int slot = slots[index.Labels.Items[other]];
            Array row = rows[slots[index.Labels.Items[label]]];
            count = row switch
            {
                ushort[] narrow => slot < narrow.Length ? narrow[slot] : 0,
                int[] wide => slot < wide.Length ? wide[slot] : 0,
                _ => Find((ulong[])row, slot) is >= 0 and var at ? (int)((ulong[])row)[at] : 0,
            };
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref readers);
        }
    }

    /// <summary>
    /// Adds what the units have got since, and goes over to their index. O(units + items of the units that grew + increments), where a
    /// unit that grows from l items by a makes a (2 l + a) increments; any number of threads gives the same counts.
    /// </summary>
    /// <remarks>
    /// Nobody reads while the counts change: they have no owner then, and readers count by themselves. Should it fail halfway they stay
    /// without one for good, and no reader ever sees a wrong count. It is short and not to be cancelled.
    /// </remarks>
    /// <param name="from">The index the counts belong to.</param>
    /// <param name="before">Its units.</param>
    /// <param name="to">The index they shall belong to: the same and more.</param>
    /// <param name="now">Its units.</param>
    /// <param name="rowsBefore">As in <see cref="UnitGrowth"/>.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors.</param>
    /// <returns>False, and nothing is done, if the counts have gone over to another index before.</returns>
    public bool TryMove(CoOccurrenceIndex from, Incidence before, CoOccurrenceIndex to, Incidence now, int[]? rowsBefore, int threads)
    {
        if (!TryTake(from))
            return false;
        AppendItems(to);
        var growth = new UnitGrowth(before, now, rowsBefore, slots, items.Length);
        Workers.Run(items.Length, SlotsPerChunk, threads, () => new CountScratch(items.Length), (scratch, chunk) =>
        {
            for (int slot = chunk.Start; slot < chunk.End; slot++)
                if (growth.Grows(slot))
                    rows[slot] = Grown(slot, growth, to.ItemCounts[items[slot]], scratch);
        }, CancellationToken.None);
        labels = new int[items.Length];
        for (int slot = 0; slot < labels.Length; slot++)
            labels[slot] = to.Labels.Labels[items[slot]];
        Volatile.Write(ref owner, to);
        return true;
    }

    private static int WidthOf(long units) => units > ushort.MaxValue ? sizeof(int) : sizeof(ushort);

    private static bool IsSparse(long cells, long units, long slots) => BytesOfCell * cells <= WidthOf(units) * slots;

    /// <summary>Pinned arrays are never copied by a collection, which rows of this size otherwise are, twice.</summary>
    private static Array NewDense(int length, long units) => WidthOf(units) == sizeof(ushort)
        ? GC.AllocateArray<ushort>(length, pinned: true) : GC.AllocateArray<int>(length, pinned: true);

    /// <summary>Where the cell of a slot is, or the complement of where it belongs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Find(ulong[] cells, int slot)
    {
        int low = 0, high = cells.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if ((int)(cells[middle] >> 32) < slot)
                low = middle + 1;
            else
                high = middle;
        }
        return low < cells.Length && (int)(cells[low] >> 32) == slot ? low : ~low;
    }

    private bool TryEnter(CoOccurrenceIndex index)
    {
        Interlocked.Increment(ref readers);
        if (Volatile.Read(ref owner) == index)
            return true;
        Interlocked.Decrement(ref readers);
        return false;
    }

    private bool TryTake(CoOccurrenceIndex from)
    {
        if (Interlocked.CompareExchange(ref owner, null, from) != from)
            return false;
        SpinWait.SpinUntil(() => Volatile.Read(ref readers) == 0);
        return true;
    }

    private void CountAll<TLabel>(CoOccurrenceIndex index, int threads, CancellationToken cancellation)
        where TLabel : unmanaged =>
        Workers.Run(rows.Length, SlotsPerChunk, threads, () => new CountScratch(rows.Length), (scratch, chunk) =>
        {
            for (int label = chunk.Start; label < chunk.End; label++)
            {
                int units = index.Labels.Counts[label];
                // No list is empty, so there are at least as many steps as units.
                if (IsSparse(units, units, rows.Length) && IsSparse(index.StepsOf(label), units, rows.Length))
                {
                    CountSparse<TLabel>(index, label, scratch);
                    rows[label] = scratch.TakeSparse();
                    continue;
                }
                rows[label] = NewDense(rows.Length, units);
                if (rows[label] is ushort[] narrow)
                    CountDense<TLabel, ushort>(index, label, narrow);
                else
                    CountDense<TLabel, int>(index, label, (int[])rows[label]);
            }
        }, cancellation);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountSparse<TLabel>(CoOccurrenceIndex index, int label, CountScratch scratch)
        where TLabel : unmanaged
    {
        ReadOnlySpan<TLabel> labels = index.Units.Labels<TLabel>();
        foreach (int unit in index.HoldersOf(label))
            foreach (TLabel other in labels[(int)index.Units.Starts[unit]..(int)index.Units.Starts[unit + 1]])
                scratch.Add(PackedLists.Index(other), 1);
    }

    private static void CountDense<TLabel, TCount>(CoOccurrenceIndex index, int label, TCount[] row)
        where TLabel : unmanaged
        where TCount : unmanaged, INumber<TCount>
    {
        fixed (int* holders = index.HoldersOf(label))
        fixed (uint* starts = index.Units.Starts)
        fixed (TLabel* labels = index.Units.Labels<TLabel>())
        fixed (TCount* counts = row)
            TileBuilder<LanesPortable, CoOccurrenceKind, TLabel>.Walk(holders, index.Labels.Counts[label], starts, labels, counts);
    }

    /// <summary>Items that occur for the first time get the next slots, by rising index.</summary>
    private void AppendItems(CoOccurrenceIndex index)
    {
        int[] grown = new int[index.ItemCounts.Length];
        Array.Fill(grown, -1);
        slots.CopyTo(grown, 0);
        var occurring = new List<int>(items);
        for (int item = 0; item < grown.Length; item++)
            if (grown[item] < 0 && index.ItemCounts[item] > 0)
            {
                grown[item] = occurring.Count;
                occurring.Add(item);
            }
        var more = new Array[occurring.Count];
        Array.Fill(more, Array.Empty<ulong>());
        rows.CopyTo(more, 0);
        (slots, items) = (grown, [.. occurring]);
        Volatile.Write(ref rows, more);
    }

    /// <summary>The row of a slot with what it gets, in its old array where that has room.</summary>
    private Array Grown(int slot, UnitGrowth growth, int units, CountScratch scratch)
    {
        if (rows[slot] is ulong[] cells)
        {
            long increments = growth.IncrementsOf(slot);
            bool isFew = increments < cells.Length / FewIncrementsBelowOneIn;
            if (isFew)
            {
                int[] others = new int[increments];
                growth.CopyTo(others, slot);
                cells = Merged(cells, others);
                if (IsSparse(cells.Length, units, items.Length))
                    return cells;
            }
            scratch.Add(cells);
            if (!isFew)
                growth.AddTo(scratch, slot);
            if (IsSparse(scratch.Cells, units, items.Length))
                return scratch.TakeSparse();
            Array dense = NewDense(items.Length, units);
            scratch.TakeDense(dense);
            return dense;
        }
        Array row = WithRoom(rows[slot], rows[slot].Length < items.Length ? growth.EndOf(slot) : 0, units);
        if (row is ushort[] narrow)
            growth.AddTo(narrow, slot);
        else
            growth.AddTo((int[])row, slot);
        return row;
    }

    /// <summary>
    /// A sparse row with a few increments more: known cells in place, and a copy if there are new ones. O(increments log cells), and O(cells)
    /// to copy.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong[] Merged(ulong[] cells, int[] others)
    {
        Array.Sort(others);
        int fresh = 0, slots = 0;
        foreach (int slot in others)
            if (Find(cells, slot) is >= 0 and var at)
            {
                cells[at]++;
            }
            else
            {
                slots += fresh == 0 || others[fresh - 1] != slot ? 1 : 0;
                others[fresh++] = slot;
            }
        if (fresh == 0)
            return cells;

        ulong[] merged = new ulong[cells.Length + slots];
        int from = 0, to = 0;
        for (int n = 0; n < fresh;)
        {
            int slot = others[n], end = ~Find(cells, slot), count = 0;
            for (; n < fresh && others[n] == slot; n++)
                count++;
            cells.AsSpan(from..end).CopyTo(merged.AsSpan(to));
            to += end - from;
            from = end;
            merged[to++] = Cell(slot, count);
        }
        cells.AsSpan(from).CopyTo(merged.AsSpan(to));
        return merged;
    }

    /// <summary>The same dense row, or a longer or wider copy; longer ones get an eighth more, as new items seldom come alone.</summary>
    private static Array WithRoom(Array row, int length, int units)
    {
        if (row.Length >= length && (row is int[] || WidthOf(units) == sizeof(ushort)))
            return row;
        Array roomy = NewDense(row.Length >= length ? row.Length : length + length / 8, row is int[]? int.MaxValue : units);
        if (row is ushort[] narrow && roomy is int[] wide)
            for (int slot = 0; slot < narrow.Length; slot++)
                wide[slot] = narrow[slot];
        else
            Array.Copy(row, roomy, row.Length);
        return roomy;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ReadDense<TCount>(TCount[] row, int[] counts, int[] touched)
        where TCount : unmanaged, INumber<TCount>
    {
        int found = 0, end = Math.Min(row.Length, labels.Length);
        for (int slot = 0; slot < end; slot++)
        {
            // Without a branch: written over by the next slot unless it counts. Invariant: found <= slot.
            int label = labels[slot], count = int.CreateTruncating(row[slot]);
            counts[label] = count;
            touched[found] = label;
            found += count != 0 ? 1 : 0;
        }
        return found;
    }

    private int ReadSparse(ulong[] cells, int[] counts, int[] touched)
    {
        for (int n = 0; n < cells.Length; n++)
        {
            touched[n] = labels[(int)(cells[n] >> 32)];
            counts[touched[n]] = (int)cells[n];
        }
        return cells.Length;
    }
}
