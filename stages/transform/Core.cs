using System.Runtime.InteropServices;

namespace Pipeline.Transform;

/// <summary>
/// The k-core: what is left when users with too few items and items with too few users go, again and again, until nobody falls below. It
/// depends on nothing but the pairs. First all users below go, then all items below, then the users below now, and so on: that is only
/// to say by which of the two an interaction went.
/// </summary>
internal sealed class Core
{
    private const int Never = int.MaxValue;

    /// <summary>Pairs read from a file at a time, and put in order of items at a time (more where one item has more).</summary>
    private const int PairsOfPiece = 1 << 16, PairsOfSection = 1 << 22;

    /// <summary>Of a pair in memory: in either list, and while the second is made; and what making it takes where they are in a file.</summary>
    public const long BytesPerPair = 3 * sizeof(int), BytesWithFile = sizeof(int) * (long)PairsOfSection;

    private readonly EventSet events;
    private readonly int minUserItems, minItemUsers;

    // Items of each user and users of each item: first all, then those that have not fallen. And the turn in which each fell.
    private readonly int[] userItems, itemUsers, userFell, itemFell;

    // The items of user u are those from userStarts[u] to userStarts[u + 1] of itemsOfUsers; the users of an item likewise. Empty where nobody
    // can fall.
    private readonly long[] userStarts = [], itemStarts = [];
    private readonly IntList? itemsOfUsers, usersOfItems;
    private readonly List<Event> left = [];
    private int turn;

    /// <summary>Begins without a pair.</summary>
    /// <param name="events">The interactions.</param>
    /// <param name="options">Fewest distinct items of a user and users of an item.</param>
    public Core(EventSet events, TransformOptions options)
    {
        (this.events, minUserItems, minItemUsers) = (events, options.MinUserItems, options.MinItemUsers);
        (userItems, itemUsers) = (new int[events.UserIds.Count], new int[events.ItemIds.Count]);
        (userFell, itemFell) = (new int[userItems.Length], new int[itemUsers.Length]);
        Array.Fill(userFell, Never);
        Array.Fill(itemFell, Never);
        if (!IsNeeded(options))
            return;
        (userStarts, itemStarts) = (new long[userItems.Length + 1], new long[itemUsers.Length + 1]);
        itemsOfUsers = new IntList(events.File, events.Count);
        usersOfItems = new IntList(events.File, events.Count);
    }

    /// <summary>Whether anybody can fall.</summary>
    public static bool IsNeeded(TransformOptions options) => options.MinUserItems > 1 || options.MinItemUsers > 1;

    /// <summary>Indices for the users that are left.</summary>
    public Numbering NumberUsers() => new([.. userItems.Select((items, user) => items > 0 && userFell[user] == Never)]);

    /// <summary>Indices for the items that are left.</summary>
    public Numbering NumberItems() => new([.. itemUsers.Select((users, item) => users > 0 && itemFell[item] == Never)]);

    /// <summary>Takes in the interactions kept of the next users, in order of their ranks.</summary>
    public void Add(EventTable range)
    {
        for (int user = range.Users.First; user < range.Users.End; user++)
        {
            int last = -1;
            foreach (int row in range.KeptRowsOf(user))
            {
                int item = range.ItemOf(row);
                if (item == last)
                    continue;
                last = item;
                userItems[user]++;
                itemUsers[item]++;
                itemsOfUsers?.Add(item);
            }
            if (itemsOfUsers is not null)
                userStarts[user + 1] = itemsOfUsers.Count;
        }
    }

    /// <summary>
    /// Drops the interactions of users and items that are not in the core. O(pairs): nobody falls twice. Where the pairs are in a file, memory
    /// is O(users + items).
    /// </summary>
    public void Keep(Ledger ledger)
    {
        if (itemsOfUsers is null || usersOfItems is null)
            return;
        Transpose(itemsOfUsers, usersOfItems);
        Peel(itemsOfUsers, usersOfItems);
        if (turn == 0)
            return;
        foreach (EventTable range in events.Ranges())
        {
            for (int user = range.Users.First; user < range.Users.End; user++)
                Apply(range, user, ledger);
        }
    }

