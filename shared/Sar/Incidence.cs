namespace Pipeline.Sar;

/// <summary>Which columns each row has, rising and without repeats: a <see cref="SparseMatrix"/> without values, sharing its arrays.</summary>
internal sealed class Incidence(long[] starts, int[] indices, int columns)
{
    public int Rows => starts.Length - 1;

    public int Columns => columns;

    public long Count => indices.Length;

    public ReadOnlySpan<int> Indices => indices;

    public ReadOnlySpan<int> Row(int row) => indices.AsSpan((int)starts[row], Length(row));

    public int Length(int row) => (int)(starts[row + 1] - starts[row]);
}
