namespace Pipeline.Transform;

/// <summary>
/// The k-core: what is left when users with too few items and items with too few users go, again and again, until nobody falls below. It
/// depends on nothing but the pairs. First all users below go, then all items below, then the users below now, and so on: that is only
/// to say by which of the two an interaction went.
/// </summary>
internal sealed class Core
{
    // Pair p is of user pairUsers[p] and item pairItems[p]; those of user u are userStarts[u]..userStarts[u + 1]; those of item i are
    // itemPairs[itemStarts[i]..itemStarts[i + 1]].
    private readonly int[] pairUsers, pairItems, userStarts, itemStarts, itemPairs;
    private readonly int[] userItems, itemUsers;
    private readonly Fate[] fates;

    private Core(EventTable events)
    {
        int users = events.UserIds.Count, items = events.ItemIds.Count;
        userStarts = new int[users + 1];
        for (int user = 0; user < users; user++)
            userStarts[user + 1] = userStarts[user] + CountItems(events, user);
        pairUsers = new int[userStarts[users]];
        pairItems = new int[pairUsers.Length];
        fates = new Fate[pairUsers.Length];
        itemUsers = new int[items];
        for (int user = 0, pair = 0; user < users; user++)
        {
            int last = -1;
            foreach (int row in events.KeptRowsOf(user))
            {
                int item = events.ItemOf(row);
                if (item == last)
                    continue;
                (pairUsers[pair], pairItems[pair++], last) = (user, item, item);
                itemUsers[item]++;
            }
        }
        userItems = [.. Enumerable.Range(0, users).Select(user => userStarts[user + 1] - userStarts[user])];
        itemStarts = new int[items + 1];
        for (int item = 0; item < items; item++)
            itemStarts[item + 1] = itemStarts[item] + itemUsers[item];
        itemPairs = new int[pairItems.Length];
        int[] next = itemStarts[..^1];
        for (int pair = 0; pair < pairItems.Length; pair++)
            itemPairs[next[pairItems[pair]]++] = pair;
    }

    /// <summary>Drops what is not in the core. O(n).</summary>
    /// <param name="events">The interactions.</param>
    /// <param name="minUserItems">Fewest distinct items of a user.</param>
    /// <param name="minItemUsers">Fewest distinct users of an item.</param>
    /// <param name="ledger">Where what goes is noted.</param>
    public static void Keep(EventTable events, int minUserItems, int minItemUsers, Ledger ledger)
    {
        if (minUserItems <= 1 && minItemUsers <= 1)
            return;
        var core = new Core(events);
        core.Peel(minUserItems, minItemUsers);
        core.Apply(events, ledger);
    }

    // A user or an item whose count falls below goes at once into the list of the next turn, and never again into any.
    private void Peel(int minUserItems, int minItemUsers)
    {
        List<int> usersBelow = Below(userItems, minUserItems), itemsBelow = [];
        RemoveUsers(usersBelow, minItemUsers, []);
        itemsBelow = Below(itemUsers, minItemUsers);
        while (itemsBelow.Count > 0)
        {
            usersBelow = RemoveItems(itemsBelow, minUserItems, []);
            itemsBelow = RemoveUsers(usersBelow, minItemUsers, []);
        }
    }

    private List<int> RemoveUsers(List<int> users, int minItemUsers, List<int> itemsBelow)
    {
        foreach (int user in users)
        {
            for (int pair = userStarts[user]; pair < userStarts[user + 1]; pair++)
            {
                if (fates[pair] != Fate.Kept)
                    continue;
                fates[pair] = Fate.UserWithFewItems;
                if (--itemUsers[pairItems[pair]] == minItemUsers - 1)
                    itemsBelow.Add(pairItems[pair]);
            }
        }
        return itemsBelow;
    }

    private List<int> RemoveItems(List<int> items, int minUserItems, List<int> usersBelow)
    {
        foreach (int item in items)
        {
            foreach (int pair in itemPairs.AsSpan(itemStarts[item]..itemStarts[item + 1]))
            {
                if (fates[pair] != Fate.Kept)
                    continue;
                fates[pair] = Fate.ItemWithFewUsers;
                if (--userItems[pairUsers[pair]] == minUserItems - 1)
                    usersBelow.Add(pairUsers[pair]);
            }
        }
        return usersBelow;
    }

    private void Apply(EventTable events, Ledger ledger)
    {
        for (int user = 0; user + 1 < userStarts.Length; user++)
        {
            ReadOnlySpan<Fate> mine = fates.AsSpan(userStarts[user]..userStarts[user + 1]);
            if (mine.ContainsAnyExcept(Fate.Kept))
                Apply(events, user, mine, ledger);
        }
    }

    private static void Apply(EventTable events, int user, ReadOnlySpan<Fate> pairs, Ledger ledger)
    {
        var left = new List<Event>();
        int pair = -1, last = -1;
        foreach (int row in events.KeptRowsOf(user))
        {
            Event e = events[row];
            if (e.Item != last)
                pair++;
            last = e.Item;
            if (pairs[pair] == Fate.Kept)
                left.Add(e);
            else
                ledger.Drop(user, e.Item, pairs[pair]);
        }
        foreach (int row in events.HeldOutRowsOf(user))
            left.Add(events[row] with { IsHeldOut = true });
        events.Replace(user, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(left));
    }

    private static int CountItems(EventTable events, int user)
    {
        int count = 0, last = -1;
        foreach (int row in events.KeptRowsOf(user))
        {
            count += events.ItemOf(row) == last ? 0 : 1;
            last = events.ItemOf(row);
        }
        return count;
    }

    private static List<int> Below(int[] counts, int min)
    {
        var below = new List<int>();
        for (int n = 0; n < counts.Length; n++)
        {
            if (counts[n] > 0 && counts[n] < min)
                below.Add(n);
        }
        return below;
    }
}
