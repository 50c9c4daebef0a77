using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sar;

/// <summary>
/// Scores lists against the tile of one group. First a bound for every block: the sum of the weights times the largest similarities, all
/// blocks at once. Then, only for blocks that can reach the threshold of the list, sixteen scores at once; only for what reaches it, the
/// exact score, summed in item order as the plain version does. One worker's scratch.
/// </summary>
/// <remarks>
/// Invariant: a threshold is never above the k-th best exact score less the error of the lanes, so nothing that belongs into a list is
/// passed over; what gets in is decided by exact scores alone. So neither the order of the groups nor the lanes leave a trace.
/// </remarks>
internal sealed unsafe partial class TileScorer<TLanes, TKind, TLabel>
    where TLanes : unmanaged, ILanes<TLanes>
    where TKind : IKind
    where TLabel : unmanaged, IEquatable<TLabel>
{
    public const int ListsPerChunk = 512;

    private const int MostPrefetched = 64;

    private readonly SarModel model;
    private readonly CoOccurrenceIndex index;
    private readonly TileSettings settings;
    private readonly ScoredLists lists;
    private readonly float[] bounds = new float[ListsPerChunk * Tile.MaxBlocks];
    private readonly uint[] blocksToScore = new uint[ListsPerChunk];
    private readonly float[] candidateScores = new float[Tile.MaxBlocks * Tile.Columns];
    private readonly int[] candidates = new int[Tile.MaxBlocks * Tile.Columns];
    private readonly FloatHeap best;
    private float[] magnitudes = [];

    public TileScorer(SarModel model, CoOccurrenceIndex index, TileSettings settings, ScoredLists lists)
    {
        this.model = model;
        this.index = index;
        this.settings = settings;
        this.lists = lists;
        best = new(lists.K);
    }

    /// <summary>Scores the lists of a chunk of places against the columns <c>[first, first + columns)</c>, which the tile holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Score<TCount>(Tile tile, int first, int columns, Chunk chunk)
        where TCount : unmanaged, INumber<TCount>
    {
        fixed (TLabel* labels = index.Users.Labels<TLabel>())
        {
            uint all = uint.MaxValue >> (32 - Workers.Chunks(columns, Tile.Columns));
            for (int place = chunk.Start; place < chunk.End; place++)
                blocksToScore[place - chunk.Start] = all & FindBlocks(tile, place, labels + lists.Histories[place], place - chunk.Start);
            for (int place = chunk.Start; place < chunk.End; place++)
                if (blocksToScore[place - chunk.Start] is not 0 and var blocks)
                {
                    if (place + 1 < chunk.End && blocksToScore[place + 1 - chunk.Start] is not 0 and var next)
                    {
                        lists.Prefetch(place + 1);
                        Prefetch(
                            tile.Block<TCount>(BitOperations.TrailingZeroCount(next)), labels + lists.Histories[place + 1],
                            Math.Min(lists.Length(place + 1), MostPrefetched));
                    }
                    TLabel* history = labels + lists.Histories[place];
                    int found = FindCandidates<TCount>(tile, first, columns, place, place - chunk.Start, history, blocks);
                    if (found > 0)
                        ScoreExactly<TCount>(tile, first, place, history, found);
                }
        }
    }

    /// <summary>Bounds of all blocks for one list; returns a bit for each block that can reach the threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint FindBlocks(Tile tile, int place, TLabel* history, int at)
    {
        int length = lists.Length(place);
        float* weights = lists.Weights(place);
        if (!lists.IsRelative(place))
        {
            // A weight below 0 adds at most 0 if no similarity is below 0; otherwise at most its magnitude times the largest magnitude.
            if (magnitudes.Length < length)
                magnitudes = new float[length * 2];
            for (int n = 0; n < length; n++)
                magnitudes[n] = TKind.IsSigned ? Math.Abs(weights[n]) : Math.Max(0, weights[n]);
            fixed (float* to = magnitudes)
            fixed (float* result = &bounds[at * Tile.MaxBlocks])
                return SumBounds(tile.Bounds, history, to, length, lists.Thresholds[place], result);
        }
        fixed (float* result = &bounds[at * Tile.MaxBlocks])
            return SumBounds(tile.Bounds, history, weights, length, lists.Thresholds[place], result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint SumBounds(float* bounds, TLabel* history, float* weights, int length, float threshold, float* result)
    {
        TLanes a = TLanes.Broadcast(0), b = a, c = a, d = a;
        int n = 0;
        for (; n + 4 <= length; n += 4)
        {
            a = TLanes.MultiplyAdd(TLanes.Broadcast(weights[n]), TLanes.Load(bounds + Offset(history[n])), a);
            b = TLanes.MultiplyAdd(TLanes.Broadcast(weights[n + 1]), TLanes.Load(bounds + Offset(history[n + 1])), b);
            c = TLanes.MultiplyAdd(TLanes.Broadcast(weights[n + 2]), TLanes.Load(bounds + Offset(history[n + 2])), c);
            d = TLanes.MultiplyAdd(TLanes.Broadcast(weights[n + 3]), TLanes.Load(bounds + Offset(history[n + 3])), d);
        }
        for (; n < length; n++)
            a = TLanes.MultiplyAdd(TLanes.Broadcast(weights[n]), TLanes.Load(bounds + Offset(history[n])), a);
        TLanes sum = a + b + (c + d);
        TLanes.Store(sum, result);
        return TLanes.AtLeast(sum, threshold);
    }

    /// <summary>
    /// Scores the blocks in lanes and notes what reaches the threshold, which rises on the way to the k-th best lane score less the error.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindCandidates<TCount>(Tile tile, int first, int columns, int place, int at, TLabel* history, uint blocks)
        where TCount : unmanaged, INumber<TCount>
    {
        int found = 0, length = lists.Length(place);
        bool isRelative = lists.IsRelative(place);
        bool isFull = lists.Counts[place] == lists.K;
        float threshold = lists.Thresholds[place];
        float* weights = lists.Weights(place);
        float* scores = stackalloc float[Tile.Columns];
        var seen = new ReadOnlySpan<TLabel>(history, settings.KeepsDiagonal ? 0 : length);

        for (; blocks != 0; blocks &= blocks - 1)
        {
            int block = BitOperations.TrailingZeroCount(blocks), firstOfBlock = block * Tile.Columns;
            if (bounds[at * Tile.MaxBlocks + block] < threshold)
                continue;
            TCount* counts = tile.Block<TCount>(block);
            if ((blocks & (blocks - 1)) is not 0 and var later)
                Prefetch(tile.Block<TCount>(BitOperations.TrailingZeroCount(later)), history, Math.Min(length, MostPrefetched));
            TLanes sum = SumScores(counts, history, weights, length, first + firstOfBlock);
            uint lanes = TLanes.AtLeast(sum, threshold);
            if (lanes == 0)
                continue;
            if (columns - firstOfBlock < Tile.Columns)
                lanes &= (1u << (columns - firstOfBlock)) - 1;
            if (!isRelative)
                lanes &= Touched(counts, history, lists.Affinities(place));
            TLanes.Store(sum, scores);
            for (; lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                float score = scores[lane];
                if (score < threshold || seen.Contains(PackedLists.Label<TLabel>(settings.Columns[first + firstOfBlock + lane])))
                    continue;
                candidates[found] = firstOfBlock + lane;
                candidateScores[found++] = score;
                if (isFull)
                    continue;
                if (found == 1)
                    best.Fill(lists.Scores.AsSpan(place * lists.K, lists.Counts[place]), lists.Scale(place));
                if (best.Push(score))
                    threshold = Math.Max(threshold, lists.BelowLanes(place, best.Smallest));
            }
        }
        lists.Thresholds[place] = threshold;
        return found;
    }

    /// <summary>Asks for the rows of the next block while this one is summed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Prefetch<TCount>(TCount* counts, TLabel* history, int length)
        where TCount : unmanaged
    {
        if (!Sse.IsSupported)
            return;
        for (int n = 0; n < length; n++)
            Sse.Prefetch0(counts + Offset(history[n]));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TLanes SumScores<TCount>(TCount* counts, TLabel* history, float* weights, int length, int firstColumn)
        where TCount : unmanaged
    {
        float* rowFactors = settings.RowFactors.Pointer;
        TLanes column = TLanes.Load(settings.ColumnFactors.Pointer + firstColumn), a = TLanes.Broadcast(0), b = a, c = a, d = a;
        int n = 0;
        for (; n + 4 <= length; n += 4)
        {
            a = Add(counts, history[n], weights[n], rowFactors, column, a);
            b = Add(counts, history[n + 1], weights[n + 1], rowFactors, column, b);
            c = Add(counts, history[n + 2], weights[n + 2], rowFactors, column, c);
            d = Add(counts, history[n + 3], weights[n + 3], rowFactors, column, d);
        }
        for (; n < length; n++)
            a = Add(counts, history[n], weights[n], rowFactors, column, a);
        return a + b + (c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Add<TCount>(TCount* counts, TLabel label, float weight, float* rowFactors, TLanes column, TLanes sum)
        where TCount : unmanaged
    {
        TCount* row = counts + Offset(label);
        TLanes count = sizeof(TCount) == sizeof(ushort) ? TLanes.Load((ushort*)row) : TLanes.Load((int*)row);
        TLanes similarity = TKind.Of(count, TLanes.Broadcast(rowFactors[PackedLists.Index(label)]), column);
        return TLanes.MultiplyAdd(TLanes.Broadcast(weight), similarity, sum);
    }

    /// <summary>A bit for each column that shares a unit with an item of the history whose weight is not 0.</summary>
    private static uint Touched<TCount>(TCount* counts, TLabel* history, ReadOnlySpan<double> affinities)
        where TCount : unmanaged, INumber<TCount>
    {
        uint touched = 0;
        for (int n = 0; n < affinities.Length; n++)
        {
            if (affinities[n] == 0)
                continue;
            TCount* row = counts + Offset(history[n]);
            for (int lane = 0; lane < Tile.Columns; lane++)
                touched |= (TCount.IsZero(row[lane]) ? 0u : 1u) << lane;
        }
        return touched;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Offset(TLabel label) => (long)PackedLists.Index(label) * Tile.Columns;

    private int Item(int column) => index.Labels.Items[settings.Columns[column]];
}
