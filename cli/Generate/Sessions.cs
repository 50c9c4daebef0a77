namespace Pipeline.Cli.Generate;

/// <summary>
/// Visits of users to the shop. A visit is a chain of views; some put the item into the cart, and at the end some visitors
/// pay. README.md, "A visit", has the probabilities in words.
/// </summary>
internal sealed class Sessions(Catalogue catalogue, UserPopulation users, Demand demand)
{
    private const int SecondsPerDay = 86_400;
    private const int MostViews = 20;

    /// <summary>Visits by hour, UTC, in arbitrary units: a quiet night, a lunch break, a busy evening.</summary>
    private static readonly int[] Weekday =
        [12, 7, 4, 3, 4, 8, 18, 30, 42, 50, 54, 58, 66, 60, 54, 54, 58, 66, 78, 90, 96, 84, 58, 28];

    /// <summary>As <see cref="Weekday"/>, on Saturdays and Sundays: later, and spread over the day.</summary>
    private static readonly int[] Weekend =
        [20, 12, 7, 4, 3, 5, 9, 18, 36, 58, 74, 80, 78, 76, 76, 78, 80, 82, 84, 86, 84, 72, 52, 32];

    private static readonly int WeekdayTotal = Weekday.Sum();
    private static readonly int WeekendTotal = Weekend.Sum();

    private readonly int[] viewed = new int[MostViews];
    private readonly List<(int Slot, short Quantity)> cart = [];
    private readonly List<(int Slot, short Quantity)> bought = [];

    /// <summary>Adds the lines of one visit to <paramref name="lines"/>; all lie within the day.</summary>
    /// <param name="day">Day counted from the period's first; <see cref="Demand.SetDay"/> has been called for it.</param>
    /// <param name="weekend">Whether the day is a Saturday or Sunday.</param>
    /// <param name="session">Position of the visit in the day, carried by its purchases.</param>
    /// <param name="lines">Gets the lines in time order.</param>
    /// <param name="rng">Where chance comes from.</param>
    public void Add(int day, bool weekend, int session, List<ShopLine> lines, ref Rng rng)
    {
        int user = users.Draw(day, ref rng);
        int first = lines.Count;
        int second = 0;
        int category = -1, slot = -1;
        bool exploring = false, carted = false;
        cart.Clear();
        bought.Clear();

        int views = 0;
        do
        {
            int companion = slot >= 0 && rng.Chance(carted ? 0.6 : 0.2)
                ? demand.DrawCompanion(slot, viewed.AsSpan(0, views), ref rng)
                : -1;
            bool wantedWithCart = companion >= 0 && carted;
            if (companion >= 0)
            {
                slot = companion;
            }
            else
            {
                // A visit stays with its subject two times out of three. The subject is always drawn alike, so this
                // groups views without changing how often a category is viewed.
                if (category < 0 || rng.Chance(0.33))
                {
                    exploring = rng.Chance(Demand.Exploration);
                    category = demand.DrawCategory(user, exploring, ref rng);
                }

                slot = demand.DrawItem(category, ref rng);
            }

            viewed[views++] = slot;
            lines.Add(new ShopLine(second, user, slot, ShopEvent.View, 0, session));
            second += rng.Between(8, 60);
            carted = Decide(slot, wantedWithCart ? 0.5 : exploring ? 0.09 : 0.19, ref rng);
            if (carted)
                lines.Add(new ShopLine(second, user, slot, ShopEvent.Cart, cart[^1].Quantity, session));
            second += rng.Between(5, 150);
        }
        while (views < MostViews && rng.Chance(0.72));

        CheckOut(user, session, second + rng.Between(30, 240), lines, ref rng);
        Shift(lines, first, StartSecond(weekend, ref rng));
    }

    /// <summary>A second of the day by the visits' usual hours.</summary>
    private static int StartSecond(bool weekend, ref Rng rng) =>
        rng.Weighted(weekend ? Weekend : Weekday, weekend ? WeekendTotal : WeekdayTotal) * 3600 + rng.Below(3600);

    /// <summary>Moves a visit that starts at 0 to its start, or as late as it still ends on the same day.</summary>
    private static void Shift(List<ShopLine> lines, int first, int start)
    {
        start = Math.Min(start, SecondsPerDay - 1 - lines[^1].Second);
        for (int i = first; i < lines.Count; i++)
            lines[i] = lines[i] with { Second = start + lines[i].Second };
    }

    /// <summary>
    /// Puts the item into the cart, or marks it for buying at once, or neither. True when it went into the cart.
    /// </summary>
    private bool Decide(int slot, double cartProbability, ref Rng rng)
    {
        double chance = rng.NextDouble();
        bool intoCart = chance < cartProbability;
        if (!intoCart && chance >= cartProbability + 0.03)
            return false;
        foreach (var (known, _) in cart)
            if (known == slot)
                return false;
        foreach (var (known, _) in bought)
            if (known == slot)
                return false;

        (intoCart ? cart : bought).Add((slot, Quantity(slot, ref rng)));
        return intoCart;
    }

    private short Quantity(int slot, ref Rng rng)
    {
        // Cheap things are bought by the handful.
        if (!rng.Chance(catalogue.Price[slot] < 2000 ? 0.25 : 0.05))
            return 1;
        return (short)(rng.Chance(0.7) ? 2 : rng.Between(3, 6));
    }

    /// <summary>
    /// Pays for what was bought at once, and three times out of four for the cart, as one basket in one second.
    /// </summary>
    private void CheckOut(int user, int session, int second, List<ShopLine> lines, ref Rng rng)
    {
        foreach (var (slot, quantity) in bought)
            lines.Add(new ShopLine(second, user, slot, ShopEvent.Purchase, quantity, session));
        if (!rng.Chance(0.75))
            return;
        foreach (var (slot, quantity) in cart)
            lines.Add(new ShopLine(second, user, slot, ShopEvent.Purchase, quantity, session));
    }
}
