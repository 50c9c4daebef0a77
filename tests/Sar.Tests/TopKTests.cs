namespace Pipeline.Sar.Tests;

public class TopKTests
{
    private static string[] Best(int k, params (int Item, double Score)[] offers)
    {
        var top = new TopK(k);
        foreach ((int item, double score) in offers)
            if (top.Admits(item, score))
                top.Push(item, score);
        return Cases.Lines(top.ToRanking());
    }

    [Test]
    public void TopK_orders_by_score() =>
        Assert.That(Best(3, (0, 1), (1, 5), (2, 3), (3, 4)), Is.EqualTo(new[] { "1 5", "3 4", "2 3" }));

    [Test]
    public void TopK_breaks_ties_by_item_index() =>
        Assert.That(Best(3, (4, 1), (2, 1), (9, 1), (0, 1), (7, 2)), Is.EqualTo(new[] { "7 2", "0 1", "2 1" }));

    [Test]
    public void TopK_with_too_few_offers_is_short() => Assert.That(Best(3, (1, -1)), Is.EqualTo(new[] { "1 -1" }));

    [Test]
    public void TopK_of_nothing_is_empty() => Assert.That(Best(0, (1, 1)), Is.Empty);

    [Test]
    public void TopK_equals_sorting_everything([Values(1, 2, 7, 50, 200)] int k)
    {
        var random = new Random(20261120 + k);
        (int Item, double Score)[] offers = [.. Enumerable.Range(0, 200).Select(item => (item, (double)random.Next(20)))];
        string[] sorted = [.. offers.OrderByDescending(o => o.Score).ThenBy(o => o.Item).Take(k).Select(o => $"{o.Item} {o.Score}")];
        random.Shuffle(offers);
        Assert.That(Best(k, offers), Is.EqualTo(sorted));
    }

    [Test]
    public void TopK_is_empty_after_draining()
    {
        var top = new TopK(2);
        top.Push(1, 1);
        top.Push(2, 2);
        top.ToRanking();
        Assert.That(top.Count, Is.Zero);
        Assert.That(top.Admits(0, double.MinValue), Is.True);
    }
}
