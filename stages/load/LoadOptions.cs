using System.Text.RegularExpressions;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Load;

/// <summary>What the stage can be told.</summary>
internal sealed record LoadOptions
{
    /// <summary>CSV file of interactions.</summary>
    public required string Interactions { get; init; }

    /// <summary>Which columns of that file are which; see <see cref="InteractionFile"/> for the order.</summary>
    public required IReadOnlyList<RecordColumn> Columns { get; init; }

    /// <summary>CSV file of products, null where there is none.</summary>
    public required string? Catalogue { get; init; }

    /// <summary>Which columns of that file are which; see <see cref="CatalogueFile"/> for the order.</summary>
    public required IReadOnlyList<RecordColumn> CatalogueColumns { get; init; }

    /// <summary>Character between the fields of both files.</summary>
    public required char Delimiter { get; init; }

    /// <summary>Items that are no products, null where all are.</summary>
    public required Regex? ExcludeItems { get; init; }

    public static LoadOptions Parse(OptionReader options) => new()
    {
        Interactions = options.InputFile("interactions", "CSV file (also gzip) of what customers did, with a header line."),
        Columns = options.Columns(
            "columns", "Its columns: which header is our user, item, time, event, quantity, price, revenue or basket. "
            + "Without revenue it is quantity x price; without event a line is a purchase, or a return where its quantity is negative.", InteractionFile.Columns),
        Catalogue = options.OptionalInputFile("catalogue", "CSV file (also gzip) of the products, with a header line."),
        CatalogueColumns = options.Columns("catalogue-columns", "Its columns, in the same way.", CatalogueFile.Columns),
        Delimiter = options.Delimiter(),
        ExcludeItems = options.OptionalPattern(
            "exclude-items", "Items whose id matches are no products (postage, fees): their lines are left out."),
    };
}
