using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sar;

/// <summary>
/// The lists while they are scored group after group: for each the affinities as scaled <see cref="float"/>, the best k so far with
/// their exact scores, and the threshold below which nothing can get in any more.
/// </summary>
/// <remarks>
/// <para>Places run over the lists by falling history length. Places are filled by whoever scores the list; no two workers share one.</para>
/// <para>Error of a lane score: with weights of one sign and similarities of one sign it is relative to the score, one rounding a term
/// and a few in each (<see cref="IsRelative"/>); otherwise it is relative to the sum of the weights times the largest similarity. Margins
/// are twice that, as the bound and the score are both rounded.</para>
/// </remarks>
internal sealed unsafe partial class ScoredLists : IDisposable
{
    private const int ListsPerChunk = 4096;

    // A weight this much smaller than the largest of its list still shows in a float; a list of weights below the second is not filtered.
    private const float SmallestShare = 1f / (1L << 60);
    private const double SmallestScale = 1e-200;

    // Smaller than any score of a list whose weights are all above 0.
    private const float AboveZero = 1e-37f;

    private readonly AlignedBuffer<float> weights;
    private readonly AlignedBuffer<float> thresholds;
    private readonly AlignedBuffer<float> margins;
    private readonly AlignedBuffer<double> scales;
    private readonly int[] order;
    private readonly int[] users;
    private readonly uint[] affinityStarts;
    private readonly SparseMatrix affinity;

    public ScoredLists(SarModel model, CoOccurrenceIndex index, int[] users, int k, LaneError error, int threads, CancellationToken cancellation)
    {
        this.users = users;
        K = k;
        order = Order(users, index.Users);
        Starts = new uint[users.Length + 1];
        Histories = new uint[users.Length];
        affinityStarts = new uint[users.Length];
        affinity = model.Affinity;
        for (int place = 0; place < users.Length; place++)
        {
            int position = index.Users.Positions[users[order[place]]];
            Histories[place] = index.Users.Starts[position];
            affinityStarts[place] = (uint)affinity.Starts[users[order[place]]];
            Starts[place + 1] = Starts[place] + (uint)index.Users.Length(position);
        }
        weights = new(Starts[^1]);
        thresholds = new(users.Length);
        margins = new(users.Length);
        scales = new(users.Length);
        Counts = new int[users.Length];
        Items = new int[(long)users.Length * k];
        Scores = new double[(long)users.Length * k];
        Workers.Run(users.Length, ListsPerChunk, threads, () => 0, (_, chunk) =>
        {
            for (int place = chunk.Start; place < chunk.End; place++)
                Prepare(place, Affinities(place), error);
        }, cancellation);
    }

    /// <summary>Most places a list can have on the way over the tiles: beyond, pruning gains little.</summary>
    public static int MaxK => 1024;

    public int K { get; }

    public int Count => users.Length;

    /// <summary>Where the weights of each list start, by place.</summary>
    public uint[] Starts { get; }

    /// <summary>Where the packed history of each list starts, by place.</summary>
    public uint[] Histories { get; }

    /// <summary>How many are in each list so far, by place.</summary>
    public int[] Counts { get; }

    /// <summary>The best items so far, <see cref="K"/> places a list, by place.</summary>
    public int[] Items { get; }

    /// <summary>Their exact scores.</summary>
    public double[] Scores { get; }

    /// <summary>Scores a list must reach, scaled, by place; minus infinity as long as anything gets in.</summary>
    public float* Thresholds => thresholds.Pointer;

    /// <summary>Memory beside the lists themselves, bytes.</summary>
    public static long BytesOf(long lists, long pairs) => 32 * lists + 4 * pairs;

    public int Length(int place) => (int)(Starts[place + 1] - Starts[place]);

    public int UserOf(int place) => users[order[place]];

    /// <summary>The exact weights of the list.</summary>
    public ReadOnlySpan<double> Affinities(int place) => affinity.Values.Slice((int)affinityStarts[place], Length(place));

    /// <summary>Asks for what scoring the list exactly will read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int place)
    {
        if (Sse.IsSupported && Length(place) > 0)
            Sse.Prefetch0(Unsafe.AsPointer(in affinity.Values[(int)affinityStarts[place]]));
    }

