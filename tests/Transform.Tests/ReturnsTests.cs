namespace Pipeline.Transform.Tests;

public class ReturnsTests
{
    private const byte View = 0, Purchase = 1, Return = 2;

    [Test]
    public void Returns_undo_the_purchase_before_them()
    {
        Assert.That(Match([Bought(1, 5, 50), Returned(2, 5)], out Ledger ledger), Is.Empty);
        Assert.That((ledger[Fate.Return], ledger[Fate.ReturnedPurchase], ledger[Fate.ReturnWithoutPurchase]), Is.EqualTo((1L, 1L, 0L)));
    }

    [Test]
    public void Returns_at_the_time_of_the_purchase_undo_it() =>
        Assert.That(Match([Bought(1, 5, 50), Returned(1, 5)], out _), Is.Empty);

    [Test]
    public void Returns_of_a_part_leave_the_rest_with_its_share_of_the_money()
    {
        Assert.That(Match([Bought(1, 5, 50), Returned(2, 1), Returned(3, 2)], out Ledger ledger), Is.EqualTo(new[] { Bought(1, 2, 20) }));
        Assert.That((ledger[Fate.Return], ledger.PartlyReturnedPurchases, ledger[Fate.ReturnedPurchase]), Is.EqualTo((2L, 1L, 0L)));
    }

    [Test]
    public void Returns_take_the_latest_purchase_first_and_as_many_as_they_reach()
    {
        Event[] events = [Bought(1, 5, 50), Bought(2, 3, 60), Returned(3, 4), Bought(4, 9, 90)];

        Assert.That(Match(events, out Ledger ledger), Is.EqualTo(new[] { Bought(1, 4, 40), Bought(4, 9, 90) }));
        Assert.That((ledger[Fate.Return], ledger[Fate.ReturnedPurchase], ledger.PartlyReturnedPurchases), Is.EqualTo((1L, 1L, 1L)));
    }

    [Test]
    public void Returns_before_any_purchase_undo_nothing()
    {
        Assert.That(Match([Returned(1, 5), Bought(2, 5, 50)], out Ledger ledger), Is.EqualTo(new[] { Bought(2, 5, 50) }));
        Assert.That((ledger[Fate.Return], ledger[Fate.ReturnWithoutPurchase]), Is.EqualTo((0L, 1L)));
    }

    [Test]
    public void Returns_of_more_than_was_bought_undo_what_there_is()
    {
        Assert.That(Match([Bought(1, 5, 50), Returned(2, 7), Returned(3, 1)], out Ledger ledger), Is.Empty);
        Assert.That((ledger[Fate.Return], ledger.ReturnsInExcess, ledger[Fate.ReturnWithoutPurchase]), Is.EqualTo((1L, 1L, 1L)));
    }

    [Test]
    public void Returns_of_one_item_leave_others_and_other_events_alone()
    {
        Event view = Bought(1, 1, 0) with { Kind = View }, other = Bought(2, 1, 10) with { Item = 4 };

        Assert.That(Match([view, Bought(1, 1, 10), Returned(5, 1), other], out _), Is.EqualTo(new[] { view, other }));
    }

    [Test]
    public void Returns_that_are_held_out_do_not_reach_what_was_before()
    {
        Event[] events = [Bought(1, 5, 50), Bought(7, 3, 30) with { IsHeldOut = true }, Returned(8, 4) with { IsHeldOut = true }];

        Assert.That(Match(events, out Ledger ledger), Is.EqualTo(new[] { Bought(1, 5, 50) }));
        Assert.That(ledger.ReturnsInExcess, Is.EqualTo(1));
    }

    [Test]
    public void Returns_of_fractions_leave_nothing_behind() =>
        Assert.That(Match([Bought(1, 0.3, 3), Returned(2, 0.1), Returned(3, 0.1), Returned(4, 0.1)], out _), Is.Empty);

    [Test]
    public void Returns_do_not_touch_what_has_no_pieces()
    {
        Assert.That(Match([Bought(1, 0, 0), Returned(2, 1), Returned(3, 0)], out Ledger ledger), Is.EqualTo(new[] { Bought(1, 0, 0) }));
        Assert.That(ledger[Fate.ReturnWithoutPurchase], Is.EqualTo(2));
    }

    [Test]
    public void Returns_of_many_purchases_take_linear_time()
    {
        const int Many = 200_000;
        Event[] events = [.. Enumerable.Range(0, Many).Select(n => Bought(n, 2, 2)), .. Enumerable.Range(0, Many).Select(n => Returned(Many + n, 1))];

        Event[] left = Match(events, out Ledger ledger);

        Assert.That(left, Is.EqualTo(events[..(Many / 2)]));
        Assert.That(ledger[Fate.Return], Is.EqualTo(Many));
    }

    private static Event Bought(long time, double pieces, double money) =>
        new() { Item = 3, Kind = Purchase, Basket = -1, Time = time, Quantity = pieces, Revenue = money };

    private static Event Returned(long time, double pieces) => Bought(time, pieces, 0) with { Kind = Return };

    private static Event[] Match(Event[] events, out Ledger ledger)
    {
        ledger = new Ledger(1, 10);
        Event[] copy = [.. events];
        return copy[..new Returns(Purchase, Return).Match(copy, 0, ledger)];
    }
}
