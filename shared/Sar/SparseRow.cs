namespace Pipeline.Sar;

/// <summary>The stored cells of one matrix row, as views into the matrix: valid as long as the matrix, nothing is copied.</summary>
/// <param name="indices">Column of each cell, rising.</param>
/// <param name="values">Value of each cell.</param>
public readonly ref struct SparseRow(ReadOnlySpan<int> indices, ReadOnlySpan<double> values)
{
    /// <summary>Column of each cell, rising.</summary>
    public ReadOnlySpan<int> Indices { get; } = indices;

    /// <summary>Value of each cell, parallel to <see cref="Indices"/>.</summary>
    public ReadOnlySpan<double> Values { get; } = values;

    /// <summary>Stored cells.</summary>
    public int Count => Indices.Length;

    /// <summary>Takes the row apart: <c>var (indices, values) = matrix.Row(3);</c></summary>
    public void Deconstruct(out ReadOnlySpan<int> indices, out ReadOnlySpan<double> values)
    {
        indices = Indices;
        values = Values;
    }
}
