namespace Pipeline.Sar;

/// <summary>
/// Co-occurrence to similarity, the plain way: counts for every two items the units (users or baskets) that have both, drops counts below
/// the support, and turns the rest into the chosen similarity. Only which pairs exist matters, never their weight or time.
/// </summary>
/// <remarks>
/// Row walk over units with dense counters: O(sum of squared unit lengths) time, so a unit with very many items costs most. Counts
/// are kept per chunk and turned into values when the rows are put together: at most 20 bytes a cell while building, 12 after.
/// </remarks>
internal static class SimilarityBuilder
{
    private const int ItemsPerChunk = 32;

    /// <returns>The similarity, items x items.</returns>
    public static SparseMatrix Build(Incidence units, SarOptions options, int threads, CancellationToken cancellation)
    {
        int items = units.Columns;
        long[] holderStarts = UnitsOfItems(units, out int[] holders);
        int[] itemCounts = new int[items];
        for (int item = 0; item < items; item++)
            itemCounts[item] = (int)(holderStarts[item + 1] - holderStarts[item]);

        long[] starts = new long[items + 1L];
        var blocks = new CellBlock<int>?[Workers.Chunks(items, ItemsPerChunk)];
        long cells = 0;
        Workers.Run(items, ItemsPerChunk, threads, () => new CoOccurrenceCounter(units), (counter, chunk) =>
        {
            for (int item = chunk.Start; item < chunk.End; item++)
                starts[item + 1] = counter.CountRow(holders.AsSpan((int)holderStarts[item], itemCounts[item]), options.MinSupport);
            blocks[chunk.Index] = counter.Cells.Take();
            if (Interlocked.Add(ref cells, blocks[chunk.Index]!.Indices.Length) > SparseMatrix.MaxCells)
                throw new InvalidOperationException(
                    $"The items share too many units: more than {SparseMatrix.MaxCells} similar pairs. Raise the minimum support.");
        }, cancellation);

        return Assemble(starts, blocks, itemCounts, options.Similarity, threads, cancellation);
    }

    /// <summary>The units of each item, rising: item <c>i</c> owns <c>holders[starts[i]..starts[i + 1]]</c>.</summary>
    private static long[] UnitsOfItems(Incidence units, out int[] holders)
    {
        long[] starts = CountingSort.Starts(units.Indices, units.Columns);
        holders = new int[units.Count];
        for (int unit = 0; unit < units.Rows; unit++)
            foreach (int item in units.Row(unit))
                holders[starts[item]++] = unit;
        CountingSort.Rewind(starts);
        return starts;
    }

    private static SparseMatrix Assemble(
        long[] starts, CellBlock<int>?[] blocks, int[] itemCounts, SimilarityKind kind, int threads, CancellationToken cancellation)
    {
        int items = itemCounts.Length;
        for (int item = 0; item < items; item++)
            starts[item + 1] += starts[item];
        int[] indices = new int[starts[items]];
        double[] values = new double[starts[items]];

        Workers.Run(items, ItemsPerChunk, threads, () => 0, (_, chunk) =>
        {
            CellBlock<int> block = blocks[chunk.Index]!;
            block.Indices.CopyTo(indices.AsSpan((int)starts[chunk.Start]));
            for (int item = chunk.Start; item < chunk.End; item++)
            {
                int length = (int)(starts[item + 1] - starts[item]);
                ReadOnlySpan<int> counts = block.Values.AsSpan((int)(starts[item] - starts[chunk.Start]), length);
                Derive(kind, item, itemCounts, indices.AsSpan((int)starts[item], length), counts, values.AsSpan((int)starts[item], length));
            }
            blocks[chunk.Index] = null;
        }, cancellation);
        return SparseMatrix.Trusted(starts, indices, values, items);
    }

    private static void Derive(
        SimilarityKind kind, int item, int[] itemCounts, ReadOnlySpan<int> others, ReadOnlySpan<int> counts, Span<double> values)
    {
        for (int n = 0; n < others.Length; n++)
            values[n] = Similarities.Of(kind, counts[n], itemCounts[item], itemCounts[others[n]], itemCounts.Length);
    }
}
