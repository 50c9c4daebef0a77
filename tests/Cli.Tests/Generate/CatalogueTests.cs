namespace Pipeline.Cli.Tests.Generate;

[TestFixture]
internal sealed class CatalogueTests
{
    private static readonly Shop Large = Shop.Make(Shop.Options(users: 10, items: 60_000, interactions: 100));

    [Test]
    public void Catalogue_names_are_distinct_and_read_like_products()
    {
        Assert.That(Large.Items.Values.Select(item => item.Name), Is.Unique);
        Assert.That(
            Shop.Year.Items.Values.Select(item => item.Name),
            Is.All.Match("^[A-Z][a-z]+( [A-Z][a-z]+(-[A-Z][a-z]+)?){2,5}$"));
    }

    [Test]
    public void Catalogue_has_8_categories_when_small_and_40_when_large()
    {
        Assert.That(Shop.Year.Items.Values.Select(item => item.Category).Distinct().Count(), Is.EqualTo(8));
        Assert.That(Large.Items.Values.Select(item => item.Category).Distinct().Count(), Is.EqualTo(40));
    }

    [Test]
    public void Catalogue_is_mostly_in_stock() =>
        Assert.That(Large.Items.Values.Count(item => !item.InStock) / 60_000.0, Is.EqualTo(0.04).Within(0.005));

    [Test]
    public void Catalogue_prices_are_skewed_within_a_category()
    {
        foreach (var category in Large.Items.Values.GroupBy(item => item.Category))
        {
            decimal[] prices = [.. category.Select(item => item.Price).Order()];
            Assert.That(prices[0], Is.GreaterThanOrEqualTo(0.95m));
            Assert.That(prices.Average(), Is.GreaterThan(prices[prices.Length / 2]), category.Key);
            Assert.That(prices[^1], Is.GreaterThan(3 * prices[prices.Length / 2]), category.Key);
        }
    }

    [Test]
    public void Item_ids_say_nothing_about_popularity_or_series()
    {
        var inOrder = Large.Truth.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value).ToList();
        double firstHalf = inOrder.Take(30_000).Sum(item => item.Popularity) / inOrder.Sum(item => item.Popularity);
        Assert.That(firstHalf, Is.EqualTo(0.5).Within(0.05));
        int neighbours = inOrder.Zip(inOrder.Skip(1)).Count(pair => pair.First.Series == pair.Second.Series);
        Assert.That(neighbours, Is.LessThan(20));
    }

    [Test]
    public void Truth_items_agree_with_the_catalogue()
    {
        foreach (var (id, truth) in Large.Truth)
        {
            Assert.That(truth.Category, Is.EqualTo(Large.Items[id].Category));
            Assert.That(truth.AvailableFrom, Is.EqualTo(Large.Items[id].AvailableFrom));
        }

        Assert.That(Large.Truth.Values.GroupBy(item => item.Series).Max(series => series.Count()), Is.EqualTo(6));
        Assert.That(
            Large.Truth.Values.GroupBy(item => item.Series).Select(series => series.DistinctBy(item => item.Category).Count()),
            Is.All.EqualTo(1));
    }

    [Test]
    public void Truth_popularity_sums_to_one_in_each_category_and_shares_over_the_shop()
    {
        foreach (var category in Large.Truth.Values.GroupBy(item => item.Category))
            Assert.That(category.Sum(item => item.Popularity), Is.EqualTo(1).Within(1e-5), category.Key);
        Assert.That(Large.Shares.Values.Sum(), Is.EqualTo(1).Within(1e-12));
    }
}
