using Pipeline.Hosting;
using Pipeline.Keys;
using Pipeline.Records;

namespace Pipeline.Email;

/// <summary>What the stage can be told.</summary>
internal sealed record EmailOptions
{
    /// <summary>CSV file of customers with their addresses, null where there is none: nobody is mailed then.</summary>
    public required string? Customers { get; init; }

    /// <summary>Which columns of that file are which; see <see cref="CustomerFile"/> for the order.</summary>
    public required IReadOnlyList<RecordColumn> Columns { get; init; }

    /// <summary>Character between the fields.</summary>
    public required char Delimiter { get; init; }

    /// <summary>File of the local keys.</summary>
    public required string KeyRingPath { get; init; }

    /// <summary>Microseconds since 1970 UTC from which rows expire; null for the time of the newest interaction.</summary>
    public required long? ReferenceTime { get; init; }

    /// <summary>Days after the reference time from which a row must not be used.</summary>
    public required double ExpiresAfterDays { get; init; }

    /// <summary>Days after that, from which the row's unsubscribe token is not accepted: even the last mail has a link for so long.</summary>
    public required double UnsubscribeDays { get; init; }

    public static EmailOptions Parse(OptionReader options) => new()
    {
        Customers = options.OptionalInputFile(
            "customers", "CSV file (also gzip) of the customers and their addresses, with a header line. Without it nobody is mailed."),
        Columns = options.Columns("customer-columns", "Its columns: which header is our user, email or consent. Without consent everybody consents.", CustomerFile.Columns),
        Delimiter = options.Delimiter(),
        KeyRingPath = options.Text(
            "key-ring", "FILE", "The keys for addresses, readable by its owner only; made with fresh keys where there is none.", KeyRing.DefaultPath, decides: false),
        ReferenceTime = options.OptionalTime(
            "reference-time", "The moment the run looks back from, in UTC unless it states an offset. Default: the newest interaction."),
        ExpiresAfterDays = options.Number(
            "expires-after-days", "Days after the reference time from which a recipient's row must not be used.", 7, min: 0.01, max: 3650),
        UnsubscribeDays = options.Number(
            "unsubscribe-days", "Days after the row expired from which its unsubscribe token is not accepted.", 60, min: 1, max: 3650),
    };
}
