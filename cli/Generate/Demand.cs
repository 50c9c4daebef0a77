namespace Pipeline.Cli.Generate;

/// <summary>
/// What is wanted on one day: the weight of every item on it, and draws by these weights. The formulas are those of
/// README.md, "How a view is drawn"; the constants below are part of the planted truth.
/// </summary>
/// <remarks>Scratch of one generator: <see cref="SetDay"/> takes O(items), a draw O(log items). Not thread-safe.</remarks>
internal sealed class Demand
{
    /// <summary>Probability that a view follows the shop's taste instead of the user's.</summary>
    public const double Exploration = 0.1;

    /// <summary>Days before and after its peak within which a season is felt.</summary>
    public const int SeasonHalfWidth = 45;

    private readonly ShopOptions options;
    private readonly Catalogue catalogue;
    private readonly UserPopulation users;
    private readonly double[] weights;
    private readonly double[] sums;
    private readonly double[] categoryDemand;
    private readonly double[] shopDemand;
    private readonly double[] seasonByPeak = new double[366];
    private int day = -1;

    /// <summary>No day is set yet.</summary>
    public Demand(ShopOptions options, Catalogue catalogue, UserPopulation users)
    {
        this.options = options;
        this.catalogue = catalogue;
        this.users = users;
        weights = new double[catalogue.Count];
        sums = new double[catalogue.Count];
        categoryDemand = new double[catalogue.Categories.Length];
        shopDemand = new double[catalogue.Categories.Length];
    }

    /// <summary>
    /// How much of an item's seasonal lift is felt: 1 on the peak day, 0 from <see cref="SeasonHalfWidth"/> days off.
    /// </summary>
    /// <param name="date">The day asked about; the last day of a leap year counts as day 365.</param>
    /// <param name="peak">Day of the year, 1 to 365.</param>
    public static double Season(DateOnly date, int peak)
    {
        int apart = Math.Abs(Math.Min(date.DayOfYear, 365) - peak);
        double near = Math.Max(0, 1 - Math.Min(apart, 365 - apart) / (double)SeasonHalfWidth);
        return near * near;
    }

    /// <summary>Computes the weights of a day, counted from the period's first.</summary>
    public void SetDay(int newDay)
    {
        day = newDay;
        DateOnly date = options.FirstDay.AddDays(day);
        for (int peak = 1; peak < seasonByPeak.Length; peak++)
            seasonByPeak[peak] = Season(date, peak);
        // From -1 on the first day to +1 on the last.
        double progress = options.Days == 1 ? 0 : 2.0 * day / (options.Days - 1) - 1;

        double shop = 0;
        for (int c = 0; c < categoryDemand.Length; c++)
        {
            Category category = catalogue.Categories[c];
            double sum = 0;
            for (int slot = category.Start; slot < category.End; slot++)
            {
                weights[slot] = catalogue.AvailableFrom[slot] > day
                    ? 0
                    : catalogue.Popularity[slot]
                        * (100 + catalogue.TrendPercent[slot] * progress)
                        * (100 + catalogue.SeasonPercent[slot] * seasonByPeak[catalogue.SeasonPeak[slot]]);
                sums[slot] = sum += weights[slot];
            }

            categoryDemand[c] = sum;
            shopDemand[c] = shop += category.Share * sum;
        }
    }

    /// <summary>A category for a user: by the user's tastes and the day's demand, or by the shop's when exploring.</summary>
    public int DrawCategory(int user, bool exploring, ref Rng rng)
    {
        if (exploring)
            return FirstAbove(shopDemand, rng.NextDouble() * shopDemand[^1]);

        ReadOnlySpan<byte> favourites = users.Favourites(user);
        ReadOnlySpan<ushort> tastes = users.Tastes(user);
        Span<double> upTo = stackalloc double[favourites.Length];
        double sum = 0;
        for (int i = 0; i < favourites.Length; i++)
            upTo[i] = sum += tastes[i] * categoryDemand[favourites[i]];
        return favourites[FirstAbove(upTo, rng.NextDouble() * sum)];
    }

    /// <summary>An item of a category by the day's weights, as a slot.</summary>
    public int DrawItem(int category, ref Rng rng)
    {
        Category of = catalogue.Categories[category];
        return of.Start + FirstAbove(sums.AsSpan(of.Start..of.End), rng.NextDouble() * categoryDemand[category]);
    }

    /// <summary>
    /// Another item of the same series by the day's weights, leaving out those in <paramref name="viewed"/>; -1 where none is
    /// left. The chance of its members, not of the item itself, decides.
    /// </summary>
    public int DrawCompanion(int slot, ReadOnlySpan<int> viewed, ref Rng rng)
    {
        double total = 0;
        for (int other = catalogue.SeriesStart[slot]; other < catalogue.SeriesEnd[slot]; other++)
            total += viewed.Contains(other) ? 0 : weights[other];
        if (total == 0)
            return -1;

        double left = rng.NextDouble() * total;
        int last = -1;
        for (int other = catalogue.SeriesStart[slot]; other < catalogue.SeriesEnd[slot]; other++)
        {
            if (weights[other] == 0 || viewed.Contains(other))
                continue;
            last = other;
            left -= weights[other];
            if (left < 0)
                break;
        }

        return last;
    }

    /// <summary>The first position whose running sum exceeds <paramref name="value"/>; an item without weight never is.</summary>
    private static int FirstAbove(ReadOnlySpan<double> sums, double value)
    {
        int low = 0, high = sums.Length - 1;
        // Rounding can lift the value to the total itself: then the last position that adds something is meant.
        if (value >= sums[high])
            value = Math.BitDecrement(sums[high]);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (sums[middle] > value)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
