using Pipeline.Tables;

namespace Pipeline.Contracts;

/// <summary>The customers that have interactions to learn from, in order of their index (02). Held-out interactions count in no column.</summary>
public static class Users
{
    /// <summary>Dense position from 0, in ordinal order of the ids' UTF-8 bytes.</summary>
    public static readonly Column UserIndex = new("user_index", ColumnType.Int32);

    /// <summary>The customer.</summary>
    public static readonly Column UserId = new("user_id", ColumnType.Text);

    /// <summary>Interactions kept.</summary>
    public static readonly Column InteractionCount = new("interactions", ColumnType.Int32);

    /// <summary>Distinct products among them.</summary>
    public static readonly Column ItemCount = new("items", ColumnType.Int32);

    /// <summary>Time of the first of them.</summary>
    public static readonly Column FirstTime = new("first_time", ColumnType.Timestamp);

    /// <summary>Time of the last of them.</summary>
    public static readonly Column LastTime = new("last_time", ColumnType.Timestamp);

    /// <summary>Interactions kept that are purchases.</summary>
    public static readonly Column Purchases = new("purchases", ColumnType.Int32);

    /// <summary>Distinct days (UTC) with a purchase.</summary>
    public static readonly Column PurchaseDays = new("purchase_days", ColumnType.Int32);

    /// <summary>Time of the last purchase; null without one.</summary>
    public static readonly Column LastPurchase = new("last_purchase", ColumnType.Timestamp, Nullable: true);

    /// <summary>Revenue of the interactions kept, less what came back.</summary>
    public static readonly Column Revenue = new("revenue", ColumnType.Double);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new(
        "users", 2, UserIndex, UserId, InteractionCount, ItemCount, FirstTime, LastTime, Purchases, PurchaseDays, LastPurchase, Revenue);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Transform, "users.parquet", Schema);
}

/// <summary>
/// The products that have interactions to learn from, in order of their index, with what the catalogue says of them (02). Held-out
/// interactions count in no column.
/// </summary>
public static class Items
{
    /// <summary>Dense position from 0, in ordinal order of the ids' UTF-8 bytes.</summary>
    public static readonly Column ItemIndex = new("item_index", ColumnType.Int32);

    /// <summary>The product.</summary>
    public static readonly Column ItemId = new("item_id", ColumnType.Text);

    /// <summary>Distinct customers with an interaction.</summary>
    public static readonly Column UserCount = new("users", ColumnType.Int32);

    /// <summary>Interactions kept.</summary>
    public static readonly Column InteractionCount = new("interactions", ColumnType.Int64);

    /// <summary>Time of the first of them.</summary>
    public static readonly Column FirstTime = new("first_time", ColumnType.Timestamp);

    /// <summary>Time of the last of them.</summary>
    public static readonly Column LastTime = new("last_time", ColumnType.Timestamp);

    /// <summary>Interactions kept that are purchases.</summary>
    public static readonly Column Purchases = new("purchases", ColumnType.Int64);

    /// <summary>Revenue of the interactions kept, less what came back.</summary>
    public static readonly Column Revenue = new("revenue", ColumnType.Double);

    /// <summary>All columns; those of the catalogue are null, and in stock true, where the catalogue does not list the product.</summary>
    public static readonly TableSchema Schema = new(
        "items", 2, ItemIndex, ItemId, UserCount, InteractionCount, FirstTime, LastTime, Purchases, Revenue,
        Catalogue.Name, Catalogue.Category, Catalogue.Price, Catalogue.InStock, Catalogue.Url, Catalogue.ImageUrl,
        Catalogue.AvailableFrom, Catalogue.Features);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Transform, "items.parquet", Schema);
}

/// <summary>Interactions ready for training: sorted by user, item and time; a user's rows never spread over two parts (02).</summary>
public static class WeightedInteractions
{
    /// <summary>The customer, a row of <see cref="Users"/>.</summary>
    public static readonly Column UserIndex = Users.UserIndex;

    /// <summary>The product, a row of <see cref="Items"/>.</summary>
    public static readonly Column ItemIndex = Items.ItemIndex;

    /// <summary>When.</summary>
    public static readonly Column Time = new("time", ColumnType.Timestamp);

    /// <summary>How much it says about the customer's taste, above 0 and at most <see cref="MaxWeight"/>.</summary>
    public static readonly Column Weight = new("weight", ColumnType.Double);

    /// <summary>Largest weight: what training takes, so far below the end of <see cref="double"/> that no sum of weights can overflow.</summary>
    public const double MaxWeight = 1e100;

    /// <summary>Whether it is a purchase.</summary>
    public static readonly Column Purchased = new("purchased", ColumnType.Boolean);

    /// <summary>Number of the order or invoice it was part of, unique within the customer and rising with time; -1 without one.</summary>
    public static readonly Column Basket = new("basket", ColumnType.Int32);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema =
        new("weighted-interactions", 2, UserIndex, ItemIndex, Time, Weight, Purchased, Basket);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Transform, "interactions/", Schema);
}

/// <summary>
/// What the customers and products of <see cref="WeightedInteractions"/> did together afterwards: the same columns and order; every
/// row is later than every row there. Only where holding out was asked for (02).
/// </summary>
public static class HeldOutInteractions
{
    /// <summary>The columns of <see cref="WeightedInteractions"/>.</summary>
    public static readonly TableSchema Schema = new("held-out-interactions", 1, WeightedInteractions.Schema.Columns);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Transform, "holdout/", Schema);
}
