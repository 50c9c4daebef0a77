using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>
/// The distinct ids of a column. While the input is read they are numbered as they come; <see cref="Rank()"/> then gives them their place in
/// ordinal order, which depends on nothing but the ids.
/// </summary>
internal sealed class RankedIds
{
    private readonly TextIndex ids = new();
    private int[] positions = [], ranks = [];

    public int Count => ids.Count;

    /// <summary>Bytes they take, ranks included.</summary>
    public long Bytes => ids.Bytes + (sizeof(int) + sizeof(int)) * (long)Count;

    /// <summary>The id with a rank.</summary>
    public ReadOnlySpan<byte> this[int rank] => ids[positions[rank]];

    /// <summary>The position of an id, new or not.</summary>
    public int Add(ReadOnlySpan<byte> id) => ids.Add(id);

    /// <summary>The rank of an id, -1 where it is unknown.</summary>
    public int Find(ReadOnlySpan<byte> id) => ids.Find(id) is var position and >= 0 ? ranks[position] : -1;

    /// <summary>Ends the reading: from now on ids are known by rank. O(n log n).</summary>
    public void Rank()
    {
        positions = ids.SortedPositions();
        ranks = new int[positions.Length];
        for (int rank = 0; rank < positions.Length; rank++)
            ranks[positions[rank]] = rank;
    }

    /// <summary>What was gathered of each id by position, by rank.</summary>
    public T[] ByRank<T>(T[] byPosition) => [.. positions.Select(position => byPosition[position])];

    /// <summary>Puts ranks in the place of positions.</summary>
    public void Rank(Span<int> column)
    {
        foreach (ref int id in column)
            id = ranks[id];
    }

    /// <summary>As the other, for a column of few ids.</summary>
    public void Rank(Span<byte> column)
    {
        foreach (ref byte id in column)
            id = (byte)ranks[id];
    }
}
