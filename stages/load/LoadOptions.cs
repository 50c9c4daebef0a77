using System.Text.RegularExpressions;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Load;

/// <summary>What the stage can be told.</summary>
internal sealed record LoadOptions
{
    /// <summary>Files of interactions.</summary>
    public required RecordFiles Interactions { get; init; }

    /// <summary>How they are written.</summary>
    public required RecordSettings Settings { get; init; }

    /// <summary>Which columns of those files are which; see <see cref="InteractionFile"/> for the order.</summary>
    public required IReadOnlyList<RecordColumn> Columns { get; init; }

    /// <summary>Files of products, null where there are none.</summary>
    public required RecordFiles? Catalogue { get; init; }

    /// <summary>How they are written.</summary>
    public required RecordSettings CatalogueSettings { get; init; }

    /// <summary>Which columns of those files are which; see <see cref="CatalogueRecords"/> for the order.</summary>
    public required IReadOnlyList<RecordColumn> CatalogueColumns { get; init; }

    /// <summary>Reads the times of interactions; those of products are ISO 8601 in any case.</summary>
    public required TimeReader Times { get; init; }

    /// <summary>Reads the numbers of all files.</summary>
    public required NumberReader Numbers { get; init; }

    /// <summary>Items that are no products, null where all are.</summary>
    public required Regex? ExcludeItems { get; init; }

    /// <summary>Whether lines without a customer are expected and left out; they are rejects otherwise.</summary>
    public required bool ExcludeWithoutUser { get; init; }

    /// <summary>The first moment wanted, microseconds since 1970 UTC; null for no limit.</summary>
    public required long? Since { get; init; }

    /// <summary>The first moment no longer wanted; null for no limit.</summary>
    public required long? Until { get; init; }

    /// <summary>How many lines of each input may be rejected.</summary>
    public required RowLimit MaxRejects { get; init; }

    /// <summary>The earlier run to compare with, null for none.</summary>
    public required string? CompareWith { get; init; }

    /// <summary>How far the data may have moved since then.</summary>
    public required DriftLimits MaxDrift { get; init; }

    /// <summary>Whether they may have moved further for once.</summary>
    public required bool AcceptDrift { get; init; }

    public static LoadOptions Parse(OptionReader options)
    {
        RecordFiles interactions = options.InputFileSet(
            "interactions",
            "What customers did: files of CSV, JSON lines (also gzip) or Parquet; a file, a list with commas, a folder, or a pattern such as 'exports/*.csv'.");
        IReadOnlyList<RecordColumn> columns = options.Columns(
            "columns", "Their columns: which header is our user, item, time, event, quantity, price, revenue or basket. "
            + "Without revenue it is quantity x price; without event a line is a purchase, or a return where its quantity is negative.", InteractionFile.Columns);
        columns = options.Constants("constant", "Values for columns that a file lacks, for example event=purchase.", columns);
        if (columns.Any(c => c.Constant?.Contains('@', StringComparison.Ordinal) == true))
            options.Mistake("--constant has a value with an '@', which may be an address: leave it out.");
        char delimiter = options.Delimiter();
        var settings = new RecordSettings
        {
            Format = options.Format("format", "The kind of those files; auto tells it by the name, or by the content where the name says nothing."),
            Delimiter = delimiter,
            Quote = options.Quote(delimiter),
            Encoding = options.Encoding(),
        };
        long? since = options.OptionalTime("since", "The first moment wanted: earlier lines are left out.");
        long? until = options.OptionalTime("until", "The first moment no longer wanted: lines from then on are left out.");
        if (since >= until)
            options.Mistake("--since must be before --until.");
        return new LoadOptions
        {
            Interactions = interactions,
            Settings = settings,
            Columns = columns,
            Catalogue = options.OptionalInputFileSet("catalogue", "The products, in the same way."),
            CatalogueSettings = settings with { Format = options.Format("catalogue-format", "The kind of those files.") },
            CatalogueColumns = options.Columns("catalogue-columns", "Their columns, in the same way.", CatalogueRecords.Columns),
            Times = options.Times(),
            Numbers = options.Numbers(),
            ExcludeItems = options.OptionalPattern(
                "exclude-items", "Items whose id matches are no products (postage, fees): their lines are left out."),
            ExcludeWithoutUser = options.Flag("exclude-without-user", "Lines without a customer are expected (guests, the till): they are left out and no rejects."),
            Since = since,
            Until = until,
            MaxRejects = options.Limit(
                "max-rejects", "How many lines of the interactions, and of the catalogue, may be rejected, as a share or a count; with more they are refused.", "5%"),
            CompareWith = options.OptionalEarlierRun(
                DriftCheck.Option, Profile.FileName, "An earlier run: what moved too far since then is refused, see --max-drift."),
            MaxDrift = DriftLimits.Parse(options),
            AcceptDrift = options.Flag("accept-drift", "Take the data though they moved too far."),
        };
    }
}
