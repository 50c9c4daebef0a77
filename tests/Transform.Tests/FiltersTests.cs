using Pipeline.Contracts;

namespace Pipeline.Transform.Tests;

public class FiltersTests
{
    private const string May1 = "2024-05-01T00:00:00Z", May2 = "2024-05-02T00:00:00Z";

    [Test]
    public async Task Users_that_match_the_pattern_are_left_out()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("test-1", "a", "view", May1), new("test-1", "only tested", "view", May1), new("contest-2", "a", "view", May1),
                new("test-2", "a", "search", May1), new("test-2", "a", "view", May1), new("test-2", "a", "view", May1),
            ],
            "--exclude-users", "^test-");

        Assert.That(await transform.UsersAsync(Users.UserId), Is.EqualTo(new[] { "contest-2" }));
        Assert.That(transform.Counters()[..3], Is.EqualTo(new[] { "rows_in=6", "rows_kept=1", "dropped_excluded_user=5" }));
        Assert.That(transform.Counters(), Does.Contain("lost_users_excluded_user=2").And.Contain("lost_items_excluded_user=1"));
    }

    [Test]
    public async Task Users_with_more_interactions_on_a_day_than_a_person_are_left_out()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("person", "a", "view", May1), new("person", "b", "view", May1), new("person", "c", "view", May2), new("person", "c", "view", May2),
                new("robot", "a", "view", May1), new("robot", "b", "view", May1), new("robot", "c", "view", "2024-05-01T23:59:59Z"), new("robot", "d", "view", May2),
            ],
            "--max-daily-interactions", "2");

        Assert.That(await transform.UsersAsync(Users.UserId), Is.EqualTo(new[] { "person" }));
        Assert.That(transform.Counters()[..4], Is.EqualTo(new[] { "rows_in=8", "rows_kept=3", "dropped_duplicate=1", "dropped_robot=4" }));
        Assert.That(transform.Counters(), Does.Contain("lost_users_robot=1").And.Contain("lost_items_robot=1"));
    }

    [Test]
    public async Task Core_goes_on_until_nobody_falls_below()
    {
        // x has one user, so w has one item left, so c has two users left; u and v with a, b and c hold each other.
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "view", May1), new("u", "b", "view", May1), new("u", "c", "view", May1), new("u", "c", "view", May2),
                new("v", "a", "view", May1), new("v", "b", "view", May1), new("v", "c", "view", May1),
                new("w", "c", "view", May1), new("w", "c", "view", May2), new("w", "x", "view", May1), new("z", "a", "view", May1),
            ],
            "--min-user-items", "2", "--min-item-users", "2");

        Assert.That(await transform.UsersAsync(Users.UserId, Users.ItemCount), Is.EqualTo(new[] { "u|3", "v|3" }));
        Assert.That(await transform.ItemsAsync(Items.ItemId, Items.UserCount), Is.EqualTo(new[] { "a|2", "b|2", "c|2" }));
        Assert.That(
            transform.Counters()[..4], Is.EqualTo(new[] { "rows_in=11", "rows_kept=7", "dropped_item_with_few_users=1", "dropped_user_with_few_items=3" }));
        Assert.That(transform.Counters(), Does.Contain("lost_items_item_with_few_users=1").And.Contain("lost_users_user_with_few_items=2"));
    }

    [Test]
    public async Task Core_needs_no_more_than_one_side()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [new("u", "a", "view", May1), new("u", "b", "view", May1), new("v", "a", "view", May1)], "--min-item-users", "2");

        Assert.That(await transform.ItemsAsync(Items.ItemId), Is.EqualTo(new[] { "a" }));
        Assert.That(await transform.UsersAsync(Users.UserId), Is.EqualTo(new[] { "u", "v" }));
    }

    [Test]
    public async Task Core_unravels_a_long_chain_to_its_end()
    {
        // Customer n has items n and n + 1: the first item falls, with it the first customer, with that the second item, and so on.
        const int Length = 20_000;
        using TransformRun transform = await TransformRun.OfAsync(
            [
                .. Enumerable.Range(0, Length).SelectMany(n => new Line[] { new($"u{n:D5}", $"i{n:D5}", "view", May1), new($"u{n:D5}", $"i{n + 1:D5}", "view", May1) }),
                new("v", "x", "view", May1), new("v", "y", "view", May1), new("w", "x", "view", May1), new("w", "y", "view", May1),
            ],
            "--min-user-items", "2", "--min-item-users", "2");

        Assert.That(await transform.UsersAsync(Users.UserId), Is.EqualTo(new[] { "v", "w" }));
        // From both ends: each item that falls takes one row with it, and the customer who falls takes the other.
        Assert.That(transform.Counters()[..4], Is.EqualTo(new[]
        {
            $"rows_in={2 * Length + 4}", "rows_kept=4", $"dropped_item_with_few_users={Length}", $"dropped_user_with_few_items={Length}",
        }));
        Assert.That(transform.Counters(), Does.Contain($"lost_users_user_with_few_items={Length}").And.Contain($"lost_items_item_with_few_users={Length}"));
    }
}
