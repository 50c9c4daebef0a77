namespace Pipeline.Train;

/// <summary>Puts values into fifths.</summary>
internal static class Fifths
{
    /// <summary>
    /// 1 to 5 for each value, 5 the highest: 1 + floor(5 x share of values that are smaller), so equal values are always in the same
    /// fifth. O(n log n).
    /// </summary>
    public static int[] Of(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        var fifths = new int[values.Length];
        for (int i = 0; i < fifths.Length; i++)
            fifths[i] = 1 + (int)(5L * CountBelow(sorted, values[i]) / values.Length);
        return fifths;
    }

    private static int CountBelow(double[] sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
