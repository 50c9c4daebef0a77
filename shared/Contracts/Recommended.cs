using Pipeline.Tables;

namespace Pipeline.Contracts;

/// <summary>Each customer in exactly one segment, and in one arm of the campaign's experiment (03).</summary>
public static class Segments
{
    /// <summary>The customer, a row of <see cref="Users"/>.</summary>
    public static readonly Column UserIndex = Users.UserIndex;

    /// <summary>The customer.</summary>
    public static readonly Column UserId = Users.UserId;

    /// <summary>Name of the segment.</summary>
    public static readonly Column Segment = new("segment", ColumnType.Text);

    /// <summary>Days from the last purchase to the reference time; from the last interaction for those who never bought.</summary>
    public static readonly Column RecencyDays = new("recency_days", ColumnType.Double);

    /// <summary>Days with a purchase.</summary>
    public static readonly Column Frequency = new("frequency", ColumnType.Int32);

    /// <summary>Revenue, returns taken off.</summary>
    public static readonly Column Monetary = new("monetary", ColumnType.Double);

    /// <summary>Fifth of the buyers by recency, 5 the most recent; 0 for those who never bought.</summary>
    public static readonly Column R = new("r", ColumnType.Int32);

    /// <summary>Fifth of the buyers by frequency, 5 the most frequent; 0 for those who never bought.</summary>
    public static readonly Column F = new("f", ColumnType.Int32);

    /// <summary>Fifth of the buyers by revenue, 5 the highest; 0 for those who never bought.</summary>
    public static readonly Column M = new("m", ColumnType.Int32);

    /// <summary>Whether the campaign mails the customer or leaves them alone for comparison; see <see cref="Arms"/>.</summary>
    public static readonly Column Arm = new("arm", ColumnType.Text);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new("segments", 2, UserIndex, UserId, Segment, RecencyDays, Frequency, Monetary, R, F, M, Arm);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Train, "segments.parquet", Schema);
}

/// <summary>What the segments come to, those of enough customers only (03).</summary>
public static class SegmentSummary
{
    /// <summary>Name of the segment.</summary>
    public static readonly Column Segment = Segments.Segment;

    /// <summary>Customers in it.</summary>
    public static readonly Column Customers = new("customers", ColumnType.Int32);

    /// <summary>Their share of all revenue, returns taken off; 0 where there is none.</summary>
    public static readonly Column RevenueShare = new("revenue_share", ColumnType.Double);

    /// <summary>Median of their <see cref="Segments.RecencyDays"/>.</summary>
    public static readonly Column MedianRecencyDays = new("median_recency_days", ColumnType.Double);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new("segment-summary", 1, Segment, Customers, RevenueShare, MedianRecencyDays);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Train, "segment-summary.parquet", Schema);
}

/// <summary>The arms of a campaign's experiment.</summary>
public static class Arms
{
    /// <summary>Mailed, unless something else forbids it.</summary>
    public const string Treatment = "treatment";

    /// <summary>Not mailed, so that it can be told what the mails bring; has a list all the same.</summary>
    public const string Control = "control";
}

/// <summary>Whether each customer's list is worth a mail (03).</summary>
public static class Verdicts
{
    /// <summary>It is.</summary>
    public const string Send = "send";

    /// <summary>It has fewer products than a mail needs.</summary>
    public const string TooFewItems = "too_few_items";

    /// <summary>The customer's own history speaks for too little of it.</summary>
    public const string OnlyFallback = "only_fallback";

    /// <summary>The best that the customer's history speaks for has too low a score.</summary>
    public const string NotRelevant = "not_relevant";

    /// <summary>All of them, in the order in which the reasons not to send come first.</summary>
    public static readonly IReadOnlyList<string> All = [Send, TooFewItems, OnlyFallback, NotRelevant];

    /// <summary>The customer.</summary>
    public static readonly Column UserId = Users.UserId;

    /// <summary>One of the above.</summary>
    public static readonly Column Verdict = new("verdict", ColumnType.Text);

    /// <summary>Products in the list.</summary>
    public static readonly Column ListLength = new("list_length", ColumnType.Int32);

    /// <summary>Highest score of those for which the customer's history speaks; null without one.</summary>
    public static readonly Column BestScore = new("best_score", ColumnType.Double, Nullable: true);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new("verdicts", 1, UserId, Verdict, ListLength, BestScore);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Train, "verdicts.parquet", Schema);
}

