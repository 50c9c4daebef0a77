namespace Pipeline.Transform.Tests;

public class RepeatsTests
{
    private static readonly double Missing = double.NaN;

    [Test]
    public void Repeats_drop_lines_that_are_equal_in_everything_and_sum_the_rest_of_a_basket()
    {
        Event[] lines = [Bought(5, 2, 20), Bought(5, 2, 20), Bought(5, 1, 10), Bought(6, 4, 40)];

        Assert.That(Sum(lines, out Ledger ledger), Is.EqualTo(new[] { Bought(5, 3, 30), Bought(6, 4, 40) }));
        Assert.That((ledger[Fate.Duplicate], ledger[Fate.SummedLine]), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void Repeats_sum_equal_lines_where_they_are_kept()
    {
        Assert.That(Sum([Bought(5, 2, 20), Bought(5, 2, 20)], out Ledger ledger, dropDuplicates: false), Is.EqualTo(new[] { Bought(5, 4, 40) }));
        Assert.That((ledger[Fate.Duplicate], ledger[Fate.SummedLine]), Is.EqualTo((0L, 1L)));
    }

    [Test]
    public void Repeats_of_a_basket_take_its_earliest_time()
    {
        Event[] lines = [Bought(5, 1, 10) with { Time = 70 }, Bought(5, 1, 10) with { Time = 60 }, Bought(5, 1, 10) with { Time = 80 }];

        Assert.That(Sum(lines, out _), Is.EqualTo(new[] { Bought(5, 3, 30) with { Time = 60 } }));
    }

    [Test]
    public void Repeats_take_the_moment_for_the_basket_where_there_is_none()
    {
        Event[] lines = [Bought(-1, 1, 10) with { Time = 70 }, Bought(-1, 2, 20) with { Time = 60 }, Bought(-1, 3, 30) with { Time = 60 }, Bought(0, 9, 90) with { Time = 60 }];

        Assert.That(Sum(lines, out _), Is.EqualTo(new[]
        {
            Bought(-1, 5, 50) with { Time = 60 }, Bought(-1, 1, 10) with { Time = 70 }, Bought(0, 9, 90) with { Time = 60 },
        }));
    }

    [Test]
    public void Repeats_keep_items_events_and_both_sides_of_the_split_apart()
    {
        Event line = Bought(5, 1, 10);
        Event[] lines = [line, line with { Item = 4 }, line with { Kind = 2 }, line with { Time = 60, IsHeldOut = true }];

        Assert.That(Sum(lines, out Ledger ledger), Has.Length.EqualTo(4));
        Assert.That(ledger[Fate.SummedLine], Is.Zero);
    }

    [Test]
    public void Repeats_take_a_line_without_pieces_for_one_piece_and_without_money_for_none()
    {
        Event[] lines = [Bought(5, Missing, Missing), Bought(5, Missing, Missing), Bought(5, Missing, 4), Bought(5, 1, Missing)];

        // The second is a duplicate of the first; a line that states the one piece is another line.
        Assert.That(Sum(lines, out Ledger ledger), Is.EqualTo(new[] { Bought(5, 3, 4) }));
        Assert.That((ledger[Fate.Duplicate], ledger[Fate.SummedLine]), Is.EqualTo((1L, 2L)));
    }

    [Test]
    public void Repeats_add_to_the_same_digits_in_any_order()
    {
        Event[] lines = [.. Enumerable.Range(1, 50).Select(n => Bought(5, 0.1 * n, 1.0 / n))];
        Event sum = Sum(lines, out _).Single();
        for (int seed = 0; seed < 20; seed++)
        {
            new Random(seed).Shuffle(lines);
            Assert.That(Sum(lines, out _).Single(), Is.EqualTo(sum));
        }
    }

    private static Event Bought(int basket, double pieces, double money) =>
        new() { Item = 3, Kind = 1, Basket = basket, Time = 50, Quantity = pieces, Revenue = money };

    private static Event[] Sum(Event[] lines, out Ledger ledger, bool dropDuplicates = true)
    {
        ledger = new Ledger(1, 10);
        Event[] events = [.. lines];
        return events[..Repeats.Sum(events, dropDuplicates, 0, ledger)];
    }
}
