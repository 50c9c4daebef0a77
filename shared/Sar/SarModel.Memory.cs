namespace Pipeline.Sar;

public sealed partial class SarModel
{
    /// <summary>
    /// The memory that <see cref="Fit"/> and then <see cref="RecommendAll"/> will take, without doing either; O(rows). Repeats are not
    /// looked for, so each row is taken for a pair; a budget in the options makes the groups smaller.
    /// </summary>
    /// <param name="data">The interactions to fit.</param>
    /// <param name="options">What to fit.</param>
    /// <param name="recommend">What to recommend; null: the defaults.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="SarMemoryException">The budget cannot be kept.</exception>
    public static SarEstimate Estimate(Interactions data, SarOptions options, RecommendOptions? recommend = null, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        recommend ??= new RecommendOptions();
        recommend.Validate(data.ItemCount);
        MemoryPlan plan = PlanFor(data, options, threads);
        int k = Math.Min(recommend.K, data.ItemCount);
        bool hasBaskets = !data.Baskets.IsEmpty;
        bool keepsRows = KeepsRows(plan, recommend, data.UserCount, k)
            && plan.RowsFit(options.MemoryBudget, options, data.UserCount, k, hasBaskets);
        int blocks = keepsRows || options.Neighbours > 0
            ? Tile.MaxBlocks : plan.BlocksWithin(options.MemoryBudget, options, data.UserCount, k, hasBaskets);
        return plan.Estimate(options, data.UserCount, k, keepsRows, blocks, hasBaskets);
    }

    /// <summary>Whether lists are made from similarity rows rather than over tiles, memory permitting.</summary>
    private static bool KeepsRows(MemoryPlan plan, RecommendOptions options, long lists, int k) =>
        options.Normalize || k > ScoredLists.MaxK || lists * k > Array.MaxLength || plan.IsSparse;

    private static MemoryPlan PlanFor(Interactions data, SarOptions options, int threads)
    {
        int[] rowsOfUser = new int[data.UserCount];
        foreach (int user in data.Users.Span)
            rowsOfUser[user]++;
        long increments = 0;
        foreach (int rows in rowsOfUser)
            increments += Math.Min(rows, data.ItemCount) * (long)Math.Min(rows, data.ItemCount);
        long[] unused = new long[data.ItemCount];
        foreach (int item in data.Items.Span)
            unused[item]++;
        int occurring = unused.Count(rows => rows > 0);
        long units = options.CoOccurrenceUnit == CoOccurrenceUnit.User ? data.UserCount : data.Count;
        long counts = options.Updatable ? BytesOfCounts(data, rowsOfUser, occurring) : 0;
        if (options.Updatable && options.CoOccurrenceUnit == CoOccurrenceUnit.Basket)
            counts += BasketKey.Bytes * units;
        return new MemoryPlan(data.Count, data.Count, data.UserCount, units, occurring, increments, counts, Workers.Threads(threads));
    }

    /// <summary>Row by row: what it takes to count it bounds the cells, the rows of the item bound the counts.</summary>
    private static long BytesOfCounts(Interactions data, int[] rowsOfUser, int occurring)
    {
        long[] steps = new long[data.ItemCount], units = new long[data.ItemCount];
        for (int row = 0; row < data.Count; row++)
        {
            int item = data.Items.Span[row];
            steps[item] += Math.Min(rowsOfUser[data.Users.Span[row]], occurring);
            units[item]++;
        }
        long bytes = 0;
        for (int item = 0; item < data.ItemCount; item++)
            bytes += units[item] == 0 ? 0 : KeptCounts.BytesOfLargest(steps[item], units[item], occurring);
        return bytes;
    }

    private MemoryPlan PlanOfModel(int threads) => new(
        InputRows, Affinity.Count, UserCount, index!.Units.Count, index.Labels.Count, index.Increments,
        (counts?.Bytes ?? 0) + (long)basketKeys.Length * BasketKey.Bytes, Workers.Threads(threads));
}
