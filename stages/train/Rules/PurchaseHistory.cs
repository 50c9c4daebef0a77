using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>What each customer bought: the last time, and how long it took until it was bought again.</summary>
internal sealed class PurchaseHistory
{
    private const long DayMicros = 86_400_000_000;

    private readonly List<Bought> bought = [];
    private readonly List<double> gaps = [];
    private long last;

    /// <summary>Each customer's products, sorted by customer and product.</summary>
    public IReadOnlyList<Bought> All => bought;

    public static async Task<PurchaseHistory> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        var history = new PurchaseHistory();
        TableSchema columns = WeightedInteractions.Schema.Select(
            WeightedInteractions.UserIndex, WeightedInteractions.ItemIndex, WeightedInteractions.Time, WeightedInteractions.Purchased);
        await foreach (ColumnBatch batch in stage.ReadAsync(WeightedInteractions.DataSet, columns, cancellation))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                if (batch.Values<bool>(WeightedInteractions.Purchased)[row])
                {
                    history.Add(
                        batch.Values<int>(WeightedInteractions.UserIndex)[row], batch.Values<int>(WeightedInteractions.ItemIndex)[row],
                        batch.Values<long>(WeightedInteractions.Time)[row]);
                }
            }
        }
        history.End();
        return history;
    }

    /// <summary>Adds a purchase; they come sorted by customer, product and time.</summary>
    public void Add(int user, int item, long time)
    {
        if (bought.Count == 0 || bought[^1].User != user || bought[^1].Item != item)
        {
            End();
            bought.Add(new Bought(user, item, time, double.NaN));
        }
        else if (DayOf(time) - DayOf(last) is > 0 and var days)
        {
            gaps.Add(days);
        }
        last = time;
    }

    /// <summary>Ends the purchases.</summary>
    public void End()
    {
        if (bought.Count > 0)
            bought[^1] = bought[^1] with { LastTime = last, GapDays = Median(gaps) };
        gaps.Clear();
    }

    /// <summary>
    /// Days after which each product is bought again: the median over the customers who bought it on more than one day of each one's own
    /// median of days between one purchase day (UTC) and the next, so that nobody counts more for buying more often.
    /// </summary>
    /// <param name="items">Number of products.</param>
    /// <param name="minCustomers">Customers needed, 1 or more; products with fewer have none.</param>
    /// <returns>NaN where a product has none.</returns>
    public double[] RepeatDays(int items, int minCustomers)
    {
        var ofItem = new List<double>?[items];
        foreach (Bought one in bought)
        {
            if (!double.IsNaN(one.GapDays))
                (ofItem[one.Item] ??= []).Add(one.GapDays);
        }
        return [.. ofItem.Select(all => all?.Count >= minCustomers ? Median(all) : double.NaN)];
    }

    /// <summary>The middle one, or the mean of the two in the middle; NaN of none. Sorts the list.</summary>
    private static double Median(List<double> values)
    {
        values.Sort();
        int middle = values.Count / 2;
        return values.Count == 0 ? double.NaN : values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    private static long DayOf(long time) => Math.DivRem(time, DayMicros) is var (day, rest) && rest < 0 ? day - 1 : day;
}

/// <summary>A product that a customer bought.</summary>
/// <param name="User">The customer's index.</param>
/// <param name="Item">The product's index.</param>
/// <param name="LastTime">The last time, microseconds since 1970 UTC.</param>
/// <param name="GapDays">Median of the days from one purchase day to the next; NaN where there was only one day.</param>
internal readonly record struct Bought(int User, int Item, long LastTime, double GapDays);
