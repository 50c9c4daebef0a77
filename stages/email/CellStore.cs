namespace Pipeline.Email;

/// <summary>Cells of all customers, end to end in large blocks instead of a million arrays. Not thread-safe.</summary>
internal sealed class CellStore
{
    private const int BlockBytes = 1 << 20;

    private readonly List<byte[]> blocks = [];
    private int filled = BlockBytes;

    /// <summary>A cell, as <see cref="Add"/> took it.</summary>
    public ReadOnlySpan<byte> this[CellPlace place] => blocks[place.Block].AsSpan(place.Start, place.Length);

    /// <summary>Keeps a cell.</summary>
    public CellPlace Add(ReadOnlySpan<byte> cell)
    {
        if (cell.Length > BlockBytes - filled)
        {
            blocks.Add(new byte[BlockBytes]);
            filled = 0;
        }
        cell.CopyTo(blocks[^1].AsSpan(filled));
        filled += cell.Length;
        return new CellPlace(blocks.Count - 1, filled - cell.Length, cell.Length);
    }
}

/// <summary>Where a cell is kept.</summary>
/// <param name="Block">The block.</param>
/// <param name="Start">Its first byte there.</param>
/// <param name="Length">Its length; 0 where there is no cell.</param>
internal readonly record struct CellPlace(int Block, int Start, int Length);