    /// <summary>Lists the users of each item, for as many items at a time as there is room for.</summary>
    private void Transpose(IntList itemsOfUsers, IntList usersOfItems)
    {
        for (int item = 0; item < itemUsers.Length; item++)
            itemStarts[item + 1] = itemStarts[item] + itemUsers[item];
        int[] section = new int[events.File is null ? itemsOfUsers.Count : Math.Max(itemUsers.Max(), Math.Min(PairsOfSection, itemsOfUsers.Count))];
        int[] next = new int[itemUsers.Length];
        for (int first = 0, end; first < itemUsers.Length; first = end)
        {
            for (end = first; end < itemUsers.Length && itemStarts[end + 1] - itemStarts[first] <= section.Length; end++)
                next[end] = (int)(itemStarts[end] - itemStarts[first]);
            ListUsers(itemsOfUsers, first, end, section, next);
            foreach (int user in section.AsSpan(0, (int)(itemStarts[end] - itemStarts[first])))
                usersOfItems.Add(user);
        }
    }

    /// <summary>Puts the users of some items where these have their next place.</summary>
    private void ListUsers(IntList itemsOfUsers, int first, int end, int[] section, int[] next)
    {
        int user = 0;
        for (long start = 0; start < itemsOfUsers.Count; start += PairsOfPiece)
        {
            ReadOnlySpan<int> items = itemsOfUsers.Read(start, (int)Math.Min(PairsOfPiece, itemsOfUsers.Count - start));
            for (int n = 0; n < items.Length; n++)
            {
                while (start + n >= userStarts[user + 1])
                    user++;
                if (items[n] >= first && items[n] < end)
                    section[next[items[n]]++] = user;
            }
        }
    }

    // A user or an item whose count falls below goes at once into the list of the next turn, and never again into any.
    private void Peel(IntList itemsOfUsers, IntList usersOfItems)
    {
        Remove(Below(userItems, minUserItems), userFell, userStarts, itemsOfUsers, itemFell, itemUsers, minItemUsers);
        List<int> items = Below(itemUsers, minItemUsers);
        while (items.Count > 0)
        {
            List<int> users = Remove(items, itemFell, itemStarts, usersOfItems, userFell, userItems, minUserItems);
            items = Remove(users, userFell, userStarts, itemsOfUsers, itemFell, itemUsers, minItemUsers);
        }
    }

    /// <summary>Lets users fall, or items: those on the other side that still stand have one less of them.</summary>
    /// <returns>Who on the other side is now below.</returns>
    private List<int> Remove(List<int> falling, int[] fell, long[] starts, IntList others, int[] otherFell, int[] otherCounts, int otherMin)
    {
        var below = new List<int>();
        turn += falling.Count > 0 ? 1 : 0;
        foreach (int one in falling)
        {
            fell[one] = turn;
            foreach (int other in others.Read(starts[one], (int)(starts[one + 1] - starts[one])))
            {
                if (otherFell[other] == Never && --otherCounts[other] == otherMin - 1)
                    below.Add(other);
            }
        }
        return below;
    }

    private void Apply(EventTable range, int user, Ledger ledger)
    {
        left.Clear();
        Rows kept = range.KeptRowsOf(user);
        foreach (int row in kept)
        {
            Event e = range[row];
            Fate fate = FateOf(user, e.Item);
            if (fate == Fate.Kept)
                left.Add(e);
            else
                ledger.Drop(user, e.Item, fate);
        }
        if (left.Count == kept.Count)
            return;
        foreach (int row in range.HeldOutRowsOf(user))
            left.Add(range[row] with { IsHeldOut = true });
        range.Replace(user, CollectionsMarshal.AsSpan(left));
    }

    /// <summary>An interaction goes with its user or its item, whichever fell first; they have turns of their own.</summary>
    private Fate FateOf(int user, int item) =>
        userFell[user] < itemFell[item] ? Fate.UserWithFewItems
        : itemFell[item] < userFell[user] ? Fate.ItemWithFewUsers
        : Fate.Kept;

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
