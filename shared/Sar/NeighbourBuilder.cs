using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>
/// Similarity rows to keep: all cells, or the M nearest of each item (ties: the lower index) and the item itself beside them.
/// O(all counts), and O(labels) a row that is not sparse. One worker's scratch: 8 bytes a label, and what it keeps.
/// </summary>
internal sealed unsafe class NeighbourBuilder<TLanes, TKind, TLabel> : IDisposable
    where TLanes : unmanaged, ILanes<TLanes>
    where TKind : IKind
    where TLabel : unmanaged
{
    // With fewer steps than one in this many labels, touched labels are listed while counting; with more, all counters are looked through.
    private const int SparseBelowOneIn = 4;

    private readonly CoOccurrenceIndex index;
    private readonly SarOptions options;
    private readonly TileSettings settings;
    private readonly LaneError error;
    private readonly AlignedBuffer<int> counts;
    private readonly int[] touched;
    private readonly TopK nearest;

    public NeighbourBuilder(CoOccurrenceIndex index, SarOptions options, TileSettings settings, LaneError error)
    {
        this.index = index;
        this.options = options;
        this.settings = settings;
        this.error = error;
        counts = new(Tile.Padded(index.Labels.Count));
        touched = new int[index.Labels.Count];
        nearest = new(Math.Min(options.Neighbours, index.Labels.Count));
    }

    /// <summary>The rows made since the last take.</summary>
    public CellBuffer<double> Cells { get; } = new();

    public void Dispose() => counts.Dispose();

    /// <summary>Appends the row of an item, by rising index; returns its length.</summary>
    public int AppendRow(int item)
    {
        int label = index.Labels.Labels[item];
        if (label < 0 || index.Labels.Counts[label] < options.MinSupport)
            return 0;
        bool isSparse = index.StepsOf(label) < index.Labels.Count / SparseBelowOneIn;
        int listed = Count(label, isSparse);
        int length = options.Neighbours == 0 ? AppendAll(label, isSparse, listed) : AppendNearest(label, item, isSparse, listed);
        if (isSparse)
            foreach (int other in touched.AsSpan(0, listed))
                counts.Pointer[other] = 0;
        else
            new Span<int>(counts.Pointer, (int)counts.Length).Clear();
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Count(int label, bool isSparse)
    {
        fixed (int* holders = index.HoldersOf(label))
        fixed (uint* starts = index.Units.Starts)
        fixed (TLabel* labels = index.Units.Labels<TLabel>())
        {
            int holderCount = index.Labels.Counts[label], listed = 0;
            int* to = counts.Pointer;
            if (!isSparse)
            {
                TileBuilder<TLanes, TKind, TLabel>.Walk(holders, holderCount, starts, labels, to);
                return 0;
            }
            for (int n = 0; n < holderCount; n++)
                for (uint at = starts[holders[n]]; at < starts[holders[n] + 1]; at++)
                    if (to[PackedLists.Index(labels[at])]++ == 0)
                        touched[listed++] = PackedLists.Index(labels[at]);
            return listed;
        }
    }

    private int AppendAll(int label, bool isSparse, int listed)
    {
        int kept = 0;
        if (!isSparse)
        {
            for (int other = 0; other < index.Labels.Count; other++)
                if (counts.Pointer[other] >= options.MinSupport)
                    touched[kept++] = other;
        }
        else
        {
            for (int n = 0; n < listed; n++)
                if (counts.Pointer[touched[n]] >= options.MinSupport)
                    kept++;
        }
        Cells.Append(kept, out Span<int> items, out Span<double> values);
        int written = 0;
        foreach (int other in touched.AsSpan(0, isSparse ? listed : kept))
            if (counts.Pointer[other] >= options.MinSupport)
                items[written++] = index.Labels.Items[other];
        items.Sort();
        for (int n = 0; n < kept; n++)
            values[n] = Exact(label, index.Labels.Labels[items[n]]);
        return kept;
    }

    private int AppendNearest(int label, int item, bool isSparse, int listed)
    {
        int own = counts.Pointer[label];
        counts.Pointer[label] = 0;
        if (isSparse)
            foreach (int other in touched.AsSpan(0, listed))
                Offer(label, other);
        else
            FindNearest(label);
        counts.Pointer[label] = own;

        Cells.Append(nearest.Count + 1, out Span<int> items, out Span<double> values);
        (items[^1], values[^1]) = (item, Exact(label, label));
        nearest.DrainTo(items[..^1], values[..^1]);
        items.Sort(values);
        return items.Length;
    }

    /// <summary>Offers what lanes cannot rule out: what is less similar than the M-th so far, by more than the error, stays unlooked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindNearest(int label)
    {
        TLanes factor = TLanes.Broadcast(TKind.Factor(index.Labels.Counts[label], index.ItemCounts.Length, isRow: false));
        float threshold = float.NegativeInfinity;
        for (int first = 0; first < index.Labels.Count; first += Tile.Columns)
        {
            TLanes similarity = TKind.Of(TLanes.Load(counts.Pointer + first), TLanes.Load(settings.RowFactors.Pointer + first), factor);
            uint lanes = TLanes.AtLeast(similarity, threshold);
            if (lanes == 0)
                continue;
            for (; lanes != 0; lanes &= lanes - 1)
                Offer(label, first + System.Numerics.BitOperations.TrailingZeroCount(lanes));
            if (nearest.IsFull && nearest.Count > 0)
                threshold = MathF.BitDecrement((float)(TKind.IsSigned
                    ? nearest.Worst - error.LargestSimilarity * error.Share(1) : nearest.Worst * (1.0 - error.Share(1))));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Offer(int label, int other)
    {
        // Padding has no counts, so a label beyond the last is never looked up.
        if (counts.Pointer[other] < options.MinSupport)
            return;
        int item = index.Labels.Items[other];
        double similarity = Exact(label, other);
        if (nearest.Admits(item, similarity))
            nearest.Push(item, similarity);
    }

    private double Exact(int label, int other) =>
        TKind.Exact(counts.Pointer[other], index.Labels.Counts[label], index.Labels.Counts[other], index.ItemCounts.Length);
}
