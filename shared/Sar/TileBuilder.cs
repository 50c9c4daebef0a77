using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sar;

/// <summary>
/// Counts the columns of one block at a time and writes them into the tile, transposed, with their bounds. One worker's scratch: sixteen
/// rows of counters. O(sum over the holders of the columns of their list lengths) to count, O(rows) a column to write.
/// </summary>
internal sealed unsafe class TileBuilder<TLanes, TKind, TLabel> : IDisposable
    where TLanes : unmanaged, ILanes<TLanes>
    where TKind : IKind
    where TLabel : unmanaged
{
    // How many holders ahead the start and the labels of a list are asked for: its length is not known before, and most lists are short.
    private const int StartsAhead = 16;
    private const int LabelsAhead = 8;

    private readonly CoOccurrenceIndex index;
    private readonly TileSettings settings;
    private readonly AlignedBuffer<byte> scratch;
    private readonly int stride;

    public TileBuilder(CoOccurrenceIndex index, TileSettings settings)
    {
        this.index = index;
        this.settings = settings;
        stride = Tile.Padded(index.Labels.Count);
        scratch = new(BytesOf(index.Labels.Count));
    }

    /// <summary>Memory of one worker, bytes.</summary>
    public static long BytesOf(int rows) => 4L * Tile.Columns * Tile.Padded(rows);

    /// <summary>Fills a block with the counts of the columns <c>[first, first + 16)</c>; columns beyond the last are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Build<TCount>(Tile tile, int block, int first)
        where TCount : unmanaged, INumber<TCount>
    {
        TCount* counts = (TCount*)scratch.Pointer;
        NativeMemory.Clear(counts, (nuint)((long)stride * Tile.Columns * sizeof(TCount)));
        int columns = Math.Min(Tile.Columns, settings.Columns.Length - first);
        float* factors = stackalloc float[Tile.Columns];
        for (int column = 0; column < Tile.Columns; column++)
            factors[column] = 1;
        for (int column = 0; column < columns; column++)
        {
            int label = settings.Columns[first + column];
            TCount* row = counts + (long)column * stride;
            fixed (int* holders = index.HoldersOf(label))
            fixed (uint* starts = index.Units.Starts)
            fixed (TLabel* labels = index.Units.Labels<TLabel>())
                Walk(holders, index.Labels.Counts[label], starts, labels, row);
            if (!settings.KeepsDiagonal)
                row[label] = TCount.Zero;
            if (settings.MinSupport > 1)
                DropBelow(row, settings.MinSupport);
            factors[column] = settings.ColumnFactors.Pointer[first + column];
        }
        Write(counts, factors, tile.Block<TCount>(block), tile.Panel(block));
    }

    public void Dispose() => scratch.Dispose();

    /// <summary>Adds the lists of all holders to the counters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Walk<TCount>(int* holders, int count, uint* starts, TLabel* labels, TCount* counts)
        where TCount : unmanaged, INumber<TCount>
    {
        for (int n = 0; n < count; n++)
        {
            if (Sse.IsSupported && n + StartsAhead < count)
            {
                Sse.Prefetch0(starts + holders[n + StartsAhead]);
                Sse.Prefetch0(labels + starts[holders[n + LabelsAhead]]);
            }
            TLabel* at = labels + starts[holders[n]], end = labels + starts[holders[n] + 1];
            for (; at + 4 <= end; at += 4)
            {
                counts[PackedLists.Index(at[0])] += TCount.One;
                counts[PackedLists.Index(at[1])] += TCount.One;
                counts[PackedLists.Index(at[2])] += TCount.One;
                counts[PackedLists.Index(at[3])] += TCount.One;
            }
            for (; at < end; at++)
                counts[PackedLists.Index(*at)] += TCount.One;
        }
    }

    private void DropBelow<TCount>(TCount* counts, int minSupport)
        where TCount : unmanaged, INumber<TCount>
    {
        for (int row = 0; row < stride; row++)
            if (int.CreateTruncating(counts[row]) < minSupport)
                counts[row] = TCount.Zero;
    }

    /// <summary>Sixteen rows of counters to sixteen columns of the block, and the largest similarity of each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write<TCount>(TCount* counts, float* factors, TCount* to, float* panel)
        where TCount : unmanaged, INumber<TCount>
    {
        bool isMagnitude = TKind.IsSigned && settings.HasNegativeWeights;
        for (int row = 0; row < stride; row += Tile.Columns)
        {
            TLanes rowFactor = TLanes.Load(settings.RowFactors.Pointer + row), largest = TLanes.Broadcast(0);
            for (int column = 0; column < Tile.Columns; column++)
            {
                TLanes similarity = TKind.Of(Load(counts + (long)column * stride + row), rowFactor, TLanes.Broadcast(factors[column]));
                largest = TLanes.Max(largest, isMagnitude ? TLanes.Abs(similarity) : similarity);
            }
            TLanes.Store(largest, panel + row);
            Transposition.Transpose<TLanes, TCount>(counts + row, stride, to + (long)row * Tile.Columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Load<TCount>(TCount* from)
        where TCount : unmanaged => sizeof(TCount) == sizeof(ushort) ? TLanes.Load((ushort*)from) : TLanes.Load((int*)from);
}
