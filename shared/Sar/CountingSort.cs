namespace Pipeline.Sar;

/// <summary>The two halves of a counting sort: stable, no comparisons, O(rows + keys).</summary>
internal static class CountingSort
{
    /// <summary>Where the rows of each key start once sorted; one longer than there are keys.</summary>
    public static long[] Starts(ReadOnlySpan<int> keyOfRow, int keys)
    {
        long[] starts = new long[keys + 1L];
        foreach (int key in keyOfRow)
            starts[key + 1]++;
        for (int key = 0; key < keys; key++)
            starts[key + 1] += starts[key];
        return starts;
    }

    /// <summary>
    /// Puts the starts back after the rows were placed with <c>starts[key]++</c>, which leaves each start where the next one belongs.
    /// </summary>
    public static void Rewind(long[] starts)
    {
        starts.AsSpan(0, starts.Length - 1).CopyTo(starts.AsSpan(1));
        starts[0] = 0;
    }
}
