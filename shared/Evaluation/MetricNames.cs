namespace Pipeline.Evaluation;

/// <summary>
/// The names of the figures, each written once. Definitions: this library's README. <c>_at_k</c> stands for a figure that has the length of the
/// list in its formula.
/// </summary>
public static class MetricNames
{
    /// <summary>Hits / k, also where the list is shorter.</summary>
    public const string Precision = "precision_at_k";

    /// <summary>Hits / length of the list; 0 without a list.</summary>
    public const string PrecisionListed = "precision_listed_at_k";

    /// <summary>Hits / held-out items.</summary>
    public const string Recall = "recall_at_k";

    /// <summary>Hits / the smaller of k and the held-out items.</summary>
    public const string RecallCapped = "recall_capped_at_k";

    /// <summary>Mean average precision over all held-out items.</summary>
    public const string Map = "map";

    /// <summary>Mean average precision over the smaller of k and the held-out items.</summary>
    public const string MapAtK = "map_at_k";

    /// <summary>Discounted gain over the ideal one, each held-out item counting 1; mean over all users with held-out items.</summary>
    public const string Ndcg = "ndcg_at_k";

    /// <summary>As <see cref="Ndcg"/>, an item counting its rating.</summary>
    public const string NdcgRaw = "ndcg_raw_at_k";

    /// <summary>As <see cref="Ndcg"/>, an item counting 2^rating - 1.</summary>
    public const string NdcgExp = "ndcg_exp_at_k";

    /// <summary>As <see cref="Ndcg"/>, but only over the users who have a list as well.</summary>
    public const string NdcgCommonUsers = "ndcg_common_users_at_k";

    /// <summary>1 / rank of the first hit, 0 without one.</summary>
    public const string Mrr = "mrr_at_k";

    /// <summary>Share of users with a hit.</summary>
    public const string HitRate = "hit_rate_at_k";

    /// <summary>Hits up to rank n / n, n the held-out items; over the users with such a hit only, as the reference has it.</summary>
    public const string RPrecision = "r_precision_at_k";

    /// <summary>The same over all users who count.</summary>
    public const string RPrecisionAllUsers = "r_precision_all_users_at_k";

    /// <summary>Revenue of the hits for each user who counts.</summary>
    public const string Revenue = "revenue_at_k";

    /// <summary>Share of the users with held-out items who have a list.</summary>
    public const string UserCoverage = "user_coverage";

    /// <summary>Mean of -log2 of the item's share of the training pairs, over all recommendations.</summary>
    public const string Novelty = "novelty";

    /// <summary>1 - mean cosine of the pairs of a list; mean over users.</summary>
    public const string Diversity = "diversity";

    /// <summary>1 - mean cosine of an item to the user's training items; mean over the list, then over users.</summary>
    public const string Serendipity = "serendipity";

    /// <summary>Mean price of all recommendations whose price is known.</summary>
    public const string AveragePrice = "average_price";

    /// <summary>Distinct recommended items / distinct training items.</summary>
    public const string CatalogCoverage = "catalog_coverage";

    /// <summary>Entropy of the recommended items in bits.</summary>
    public const string DistributionalCoverage = "distributional_coverage";

    /// <summary>1 - mean cosine of two users' lists.</summary>
    public const string Personalisation = "personalisation";

    /// <summary>How unequally recommendations fall on the catalogue: 0 evenly, towards 1 all on one item.</summary>
    public const string Gini = "gini";

    /// <summary>Of a group of items: its share of all recommendations.</summary>
    public const string ListShare = "list_share";

    /// <summary>Of a group of items: hits / held-out pairs, over all users together.</summary>
    public const string PooledRecall = "pooled_recall_at_k";

    /// <summary>The figures of users, in the order in which they are shown.</summary>
    public static IReadOnlyList<string> OfUsers { get; } =
    [
        Precision, PrecisionListed, Recall, RecallCapped, Map, MapAtK, Ndcg, NdcgRaw, NdcgExp, NdcgCommonUsers, Mrr, HitRate, RPrecision,
        RPrecisionAllUsers, Revenue, UserCoverage, Novelty, Diversity, Serendipity, AveragePrice,
    ];

    /// <summary>The figures of all lists together, in the order in which they are shown.</summary>
    public static IReadOnlyList<string> OfLists { get; } = [CatalogCoverage, DistributionalCoverage, Personalisation, Gini];
}
