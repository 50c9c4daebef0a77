using Pipeline.Contracts;

namespace Pipeline.Transform.Tests;

public class InteractionsTests
{
    private const string May1 = "2024-05-01T10:00:00Z", May2 = "2024-05-02T10:00:00Z", May3 = "2024-05-03T10:00:00Z";

    [Test]
    public async Task Transform_weighs_views_carts_and_purchases_one_three_and_four()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [new("u", "a", "view", May1), new("u", "b", "cart", May1), new("u", "c", "purchase", May1)]);

        Assert.That(
            await transform.InteractionsAsync(WeightedInteractions.ItemIndex, WeightedInteractions.Weight, WeightedInteractions.Purchased),
            Is.EqualTo(new[] { "0|1|false", "1|3|false", "2|4|true" }));
    }

    [Test]
    public async Task Transform_weighs_events_as_told_and_leaves_out_the_others()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "view", May1), new("u", "b", "cart", May1), new("u", "c", "purchase", May1),
                new("u", "d", "wish", May1), new("u", "e", "return", May1), new("u", "f", "wish", May2),
            ],
            "--event-weights", "wish=2.5, cart = 0 ,purchase=1");

        Assert.That(
            await transform.InteractionsAsync(WeightedInteractions.ItemIndex, WeightedInteractions.Time, WeightedInteractions.Weight),
            Is.EqualTo(new[] { $"0|{May1}|1", $"1|{May1}|2.5", $"2|{May2}|2.5" }));
        Assert.That(await transform.ItemsAsync(Items.ItemId), Is.EqualTo(new[] { "c", "d", "f" }));
        Assert.That(transform.Counters(), Is.EqualTo(new[]
        {
            "rows_in=6", "rows_kept=3", "dropped_event_without_weight=2", "dropped_return_without_purchase=1",
            "catalogue_without_interactions=0", "items=3", "lost_items_event_without_weight=2", "lost_items_return_without_purchase=1",
            "lost_users_event_without_weight=0", "lost_users_return_without_purchase=0", "purchases_partly_returned=0", "returns_in_excess=0", "users=1",
        }));
    }

    [Test]
    public async Task Transform_counts_a_return_that_has_a_weight_as_any_event()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [new("u", "a", "return", May1), new("u", "a", "purchase", May2), new("v", "a", "return", May1)],
            "--event-weights", "return=0.5,purchase=1");

        Assert.That(
            await transform.InteractionsAsync(WeightedInteractions.UserIndex, WeightedInteractions.Time, WeightedInteractions.Weight, WeightedInteractions.Purchased),
            Is.EqualTo(new[] { $"0|{May1}|0.5|false", $"0|{May2}|1|true", $"1|{May1}|0.5|false" }));
        Assert.That(transform.Counters(), Is.EqualTo(new[]
        {
            "rows_in=3", "rows_kept=3", "catalogue_without_interactions=0", "items=1", "purchases_partly_returned=0", "returns_in_excess=0", "users=2",
        }));
    }

    [Test]
    public async Task Transform_counts_an_event_that_is_there_twice_once()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "view", May1), new("u", "a", "view", May1), new("u", "a", "view", May1),
                new("u", "a", "view", May2), new("u", "b", "view", May1), new("v", "a", "view", May1),
            ]);

        Assert.That(await transform.InteractionsAsync(), Is.EqualTo(new[]
        {
            $"0|0|{May1}|1|false|-1", $"0|0|{May2}|1|false|-1", $"0|1|{May1}|1|false|-1", $"1|0|{May1}|1|false|-1",
        }));
        Assert.That(transform.Counters()[..3], Is.EqualTo(new[] { "rows_in=6", "rows_kept=4", "dropped_duplicate=2" }));
    }

    [Test]
    public async Task Transform_keeps_different_events_of_one_time_apart()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "view", May1), new("u", "a", "purchase", May1), new("u", "a", "cart", May1), new("u", "a", "view", May1),
                new("u", "b", "cart", May1), new("u", "b", "view", May1),
            ]);

        Assert.That(
            await transform.InteractionsAsync(WeightedInteractions.ItemIndex, WeightedInteractions.Weight, WeightedInteractions.Purchased),
            Is.EqualTo(new[] { "0|3|false", "0|4|true", "0|1|false", "1|3|false", "1|1|false" }));
        Assert.That(transform.Counters()[..3], Is.EqualTo(new[] { "rows_in=6", "rows_kept=5", "dropped_duplicate=1" }));
    }

    [Test]
    public async Task Transform_numbers_the_baskets_of_each_user_in_order_of_time_and_then_of_their_ids()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "purchase", May2, Basket: "10"), new("u", "b", "purchase", May1, Basket: "z"), new("u", "b", "purchase", May2, Basket: "9"),
                new("u", "a", "purchase", May3, Basket: "z"), new("u", "a", "view", May1), new("v", "a", "purchase", May1, Basket: "z"),
            ]);

        Assert.That(
            await transform.InteractionsAsync(
                WeightedInteractions.UserIndex, WeightedInteractions.ItemIndex, WeightedInteractions.Time, WeightedInteractions.Basket),
            Is.EqualTo(new[] { $"0|0|{May1}|-1", $"0|0|{May2}|1", $"0|0|{May3}|0", $"0|1|{May1}|0", $"0|1|{May2}|2", $"1|0|{May1}|0" }));
    }

    [Test]
    public async Task Transform_does_not_let_a_return_mark_or_weigh_the_row_of_its_time()
    {
        using TransformRun transform = await TransformRun.OfAsync([new("u", "a", "return", May1), new("u", "a", "view", May1)]);

        Assert.That(
            await transform.InteractionsAsync(WeightedInteractions.Weight, WeightedInteractions.Purchased), Is.EqualTo(new[] { "1|false" }));
    }

    [Test]
    public async Task Transform_sorts_by_user_item_and_time()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("v", "a", "view", May1), new("u", "b", "view", May3), new("u", "b", "view", May1),
                new("u", "a", "view", May2), new("v", "a", "view", "1969-12-31T23:00:00Z"), new("u", "b", "view", May2),
            ]);

        Assert.That(
            await transform.InteractionsAsync(WeightedInteractions.UserIndex, WeightedInteractions.ItemIndex, WeightedInteractions.Time),
            Is.EqualTo(new[] { $"0|0|{May2}", $"0|1|{May1}", $"0|1|{May2}", $"0|1|{May3}", "1|0|1969-12-31T23:00:00Z", $"1|0|{May1}" }));
    }

    [Test]
    public async Task Transform_numbers_users_and_items_in_ordinal_order_of_their_ids()
    {
        // By bytes: digits before capitals before small letters before what is not ASCII; a prefix before what it begins.
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("é", "10", "view", May1), new("b", "9", "view", May1), new("a1", "a", "view", May1), new("a", "A", "view", May1),
                new("B", "2", "view", May1), new("😀", "ä", "view", May1), new("\uFF01", "z", "view", May1),
            ]);

        Assert.That(await transform.UsersAsync(Users.UserIndex, Users.UserId), Is.EqualTo(new[] { "0|B", "1|a", "2|a1", "3|b", "4|é", "5|\uFF01", "6|😀" }));
        Assert.That(await transform.ItemsAsync(Items.ItemIndex, Items.ItemId), Is.EqualTo(new[] { "0|10", "1|2", "2|9", "3|A", "4|a", "5|z", "6|ä" }));
        Assert.That(
            await transform.InteractionsAsync(WeightedInteractions.UserIndex, WeightedInteractions.ItemIndex),
            Is.EqualTo(new[] { "0|1", "1|3", "2|4", "3|2", "4|0", "5|5", "6|6" }));
    }
}
