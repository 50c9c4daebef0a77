namespace Pipeline.Train;

/// <summary>What the shop wants of every list. As it stands here: in stock, in the shop by now, and never what the customer has had.</summary>
internal sealed record ListRules
{
    /// <summary>Whether only products in stock are offered.</summary>
    public bool InStock { get; init; } = true;

    /// <summary>Whether only products are offered that have come into the shop by the reference time.</summary>
    public bool Available { get; init; } = true;

    /// <summary>Products and categories never offered, whatever else is said of them.</summary>
    public Names Exclude { get; init; } = Names.None;

    /// <summary>Products and categories beside which nothing is offered; empty: everything may be.</summary>
    public Names Include { get; init; } = Names.None;

    /// <summary>Lowest price offered, included; null for none. A product without a price is outside of every band.</summary>
    public double? PriceMin { get; init; }

    /// <summary>Highest price offered, included; null for none.</summary>
    public double? PriceMax { get; init; }

    /// <summary>Most products of one category in a list; null for no limit. What has no category is not limited.</summary>
    public int? MaxPerCategory { get; init; }

    /// <summary>New arrivals that every list must have; null for none.</summary>
    public NewArrivalRule? NewArrivals { get; init; }

    /// <summary>Products with places of their own; null for none.</summary>
    public PinnedRule? Pinned { get; init; }

    /// <summary>When what was bought may be offered again; null: never.</summary>
    public RepurchaseRule? Repurchase { get; init; }

    /// <summary>What no shop can mean, a sentence each that begins with the place.</summary>
    /// <param name="k">Products in a list.</param>
    public IEnumerable<string> Contradictions(int k)
    {
        if (PriceMin > PriceMax)
            yield return $"'price.min' {Text(PriceMin)} is above 'price.max' {Text(PriceMax)}: nothing has such a price.";
        foreach (string item in Pinned?.Items.Intersect(Exclude.Items) ?? [])
            yield return $"'pinned.items' has '{item}', which 'exclude.items' has too: take it out of one of them.";
        int places = (Pinned?.Places(k) ?? 0) + (NewArrivals?.AtLeast ?? 0);
        if (places > k)
        {
            yield return $"'pinned.share' of {k} products and 'new_arrivals.at_least' are {places} places together, but a list has {k}: "
                + "ask for fewer, or for longer lists with --top-k.";
        }
    }

    private static string Text(double? number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{number}");
}

/// <summary>Products and categories by the names the shop gave them.</summary>
/// <param name="Items">Product ids.</param>
/// <param name="Categories">Categories.</param>
internal sealed record Names(IReadOnlyList<string> Items, IReadOnlyList<string> Categories)
{
    public static readonly Names None = new([], []);

    public bool IsEmpty => Items.Count == 0 && Categories.Count == 0;
}

/// <summary>Every list has new products, as far as there are any for the customer.</summary>
/// <param name="WithinDays">Days after a product came into the shop, or without that date was first met in the interactions, in which it is new.</param>
/// <param name="AtLeast">How many a list has at least.</param>
internal sealed record NewArrivalRule(double WithinDays, int AtLeast);

/// <summary>Products that get places in every list, as far as the other rules let them.</summary>
/// <param name="Items">Product ids, the most important first.</param>
/// <param name="Share">Their share of the places, above 0 and at most 1.</param>
internal sealed record PinnedRule(IReadOnlyList<string> Items, decimal Share)
{
    /// <summary>Places of a list of k, rounded up: any share is at least one place.</summary>
    public int Places(int k) => (int)Math.Ceiling(Share * k);
}

/// <summary>What was bought may be offered again after some time.</summary>
/// <param name="AfterDays">Days from the customer's last purchase of a product.</param>
/// <param name="MinCustomers">Customers who must have bought a product again for its own interval to take the place of those days; 0: never.</param>
internal sealed record RepurchaseRule(double AfterDays, int MinCustomers)
{
    /// <summary>Customers that are needed unless the rules say otherwise.</summary>
    public const int DefaultMinCustomers = 5;
}
