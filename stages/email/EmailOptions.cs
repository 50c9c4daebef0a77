using System.Text.RegularExpressions;
using Pipeline.Hosting;
using Pipeline.Keys;
using Pipeline.Records;

namespace Pipeline.Email;

/// <summary>What the stage can be told.</summary>
internal sealed partial record EmailOptions
{
    private const string NoPlatform = "none";

    /// <summary>CSV file of customers with their addresses, null where there is none: nobody is mailed then.</summary>
    public required string? Customers { get; init; }

    /// <summary>Which columns of that file are which; see <see cref="CustomerFile"/> for the order.</summary>
    public required IReadOnlyList<RecordColumn> Columns { get; init; }

    /// <summary>How many addresses of that file may be unusable.</summary>
    public required RowLimit MaxInvalid { get; init; }

    /// <summary>The earlier run to compare with, null for none.</summary>
    public required string? CompareWith { get; init; }

    /// <summary>By how much their share may differ from the earlier run's, up or down.</summary>
    public required decimal MaxInvalidFactor { get; init; }

    /// <summary>File of mailboxes that must not be mailed, null where there is none; then nobody is mailed, or somebody said so.</summary>
    public required string? Suppressions { get; init; }

    /// <summary>When that file was made, microseconds since 1970 UTC; null where nobody said.</summary>
    public required long? SuppressionsAsOf { get; init; }

    /// <summary>Most days it may be older than the reference time.</summary>
    public required double MaxSuppressionsAgeDays { get; init; }

    /// <summary>Which columns of that file are which; see <see cref="SuppressionFile"/> for the order.</summary>
    public required IReadOnlyList<RecordColumn> SuppressionColumns { get; init; }

    /// <summary>File of mails sent before, null where there is none.</summary>
    public required string? PastSends { get; init; }

    /// <summary>Which columns of that file are which; see <see cref="PastSendFile"/> for the order.</summary>
    public required IReadOnlyList<RecordColumn> PastSendColumns { get; init; }

    /// <summary>Most mails a mailbox gets in so many days; 0 for any number.</summary>
    public required int MaxSends { get; init; }

    /// <summary>Days before the reference time in which mails count.</summary>
    public required double PerDays { get; init; }

    /// <summary>Character between the fields.</summary>
    public required char Delimiter { get; init; }

    /// <summary>The keys for addresses and where the key store is.</summary>
    public required KeyOptions Keys { get; init; }

    /// <summary>Microseconds since 1970 UTC from which rows expire; null for the time of the newest interaction.</summary>
    public required long? ReferenceTime { get; init; }

    /// <summary>Days after the reference time from which a row must not be used.</summary>
    public required double ExpiresAfterDays { get; init; }

    /// <summary>Days after that, from which the row's unsubscribe token is not accepted: even the last mail has a link for so long.</summary>
    public required double UnsubscribeDays { get; init; }

    /// <summary>The platform that gets hashes of the addresses to mail, null for none.</summary>
    public required Platform? Platform { get; init; }

    /// <summary>Why it may have them; not null where it gets them.</summary>
    public required string? LegalBasis { get; init; }

    public static EmailOptions Parse(OptionReader options)
    {
        EmailOptions read = Read(options);
        bool goesWithout = options.Flag("without-suppressions", "Mail without a suppression list, whoever unsubscribed, complained or bounced.");
        if (goesWithout && options.IsGiven("suppressions"))
            options.Mistake("--suppressions and --without-suppressions exclude each other.");
        if (!goesWithout && !options.IsGiven("suppressions") && read.Customers is not null)
            options.Mistake("--suppressions is missing: name the list of who must not be mailed, or say that there is none with --without-suppressions.");
        if (read.SuppressionsAsOf is not null && !options.IsGiven("suppressions"))
            options.Mistake("--suppressions-as-of needs --suppressions: it says when that list was made.");
        if (read.MaxSends > 0 && read.PastSends is null)
            options.Mistake("--max-sends needs --past-sends: without it nobody knows who was mailed.");
        if (read.MaxSends == 0 && read.PastSends is not null)
            options.Mistake("--past-sends needs --max-sends: how many mails may be sent in so many days (--per-days).");
        if (read.Platform is not null && !options.IsGiven("legal-basis"))
            options.Mistake($"--platform {read.Platform.Name} needs --legal-basis: why the addresses may be made known, in a word, such as consent-2026-ads.");
        if (read.Platform is null && options.IsGiven("legal-basis"))
            options.Mistake("--legal-basis needs --platform: which platform gets the hashes.");
        if (read.LegalBasis is { } tag && !LegalBasisForm.IsMatch(tag))
            options.Mistake("--legal-basis must be up to 64 letters, digits, hyphens, dots and underscores, such as consent-2026-ads.");
        return read;
    }

