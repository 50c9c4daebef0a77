using Pipeline.Sar;

namespace Pipeline.Evaluation;

/// <summary>Puts rows of (user, item, value) in any order into a matrix, repeats of a pair becoming one cell.</summary>
public static class PairTable
{
    /// <summary>The matrix. O(rows log(rows of the busiest user)); the order of the rows leaves no trace.</summary>
    /// <param name="users">Users there are.</param>
    /// <param name="items">Items there are.</param>
    /// <param name="userOfRow">User index of each row.</param>
    /// <param name="itemOfRow">Item index of each row.</param>
    /// <param name="valueOfRow">Value of each row; empty for 1. Of a repeated pair the largest counts.</param>
    public static SparseMatrix Of(
        int users, int items, ReadOnlySpan<int> userOfRow, ReadOnlySpan<int> itemOfRow, ReadOnlySpan<double> valueOfRow = default)
    {
        int[] starts = new int[users + 1];
        foreach (int user in userOfRow)
            starts[user + 1]++;
        for (int user = 0; user < users; user++)
            starts[user + 1] += starts[user];
        int[] next = starts[..^1];
        int[] sortedItems = new int[itemOfRow.Length];
        double[] sortedValues = new double[itemOfRow.Length];
        for (int row = 0; row < itemOfRow.Length; row++)
        {
            int at = next[userOfRow[row]]++;
            sortedItems[at] = itemOfRow[row];
            sortedValues[at] = valueOfRow.IsEmpty ? 1 : valueOfRow[row];
        }
        long[] cellStarts = new long[users + 1];
        int filled = 0;
        for (int user = 0; user < users; user++)
        {
            int start = starts[user], length = starts[user + 1] - start, first = filled;
            Array.Sort(sortedItems, sortedValues, start, length);
            for (int at = start; at < start + length; at++)
            {
                // Written at or before what is read.
                if (filled > first && sortedItems[filled - 1] == sortedItems[at])
                    sortedValues[filled - 1] = Math.Max(sortedValues[filled - 1], sortedValues[at]);
                else
                    (sortedItems[filled], sortedValues[filled++]) = (sortedItems[at], sortedValues[at]);
            }
            cellStarts[user + 1] = filled;
        }
        return new SparseMatrix(cellStarts, sortedItems[..filled], sortedValues[..filled], users, items);
    }

    /// <summary>The distinct pairs of interactions, each with the value 1.</summary>
    public static SparseMatrix Of(Interactions rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Of(rows.UserCount, rows.ItemCount, rows.Users.Span, rows.Items.Span);
    }

    /// <summary>The pairs of interactions with their weights, below 0 as 0; of a repeated pair the largest.</summary>
    public static SparseMatrix WithWeights(Interactions rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        double[] weights = new double[rows.Count];
        for (int row = 0; row < weights.Length; row++)
            weights[row] = Math.Max(0, rows.Weights.Span[row]);
        return Of(rows.UserCount, rows.ItemCount, rows.Users.Span, rows.Items.Span, weights);
    }
}
