namespace Pipeline.Tables;

/// <summary>Gives distinct UTF-8 texts dense positions from 0, in order of first appearance. Looking up allocates nothing. Not thread-safe.</summary>
public sealed class TextIndex
{
    private readonly Dictionary<byte[], int> positions;
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup;
    private readonly List<byte[]> texts = [];

    /// <summary>Creates an empty index.</summary>
    public TextIndex()
    {
        positions = new Dictionary<byte[], int>(new BytesComparer());
        lookup = positions.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Distinct texts.</summary>
    public int Count => texts.Count;

    /// <summary>The text at a position.</summary>
    public ReadOnlySpan<byte> this[int position] => texts[position];

    /// <summary>Position of a text, added at the end if it is new.</summary>
    public int Add(ReadOnlySpan<byte> text)
    {
        if (lookup.TryGetValue(text, out int position))
            return position;
        byte[] copy = text.ToArray();
        positions.Add(copy, texts.Count);
        texts.Add(copy);
        return texts.Count - 1;
    }

    /// <summary>Position of a text, -1 if it is not there.</summary>
    public int Find(ReadOnlySpan<byte> text) => lookup.TryGetValue(text, out int position) ? position : -1;

    /// <summary>The positions in ordinal order of their texts' bytes. O(n log n).</summary>
    public int[] SortedPositions()
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        Array.Sort(order, (a, b) => texts[a].AsSpan().SequenceCompareTo(texts[b]));
        return order;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