    /// <summary>No address fits it.</summary>
    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex LegalBasisForm { get; }

    private static Platform? PlatformOf(string name) => Platform.All.SingleOrDefault(p => p.Name == name);

    private static EmailOptions Read(OptionReader options) => new()
    {
        Customers = options.OptionalInputFile(
            "customers", "The customers and their addresses: CSV with a header line or JSON lines (also gzip), or Parquet. Without it nobody is mailed."),
        Columns = options.Columns("customer-columns", "Its columns: which header is our user, email, consent or consent-date (since when, in ISO 8601). Without consent everybody consents.", CustomerFile.Columns),
        MaxInvalid = options.Limit(
            "max-invalid", "How many addresses of the customer file may be unusable, as a share or a count; with more it is refused.", "2%"),
        CompareWith = options.OptionalEarlierRun(
            AddressGate.Option, AddressProfile.FileName, "An earlier run: a share of unusable addresses that differs too far is refused, see --max-invalid-factor."),
        MaxInvalidFactor = (decimal)options.Number(
            "max-invalid-factor", "By what factor the share of unusable addresses may differ from --compare-with, up or down.", 3, min: 1, max: 1_000_000),
        Suppressions = options.OptionalInputFile(
            "suppressions", "Who must never be mailed: a file of CSV, JSON lines (also gzip) or Parquet with addresses or mailbox keys and a reason: erased, complained, unsubscribed or bounced. "
            + "Needed with --customers, unless --without-suppressions is given."),
        SuppressionColumns = options.Columns(
            "suppression-columns", "Its columns: which header is our address, mailbox (a mailbox_key of this stage), reason, or key (the key_id the mailbox_key was made with).", SuppressionFile.Columns),
        SuppressionsAsOf = options.OptionalTime(
            "suppressions-as-of", "When that file was made, in UTC unless it states an offset. Without it nobody can tell how old the list is."),
        MaxSuppressionsAgeDays = options.Number(
            "max-suppressions-age-days", "Most days that --suppressions-as-of may lie before the reference time; an older list is refused.", 7, min: 0, max: 3650),
        PastSends = options.OptionalInputFile(
            "past-sends", "Who was mailed when: a file of CSV, JSON lines (also gzip) or Parquet with customers or mailbox keys and times in ISO 8601. Needs --max-sends."),
        PastSendColumns = options.Columns(
            "past-send-columns", "Its columns: which header is our user, mailbox (a mailbox_key of this stage), time, or key (the key_id the mailbox_key was made with).", PastSendFile.Columns),
        MaxSends = options.Integer("max-sends", "Most mails a mailbox gets in --per-days days; 0 for any number. Needs --past-sends.", 0, min: 0),
        PerDays = options.Number("per-days", "Days before the reference time in which the mails of --past-sends count.", 7, min: 0.01, max: 3650),
        Delimiter = options.Delimiter(),
        Keys = KeyOptions.Parse(options),
        ReferenceTime = options.OptionalTime(
            "reference-time", "The moment the run looks back from, in UTC unless it states an offset. Default: the newest interaction."),
        ExpiresAfterDays = options.Number(
            "expires-after-days", "Days after the reference time from which a recipient's row must not be used.", 7, min: 0.01, max: 3650),
        UnsubscribeDays = options.Number(
            "unsubscribe-days", "Days after the row expired from which its unsubscribe token is not accepted.", 60, min: 1, max: 3650),
        Platform = PlatformOf(options.Choice(
            "platform", "The advertising platform that gets SHA-256 hashes of the addresses to mail, by its own profile. Needs --legal-basis.",
            [NoPlatform, .. Platform.All.Select(p => p.Name)], NoPlatform)),
        LegalBasis = options.OptionalText(
            "legal-basis", "TAG", "Why that platform may know the addresses; stands in every row it gets."),
    };
}
