using Pipeline.Records;

namespace Pipeline.Hosting;

/// <summary>The columns of a catalogue file, the same for every stage that reads one.</summary>
public static class CatalogueRecords
{
    /// <summary>The columns, under the headers they have unless the user names others; the constants are their positions.</summary>
    public static readonly IReadOnlyList<RecordColumn> Columns =
    [
        new("item", "item_id", IsRequired: true),
        new("name", "name", IsRequired: false),
        new("category", "category", IsRequired: false),
        new("price", "price", IsRequired: false),
        new("in_stock", "in_stock", IsRequired: false),
        new("url", "url", IsRequired: false),
        new("image_url", "image_url", IsRequired: false),
        new("available_from", "available_from", IsRequired: false),
        new("features", "features", IsRequired: false),
    ];

    /// <summary>Position of a column.</summary>
    public const int Item = 0, Name = 1, Category = 2, Price = 3, InStock = 4, Url = 5, ImageUrl = 6, AvailableFrom = 7, Features = 8;
}
