namespace Pipeline.Sar;

/// <summary>
/// Similarity rows as they were made, block after block: 12 bytes a cell and 8 a row, without the second copy that one matrix would
/// take. Immutable.
/// </summary>
internal sealed class SimilarityRows : ISimilarityRows
{
    private const int ItemsPerChunk = 32;

    // Where each row starts in its block, and its length.
    private readonly (int Start, int Length)[] rows;
    private readonly CellBlock<double>[] blocks;

    private SimilarityRows(int items)
    {
        rows = new (int, int)[items];
        blocks = new CellBlock<double>[Workers.Chunks(items, ItemsPerChunk)];
    }

    public int Columns => rows.Length;

    /// <summary>Counts and keeps the rows of all items, with <see cref="SarOptions.Neighbours"/> cut down to the nearest.</summary>
    public static SimilarityRows Build(
        CoOccurrenceIndex index, SarOptions options, InstructionSet instructions, int threads, CancellationToken cancellation)
    {
        var rows = new SimilarityRows(index.ItemCounts.Length);
        KernelDispatch.Run(options.Similarity, instructions, index.Units.IsShort, new Builder(rows, index, options, threads, cancellation));
        return rows;
    }

    public SparseRow Row(int row)
    {
        (int start, int length) = rows[row];
        CellBlock<double> block = blocks[row / ItemsPerChunk];
        return new SparseRow(block.Indices.AsSpan(start, length), block.Values.AsSpan(start, length));
    }

    /// <summary>The same as one matrix: a second copy.</summary>
    public SparseMatrix ToMatrix()
    {
        long[] starts = new long[rows.Length + 1L];
        for (int row = 0; row < rows.Length; row++)
            starts[row + 1] = starts[row] + rows[row].Length;
        if (starts[^1] > SparseMatrix.MaxCells)
            throw new InvalidOperationException(
                $"The items have {starts[^1]} neighbours, more than {SparseMatrix.MaxCells}. Keep fewer, or raise the minimum support.");
        int[] indices = new int[starts[^1]];
        double[] values = new double[starts[^1]];
        for (int block = 0; block < blocks.Length; block++)
        {
            int start = (int)starts[block * ItemsPerChunk];
            blocks[block].Indices.CopyTo(indices.AsSpan(start));
            blocks[block].Values.CopyTo(values.AsSpan(start));
        }
        return SparseMatrix.Trusted(starts, indices, values, rows.Length);
    }

    private sealed class Builder(SimilarityRows rows, CoOccurrenceIndex index, SarOptions options, int threads, CancellationToken cancellation)
        : IKernelWork
    {
        public void Run<TLanes, TKind, TLabel>()
            where TLanes : unmanaged, ILanes<TLanes>
            where TKind : IKind
            where TLabel : unmanaged, IEquatable<TLabel>
        {
            int items = index.ItemCounts.Length;
            using var settings = TileSettings.Create<TKind>(index.Labels, items, options.MinSupport, new RecommendOptions(), false);
            LaneError error = LaneError.Of<TLanes, TKind>(options.Similarity, index);
            using var builders = new Scratches<NeighbourBuilder<TLanes, TKind, TLabel>>(() => new(index, options, settings, error));
            Workers.Run(items, ItemsPerChunk, threads, builders.Take, (builder, chunk) =>
            {
                int start = 0;
                for (int item = chunk.Start; item < chunk.End; item++)
                {
                    int length = builder.AppendRow(item);
                    rows.rows[item] = (start, length);
                    start += length;
                }
                rows.blocks[chunk.Index] = builder.Cells.Take();
            }, cancellation);
        }
    }
}
