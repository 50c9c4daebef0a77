namespace Pipeline.Cli.Tests.Generate;

/// <summary>Every line of the log makes sense by itself and after the lines before it.</summary>
[TestFixture]
internal sealed class InteractionLogTests
{
    [Test]
    public void Interactions_are_in_time_order() => Assert.That(Shop.Year.Lines.Select(line => line.Time), Is.Ordered);

    [Test]
    public void Interactions_lie_in_the_period_from_first_day_to_last()
    {
        Assert.That(Shop.Year.Lines[0].Time.Date, Is.EqualTo(new DateTime(2025, 1, 1)));
        Assert.That(Shop.Year.Lines[^1].Time.Date, Is.EqualTo(new DateTime(2025, 12, 31)));
    }

    [TestCase("view", 0.70)]
    [TestCase("cart", 0.15)]
    [TestCase("purchase", 0.13)]
    [TestCase("return", 0.02)]
    public void Events_come_in_the_proportions_of_a_shop(string name, double share) =>
        Assert.That(Shop.Year.Of(name).Count() / 60_000.0, Is.EqualTo(share).Within(0.15 * share));

    [Test]
    public void Carts_and_purchases_follow_a_view_of_the_item_in_the_same_visit()
    {
        var lastView = new Dictionary<(string, string), DateTime>();
        foreach (Line line in Shop.Year.Lines)
        {
            if (line.Event == "view")
                lastView[(line.User, line.Item)] = line.Time;
            else if (line.Event is "cart" or "purchase")
                Assert.That(
                    lastView.TryGetValue((line.User, line.Item), out DateTime viewed)
                    && line.Time.Date == viewed.Date && line.Time > viewed && line.Time - viewed < TimeSpan.FromHours(2.5),
                    $"{line}");
        }
    }

    [Test]
    public void Most_purchases_come_out_of_the_cart_but_not_all()
    {
        var carted = new HashSet<(string, string, DateTime)>();
        int through = 0, all = 0;
        foreach (Line line in Shop.Year.Lines)
        {
            if (line.Event == "cart")
                carted.Add((line.User, line.Item, line.Time.Date));
            else if (line.Event == "purchase" && ++all > 0 && carted.Contains((line.User, line.Item, line.Time.Date)))
                through++;
        }

        Assert.That((double)through / all, Is.InRange(0.6, 0.95));
    }

    [Test]
    public void Returns_bring_back_days_later_what_was_bought_in_that_basket()
    {
        var bought = Shop.Year.Of("purchase").GroupBy(p => (p.Basket, p.User, p.Item)).ToDictionary(g => g.Key, g => g.Single());
        List<Line> returns = [.. Shop.Year.Of("return")];
        Assert.That(returns, Has.Count.GreaterThan(500));
        foreach (Line back in returns)
        {
            Assert.That(bought.TryGetValue((back.Basket, back.User, back.Item), out Line? purchase), $"{back}");
            Assert.That(back.Time.Date - purchase!.Time.Date, Is.InRange(TimeSpan.FromDays(3), TimeSpan.FromDays(21)));
            Assert.That(-back.Quantity, Is.InRange(1, purchase.Quantity ?? 0));
            Assert.That(back.Price, Is.EqualTo(purchase.Price));
        }

        Assert.That(returns.Select(back => (back.Basket, back.Item)), Is.Unique);
    }

    [Test]
    public void Quantity_and_basket_are_given_where_they_mean_something()
    {
        foreach (Line line in Shop.Year.Lines)
        {
            Assert.That(line.Basket.Length > 0, Is.EqualTo(line.Event is "purchase" or "return"), $"{line}");
            Assert.That(line.Quantity is null, Is.EqualTo(line.Event == "view"), $"{line}");
            Assert.That(line.Quantity < 0, Is.EqualTo(line.Event == "return"), $"{line}");
            Assert.That(line.Price, Is.EqualTo(Shop.Year.Items[line.Item].Price), $"{line}");
        }
    }

    [Test]
    public void Baskets_belong_to_one_user_and_second_and_are_numbered_in_time()
    {
        List<Line> purchases = [.. Shop.Year.Of("purchase")];
        var baskets = purchases.GroupBy(p => p.Basket).ToList();
        Assert.That(baskets.Select(b => b.Select(p => (p.User, p.Time)).Distinct().Count()), Is.All.EqualTo(1));
        Assert.That(baskets.Select(b => b.Key), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(baskets.Count(b => b.Count() > 1), Is.GreaterThan(baskets.Count / 10));
    }

    [Test]
    public void Nothing_happens_to_an_item_before_it_is_available()
    {
        foreach (Line line in Shop.Year.Lines)
            Assert.That(DateOnly.FromDateTime(line.Time), Is.GreaterThanOrEqualTo(Shop.Year.Items[line.Item].AvailableFrom));
        Assert.That(Shop.Year.Items.Values.Count(item => item.AvailableFrom.Year == 2025), Is.InRange(20, 100));
    }

    [Test]
    public void Users_arrive_during_the_period_and_do_nothing_before()
    {
        int late = 0;
        foreach (var group in Shop.Year.Lines.GroupBy(line => line.User))
        {
            DateOnly first = DateOnly.FromDateTime(group.First().Time);
            if (Shop.Year.Customers[group.Key].ConsentDate is { Year: 2025 } arrival)
                Assert.That(first, Is.GreaterThanOrEqualTo(arrival));
            late += first.Month > 6 ? 1 : 0;
        }

        Assert.That(late, Is.GreaterThan(150));
    }

    [Test]
    public void Evenings_are_busier_than_nights()
    {
        int[] byHour = new int[24];
        foreach (Line line in Shop.Year.Lines)
            byHour[line.Time.Hour]++;
        Assert.That(byHour[20], Is.GreaterThan(8 * byHour[3]));
    }
}
