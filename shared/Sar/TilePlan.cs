namespace Pipeline.Sar;

/// <summary>Consecutive columns that are counted and scored together; <see cref="IsWide"/>: their counts need 32 bits.</summary>
internal readonly record struct ColumnGroup(int First, int Count, bool IsWide);

/// <summary>Cuts the columns into groups that fit the tile.</summary>
internal static class TilePlan
{
    /// <summary>
    /// Groups of as many blocks as the tile has, half as many where an item has more units than 16 bits count: no count of a column is
    /// above its number of units, so all other groups are safe with 16 bits.
    /// </summary>
    public static List<ColumnGroup> Groups(TileSettings settings, ItemLabels labels, int blocks)
    {
        List<ColumnGroup> groups = [];
        int narrow = blocks * Tile.Columns, wide = blocks / 2 * Tile.Columns;
        for (int first = 0; first < settings.Columns.Length;)
        {
            int count = Math.Min(narrow, settings.Columns.Length - first);
            bool isWide = false;
            foreach (int label in settings.Columns.AsSpan(first, count))
                isWide |= labels.Counts[label] > ushort.MaxValue;
            if (isWide)
                count = Math.Min(wide, count);
            groups.Add(new(first, count, isWide));
            first += count;
        }
        return groups;
    }
}
