using Pipeline.Tables;

namespace Pipeline.Contracts;

/// <summary>What happened in the shop: one row per line that could be read (01).</summary>
public static class Interactions
{
    /// <summary>The customer.</summary>
    public static readonly Column UserId = new("user_id", ColumnType.Text);

    /// <summary>The product.</summary>
    public static readonly Column ItemId = new("item_id", ColumnType.Text);

    /// <summary>What the customer did; see <see cref="Events"/>.</summary>
    public static readonly Column Event = new("event", ColumnType.Text);

    /// <summary>When.</summary>
    public static readonly Column Time = new("time", ColumnType.Timestamp);

    /// <summary>How many pieces; negative where they came back.</summary>
    public static readonly Column Quantity = new("quantity", ColumnType.Double, Nullable: true);

    /// <summary>Money taken, in the shop's currency; negative where it was paid back.</summary>
    public static readonly Column Revenue = new("revenue", ColumnType.Double, Nullable: true);

    /// <summary>The order or invoice it was part of.</summary>
    public static readonly Column BasketId = new("basket_id", ColumnType.Text, Nullable: true);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new("interactions", 1, UserId, ItemId, Event, Time, Quantity, Revenue, BasketId);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Load, "interactions/", Schema);
}

/// <summary>The events that have a meaning of their own. Others are carried along and take part only where an option gives them a weight.</summary>
public static class Events
{
    /// <summary>Looked at.</summary>
    public const string View = "view";

    /// <summary>Put into the cart.</summary>
    public const string Cart = "cart";

    /// <summary>Bought.</summary>
    public const string Purchase = "purchase";

    /// <summary>Sent back, cancelled or written off.</summary>
    public const string Return = "return";
}

/// <summary>What the shop sells (01).</summary>
public static class Catalogue
{
    /// <summary>The product.</summary>
    public static readonly Column ItemId = new("item_id", ColumnType.Text);

    /// <summary>Its name as customers know it.</summary>
    public static readonly Column Name = new("name", ColumnType.Text, Nullable: true);

    /// <summary>The category it is filed under.</summary>
    public static readonly Column Category = new("category", ColumnType.Text, Nullable: true);

    /// <summary>Price of one piece, in the shop's currency.</summary>
    public static readonly Column Price = new("price", ColumnType.Double, Nullable: true);

    /// <summary>Whether it can be delivered. True where the catalogue does not say.</summary>
    public static readonly Column InStock = new("in_stock", ColumnType.Boolean);

    /// <summary>Its page.</summary>
    public static readonly Column Url = new("url", ColumnType.Text, Nullable: true);

    /// <summary>Its picture.</summary>
    public static readonly Column ImageUrl = new("image_url", ColumnType.Text, Nullable: true);

    /// <summary>When it came or will come into the shop.</summary>
    public static readonly Column AvailableFrom = new("available_from", ColumnType.Timestamp, Nullable: true);

    /// <summary>Further words that describe it.</summary>
    public static readonly Column Features = new("features", ColumnType.Text, Nullable: true);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema =
        new("catalogue", 1, ItemId, Name, Category, Price, InStock, Url, ImageUrl, AvailableFrom, Features);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Load, "catalogue.parquet", Schema);
}

/// <summary>Lines that could not be used, and why (01).</summary>
public static class Rejects
{
    /// <summary>Name of the file the line stands in, with as many of its folders as tell it from others of the name.</summary>
    public static readonly Column Source = new("source", ColumnType.Text);

    /// <summary>Line in that file, from 1, the header included; row in a Parquet file.</summary>
    public static readonly Column Line = new("line", ColumnType.Int64);

    /// <summary>The file's column at fault; null where the line as a whole is.</summary>
    public static readonly Column ColumnName = new("column", ColumnType.Text, Nullable: true);

    /// <summary>The rule it breaks, one of a few fixed words.</summary>
    public static readonly Column Reason = new("reason", ColumnType.Text);

    /// <summary>The value at fault, shortened. Never an address: the files read here hold none.</summary>
    public static readonly Column Value = new("value", ColumnType.Text, Nullable: true);

    /// <summary>All columns.</summary>
    public static readonly TableSchema Schema = new("rejects", 1, Source, Line, ColumnName, Reason, Value);

    /// <summary>Its place in the run.</summary>
    public static readonly DataSet DataSet = new(Stages.Load, "rejects.parquet", Schema);
}
