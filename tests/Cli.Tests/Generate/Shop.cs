using System.Globalization;
using Pipeline.Cli.Generate;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Generate;

internal sealed record Line(string User, string Item, string Event, DateTime Time, int? Quantity, decimal Price, string Basket);

internal sealed record ItemRow(string Id, string Name, string Category, decimal Price, bool InStock, DateOnly AvailableFrom);

internal sealed record ItemTruth(
    string Category, int Series, double Popularity, double Trend, int Peak, double Strength, DateOnly AvailableFrom);

internal sealed record Customer(string Id, string Email, bool Consent, DateOnly? ConsentDate, string Country);

/// <summary>A generated shop as a reader of its files sees it. Fields hold no commas, so splitting is reading.</summary>
internal sealed class Shop
{
    private Shop(string folder)
    {
        Lines = [.. Rows(folder, "interactions.csv").Select(f => new Line(
            f[0], f[1], f[2], DateTime.ParseExact(f[3], "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            f[4].Length == 0 ? null : int.Parse(f[4], CultureInfo.InvariantCulture), Decimal(f[5]), f[6]))];
        Items = Rows(folder, "catalogue.csv").ToDictionary(
            f => f[0], f => new ItemRow(f[0], f[1], f[2], Decimal(f[3]), bool.Parse(f[4]), Date(f[5])));
        Customers = Rows(folder, "customers.csv").ToDictionary(
            f => f[0], f => new Customer(f[0], f[1], bool.Parse(f[2]), f[3].Length == 0 ? null : Date(f[3]), f[4]));
        Tastes = Rows(folder, "truth.csv").GroupBy(f => f[0]).ToDictionary(
            g => g.Key, g => g.ToDictionary(f => f[1], f => (double)Decimal(f[2])));
        Truth = Rows(folder, "truth-items.csv").ToDictionary(
            f => f[0],
            f => new ItemTruth(
                f[1], int.Parse(f[2], CultureInfo.InvariantCulture), (double)Decimal(f[3]), (double)Decimal(f[4]),
                int.Parse(f[5], CultureInfo.InvariantCulture), (double)Decimal(f[6]), Date(f[7])));
        Shares = Rows(folder, "truth-categories.csv").ToDictionary(f => f[0], f => (double)Decimal(f[1]));
    }

    public List<Line> Lines { get; }
    public Dictionary<string, ItemRow> Items { get; }
    public Dictionary<string, Customer> Customers { get; }
    public Dictionary<string, Dictionary<string, double>> Tastes { get; }
    public Dictionary<string, ItemTruth> Truth { get; }
    public Dictionary<string, double> Shares { get; }

    /// <summary>A year of a middling shop, the subject of most tests. Made once.</summary>
    public static Shop Year { get; } = Make(Options(users: 1500, items: 400, interactions: 60_000));

    public static ShopOptions Options(int users = 50, int items = 30, long interactions = 500, long seed = 7, int days = 365) =>
        new() { Users = users, Items = items, Interactions = interactions, Seed = seed, Days = days };

    public static Shop Make(ShopOptions options)
    {
        using var folder = new TempFolder();
        ShopGenerator.Generate(options, folder.Path, new Reports(), CancellationToken.None);
        return new Shop(folder.Path);
    }

    public IEnumerable<Line> Of(string @event) => Lines.Where(line => line.Event == @event);

    private static IEnumerable<string[]> Rows(string folder, string name) =>
        File.ReadLines(Path.Combine(folder, name)).Skip(1).Select(line => line.Split(','));

    private static decimal Decimal(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
