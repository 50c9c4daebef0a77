namespace Pipeline.Sar;

/// <summary>
/// What memory the work needs, from numbers known before it. The same figures answer <see cref="SarModel.Estimate"/> and keep the budget:
/// what is adjustable is the number of blocks of a group, and whether similarity rows are kept.
/// </summary>
/// <param name="Rows">Interactions.</param>
/// <param name="Pairs">Distinct (user, item) pairs, or an upper bound.</param>
/// <param name="Users">Users.</param>
/// <param name="Units">Co-occurrence units, or an upper bound.</param>
/// <param name="Items">Items.</param>
/// <param name="Increments">Sum of squared unit lengths, or an upper bound: no similarity has more cells.</param>
/// <param name="Counts">Bytes of the counts, where they are kept, or an upper bound.</param>
/// <param name="Threads">Threads that will work.</param>
internal sealed record MemoryPlan(long Rows, long Pairs, long Users, long Units, long Items, long Increments, long Counts, int Threads)
{
    private const int FewestBlocks = 2;
    private const long MostCellsOfWorker = 4_000_000;

    /// <summary>Increments a cell below which a tile is so empty that rows of stored cells are faster.</summary>
    public const double SparseBelow = 0.03;

    public bool IsSparse => Increments < (double)Items * Items * SparseBelow;

    private bool IsShort => Items <= ushort.MaxValue + 1;

    private int Rows32 => (int)Math.Min(Items, int.MaxValue - Tile.Columns);

    /// <summary>Everything, for lists of a length for so many users.</summary>
    public SarEstimate Estimate(SarOptions options, long lists, int k, bool keepsRows, int blocks, bool hasBaskets)
    {
        bool isBasket = options.CoOccurrenceUnit == CoOccurrenceUnit.Basket;
        bool isTiled = options.Neighbours == 0 && !keepsRows;
        return new SarEstimate
        {
            Other = options.OtherMemory,
            Input = (hasBaskets ? 28 : 24) * Rows,
            Fitting = 8 * Rows + 16 * Users,
            Affinity = 20 * Pairs + 8 * Users,
            Index = PackedLists.BytesOf(Units, Pairs, IsShort) + 4 * Pairs + 28 * Items
                + (isBasket ? PackedLists.BytesOf(Users, Pairs, IsShort) + 4 * Pairs + 8 * Units : 0),
            Similarity = options.Neighbours > 0 ? 12 * Math.Min(Increments, Items * (options.Neighbours + 1L))
                : keepsRows ? 12 * Math.Min(Increments, Items * Items) : 0,
            Counts = Counts,
            Scratch = isTiled ? TileBytes(blocks) : 30 * Items * Threads,
            Recommendations = isTiled ? ScoredLists.BytesOf(lists, Pairs) + (12L * k + 16) * lists : (24L * k + 16) * lists,
        };
    }

    /// <summary>Most blocks of a group for which the peak stays within the budget; throws if even the fewest are too many.</summary>
    public int BlocksWithin(long? budget, SarOptions options, long lists, int k, bool hasBaskets)
    {
        for (int blocks = Tile.MaxBlocks; blocks > FewestBlocks; blocks--)
            if (budget is null || Estimate(options, lists, k, keepsRows: false, blocks, hasBaskets).Peak <= budget)
                return blocks;
        Check(budget, Estimate(options, lists, k, keepsRows: false, FewestBlocks, hasBaskets).Peak,
            "It would help to recommend to fewer users at a time, to shorten the lists, or to use fewer threads.");
        return FewestBlocks;
    }

    /// <summary>Cells of counted rows that each worker may keep for the next user: 48 MB of them, less where the budget is short.</summary>
    public long CellsOfWorker(SarOptions options, long lists, int k, bool hasBaskets)
    {
        if (options.MemoryBudget is not { } budget)
            return MostCellsOfWorker;
        long left = budget - Estimate(options, lists, k, keepsRows: false, blocks: 0, hasBaskets).Peak - 30 * Items * Threads;
        return Math.Clamp(left / (12 * Threads), 0, MostCellsOfWorker);
    }

    /// <summary>Whether similarity rows may be kept.</summary>
    public bool RowsFit(long? budget, SarOptions options, long lists, int k, bool hasBaskets) =>
        budget is null || Estimate(options, lists, k, keepsRows: true, 0, hasBaskets).Peak <= budget;

    /// <summary>What the model holds once it is fitted, bytes.</summary>
    public long Held(SarOptions options, bool hasBaskets)
    {
        SarEstimate estimate = Estimate(options, 0, 0, keepsRows: false, 0, hasBaskets);
        return estimate.Input + estimate.Affinity + estimate.Index + estimate.Similarity;
    }

    /// <summary>Refuses a fit that the budget has no room for; <paramref name="held"/> bytes are taken already.</summary>
    public void CheckFit(long? budget, SarOptions options, bool hasBaskets, long held)
    {
        SarEstimate estimate = Estimate(options, 0, 0, keepsRows: false, 0, hasBaskets);
        Check(budget, held + estimate.Peak, options.Neighbours > 0
            ? "It would help to keep fewer neighbours, or to leave out old interactions or rare items."
            : "It would help to leave out old interactions or rare items.");
    }

    private static void Check(long? budget, long required, string help)
    {
        if (budget is { } bytes && required > bytes)
            throw new SarMemoryException(bytes, required, help);
    }

    private long TileBytes(int blocks) =>
        blocks == 0 ? 0 : Tile.BytesOf(Rows32, blocks) + 20 * Items + Threads * (4L * Tile.Columns * Tile.Padded(Rows32));
}
