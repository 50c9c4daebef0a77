using Pipeline.Tables;

namespace Pipeline.Contracts;

/// <summary>The customers that have interactions to learn from, in order of their index (02).</summary>
public static class Users
{
    /// <summary>Dense position from 0, in ordinal order of the ids' UTF-8 bytes.</summary>
    public static readonly Column UserIndex = new("user_index", ColumnType.Int32);

    /// <summary>The customer.</summary>
    public static readonly Column UserId = new("user_id", ColumnType.Text);

    /// <summary>Interactions kept.</summary>
    public static readonly Column InteractionCount = new("interactions", ColumnType.Int32);

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

    /// <summary>Revenue of all lines of the customer, returns taken off.</summary>
    public static readonly Column Revenue = new("revenue", ColumnType.Double);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema =
        new("users", 1, UserIndex, UserId, InteractionCount, FirstTime, LastTime, Purchases, PurchaseDays, LastPurchase, Revenue);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Transform, "users.parquet", Schema);
}

/// <summary>The products that have interactions to learn from, in order of their index, with what the catalogue says of them (02).</summary>
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

    /// <summary>Revenue of all lines of the product, returns taken off.</summary>
    public static readonly Column Revenue = new("revenue", ColumnType.Double);

    /// <summary>All columns; those of the catalogue are null, and in stock true, where the catalogue does not list the product.</summary>
    public static readonly TableSchema Schema = new(
        "items", 1, ItemIndex, ItemId, UserCount, InteractionCount, Revenue,
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

    /// <summary>How much it says about the customer's taste, above 0: the sum of the weights of the events at that time.</summary>
    public static readonly Column Weight = new("weight", ColumnType.Double);

    /// <summary>Whether a purchase is among the events at that time.</summary>
    public static readonly Column Purchased = new("purchased", ColumnType.Boolean);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new("weighted-interactions", 1, UserIndex, ItemIndex, Time, Weight, Purchased);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Transform, "interactions/", Schema);
}
