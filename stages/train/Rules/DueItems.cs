using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>What customers bought long enough ago to be offered it again. Immutable, safe to read from any thread.</summary>
internal sealed class DueItems
{
    /// <summary>Nothing is ever offered again.</summary>
    public static readonly DueItems None = new([], []);

    private const double MicrosPerDay = 86_400e6;

    // Customer u's due products are at starts[u] up to starts[u + 1], rising.
    private readonly int[] starts, items;

    private DueItems(int[] starts, int[] items)
    {
        this.starts = starts;
        this.items = items;
    }

    /// <summary>Pairs of customer and product that are due.</summary>
    public int Count => items.Length;

    /// <summary>Products whose own interval takes the place of the days in the rule.</summary>
    public int WithInterval { get; private init; }

    /// <summary>A customer's due products, rising by index.</summary>
    public ReadOnlySpan<int> Of(int user) => starts.Length == 0 ? [] : items.AsSpan(starts[user]..starts[user + 1]);

    /// <summary>Pairs of customer and product on offer that are kept apart because the customer has had the product and it is not due. O(pairs).</summary>
    public long CountBarred(SarModel model, ReadOnlySpan<bool> allowed)
    {
        long barred = 0;
        foreach (int item in model.Affinity.Indices)
            barred += allowed[item] ? 1 : 0;
        foreach (int item in items)
            barred -= allowed[item] ? 1 : 0;
        return barred;
    }

    /// <summary>
    /// Finds what is due: the last purchase is at least as many days before the reference time as the product's own interval has, where
    /// enough customers bought it again to tell, and else as the rule has.
    /// </summary>
    public static DueItems Find(PurchaseHistory history, RepurchaseRule rule, int users, int items, long referenceTime)
    {
        double[] intervals = rule.MinCustomers > 0 ? history.RepeatDays(items, rule.MinCustomers) : [.. Enumerable.Repeat(double.NaN, items)];
        var starts = new int[users + 1];
        var due = new List<int>();
        foreach (Bought one in history.All)
        {
            double days = double.IsNaN(intervals[one.Item]) ? rule.AfterDays : intervals[one.Item];
            if ((referenceTime - one.LastTime) / MicrosPerDay < days)
                continue;
            due.Add(one.Item);
            starts[one.User + 1]++;
        }
        for (int user = 0; user < users; user++)
            starts[user + 1] += starts[user];
        return new DueItems(starts, [.. due]) { WithInterval = intervals.Count(days => !double.IsNaN(days)) };
    }
}
