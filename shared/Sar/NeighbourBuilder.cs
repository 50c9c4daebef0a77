using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>
/// Similarity rows to keep: all cells, or the M nearest of each item (ties: the lower index) and the item itself beside them.
/// O(all counts), and O(labels) a row that is not sparse. One worker's scratch: 8 bytes a label, 8 more and 8 a candidate where it selects,
/// and what it keeps.
/// </summary>
internal sealed unsafe class NeighbourBuilder<TLanes, TKind, TLabel> : IDisposable
    where TLanes : unmanaged, ILanes<TLanes>
    where TKind : IKind
    where TLabel : unmanaged
{
    // With fewer steps than one in this many labels, touched labels are listed while counting; with more, all counters are looked through.
    private const int SparseBelowOneIn = 16;

    // Candidates are thinned out when there are so many times as many as neighbours, and at least so many.
    private const int CandidatesOfNeighbour = 4;
    private const int FewestCandidates = 256;

    private readonly CoOccurrenceIndex index;
    private readonly SarOptions options;
    private readonly TileSettings settings;
    private readonly LaneError error;
    private readonly AlignedBuffer<int> counts;
    private readonly int[] touched;
    private readonly int[] candidates;
    private readonly float[] similarities;
    private readonly Selection<float> largest = new();
    private readonly Selection<double> nearest = new();

    public NeighbourBuilder(CoOccurrenceIndex index, SarOptions options, TileSettings settings, LaneError error)
    {
        this.index = index;
        this.options = options;
        this.settings = settings;
        this.error = error;
        counts = new(Tile.Padded(index.Labels.Count));
        touched = new int[index.Labels.Count + 1];
        candidates = new int[options.Neighbours == 0 ? 0 : index.Labels.Count];
        similarities = new float[candidates.Length];
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
                {
                    // Without a branch: written over by the next label unless it is new.
                    int other = PackedLists.Index(labels[at]);
                    touched[listed] = other;
                    listed += to[other]++ == 0 ? 1 : 0;
                }
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
        int found = isSparse ? ListSupported(listed) : FindCandidates(label);
        Cells.Append(found + 1, out Span<int> items, out Span<double> values);
        for (int n = 0; n < found; n++)
            (items[n], values[n]) = (index.Labels.Items[candidates[n]], Exact(label, candidates[n]));
        counts.Pointer[label] = own;

        int kept = found > options.Neighbours ? KeepNearest(items[..found], values[..found]) : found;
        (items[kept], values[kept]) = (item, Exact(label, label));
        Cells.Shorten(found - kept);
        items[..(kept + 1)].Sort(values[..(kept + 1)]);
        return kept + 1;
    }

    private int ListSupported(int listed)
    {
        int found = 0;
        foreach (int other in touched.AsSpan(0, listed))
            if (counts.Pointer[other] >= options.MinSupport)
                candidates[found++] = other;
        return found;
    }

    /// <summary>Moves the M nearest to the front, in no order; of those as near as the last of them, the lowest indices.</summary>
    private int KeepNearest(Span<int> items, Span<double> values)
    {
        double last = nearest.At(values, options.Neighbours);
        int kept = 0, equal = 0;
        for (int n = 0; n < items.Length; n++)
        {
            if (values[n] == last)
                candidates[equal++] = items[n];
            else if (values[n] > last)
            {
                items[kept] = items[n];
                values[kept++] = values[n];
            }
        }
        candidates.AsSpan(0, equal).Sort();
        for (int n = 0; kept < options.Neighbours; n++)
        {
            items[kept] = candidates[n];
            values[kept++] = last;
        }
        return kept;
    }

    /// <summary>
    /// Lists what lanes cannot rule out: what is less similar than the M-th of those before it, by more than twice the error, stays out.
    /// </summary>
    /// <returns>How many labels it put into <see cref="candidates"/>, by rising label.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindCandidates(int label)
    {
        TLanes factor = TLanes.Broadcast(TKind.Factor(index.Labels.Counts[label], index.ItemCounts.Length, isRow: false));
        float* lane = stackalloc float[Tile.Columns];
        float threshold = float.NegativeInfinity;
        int found = 0, limit = Math.Max(CandidatesOfNeighbour * options.Neighbours, FewestCandidates);
        for (int first = 0; first < index.Labels.Count; first += Tile.Columns)
        {
            TLanes shared = TLanes.Load(counts.Pointer + first);
            TLanes similarity = TKind.Of(shared, TLanes.Load(settings.RowFactors.Pointer + first), factor);
            uint lanes = TLanes.AtLeast(shared, options.MinSupport) & TLanes.AtLeast(similarity, threshold);
            if (lanes == 0)
                continue;
            TLanes.Store(similarity, lane);
            for (; lanes != 0; lanes &= lanes - 1)
            {
                int n = BitOperations.TrailingZeroCount(lanes);
                // Lanes round large counts, so the support is looked at once more.
                candidates[found] = first + n;
                similarities[found] = lane[n];
                found += counts.Pointer[first + n] >= options.MinSupport ? 1 : 0;
            }
            if (found < limit)
                continue;
            float least = largest.At(similarities.AsSpan(0, found), options.Neighbours);
            threshold = MathF.BitDecrement((float)(TKind.IsSigned
                ? least - error.LargestSimilarity * error.Share(1) : least * (1.0 - error.Share(1))));
            found = KeepAtLeast(threshold, found);
            limit = Math.Max(limit, 2 * found);
        }
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int KeepAtLeast(float threshold, int found)
    {
        int kept = 0;
        for (int n = 0; n < found; n++)
        {
            (candidates[kept], similarities[kept]) = (candidates[n], similarities[n]);
            kept += similarities[n] >= threshold ? 1 : 0;
        }
        return kept;
    }

    private double Exact(int label, int other) =>
        TKind.Exact(counts.Pointer[other], index.Labels.Counts[label], index.Labels.Counts[other], index.ItemCounts.Length);
}
