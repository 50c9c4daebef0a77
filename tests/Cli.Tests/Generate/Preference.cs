using Pipeline.Cli.Generate;

namespace Pipeline.Cli.Tests.Generate;

/// <summary>README.md's formula written out again, from the truth files alone.</summary>
internal sealed class Preference
{
    private readonly Shop shop;
    private readonly Dictionary<string, double> weights;
    private readonly Dictionary<string, double> demand;
    private readonly double shopDemand;

    public Preference(Shop shop, ShopOptions options, DateOnly date)
    {
        this.shop = shop;
        int day = date.DayNumber - options.FirstDay.DayNumber;
        weights = shop.Truth.ToDictionary(pair => pair.Key, pair => Weight(pair.Value));
        demand = shop.Truth.GroupBy(pair => pair.Value.Category)
            .ToDictionary(category => category.Key, category => category.Sum(pair => weights[pair.Key]));
        shopDemand = demand.Sum(pair => shop.Shares[pair.Key] * pair.Value);

        double Weight(ItemTruth item) => item.AvailableFrom > date
            ? 0
            : Preference.Weight(item.Popularity, item.Trend, item.Strength, item.Peak, date.DayOfYear, day, options.Days);
    }

    /// <summary>Probability of each item that a view of the user, drawn without a companion, is of it.</summary>
    public IEnumerable<(string Item, double Probability)> Of(string user)
    {
        Dictionary<string, double> tastes = shop.Tastes[user];
        double userDemand = tastes.Sum(pair => pair.Value * demand[pair.Key]);
        foreach (var (item, truth) in shop.Truth)
        {
            double taste = tastes.GetValueOrDefault(truth.Category);
            yield return (item, Probability(weights[item], taste, userDemand, shop.Shares[truth.Category], shopDemand));
        }
    }

    public static double Weight(double popularity, double trend, double strength, int peak, int dayOfYear, int day, int days)
    {
        int apart = Math.Abs(Math.Min(dayOfYear, 365) - peak);
        double near = Math.Max(0, 1 - Math.Min(apart, 365 - apart) / 45.0);
        double progress = days == 1 ? 0 : 2.0 * day / (days - 1) - 1;
        return popularity * (1 + trend * progress) * (1 + strength * near * near);
    }

    public static double Probability(double weight, double taste, double userDemand, double share, double shopDemand) =>
        weight * (0.9 * taste / userDemand + 0.1 * share / shopDemand);
}
