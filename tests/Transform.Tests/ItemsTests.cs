using Pipeline.Contracts;

namespace Pipeline.Transform.Tests;

public class ItemsTests
{
    private const string May1 = "2024-05-01T10:00:00Z", May2 = "2024-05-02T10:00:00Z";

    [Test]
    public async Task Items_say_how_many_users_interactions_and_how_much_money_they_have()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "purchase", May1, 10, 4), new("u", "a", "view", May2), new("u", "a", "view", May2), new("v", "a", "view", May1),
                new("u", "a", "return", May2, -3, -1), new("v", "b", "cart", May2), new("v", "a", "return", May2, -99, -1),
            ]);

        Assert.That(
            await transform.ItemsAsync(Items.ItemIndex, Items.ItemId, Items.UserCount, Items.InteractionCount, Items.FirstTime, Items.LastTime, Items.Purchases, Items.Revenue),
            Is.EqualTo(new[] { $"0|a|2|3|{May1}|{May2}|1|7.5", $"1|b|1|1|{May2}|{May2}|0|0" }));
    }

    [Test]
    public async Task Items_take_what_the_catalogue_says()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [[new("u", "b", "view", May1), new("u", "a", "view", May1), new("u", "c", "view", May1)]],
            [new("c"), new("b", "Hat, red", "Hats", 12.5, IsInStock: false, "2024-01-31T12:00:00Z")]);

        Assert.That(await transform.ItemsAsync(), Is.EqualTo(new[]
        {
            $"0|a|1|1|{May1}|{May1}|0|0||||true||||",
            $"1|b|1|1|{May1}|{May1}|0|0|Hat, red|Hats|12.5|false|https://shop/b||2024-01-31T12:00:00Z|",
            $"2|c|1|1|{May1}|{May1}|0|0||||true||||",
        }));
    }

    [Test]
    public async Task Items_of_the_catalogue_without_an_interaction_are_counted_and_left_out()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [[new("u", "a", "view", May1), new("u", "sent back", "return", May1), new("u", "searched", "search", May1)]],
            [new("a"), new("never seen"), new("sent back"), new("searched")]);

        Assert.That(await transform.ItemsAsync(Items.ItemId), Is.EqualTo(new[] { "a" }));
        Assert.That(transform.Counters(), Does.Contain("items=1").And.Contain("catalogue_without_interactions=3"));
    }
}
