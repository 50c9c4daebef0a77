namespace Pipeline.Cli.Generate;

/// <summary>How customers are invented for the users of a real interactions file.</summary>
internal sealed record CustomerOptions
{
    /// <summary>A CSV file with a header line, plain or compressed with gzip.</summary>
    public required string InteractionsFile { get; init => field = Given("customers-for", value); }

    /// <summary>The column with the user ids, by its header.</summary>
    public required string UserColumn { get; init => field = Given("columns user=", value); }

    /// <summary>What stands between the fields of that file.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Any number; another seed gives the users other addresses.</summary>
    public required long Seed { get; init; }

    /// <summary>
    /// Consent was given or withdrawn within three years up to this day. The default, 2010-01-01, lies before the first line
    /// of any data set at hand, so that every consent is in force when the interactions begin.
    /// </summary>
    public DateOnly ConsentUntil { get; init; } = new(2010, 1, 1);

    private static string Given(string name, string value) =>
        string.IsNullOrWhiteSpace(value) ? throw new ArgumentException($"{name} must not be empty.") : value;
}
