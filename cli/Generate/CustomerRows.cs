namespace Pipeline.Cli.Generate;

/// <summary>Rows of customers.csv, the same for a synthetic shop and for a real one's users.</summary>
/// <remarks>A row depends on the seed, the user's index and the day given alone.</remarks>
internal sealed class CustomerRows(long seed, Utf8Csv csv)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "customers.csv";

    /// <summary>Columns of customers.csv.</summary>
    public static readonly string[] Header = ["user_id", "email", "consent", "consent_date", "country"];

    private static readonly string[] Countries = ["DE", "GB", "FR", "NL", "AT", "CH", "ES", "IT", "SE", "PL"];
    private static readonly int[] CountryWeights = [34, 18, 12, 9, 7, 6, 5, 4, 3, 2];

    private readonly Mailboxes mailboxes = new(seed);

    /// <summary>Writes the row of one user.</summary>
    /// <param name="userId">Any text.</param>
    /// <param name="index">The user's position, from 0.</param>
    /// <param name="latest">The last day on which the consent can have been given or withdrawn.</param>
    /// <param name="daysBefore">It was given or withdrawn up to this many days earlier.</param>
    public void Write(string userId, int index, DateOnly latest, int daysBefore)
    {
        var rng = new Rng(seed, RngStream.Customer, index);
        bool consent = !rng.Chance(0.08);
        DateOnly date = latest.AddDays(-rng.Between(0, daysBefore));
        // Half of those without consent were never asked, half withdrew it that day.
        bool asked = consent || rng.Chance(0.5);

        csv.Quoted(userId).Text(mailboxes.Address(index)).Text(consent ? "true" : "false");
        _ = asked ? csv.Date(date) : csv.Empty();
        csv.Text(Countries[rng.Weighted(CountryWeights, 100)]).EndLine();
    }
}
