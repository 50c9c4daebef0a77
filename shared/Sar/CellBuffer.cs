namespace Pipeline.Sar;

/// <summary>Cells that a worker collects for a chunk: an index and a value each. Grows by doubling, is emptied and used again.</summary>
internal sealed class CellBuffer<T>
{
    private int[] indices = new int[1024];
    private T[] values = new T[1024];

    public int Count { get; private set; }

    /// <summary>Appends room for <paramref name="cells"/> cells and returns it; the caller fills it.</summary>
    public void Append(int cells, out Span<int> newIndices, out Span<T> newValues)
    {
        if (cells > indices.Length - Count)
        {
            int capacity = (int)Math.Min(Array.MaxLength, Math.Max((long)Count + cells, 2L * indices.Length));
            Array.Resize(ref indices, capacity);
            Array.Resize(ref values, capacity);
        }
        newIndices = indices.AsSpan(Count, cells);
        newValues = values.AsSpan(Count, cells);
        Count += cells;
    }

    /// <summary>Takes the last <paramref name="cells"/> cells back.</summary>
    public void Shorten(int cells) => Count -= cells;

    /// <summary>Copies what was collected and empties the buffer.</summary>
    public CellBlock<T> Take()
    {
        var block = new CellBlock<T>(indices.AsSpan(0, Count).ToArray(), values.AsSpan(0, Count).ToArray());
        Count = 0;
        return block;
    }
}

/// <summary>The cells of one chunk, exactly as many as there are.</summary>
internal sealed record CellBlock<T>(int[] Indices, T[] Values);
