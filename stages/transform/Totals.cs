namespace Pipeline.Transform;

/// <summary>What is known of each user and item, gathered while the rows go by in order.</summary>
internal sealed class Totals(int users, int items)
{
    private const long MicrosPerDay = 86_400_000_000;

    private readonly HashSet<long> purchaseDays = [];

    public UserTotals[] Users { get; } = new UserTotals[users];

    public ItemTotals[] Items { get; } = new ItemTotals[items];

    /// <summary>Takes the merger's current row into account.</summary>
    public void Add(Merger row)
    {
        ref UserTotals user = ref Users[row.User];
        if (row.IsFirstOfUser)
        {
            purchaseDays.Clear();
            user.FirstTime = user.LastTime = row.Time;
        }
        user.Interactions++;
        user.FirstTime = Math.Min(user.FirstTime, row.Time);
        user.LastTime = Math.Max(user.LastTime, row.Time);
        if (row.IsPurchased)
        {
            user.LastPurchase = user.Purchases == 0 ? row.Time : Math.Max(user.LastPurchase, row.Time);
            user.Purchases++;
            purchaseDays.Add(DayOf(row.Time));
            user.PurchaseDays = purchaseDays.Count;
        }

        ref ItemTotals item = ref Items[row.Item];
        item.Interactions++;
        if (row.IsFirstOfPair)
            item.Users++;
    }

    /// <summary>Days since 1970, in integers: as double the last moments of far days round up to the next.</summary>
    private static long DayOf(long micros)
    {
        (long day, long rest) = Math.DivRem(micros, MicrosPerDay);
        return rest < 0 ? day - 1 : day;
    }
}

/// <summary>What is known of a user.</summary>
internal record struct UserTotals(int Interactions, long FirstTime, long LastTime, int Purchases, int PurchaseDays, long LastPurchase);

/// <summary>What is known of an item.</summary>
internal record struct ItemTotals(int Users, long Interactions);
