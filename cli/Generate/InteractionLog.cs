using System.Runtime.InteropServices;

namespace Pipeline.Cli.Generate;

/// <summary>
/// Writes interactions.csv day by day: draws a day's visits, adds the returns that fall on it, sorts, writes. Memory grows
/// with the busiest day, never with the length of the file.
/// </summary>
internal sealed class InteractionLog
{
    /// <summary>Columns of interactions.csv.</summary>
    public static readonly string[] Header = ["user_id", "item_id", "event", "time", "quantity", "price", "basket_id"];

    private const double ReturnProbability = 0.16;
    private const int EarliestReturn = 3;
    private const int LatestReturn = 21;

    private static readonly string[] EventNames = ["view", "cart", "purchase", "return"];

    /// <summary>Lines by weekday from Sunday, in arbitrary units.</summary>
    private static readonly int[] Weekdays = [117, 105, 100, 98, 100, 92, 88];

    private readonly ShopOptions options;
    private readonly Catalogue catalogue;
    private readonly UserPopulation users;
    private readonly Demand demand;
    private readonly Sessions sessions;
    private readonly Utf8Csv csv;
    private readonly Ids userIds, itemIds, basketIds;

    // A ring: returns wait at most LatestReturn days.
    private readonly List<ShopLine>[] returns;
    private readonly List<ShopLine> lines = [];
    private readonly List<int> basketOfSession = [];
    private ulong[] order = [];
    private Rng rng;
    private long written;
    private int baskets;

    /// <summary>Writes below the header that <paramref name="csv"/> already has.</summary>
    public InteractionLog(ShopOptions options, Catalogue catalogue, UserPopulation users, Utf8Csv csv)
    {
        this.options = options;
        this.catalogue = catalogue;
        this.users = users;
        this.csv = csv;
        demand = new Demand(options, catalogue, users);
        sessions = new Sessions(catalogue, users, demand);
        userIds = Ids.OfUsers(options.Users);
        itemIds = Ids.OfItems(options.Items);
        basketIds = Ids.OfBaskets(options.Interactions);
        returns = [.. Enumerable.Range(0, LatestReturn + 1).Select(_ => new List<ShopLine>())];
        rng = new Rng(options.Seed, RngStream.Interactions);
    }

    /// <summary>Writes exactly as many lines as asked for; reports the lines written after each day.</summary>
    public void Write(IProgress<long> progress, CancellationToken cancellation)
    {
        double[] share = CumulativeDays();
        for (int day = 0; day < options.Days; day++)
        {
            cancellation.ThrowIfCancellationRequested();
            long until = day == options.Days - 1 ? options.Interactions : (long)(options.Interactions * share[day]);
            DrawDay(day, until - written, cancellation);
            WriteDay(day, cancellation);
            progress.Report(written);
        }
    }

    /// <summary>
    /// The part of all lines due by the end of each day: by weekday, by the users who have arrived, and up to twice as many
    /// before Christmas.
    /// </summary>
    private double[] CumulativeDays()
    {
        var share = new double[options.Days];
        double sum = 0;
        for (int day = 0; day < options.Days; day++)
        {
            DateOnly date = options.FirstDay.AddDays(day);
            sum += Weekdays[(int)date.DayOfWeek] * (1 + Demand.Season(date, 345)) * users.ActivityOn(day);
            share[day] = sum;
        }

        for (int day = 0; day < options.Days; day++)
            share[day] /= sum;
        return share;
    }

    private void DrawDay(int day, long quota, CancellationToken cancellation)
    {
        lines.Clear();
        basketOfSession.Clear();
        List<ShopLine> due = returns[day % returns.Length];
        lines.AddRange(due);
        due.Clear();
        if (lines.Count >= quota)
            return;

        demand.SetDay(day);
        bool weekend = options.FirstDay.AddDays(day).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        while (lines.Count < quota)
        {
            if (basketOfSession.Count % 4096 == 0)
                cancellation.ThrowIfCancellationRequested();
            sessions.Add(day, weekend, basketOfSession.Count, lines, ref rng);
            basketOfSession.Add(0);
        }
    }

    private void WriteDay(int day, CancellationToken cancellation)
    {
        // Same second: in the order drawn, which is the funnel's within a visit.
        if (order.Length < lines.Count)
            order = new ulong[Math.Max(lines.Count, order.Length * 2)];
        ReadOnlySpan<ShopLine> drawn = CollectionsMarshal.AsSpan(lines);
        for (int i = 0; i < drawn.Length; i++)
            order[i] = ((ulong)drawn[i].Second << 32) | (uint)i;
        Span<ulong> sorted = order.AsSpan(0, drawn.Length);
        sorted.Sort();

        // A prefix in time of a complete log is consistent: cutting the surplus of the last visits off its end leaves no
        // purchase without its view and no return without its purchase.
        int count = (int)Math.Min(sorted.Length, options.Interactions - written);
        DateOnly date = options.FirstDay.AddDays(day);
        for (int i = 0; i < count; i++)
        {
            if (i % 65_536 == 0)
                cancellation.ThrowIfCancellationRequested();
            WriteLine(day, date, drawn[(int)(uint)sorted[i]]);
        }

        written += count;
    }

    private void WriteLine(int day, DateOnly date, in ShopLine line)
    {
        int basket = line.Event switch
        {
            ShopEvent.Purchase => NumberBasket(line.Basket),
            ShopEvent.Return => line.Basket,
            _ => 0,
        };

        csv.Id(userIds.Prefix, line.User + 1, userIds.Digits)
            .Id(itemIds.Prefix, catalogue.Number[line.Slot], itemIds.Digits)
            .Text(EventNames[(int)line.Event])
            .Time(date, line.Second);
        _ = line.Quantity == 0 ? csv.Empty() : csv.Number(line.Quantity);
        csv.Fixed(catalogue.Price[line.Slot], 2);
        _ = basket == 0 ? csv.Empty() : csv.Id(basketIds.Prefix, basket, basketIds.Digits);
        csv.EndLine();

        if (line.Event == ShopEvent.Purchase && rng.Chance(ReturnProbability))
            ScheduleReturn(day, line with { Basket = basket });
    }

    /// <summary>Baskets are numbered as they are paid, as a shop numbers its orders.</summary>
    private int NumberBasket(int session)
    {
        Span<int> numbers = CollectionsMarshal.AsSpan(basketOfSession);
        return numbers[session] != 0 ? numbers[session] : numbers[session] = ++baskets;
    }

    private void ScheduleReturn(int day, in ShopLine purchase)
    {
        int back = day + rng.Between(EarliestReturn, LatestReturn);
        // Mostly everything comes back, sometimes one piece of several; parcels are opened from 08:00 to 18:00.
        short quantity = (short)(rng.Chance(0.8) ? -purchase.Quantity : -1);
        int second = rng.Between(8 * 3600, 18 * 3600 - 1);
        if (back < options.Days)
            returns[back % returns.Length].Add(purchase with { Event = ShopEvent.Return, Quantity = quantity, Second = second });
    }
}
