using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>
/// The co-occurrence counts of a group of columns, dense: block after block of <see cref="Columns"/> columns, in each the rows by label,
/// so that what one row adds to sixteen scores stands in one place. Beside it, for each row and block, the largest similarity of the
/// block's columns: what the row can add at most. Used again for every group.
/// </summary>
internal sealed unsafe class Tile : IDisposable
{
    /// <summary>Columns of a block.</summary>
    public const int Columns = 16;

    /// <summary>Most blocks of a group: one bound for each fills a vector of lanes.</summary>
    public const int MaxBlocks = 16;

    private readonly AlignedBuffer<byte> cells;
    private readonly AlignedBuffer<float> bounds;
    private readonly AlignedBuffer<float> panels;

    /// <summary>Room for <paramref name="blocks"/> blocks of 16-bit counts, or half as many of 32-bit ones.</summary>
    public Tile(int rows, int blocks)
    {
        Rows = Padded(rows);
        Blocks = blocks;
        cells = new(BlockBytes(rows) * blocks);
        bounds = new((long)Rows * MaxBlocks);
        panels = new((long)Rows * blocks);
    }

    /// <summary>Rows, padded to whole vectors.</summary>
    public int Rows { get; }

    /// <summary>Blocks of 16-bit counts there is room for.</summary>
    public int Blocks { get; }

    /// <summary>Largest similarity of each row (outer) and block (inner, <see cref="MaxBlocks"/> places).</summary>
    public float* Bounds => bounds.Pointer;

    /// <summary>Memory of a tile, bytes.</summary>
    public static long BytesOf(int rows, int blocks) => BlockBytes(rows) * blocks + 4L * Padded(rows) * (MaxBlocks + blocks);

    /// <summary>The counts of a block.</summary>
    public TCount* Block<TCount>(int block)
        where TCount : unmanaged => (TCount*)cells.Pointer + (long)block * Rows * Columns;

    /// <summary>The bounds of one block while they are found: one value a row.</summary>
    public float* Panel(int block) => panels.Pointer + (long)block * Rows;

    /// <summary>Copies the panels of some rows to <see cref="Bounds"/>; blocks there are none of are bounded by 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SpreadBounds(int firstRow, int lastRow, int blocks)
    {
        for (int row = firstRow; row < lastRow; row++)
        {
            float* to = Bounds + (long)row * MaxBlocks;
            for (int block = 0; block < MaxBlocks; block++)
                to[block] = block < blocks ? panels.Pointer[(long)block * Rows + row] : 0;
        }
    }

    public void Dispose()
    {
        cells.Dispose();
        bounds.Dispose();
        panels.Dispose();
    }

    /// <summary>Rows filled up to whole vectors.</summary>
    public static int Padded(int rows) => (rows + Columns - 1) / Columns * Columns;

    private static long BlockBytes(int rows) => 2L * Columns * Padded(rows);
}
