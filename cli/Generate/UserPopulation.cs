namespace Pipeline.Cli.Generate;

/// <summary>
/// A shop's users with their planted truth: when they arrived, how active they are, what they like. A user's index is the
/// number in the id less 1 and says nothing else, because every user is drawn alike.
/// </summary>
internal sealed class UserPopulation
{
    /// <summary>Most favourite categories a user has.</summary>
    public const int MostFavourites = 4;

    /// <summary>Tastes are held in units of 1 / <see cref="TasteScale"/>, as printed; a user's sum to it exactly.</summary>
    public const int TasteScale = 10_000;

    private readonly byte[] categories;
    private readonly ushort[] tastes;
    private readonly short[] arrival;
    private readonly int[] byArrival;
    private readonly long[] activitySum;
    private readonly int[] arrivedBy;

    /// <summary>Draws the users of a shop; a function of the options alone.</summary>
    public UserPopulation(ShopOptions options, Catalogue catalogue)
    {
        Count = options.Users;
        categories = new byte[Count * MostFavourites];
        tastes = new ushort[Count * MostFavourites];
        arrival = new short[Count];
        byArrival = new int[Count];
        activitySum = new long[Count];
        arrivedBy = new int[options.Days];

        var activity = new int[Count];
        int[] shares = [.. catalogue.Categories.Select(c => c.Share)];
        for (int user = 0; user < Count; user++)
        {
            var rng = new Rng(options.Seed, RngStream.User, user);
            // Log-normal: the median user counts 1,000, one in a hundred 18,000 and more, none above 91,000.
            activity[user] = (int)(1000 * PortableMath.Exp(Math.Min(1.25 * rng.NextNormal(), 4.5))) + 1;
            // User 0 is there from the start: somebody must be.
            arrival[user] = (short)(user > 0 && rng.Chance(0.4) ? rng.Below(options.Days) : 0);
            DrawTastes(user, shares, ref rng);
        }

        SortByArrival(activity);
    }

    public int Count { get; }

    /// <summary>Favourite categories of a user, most liked first.</summary>
    public ReadOnlySpan<byte> Favourites(int user)
    {
        int start = user * MostFavourites;
        int count = Tastes(user).Length;
        return categories.AsSpan(start, count);
    }

    /// <summary>The tastes for <see cref="Favourites"/>, in units of 1 / <see cref="TasteScale"/>.</summary>
    public ReadOnlySpan<ushort> Tastes(int user)
    {
        ReadOnlySpan<ushort> all = tastes.AsSpan(user * MostFavourites, MostFavourites);
        int end = all.IndexOf((ushort)0);
        return end < 0 ? all : all[..end];
    }

    /// <summary>Day of arrival counted from the period's first; 0 also for those who were there before.</summary>
    public int ArrivalDay(int user) => arrival[user];

    /// <summary>Activity of all who have arrived by <paramref name="day"/>: the shop's demand grows with it.</summary>
    public long ActivityOn(int day) => activitySum[arrivedBy[day] - 1];

    /// <summary>A user who has arrived by <paramref name="day"/>, with probability proportional to activity.</summary>
    public int Draw(int day, ref Rng rng)
    {
        ReadOnlySpan<long> sums = activitySum.AsSpan(0, arrivedBy[day]);
        int at = sums.BinarySearch(rng.Below(sums[^1]) + 1);
        return byArrival[at < 0 ? ~at : at];
    }

    private void DrawTastes(int user, int[] shares, ref Rng rng)
    {
        int count = Math.Min(rng.Between(2, MostFavourites), shares.Length);
        Span<byte> favourites = categories.AsSpan(user * MostFavourites, count);
        Span<ushort> parts = tastes.AsSpan(user * MostFavourites, count);
        Span<double> weights = stackalloc double[count];
        double total = 0;
        for (int i = 0; i < count; i++)
        {
            byte favourite;
            do
                favourite = (byte)rng.Weighted(shares, TasteScale);
            while (favourites[..i].Contains(favourite));
            favourites[i] = favourite;
            total += weights[i] = PortableMath.Exp(0.8 * rng.NextNormal());
        }

        const int least = 500;
        int left = TasteScale;
        for (int i = 1; i < count; i++)
            left -= parts[i] = (ushort)(least + (int)((TasteScale - least * count) * (weights[i] / total)));
        parts[0] = (ushort)left;
        // Most liked first. At most four entries: an insertion sort.
        for (int i = 1; i < count; i++)
        {
            for (int j = i; j > 0 && parts[j] > parts[j - 1]; j--)
            {
                (parts[j], parts[j - 1]) = (parts[j - 1], parts[j]);
                (favourites[j], favourites[j - 1]) = (favourites[j - 1], favourites[j]);
            }
        }
    }

    /// <summary>Counting sort, so that the users of a day are a prefix and one array of sums serves every day.</summary>
    private void SortByArrival(int[] activity)
    {
        foreach (short day in arrival)
            arrivedBy[day]++;
        for (int day = 1; day < arrivedBy.Length; day++)
            arrivedBy[day] += arrivedBy[day - 1];

        var next = new int[arrivedBy.Length];
        arrivedBy.AsSpan(..^1).CopyTo(next.AsSpan(1));
        for (int user = 0; user < Count; user++)
            byArrival[next[arrival[user]]++] = user;

        long sum = 0;
        for (int i = 0; i < Count; i++)
            activitySum[i] = sum += activity[byArrival[i]];
    }
}
