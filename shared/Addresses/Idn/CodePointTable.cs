namespace Pipeline.Addresses;

/// <summary>Finds code points in tables of rows that are sorted by their first number. O(log rows).</summary>
internal static class CodePointTable
{
    /// <summary>Whether a code point lies between the first and the last of a row of two.</summary>
    public static bool Contains(ReadOnlySpan<int> table, int code)
    {
        ReadOnlySpan<int> row = Row(table, 2, code);
        return !row.IsEmpty && code <= row[1];
    }

    /// <summary>The value of the row of first, last and value that a code point lies in; else 0.</summary>
    public static int Value(ReadOnlySpan<int> table, int code)
    {
        ReadOnlySpan<int> row = Row(table, 3, code);
        return !row.IsEmpty && code <= row[1] ? row[2] : 0;
    }

    /// <summary>The last row that begins at or before a code point; empty where there is none.</summary>
    public static ReadOnlySpan<int> Row(ReadOnlySpan<int> table, int width, int code)
    {
        // Rows before low begin at or before the code point, those from high on behind it.
        int low = 0, high = table.Length / width;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (table[middle * width] <= code)
                low = middle + 1;
            else
                high = middle;
        }
        return low == 0 ? default : table.Slice((low - 1) * width, width);
    }
}