    public float* Weights(int place) => weights.Pointer + Starts[place];

    public double Scale(int place) => scales.Pointer[place];

    /// <summary>Whether all weights of the list are 0 or above, and its similarities too: then exactly what is touched scores above 0.</summary>
    public bool IsRelative(int place) => margins.Pointer[place] < 0;

    /// <summary>What to compare a bound or a lane score with, so that no exact score at or above the given one is lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Below(int place, double scaledScore)
    {
        float margin = margins.Pointer[place];
        double below = margin < 0 ? Math.Max(scaledScore * (1.0 + margin), AboveZero) : scaledScore - margin;
        return below < -float.MaxValue ? float.NegativeInfinity : MathF.BitDecrement((float)below);
    }

    /// <summary>Same from a lane score, which itself may be too high.</summary>
    public float BelowLanes(int place, float laneScore)
    {
        float margin = margins.Pointer[place];
        return Below(place, margin < 0 ? laneScore * (1.0 + margin) : (double)laneScore - margin);
    }

    /// <summary>Puts an item with its exact score into its list, if it gets in; tells whether it did. O(k).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Offer(int place, int item, double score)
    {
        Span<int> items = Items.AsSpan(place * K, K);
        Span<double> scores = Scores.AsSpan(place * K, K);
        int count = Counts[place];
        if (count == K)
        {
            if (!IsBetter(item, score, items[^1], scores[^1]))
                return false;
            count--;
        }
        else
        {
            Counts[place]++;
        }
        int at = count;
        for (; at > 0 && IsBetter(item, score, items[at - 1], scores[at - 1]); at--)
            (items[at], scores[at]) = (items[at - 1], scores[at - 1]);
        (items[at], scores[at]) = (item, score);
        return true;
    }

    /// <summary>Puts another list in its place.</summary>
    public void Replace(int place, Ranking ranking)
    {
        ranking.Indices.CopyTo(Items, place * K);
        ranking.Scores.CopyTo(Scores, place * K);
        Counts[place] = ranking.Count;
    }

    public void Dispose()
    {
        weights.Dispose();
        thresholds.Dispose();
        margins.Dispose();
        scales.Dispose();
    }

    private static bool IsBetter(int item, double score, int otherItem, double otherScore) =>
        score > otherScore || (score == otherScore && item < otherItem);

    /// <summary>The lists in the order of their users' packed lists.</summary>
    private static int[] Order(int[] users, PackedLists packed)
    {
        int[] order = new int[users.Length], positions = new int[users.Length];
        for (int list = 0; list < users.Length; list++)
            (order[list], positions[list]) = (list, packed.Positions[users[list]]);
        bool isAll = users.Length == packed.Count;
        for (int list = 0; isAll && list < users.Length; list++)
            isAll = users[list] == list;
        if (isAll)
            return packed.Rows;
        Array.Sort(positions, order);
        return order;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Prepare(int place, ReadOnlySpan<double> affinities, LaneError error)
    {
        double largest = 0;
        bool isPositive = !error.IsSigned;
        foreach (double affinity in affinities)
        {
            largest = Math.Max(largest, Math.Abs(affinity));
            isPositive &= affinity >= 0;
        }
        // A power of two, so that scaling rounds nothing: the largest weight comes to lie between 1 and 2.
        double scale = largest < SmallestScale ? 1 : Math.ScaleB(1, -Math.ILogB(largest));
        float* to = Weights(place);
        double sum = 0;
        for (int n = 0; n < affinities.Length; n++)
        {
            to[n] = (float)(affinities[n] * scale);
            sum += Math.Abs(to[n]);
            isPositive &= affinities[n] == 0 || to[n] >= SmallestShare;
        }
        float share = error.Share(affinities.Length);
        bool isFiltered = largest >= SmallestScale && share < 0.25f;
        margins.Pointer[place] = !isFiltered ? float.PositiveInfinity : isPositive ? -share : (float)(sum * error.LargestSimilarity * share);
        scales.Pointer[place] = scale;
        thresholds.Pointer[place] = isFiltered && isPositive ? AboveZero : float.NegativeInfinity;
    }
}
