namespace Pipeline.Sar;

/// <summary>
/// Counts the similarity rows a few users need and keeps them for the next user, up to a number of cells. One worker's scratch.
/// </summary>
internal sealed class CountedRows(RowCounter counter, int items) : ISimilarityRows
{
    private const long MostCells = 4_000_000;

    private readonly Dictionary<int, (int[] Items, double[] Values)> rows = [];
    private long cells;

    public int Columns => items;

    public SparseRow Row(int row)
    {
        if (!rows.TryGetValue(row, out (int[] Items, double[] Values) found))
        {
            if (cells > MostCells)
            {
                rows.Clear();
                cells = 0;
            }
            rows[row] = found = counter.Row(row);
            cells += found.Items.Length;
        }
        return new SparseRow(found.Items, found.Values);
    }
}
