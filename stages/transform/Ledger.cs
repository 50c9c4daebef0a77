using Pipeline.Hosting;

namespace Pipeline.Transform;

/// <summary>Accounts for every interaction that is not kept, and for the users and items that vanish with it. Not thread-safe; see <see cref="Fork"/>.</summary>
internal sealed class Ledger
{
    private readonly long[] lines = new long[Fates.All.Count];
    private readonly Fate[] lastOfUser, lastOfItem;

    public Ledger(int users, int items) : this(new Fate[users], items) { }

    private Ledger(Fate[] lastOfUser, int items) => (this.lastOfUser, lastOfItem) = (lastOfUser, new Fate[items]);

    /// <summary>Purchases of which a return left something.</summary>
    public long PartlyReturnedPurchases { get; set; }

    /// <summary>Returns of more than was left of the purchases before them.</summary>
    public long ReturnsInExcess { get; set; }

    /// <summary>Interactions that met a fate.</summary>
    public long this[Fate fate] => lines[(int)fate];

    /// <summary>Notes what became of an interaction.</summary>
    public void Drop(int user, int item, Fate fate)
    {
        lines[(int)fate]++;
        lastOfUser[user] = Later(lastOfUser[user], fate);
        lastOfItem[item] = LaterOfItem(lastOfItem[item], fate);
    }

    /// <summary>A ledger for another thread, which notes only users that no other notes; see <see cref="Take"/>.</summary>
    public Ledger Fork() => new(lastOfUser, lastOfItem.Length);

    /// <summary>Adds what a <see cref="Fork"/> noted, and empties it.</summary>
    public void Take(Ledger fork)
    {
        for (int fate = 0; fate < lines.Length; fate++)
            lines[fate] += fork.lines[fate];
        for (int item = 0; item < lastOfItem.Length; item++)
            lastOfItem[item] = LaterOfItem(lastOfItem[item], fork.lastOfItem[item]);
        PartlyReturnedPurchases += fork.PartlyReturnedPurchases;
        ReturnsInExcess += fork.ReturnsInExcess;
        Array.Clear(fork.lines);
        Array.Clear(fork.lastOfItem);
        (fork.PartlyReturnedPurchases, fork.ReturnsInExcess) = (0, 0);
    }

    /// <summary>Puts everything into the stage's counters: the lines by reason, and the users and items lost to each.</summary>
    public void Report(Counters counters, Numbering users, Numbering items)
    {
        foreach (Fate fate in Fates.All.Where(fate => this[fate] > 0))
        {
            counters.Drop(fate.Name(), this[fate]);
            counters.Set($"lost_users_{fate.Name()}", Lost(lastOfUser, users, fate));
            counters.Set($"lost_items_{fate.Name()}", Lost(lastOfItem, items, fate));
        }
        counters.Set("purchases_partly_returned", PartlyReturnedPurchases);
        counters.Set("returns_in_excess", ReturnsInExcess);
        counters.Set("users", users.Count);
        counters.Set("items", items.Count);
    }

    private static long Lost(Fate[] last, Numbering numbers, Fate fate)
    {
        long lost = 0;
        for (int rank = 0; rank < last.Length; rank++)
            lost += last[rank] == fate && numbers.IndexOf(rank) < 0 ? 1 : 0;
        return lost;
    }

    private static Fate Later(Fate a, Fate b) => a > b ? a : b;

    // Users and items go in turns. Who goes in its own turn goes then, whatever it lost in the turns of the others.
    private static Fate LaterOfItem(Fate a, Fate b) =>
        a == Fate.ItemWithFewUsers || b == Fate.ItemWithFewUsers ? Fate.ItemWithFewUsers : Later(a, b);
}
