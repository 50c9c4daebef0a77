using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sar;

/// <summary>A dense row of sums that knows which it touched: one worker's scratch, 12 bytes an item.</summary>
internal sealed unsafe class ScoreBoard
{
    // Invariant: a sum is -0.0 exactly when nothing was added to it. IEEE addition gives -0.0 only for two terms of -0.0, and a term is
    // never that, because 0.0 is added to it first. So a touched sum of 0 differs from an Untouched one without a flag per item.
    private const double Untouched = -0.0;

    // With no more cells than one in this many items, touched items are listed as they come; with more, looking through all sums
    // afterwards, many at a time, is cheaper. Both add in the same order, so both give the same bits.
    private const int SparseBelowOneIn = 16;

    private readonly double[] sums;
    private readonly int[] touched;
    private int touchedCount;
    private bool isSparse = true;

    public ScoreBoard(int items)
    {
        sums = new double[items];
        touched = new int[items + 1];
        Array.Fill(sums, Untouched);
    }

    public bool IsTouched(int item) => IsTouched(sums[item]);

    /// <summary>
    /// Sets the sums to <c>history x similarity</c>. Each sum is added up in the order of the history, by item, whatever else happens:
    /// that fixes its last bits. Items with weight 0 add nothing and touch nothing. O(sum of the rows' lengths).
    /// </summary>
    public void Fill(ReadOnlySpan<int> history, ReadOnlySpan<double> weights, ISimilarityRows similarity)
    {
        Clear();
        long cells = 0;
        foreach (int item in history)
        {
            SparseRow row = similarity.Row(item);
            cells += row.Count;
            AskFor(row);
        }
        isSparse = cells <= sums.Length / SparseBelowOneIn;

        for (int n = 0; n < history.Length; n++)
        {
            if (weights[n] == 0)
                continue;
            if (isSparse)
                AddAndList(weights[n], similarity.Row(history[n]));
            else
                Add(weights[n], similarity.Row(history[n]));
        }
    }

    /// <summary>Offers every touched item with its sum, but for the barred. O(touched items), or O(items) at a fraction of the cost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void OfferTo(TopK top, bool[] barred)
    {
        if (isSparse)
        {
            foreach (int item in touched.AsSpan(0, touchedCount))
                Offer(item, top, barred);
            return;
        }
        // What is untouched or below the worst of a full list is looked at no closer.
        fixed (double* from = sums)
        {
            Vector512<double> worst = WorstOf(top);
            Vector512<long> untouched = Vector512.Create(BitConverter.DoubleToInt64Bits(Untouched));
            int item = 0;
            for (; item <= sums.Length - Vector512<double>.Count; item += Vector512<double>.Count)
            {
                Vector512<double> eight = Vector512.Load(from + item);
                Vector512<long> good = Vector512.GreaterThanOrEqual(eight, worst).AsInt64();
                if (good == Vector512<long>.Zero)
                    continue;
                good &= ~Vector512.Equals(eight.AsInt64(), untouched);
                for (ulong left = good.ExtractMostSignificantBits(); left != 0; left &= left - 1)
                    Offer(item + BitOperations.TrailingZeroCount(left), top, barred);
                worst = WorstOf(top);
            }
            for (; item < sums.Length; item++)
                if (IsTouched(from[item]))
                    Offer(item, top, barred);
        }

        static Vector512<double> WorstOf(TopK top) => Vector512.Create(top.IsFull ? top.Worst : double.NegativeInfinity);
    }

    /// <summary>Takes items out of what is offered, which saves looking at them: they are barred, and the best of all.</summary>
    public void Withdraw(ReadOnlySpan<int> items)
    {
        foreach (int item in items)
            sums[item] = Untouched;
    }

    /// <summary>The smallest and the largest sum over all items.</summary>
    public (double Min, double Max) Range()
    {
        if (sums.Length == 0)
            return (0, 0);
        double min = double.MaxValue, max = double.MinValue;
        foreach (double sum in sums)
        {
            min = Math.Min(min, sum);
            max = Math.Max(max, sum);
        }
        return (min, max);
    }

    // The indices of a row are below its columns, which the sums cover: a matrix is checked when it is made. Plain pointers, because these
    // two loops are all that scoring over stored rows does.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(double weight, SparseRow row)
    {
        fixed (int* indices = row.Indices)
        fixed (double* values = row.Values)
        fixed (double* to = sums)
            for (int n = 0; n < row.Count; n++)
                to[indices[n]] += weight * values[n] + 0.0;
    }

    /// <summary>Asks for the start of a row, which lies anywhere; once it is being read, the processor sees to the rest by itself.</summary>
    private static void AskFor(SparseRow row)
    {
        if (!Sse.IsSupported || row.Count == 0)
            return;
        fixed (int* indices = row.Indices)
        fixed (double* values = row.Values)
        {
            Sse.Prefetch0(indices);
            Sse.Prefetch0((byte*)indices + 64);
            Sse.Prefetch0(values);
            Sse.Prefetch0((byte*)values + 64);
        }
    }

    /// <summary>Lists what it touches for the first time, without a branch: written over by the next item unless it counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddAndList(double weight, SparseRow row)
    {
        int count = touchedCount;
        fixed (int* indices = row.Indices)
        fixed (double* values = row.Values)
        fixed (double* to = sums)
        fixed (int* list = touched)
            for (int n = 0; n < row.Count; n++)
            {
                int item = indices[n];
                double before = to[item];
                list[count] = item;
                count += IsTouched(before) ? 0 : 1;
                to[item] = before + (weight * values[n] + 0.0);
            }
        touchedCount = count;
    }

    private void Offer(int item, TopK top, bool[] barred)
    {
        if (top.Admits(item, sums[item]) && !barred[item])
            top.Push(item, sums[item]);
    }

    private void Clear()
    {
        if (isSparse)
            foreach (int item in touched.AsSpan(0, touchedCount))
                sums[item] = Untouched;
        else
            Array.Fill(sums, Untouched);
        touchedCount = 0;
    }

    private static bool IsTouched(double sum) => BitConverter.DoubleToInt64Bits(sum) != BitConverter.DoubleToInt64Bits(Untouched);
}
