namespace Pipeline.Train.Tests;

/// <summary>When what was bought may be offered again.</summary>
public class RepurchaseTests
{
    private const long Day = 86_400_000_000;

    [Test]
    public void Interval_is_the_median_of_the_customers_medians()
    {
        var history = new PurchaseHistory();
        // Customer 0: gaps of 10, 2 and 4 days, median 4. Customer 1: 7 and 8 days, median 7.5. Customer 2: 30 days. Customer 3: once.
        Add(history, 0, 0, 1, 11, 13, 17);
        Add(history, 1, 0, 1, 8, 16);
        Add(history, 2, 0, 1, 31);
        Add(history, 3, 0, 5);
        history.End();
        Assert.Multiple(() =>
        {
            Assert.That(history.All.Select(one => (one.User, one.LastTime / Day, one.GapDays)), Is.EqualTo([(0, 17L, 4.0), (1, 16L, 7.5), (2, 31L, 30.0), (3, 5L, double.NaN)]));
            Assert.That(history.RepeatDays(2, 3), Is.EqualTo(new[] { 7.5, double.NaN }));
            Assert.That(history.RepeatDays(2, 4), Is.EqualTo(new[] { double.NaN, double.NaN }), "three customers bought it again");
        });
    }

    [Test]
    public void Purchases_of_one_day_are_one()
    {
        var history = new PurchaseHistory();
        foreach (long time in (long[])[-1, 0, Day - 1, 3 * Day + 5, 3 * Day + 7])
            history.Add(0, 0, time);
        history.End();
        // Days -1, 0 and 3: gaps of 1 and 3.
        Assert.That(history.All, Is.EqualTo(new[] { new Bought(0, 0, 3 * Day + 7, 2) }));
    }

    [Test]
    public void Bought_long_enough_ago_is_due()
    {
        var history = new PurchaseHistory();
        Add(history, 0, 0, 10);
        Add(history, 0, 1, 11);
        Add(history, 2, 1, 1, 9);
        Add(history, 2, 2, 8);
        history.End();
        DueItems due = DueItems.Find(history, new RepurchaseRule(90, 0), users: 3, items: 3, referenceTime: 100 * Day);
        Assert.Multiple(() =>
        {
            Assert.That(due.Of(0).ToArray(), Is.EqualTo(new[] { 0 }), "90 days ago, but not 89");
            Assert.That(due.Of(1).ToArray(), Is.Empty);
            Assert.That(due.Of(2).ToArray(), Is.EqualTo(new[] { 1, 2 }));
            Assert.That((due.Count, due.WithInterval), Is.EqualTo((3, 0)));
            Assert.That(DueItems.None.Of(7).ToArray(), Is.Empty);
        });
    }

    [Test]
    public void Own_interval_takes_the_place_of_the_days_in_both_directions()
    {
        var history = new PurchaseHistory();
        // Coffee (0) is bought again after 20 days, a suitcase (1) after 200, salt (2) by one customer only.
        Add(history, 0, 0, 1, 21, 41);
        Add(history, 0, 1, 1, 201);
        Add(history, 1, 0, 1, 21);
        Add(history, 1, 1, 1, 201);
        Add(history, 2, 0, 230);
        Add(history, 2, 1, 100);
        Add(history, 2, 2, 1, 201);
        history.End();
        DueItems due = DueItems.Find(history, new RepurchaseRule(60, 2), users: 3, items: 3, referenceTime: 250 * Day);
        Assert.Multiple(() =>
        {
            Assert.That(due.WithInterval, Is.EqualTo(2));
            Assert.That(due.Of(0).ToArray(), Is.EqualTo(new[] { 0 }));
            Assert.That(due.Of(2).ToArray(), Is.EqualTo(new[] { 0 }), "20 days for coffee, 200 for suitcases, 60 for salt, bought 49 days ago");
        });
    }

    private static void Add(PurchaseHistory history, int user, int item, params int[] days)
    {
        foreach (int day in days)
            history.Add(user, item, day * Day);
    }
}
