using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>A dense row of sums that knows which it touched: one worker's scratch, 12 bytes an item.</summary>
internal sealed unsafe class ScoreBoard
{
    // Invariant: a sum is -0.0 exactly when nothing was added to it. IEEE addition gives -0.0 only for two terms of -0.0, and a term is
    // never that, because 0.0 is added to it first. So a touched sum of 0 differs from an Untouched one without a flag per item.
    private const double Untouched = -0.0;

    // With fewer cells than one in this many items, touched items are listed as they come; with more, looking through all sums
    // afterwards is cheaper than a branch per cell. Both add in the same order, so both give the same bits.
    private const int SparseBelowOneIn = 4;

    private readonly double[] sums;
    private readonly int[] touched;
    private int touchedCount;

    public ScoreBoard(int items)
    {
        sums = new double[items];
        touched = new int[items + 1];
        Array.Fill(sums, Untouched);
    }

    /// <summary>The items that something was added to, in no particular order.</summary>
    public ReadOnlySpan<int> Touched => touched.AsSpan(0, touchedCount);

    /// <summary>The sum of each item; zero (of either sign) where nothing was added.</summary>
    public ReadOnlySpan<double> Sums => sums;

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
            cells += similarity.Row(item).Count;
        bool isSparse = cells < sums.Length / SparseBelowOneIn;

        for (int n = 0; n < history.Length; n++)
        {
            if (weights[n] == 0)
                continue;
            if (isSparse)
                AddAndList(weights[n], similarity.Row(history[n]));
            else
                Add(weights[n], similarity.Row(history[n]));
        }
        if (!isSparse)
            FindTouched();
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

    private void FindTouched()
    {
        int count = 0;
        for (int item = 0; item < sums.Length; item++)
        {
            // Without a branch: written over by the next item unless it counts. Invariant: count <= item.
            touched[count] = item;
            count += IsTouched(sums[item]) ? 1 : 0;
        }
        touchedCount = count;
    }

    private void Clear()
    {
        foreach (int item in Touched)
            sums[item] = Untouched;
        touchedCount = 0;
    }

    private static bool IsTouched(double sum) => BitConverter.DoubleToInt64Bits(sum) != BitConverter.DoubleToInt64Bits(Untouched);
}
