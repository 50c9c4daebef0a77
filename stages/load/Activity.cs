using Pipeline.Tables;

namespace Pipeline.Load;

/// <summary>How many interactions a user or an item has: of the least active half, nine in ten, 99 in a hundred, and the most active.</summary>
/// <param name="Median">At least half have at most as many; a count that occurs.</param>
/// <param name="P90">At least 90 of 100 have at most as many.</param>
/// <param name="P99">At least 99 of 100 have at most as many.</param>
/// <param name="Max">The most that any has.</param>
internal sealed record Activity(long Median, long P90, long P99, long Max)
{
    /// <summary>The activity behind counts, at least one of them. By rank, without interpolation: O(n log n).</summary>
    public static Activity Of(IReadOnlyCollection<long> counts)
    {
        long[] sorted = [.. counts];
        Array.Sort(sorted);
        return new Activity(At(50), At(90), At(99), sorted[^1]);

        long At(long percent) => sorted[(sorted.Length * percent + 99) / 100 - 1];
    }
}

/// <summary>A counter for each distinct id. Not thread-safe.</summary>
internal sealed class IdCounts
{
    private readonly TextIndex ids = new();
    private readonly List<long> counts = [];

    /// <summary>The counts, in order of first appearance.</summary>
    public IReadOnlyList<long> Counts => counts;

    /// <summary>Counts an id.</summary>
    /// <returns>Its position.</returns>
    public int Add(ReadOnlySpan<byte> id)
    {
        int position = ids.Add(id);
        if (position == counts.Count)
            counts.Add(0);
        counts[position]++;
        return position;
    }

    /// <summary>The counts by id, in ordinal order.</summary>
    public SortedDictionary<string, long> ByName()
    {
        var byName = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (int position = 0; position < counts.Count; position++)
            byName.Add(System.Text.Encoding.UTF8.GetString(ids[position]), counts[position]);
        return byName;
    }
}
