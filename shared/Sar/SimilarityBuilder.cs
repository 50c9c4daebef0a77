namespace Pipeline.Sar;

/// <summary>
/// Affinities to similarities: counts for every two items the users who have both, drops counts below the support, and turns the rest
/// into the chosen similarity. Only which pairs exist matters, never their weight or time.
/// </summary>
/// <remarks>
/// Row walk over users with dense counters: O(sum of squared history lengths) time, so a user with very many items costs most. Counts
/// are kept per chunk and turned into values when the rows are put together: at most 20 bytes a cell while building, 12 after.
/// </remarks>
internal static class SimilarityBuilder
{
    private const int ItemsPerChunk = 32;

    /// <returns>The similarity, items x items, and the number of distinct users of each item (before the support rule).</returns>
    public static (SparseMatrix Similarity, int[] ItemUsers) Build(
        SparseMatrix affinity, SarOptions options, int threads, CancellationToken cancellation)
    {
        int items = affinity.Columns;
        long[] userStarts = UsersOfItems(affinity, out int[] users);
        int[] itemUsers = new int[items];
        for (int item = 0; item < items; item++)
            itemUsers[item] = (int)(userStarts[item + 1] - userStarts[item]);

        long[] starts = new long[items + 1L];
        var blocks = new CellBlock<int>?[Workers.Chunks(items, ItemsPerChunk)];
        long cells = 0;
        Workers.Run(items, ItemsPerChunk, threads, () => new CoOccurrenceCounter(affinity), (counter, chunk) =>
        {
            for (int item = chunk.Start; item < chunk.End; item++)
                starts[item + 1] = counter.CountRow(users.AsSpan((int)userStarts[item], itemUsers[item]), options.MinSupport);
            blocks[chunk.Index] = counter.Cells.Take();
            if (Interlocked.Add(ref cells, blocks[chunk.Index]!.Indices.Length) > SparseMatrix.MaxCells)
                throw new InvalidOperationException(
                    $"The items share too many users: more than {SparseMatrix.MaxCells} similar pairs. Raise the minimum support.");
        }, cancellation);

        return (Assemble(starts, blocks, itemUsers, options.Similarity, threads, cancellation), itemUsers);
    }

    /// <summary>The users of each item, rising: item <c>i</c> owns <c>users[starts[i]..starts[i + 1]]</c>.</summary>
    private static long[] UsersOfItems(SparseMatrix affinity, out int[] users)
    {
        long[] starts = CountingSort.Starts(affinity.Indices, affinity.Columns);
        users = new int[affinity.Count];
        for (int user = 0; user < affinity.Rows; user++)
            foreach (int item in affinity.Row(user).Indices)
                users[starts[item]++] = user;
        CountingSort.Rewind(starts);
        return starts;
    }

    private static SparseMatrix Assemble(
        long[] starts, CellBlock<int>?[] blocks, int[] itemUsers, SimilarityKind kind, int threads, CancellationToken cancellation)
    {
        int items = itemUsers.Length;
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
                Derive(kind, item, itemUsers, indices.AsSpan((int)starts[item], length), counts, values.AsSpan((int)starts[item], length));
            }
            blocks[chunk.Index] = null;
        }, cancellation);
        return SparseMatrix.Trusted(starts, indices, values, items);
    }

    private static void Derive(
        SimilarityKind kind, int item, int[] itemUsers, ReadOnlySpan<int> others, ReadOnlySpan<int> counts, Span<double> values)
    {
        for (int n = 0; n < others.Length; n++)
            values[n] = Similarities.Of(kind, counts[n], itemUsers[item], itemUsers[others[n]], itemUsers.Length);
    }
}
