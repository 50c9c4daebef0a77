using Pipeline.Contracts;

namespace Pipeline.Transform.Tests;

public class UsersTests
{
    [Test]
    public async Task Users_say_how_often_when_and_for_how_much()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "b", "purchase", "2024-05-03T10:00:00Z", 10.10, 4),
                new("u", "a", "view", "2024-05-01T09:00:00Z"),
                new("u", "a", "purchase", "2024-05-04T10:00:00Z", 0.20),
                new("u", "b", "return", "2024-05-09T10:00:00Z", -4.00, -2),
                new("u", "a", "return", "2024-05-03T10:00:00Z", -4.00),
                new("u", "c", "view", "2024-05-05T10:00:00Z"),
                new("v", "a", "cart", "2024-05-02T10:00:00Z", 99),
            ]);

        Assert.That(await transform.UsersAsync(), Is.EqualTo(new[]
        {
            "0|u|4|3|2024-05-01T09:00:00Z|2024-05-05T10:00:00Z|2|2|2024-05-04T10:00:00Z|5.25",
            "1|v|1|1|2024-05-02T10:00:00Z|2024-05-02T10:00:00Z|0|0||99",
        }));
    }

    [Test]
    public async Task Users_count_purchase_days_in_utc()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "purchase", "2024-05-01T00:00:00Z"), new("u", "b", "purchase", "2024-05-01T23:59:59.999999Z"),
                new("u", "c", "purchase", "2024-05-02T00:00:00Z"), new("u", "d", "view", "2024-05-03T00:00:00Z"),
                new("v", "a", "purchase", "2024-05-01T12:00:00Z"), new("v", "a", "purchase", "2024-05-01T13:00:00Z"),
            ]);

        Assert.That(
            await transform.UsersAsync(Users.UserId, Users.InteractionCount, Users.Purchases, Users.PurchaseDays, Users.LastPurchase),
            Is.EqualTo(new[] { "u|4|3|2|2024-05-02T00:00:00Z", "v|2|2|1|2024-05-01T13:00:00Z" }));
    }

    [Test]
    public async Task Users_count_purchase_days_before_1970_and_at_the_ends_of_the_calendar()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("before", "a", "purchase", "1969-12-31T23:59:59.999999Z"), new("before", "b", "purchase", "1969-12-31T00:00:00Z"),
                new("both", "a", "purchase", "1969-12-31T23:59:59Z"), new("both", "a", "purchase", "1970-01-01T00:00:01Z"),
                new("early", "a", "purchase", "0001-01-01T00:00:00Z"), new("early", "a", "purchase", "0001-01-01T23:59:59.999999Z"),
                new("late", "a", "purchase", "9999-12-31T00:00:00Z"), new("late", "a", "purchase", "9999-12-31T23:59:59.999999Z"),
            ]);

        Assert.That(
            await transform.UsersAsync(Users.UserId, Users.PurchaseDays, Users.LastPurchase),
            Is.EqualTo(new[]
            {
                "before|1|1969-12-31T23:59:59.999999Z", "both|2|1970-01-01T00:00:01Z",
                "early|1|0001-01-01T23:59:59.999999Z", "late|1|9999-12-31T23:59:59.999999Z",
            }));
    }

    [Test]
    public async Task Users_keep_the_latest_purchase_whatever_the_item()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "purchase", "1969-05-03T00:00:00Z"), new("u", "b", "purchase", "1969-05-02T00:00:00Z"), new("u", "c", "view", "1969-05-04T00:00:00Z"),
            ]);

        Assert.That(
            await transform.UsersAsync(Users.FirstTime, Users.LastTime, Users.LastPurchase),
            Is.EqualTo(new[] { "1969-05-02T00:00:00Z|1969-05-04T00:00:00Z|1969-05-03T00:00:00Z" }));
    }

    [Test]
    public async Task Users_add_money_up_to_the_cent()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "purchase", "2024-05-01T00:00:00Z", 0.1, 1), new("u", "a", "purchase", "2024-05-01T00:00:00Z", 0.1, 2),
                new("u", "a", "purchase", "2024-05-01T00:00:00Z", 0.1, 3), new("u", "a", "purchase", "2024-05-01T00:00:00Z"),
            ]);

        Assert.That(await transform.UsersAsync(Users.InteractionCount, Users.Revenue), Is.EqualTo(new[] { "1|0.3" }));
    }

    [Test]
    public async Task Users_of_whom_nothing_is_left_vanish_and_are_counted_by_what_took_their_last()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("a", "i", "return", "2024-05-01T00:00:00Z", -5), new("a", "i", "return", "2024-05-02T00:00:00Z", -5),
                new("b", "i", "search", "2024-05-01T00:00:00Z"),
                new("c", "i", "return", "2024-05-01T00:00:00Z"), new("c", "i", "search", "2024-05-01T00:00:00Z"),
                new("d", "i", "view", "2024-05-01T00:00:00Z"), new("d", "i", "return", "2024-05-01T00:00:00Z"),
                new("e", "j", "purchase", "2024-05-01T00:00:00Z"), new("e", "j", "return", "2024-05-02T00:00:00Z"), new("e", "j", "search", "2024-05-02T00:00:00Z"),
            ]);

        Assert.That(await transform.UsersAsync(Users.UserIndex, Users.UserId), Is.EqualTo(new[] { "0|d" }));
        Assert.That(transform.Counters(), Is.EqualTo(new[]
        {
            "rows_in=10", "rows_kept=1", "dropped_event_without_weight=3", "dropped_return=1", "dropped_return_without_purchase=4", "dropped_returned_purchase=1",
            "catalogue_without_interactions=0", "items=1",
            "lost_items_event_without_weight=0", "lost_items_return=0", "lost_items_return_without_purchase=0", "lost_items_returned_purchase=1",
            "lost_users_event_without_weight=1", "lost_users_return=0", "lost_users_return_without_purchase=2", "lost_users_returned_purchase=1",
            "purchases_partly_returned=0", "returns_in_excess=0", "users=1",
        }));
    }
}
