using System.Text;
using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>What holds for the lists of all customers: the rules, worked out for the products there are. Immutable, for any number of composers.</summary>
internal sealed class ListPlan
{
    /// <summary>Candidates looked at for each place, where the first ones that fit need not be the ones taken.</summary>
    private const int PoolFactor = 5;

    /// <param name="rules">The rules.</param>
    /// <param name="items">The products.</param>
    /// <param name="allowed">Which of them may be offered.</param>
    /// <param name="referenceTime">Microseconds since 1970 UTC that new products are new at.</param>
    /// <param name="k">Products in a list.</param>
    public ListPlan(ListRules rules, ItemTable items, bool[] allowed, long referenceTime, int k)
    {
        K = k;
        Allowed = allowed;
        Category = [.. items.Category];
        Categories = items.Categories.Count;
        MaxPerCategory = rules.MaxPerCategory ?? int.MaxValue;
        if (rules.NewArrivals is { } arrivals)
        {
            AtLeastNew = arrivals.AtLeast;
            NewArrivals = Popularities.Newest(items, allowed, referenceTime, arrivals.WithinDays);
            IsNew = new bool[items.Count];
            foreach (int item in NewArrivals.Indices)
                IsNew[item] = true;
        }
        if (rules.Pinned is { } pinned)
        {
            PinnedPlaces = pinned.Places(k);
            Pinned = [.. pinned.Items.Select(id => items.Ids.Find(Encoding.UTF8.GetBytes(id))).Where(item => item >= 0 && allowed[item])];
        }
    }

    /// <summary>Products in a list.</summary>
    public int K { get; }

    /// <summary>Whether each product may be offered at all.</summary>
    public bool[] Allowed { get; }

    /// <summary>Position of each product's category; -1 without one.</summary>
    public int[] Category { get; }

    /// <summary>Number of categories.</summary>
    public int Categories { get; }

    /// <summary>Most products of one category in a list.</summary>
    public int MaxPerCategory { get; }

    /// <summary>New products a list has at least, where there are any for the customer.</summary>
    public int AtLeastNew { get; }

    /// <summary>Whether each product is new and may be offered; empty where nobody asks.</summary>
    public bool[] IsNew { get; } = [];

    /// <summary>The new products that may be offered, the newest first, among equals by rising index.</summary>
    public Ranking NewArrivals { get; } = new([], []);

    /// <summary>Most places of pinned products in a list.</summary>
    public int PinnedPlaces { get; }

    /// <summary>The pinned products that may be offered, the most important first.</summary>
    public int[] Pinned { get; } = [];

    /// <summary>What customers may be offered again.</summary>
    public DueItems Due { get; init; } = DueItems.None;

    /// <summary>How much weight is taken from a candidate's score and given to being unlike what is in the list already, 0 to 1; see <see cref="ListComposer"/>.</summary>
    public double Diversity { get; init; }

    /// <summary>How alike products are; needed only for diversity.</summary>
    public ItemLikeness Likeness { get; init; } = ItemLikeness.None;

    /// <summary>Candidates that fit, which a composer wants to choose from.</summary>
    public int PoolSize => ChoosesAmongMore ? PoolFactor * K : K;

    /// <summary>Most candidates of one category that a composer keeps.</summary>
    public int MaxPerCategoryInPool => ChoosesAmongMore ? (int)Math.Min((long)PoolFactor * MaxPerCategory, int.MaxValue) : MaxPerCategory;

    /// <summary>How many products to ask the models for: more than a list has, where the first ones need not get in.</summary>
    public static int CandidatesFor(ListRules rules, int k, double diversity) =>
        diversity > 0 || rules.NewArrivals is not null || rules.MaxPerCategory < k ? PoolFactor * k : k;

    private bool ChoosesAmongMore => Diversity > 0 || AtLeastNew > 0;
}
