using Pipeline.Hosting;

namespace Pipeline.Transform;

/// <summary>
/// What memory the work takes, from numbers known before it. What can be adjusted is how many interactions are in memory at a time, by
/// ranges of users; what is known of each user and item is there all the time.
/// </summary>
internal sealed class MemoryPlan
{
    /// <summary>The program, and the engine that reads and writes tables.</summary>
    private const long Program = 170_000_000;

    /// <summary>Of each user besides the id: counts of rows, numbers, what the k-core knows, totals.</summary>
    private const long BytesPerUser = 170;

    /// <summary>Of each item besides the id, as of a user; a byte for each thread comes on top.</summary>
    private const long BytesPerItem = 150;

    /// <summary>What the catalogue says of a product.</summary>
    private const long BytesPerProduct = 500;

    /// <summary>Of each row of the user that a thread has at hand.</summary>
    private const long BytesAtHand = 200;

    /// <summary>Of each row where all are sorted at once; see <see cref="FastReader"/>.</summary>
    private const long BytesWhileSorting = 58;

    private readonly Census census;
    private readonly int threads;
    private readonly long bytesPerRow;

    /// <summary>Makes the plan. O(users).</summary>
    /// <param name="census">What there is.</param>
    /// <param name="products">Products of the catalogue.</param>
    /// <param name="options">Most memory to take, and whether there is a k-core, of which each row may be a pair.</param>
    /// <param name="threads">Threads that will work.</param>
    /// <exception cref="StageException"><see cref="ExitCode.OutOfMemory"/>: that is not enough.</exception>
    public MemoryPlan(Census census, long products, TransformOptions options, int threads)
    {
        long budget = options.Memory ?? long.MaxValue;
        bytesPerRow = EventColumns.BytesPerRow + (Core.IsNeeded(options) ? Core.BytesPerPair : 0);
        this.census = census;
        this.threads = threads;
        RankedIds users = census.Ids.Users, items = census.Ids.Items;
        long known = users.Bytes + items.Bytes + BytesPerUser * users.Count + (BytesPerItem + threads) * items.Count + BytesPerProduct * products
            + (Core.IsNeeded(options) ? Core.BytesWithFile : 0);
        Check(budget, known);
        RangeBytes = budget - Program - known;
        Ranges = Cut();
        Estimate = Program + known + Ranges.Max(BytesOf);
    }

    /// <summary>All users, in as few ranges as the memory allows.</summary>
    public IReadOnlyList<SizedRange> Ranges { get; }

    /// <summary>Bytes there are for the range at hand.</summary>
    public long RangeBytes { get; }

    /// <summary>Bytes that will be taken at most.</summary>
    public long Estimate { get; }

    /// <summary>Bytes that so many rows will take where memory has no limit, without the ids.</summary>
    public static long WithoutLimit(long rows) => Program + BytesWhileSorting * rows;

    /// <summary>Refuses a budget that does not even hold the user with the most interactions.</summary>
    private void Check(long budget, long known)
    {
        SizedRange largest = Enumerable.Range(0, census.Rows.Length).Select(user => Add(default, user)).MaxBy(BytesOf);
        long needed = Program + known + BytesOf(largest);
        if (needed <= budget)
            return;
        throw new StageException(
            ExitCode.OutOfMemory,
            $"The memory budget of {ByteSize.Text(budget)} cannot be kept: at least {ByteSize.Text(needed)} are needed, of which the {census.Ids.Users.Count:N0} users and "
            + $"{census.Ids.Items.Count:N0} items take {ByteSize.Text(known)}, and the {largest.Users.Rows:N0} interactions of one user {ByteSize.Text(BytesOf(largest))}.",
            "Give it that much with --memory, or leave out old interactions when loading.");
    }

    private List<SizedRange> Cut()
    {
        var ranges = new List<SizedRange>();
        var range = default(SizedRange);
        for (int user = 0; user < census.Rows.Length; user++)
        {
            bool isFull = (long)range.Users.Rows + census.Rows[user] > Array.MaxLength || BytesOf(Add(range, user)) > RangeBytes;
            if (isFull && range.Users.Count > 0)
            {
                ranges.Add(range);
                range = new SizedRange(new UserRange(user, user, range.Users.RowsBefore + range.Users.Rows, 0), 0, 0);
            }
            range = Add(range, user);
        }
        return [.. ranges, range];
    }

    private SizedRange Add(SizedRange range, int user) => new(
        range.Users with { End = user + 1, Rows = range.Users.Rows + census.Rows[user] },
        range.BasketBytes + census.BasketBytes[user],
        Math.Max(range.LargestUser, census.Rows[user]));

    private long BytesOf(SizedRange range) =>
        bytesPerRow * range.Users.Rows + range.BasketBytes + BytesAtHand * Math.Min(range.Users.Rows, (long)threads * range.LargestUser);
}

/// <summary>A range of users with what its size depends on.</summary>
/// <param name="Users">The users.</param>
/// <param name="BasketBytes">Bytes that the ids of their baskets can take.</param>
/// <param name="LargestUser">Rows of the user who has the most.</param>
internal readonly record struct SizedRange(UserRange Users, long BasketBytes, int LargestUser);
