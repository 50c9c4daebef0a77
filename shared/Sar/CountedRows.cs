namespace Pipeline.Sar;

/// <summary>
/// Counts the similarity rows a few users need and keeps them for the next user, until they are more than a number of cells: then it
/// starts anew, so at least one row is kept. One worker's scratch, 12 bytes a cell.
/// </summary>
internal sealed class CountedRows(RowCounter counter, int items, long mostCells) : ISimilarityRows
{
    private readonly Dictionary<int, (int[] Items, double[] Values)> rows = [];
    private long cells;

    public int Columns => items;

    public SparseRow Row(int row)
    {
        if (!rows.TryGetValue(row, out (int[] Items, double[] Values) found))
        {
            if (cells > mostCells)
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
