namespace Pipeline.Sar;

/// <summary>
/// Lists for many users without keeping a similarity: group after group of columns is counted, turned into bounds, scored and written
/// over. Exact: the same bits as <see cref="UserScorer"/> over the whole similarity.
/// </summary>
/// <remarks>
/// O(sum of squared list lengths) to count, O(columns x rows) to write, O(pairs x blocks) bounds, and the blocks the bounds let
/// through, times sixteen. Groups are in order and a list belongs to one worker within a group.
/// </remarks>
internal sealed class TiledRecommender(
    SarModel model, CoOccurrenceIndex index, RecommendOptions options, InstructionSet instructions, int blocks, int threads,
    IProgress<int>? progress, CancellationToken cancellation) : IKernelWork
{
    private const int RowsPerChunk = 2048;

    private int[] users = [];
    private ScoredLists? result;

    /// <summary>The lists of the users, as slots of k places; the caller disposes it.</summary>
    public ScoredLists Run(int[] users)
    {
        this.users = users;
        KernelDispatch.Run(model.Options.Similarity, instructions, index.Units.IsShort, this);
        return result!;
    }

    /// <inheritdoc/>
    public void Run<TLanes, TKind, TLabel>()
        where TLanes : unmanaged, ILanes<TLanes>
        where TKind : IKind
        where TLabel : unmanaged, IEquatable<TLabel>
    {
        ItemLabels labels = index.Labels;
        int k = Math.Min(options.K, model.ItemCount);
        var lists = new ScoredLists(model, index, users, k, LaneError.Of<TLanes, TKind>(model.Options.Similarity, index), threads, cancellation);
        using var settings = TileSettings.Create<TKind>(
            labels, model.ItemCount, model.Options.MinSupport, options, model.SmallestAffinity < 0);
        using var tile = new Tile(labels.Count, Math.Min(blocks, Math.Max(2, Workers.Chunks(settings.Columns.Length, Tile.Columns))));
        using var builders = new Scratches<TileBuilder<TLanes, TKind, TLabel>>(() => new(index, settings));
        using var scorers = new Scratches<TileScorer<TLanes, TKind, TLabel>>(() => new(model, index, settings, lists));
        int told = 0;
        foreach (ColumnGroup group in TilePlan.Groups(settings, labels, tile.Blocks))
        {
            int groupBlocks = Workers.Chunks(group.Count, Tile.Columns);
            Workers.Run(groupBlocks, 1, threads, builders.Take, (builder, block) =>
            {
                if (group.IsWide)
                    builder.Build<int>(tile, block.Index, group.First + block.Index * Tile.Columns);
                else
                    builder.Build<ushort>(tile, block.Index, group.First + block.Index * Tile.Columns);
            }, cancellation);
            builders.PutBack();
            Workers.Run(tile.Rows, RowsPerChunk, threads, () => 0, (_, rows) => tile.SpreadBounds(rows.Start, rows.End, groupBlocks), cancellation);
            Workers.Run(lists.Count, TileScorer<TLanes, TKind, TLabel>.ListsPerChunk, threads, scorers.Take, (scorer, chunk) =>
            {
                if (group.IsWide)
                    scorer.Score<int>(tile, group.First, group.Count, chunk);
                else
                    scorer.Score<ushort>(tile, group.First, group.Count, chunk);
            }, cancellation);
            scorers.PutBack();
            if ((int)((long)lists.Count * (group.First + group.Count) / settings.Columns.Length) is var done && done > told)
                progress?.Report(told = done);
        }
        if (told < lists.Count)
            progress?.Report(lists.Count);
        result = lists;
    }
}