/// <summary>The lists: what to offer to whom, and why (03).</summary>
public static class Recommendations
{
    /// <summary>The customer.</summary>
    public static readonly Column UserId = Users.UserId;

    /// <summary>Place in the customer's list, from 1.</summary>
    public static readonly Column Rank = new("rank", ColumnType.Int32);

    /// <summary>The product.</summary>
    public static readonly Column ItemId = Items.ItemId;

    /// <summary>How much speaks for the product; comparable between customers, within one source.</summary>
    public static readonly Column Score = new("score", ColumnType.Double);

    /// <summary>Where the row comes from; see <see cref="Sources"/>.</summary>
    public static readonly Column Source = new("source", ColumnType.Text);

    /// <summary>
    /// The product of the customer's own history that contributes most to the score, of those that enough customers have together with the
    /// recommended one; null where there is none.
    /// </summary>
    public static readonly Column BecauseItemId = new("because_item_id", ColumnType.Text, Nullable: true);

    /// <summary>The customer's segment.</summary>
    public static readonly Column Segment = Segments.Segment;

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new("recommendations", 1, UserId, Rank, ItemId, Score, Source, BecauseItemId, Segment);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Train, "recommendations/", Schema);
}

/// <summary>Where a recommendation can come from, in the order in which a list is filled.</summary>
public static class Sources
{
    /// <summary>The customer's history, by the SAR of the customer's own group.</summary>
    public const string SarSegment = "sar-segment";

    /// <summary>The customer's history, by the SAR of all customers.</summary>
    public const string Sar = "sar";

    /// <summary>What most customers of the segment have that this one has not; the score is their number.</summary>
    public const string PopularSegment = "popular-segment";

    /// <summary>What most customers have of the category that the customer likes best; the score is their number.</summary>
    public const string PopularCategory = "popular-category";

    /// <summary>What most customers have; the score is their number.</summary>
    public const string Popular = "popular";

    /// <summary>What came to the shop last; the score is 1 on the day it came and falls with its age in days: 1 / (1 + days).</summary>
    public const string NewArrival = "new-arrival";

    /// <summary>What the rules give a place.</summary>
    public const string Pinned = "pinned";
}

/// <summary>The models' item-item similarity: the nearest neighbours of each item, of those that enough customers have both (03).</summary>
public static class ItemSimilarities
{
    /// <summary>The model: <see cref="ModelNames.All"/>, or the group of customers that it was fitted to.</summary>
    public static readonly Column Model = new("model", ColumnType.Text);

    /// <summary>An item, a row of <see cref="Items"/>.</summary>
    public static readonly Column ItemI = new("item_i", ColumnType.Int32);

    /// <summary>Its neighbour.</summary>
    public static readonly Column ItemJ = new("item_j", ColumnType.Int32);

    /// <summary>Their similarity.</summary>
    public static readonly Column Value = new("value", ColumnType.Double);

    /// <summary>All columns; sorted by model, item, falling similarity and neighbour.</summary>
    public static readonly TableSchema Schema = new("similarities", 2, Model, ItemI, ItemJ, Value);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Train, "model/similarities.parquet", Schema);
}

/// <summary>The models' items with their popularity (03).</summary>
public static class Popularity
{
    /// <summary>The model, as in <see cref="ItemSimilarities"/>.</summary>
    public static readonly Column Model = ItemSimilarities.Model;

    /// <summary>The item, a row of <see cref="Items"/>.</summary>
    public static readonly Column ItemIndex = Items.ItemIndex;

    /// <summary>The product.</summary>
    public static readonly Column ItemId = Items.ItemId;

    /// <summary>What it is called.</summary>
    public static readonly Column Name = Catalogue.Name;

    /// <summary>Distinct customers of the model who have it; in a model of a group 0 where they are too few to be shown.</summary>
    public static readonly Column UserCount = Items.UserCount;

    /// <summary>All columns; every item of every model.</summary>
    public static readonly TableSchema Schema = new("popularity", 2, Model, ItemIndex, ItemId, Name, UserCount);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Train, "model/popularity.parquet", Schema);
}

/// <summary>What models are called.</summary>
public static class ModelNames
{
    /// <summary>The model of all customers, which is always there. A group's own is called as the group is.</summary>
    public const string All = "(all)";
}
