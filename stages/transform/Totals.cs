using Pipeline.Contracts;

namespace Pipeline.Transform;

/// <summary>What is known of each user and item, gathered while the rows go by in order of user and item.</summary>
internal sealed class Totals(int users, int items)
{
    private readonly HashSet<long> purchaseDays = [];
    private int lastUser = -1, lastItem = -1;

    public UserTotals[] Users { get; } = new UserTotals[users];

    public ItemTotals[] Items { get; } = new ItemTotals[items];

    /// <summary>Time of the newest row; the least there is without rows.</summary>
    public long NewestTime { get; private set; } = long.MinValue;

    /// <summary>Takes a row into account.</summary>
    public void Add(int userIndex, int itemIndex, in Event row, bool isPurchase)
    {
        bool isNewUser = userIndex != lastUser, isNewPair = isNewUser || itemIndex != lastItem;
        (lastUser, lastItem) = (userIndex, itemIndex);
        NewestTime = Math.Max(NewestTime, row.Time);
        Int128 revenue = row.Revenue == 0 ? 0 : Money.Units(row.Revenue);
        Users[userIndex].Revenue += revenue;
        Items[itemIndex].Revenue += revenue;
        AddToUser(ref Users[userIndex], row, isPurchase, isNewUser, isNewPair);
        AddToItem(ref Items[itemIndex], row, isPurchase, isNewPair);
    }

    private void AddToUser(ref UserTotals user, in Event row, bool isPurchase, bool isNewUser, bool isNewPair)
    {
        if (isNewUser)
        {
            purchaseDays.Clear();
            user.FirstTime = user.LastTime = row.Time;
        }
        user.Interactions++;
        user.Items += isNewPair ? 1 : 0;
        user.FirstTime = Math.Min(user.FirstTime, row.Time);
        user.LastTime = Math.Max(user.LastTime, row.Time);
        if (!isPurchase)
            return;
        user.LastPurchase = user.Purchases == 0 ? row.Time : Math.Max(user.LastPurchase, row.Time);
        user.Purchases++;
        purchaseDays.Add(Days.Of(row.Time));
        user.PurchaseDays = purchaseDays.Count;
    }

    private static void AddToItem(ref ItemTotals item, in Event row, bool isPurchase, bool isNewPair)
    {
        item.FirstTime = item.Interactions == 0 ? row.Time : Math.Min(item.FirstTime, row.Time);
        item.LastTime = item.Interactions == 0 ? row.Time : Math.Max(item.LastTime, row.Time);
        item.Interactions++;
        item.Users += isNewPair ? 1 : 0;
        item.Purchases += isPurchase ? 1 : 0;
    }
}

/// <summary>What is known of a user.</summary>
internal record struct UserTotals(
    int Interactions, int Items, long FirstTime, long LastTime, int Purchases, int PurchaseDays, long LastPurchase, Int128 Revenue);

/// <summary>What is known of an item.</summary>
internal record struct ItemTotals(int Users, long Interactions, long FirstTime, long LastTime, long Purchases, Int128 Revenue);
