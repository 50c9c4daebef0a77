using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Train;

/// <summary>The file of customers' attributes and which of them are wanted.</summary>
internal sealed record AttributeOptions
{
    /// <summary>The option that names the column of the customers.</summary>
    public const string ColumnsFlag = "attribute-columns";

    private static readonly IReadOnlyList<RecordColumn> Columns = [new("user", "user_id", IsRequired: true)];

    /// <summary>The file; null where there is none.</summary>
    public required string? File { get; init; }

    /// <summary>How it is written.</summary>
    public required RecordSettings Settings { get; init; }

    /// <summary>Its column of customers.</summary>
    public required RecordColumn User { get; init; }

    /// <summary>The attributes that are wanted, each once.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <param name="options">The options.</param>
    /// <param name="wanted">The attributes that other options name, each with its option.</param>
    public static AttributeOptions Parse(OptionReader options, params IReadOnlyList<(string Flag, string? Attribute)> wanted)
    {
        string? file = options.OptionalInputFile(
            "attributes", "What is known of the customers, such as their region: CSV with a header line or JSON lines (also gzip), or Parquet, with user_id and a column for each attribute. A file without addresses.");
        IReadOnlyList<RecordColumn> columns = options.Columns(ColumnsFlag, "Its columns: which header is our user. Attributes go by their headers.", Columns);
        char delimiter = options.Delimiter();
        (string Flag, string? Attribute)[] named = [.. wanted.Where(w => w.Attribute is not null)];
        if (!options.IsGiven("attributes"))
        {
            foreach ((string flag, string? attribute) in named)
                options.Mistake($"--{flag} '{attribute}' needs --attributes: the file that has this attribute of the customers.");
        }
        else if (named.Length == 0)
        {
            options.Mistake($"--attributes is of no use without {string.Join(" or ", wanted.Select(w => $"--{w.Flag} NAME"))}, which say what to do with them.");
        }
        return new AttributeOptions
        {
            File = file,
            Settings = new RecordSettings { Delimiter = delimiter },
            User = columns[0],
            Names = [.. named.Select(w => w.Attribute!).Distinct()],
        };
    }
}
