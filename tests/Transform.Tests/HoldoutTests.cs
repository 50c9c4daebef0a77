using Pipeline.Contracts;

namespace Pipeline.Transform.Tests;

public class HoldoutTests
{
    private const string May1 = "2024-05-01T00:00:00Z", May2 = "2024-05-02T00:00:00Z", May3 = "2024-05-03T00:00:00Z", May9 = "2024-05-09T00:00:00Z";

    private static readonly Line[] Lines =
    [
        new("u", "a", "purchase", May1, 10), new("u", "b", "purchase", May2, 10), new("u", "b", "view", "2024-05-02T00:00:00.000001Z"),
        new("u", "new", "purchase", May3, 10), new("new", "a", "purchase", May3, 10), new("v", "b", "view", May2), new("v", "a", "view", May9),
    ];

    [TestCase("--holdout-after", "2024-05-02")]
    [TestCase("--holdout-last", "7d")]
    [TestCase("--holdout-last", "168h")]
    public async Task Holdout_is_what_comes_later_than_the_split(string option, string value)
    {
        using TransformRun transform = await TransformRun.OfAsync(Lines, option, value);

        Assert.That(await transform.InteractionsAsync(), Is.EqualTo(new[] { $"0|0|{May1}|4|true|-1", $"0|1|{May2}|4|true|-1", $"1|1|{May2}|1|false|-1" }));
        Assert.That(await transform.HeldOutAsync(), Is.EqualTo(new[] { "0|1|2024-05-02T00:00:00.000001Z|1|false|-1", $"1|0|{May9}|1|false|-1" }));
        Assert.That(await transform.UsersAsync(Users.UserId, Users.InteractionCount, Users.LastTime, Users.Revenue), Is.EqualTo(new[] { $"u|2|{May2}|20", $"v|1|{May2}|0" }));
        Assert.That(await transform.ItemsAsync(Items.ItemId, Items.LastTime), Is.EqualTo(new[] { $"a|{May1}", $"b|{May2}" }));
        Assert.That(transform.Counters()[..4], Is.EqualTo(new[] { "rows_in=7", "rows_kept=3", "dropped_held_out=2", "dropped_held_out_cold=2" }));
        Assert.That(transform.Counters(), Does.Contain("lost_users_held_out_cold=1").And.Contain("lost_items_held_out_cold=1"));
    }

    [Test]
    public async Task Nothing_is_held_out_unless_it_is_asked_for()
    {
        using TransformRun transform = await TransformRun.OfAsync(Lines);

        Assert.That(transform.Output.Files(), Has.None.StartsWith("holdout"));
        Assert.That(await transform.InteractionsAsync(), Has.Length.EqualTo(7));
    }

    [Test]
    public async Task Holdout_lets_nothing_of_the_future_change_the_past()
    {
        // Whatever happens after the split, the part before it has the same bytes.
        Line[] past = [.. RandomLines.Of(7).Where(line => string.CompareOrdinal(line.Time, May3) < 0)];
        Line[] future =
        [
            new("u1", "i1", "purchase", May9, 10, 5, "b1"), new("u1", "i1", "return", May9, -10, -99), new("u2", "i2", "return", May9, -10, -99, "b2"),
            new("u3", "i3", "purchase", May9, 10, 5, "b3"), .. Enumerable.Range(0, 50).Select(n => new Line("u4", $"i{n % 9}", "view", $"2024-05-09T00:00:{n:D2}Z")),
        ];
        string[] options = ["--holdout-after", "2024-05-02T23:59:59", "--max-daily-interactions", "30", "--min-user-items", "2", "--min-item-users", "2"];
        using TransformRun one = await TransformRun.OfAsync([.. past, .. future], options);
        using TransformRun other = await TransformRun.OfAsync([.. past, new("u5", "i5", "view", May9)], options);

        foreach (string name in one.Output.Files().Where(name => name.EndsWith(".parquet", StringComparison.Ordinal) && !name.StartsWith("holdout", StringComparison.Ordinal)))
            Assert.That(one.Output.Bytes(name).AsSpan().SequenceEqual(other.Output.Bytes(name)), Is.True, name);
        Assert.That(await one.HeldOutAsync(), Is.Not.Empty.And.Not.EqualTo(await other.HeldOutAsync()));
    }

    [Test]
    public void Check_finds_what_lies_on_the_wrong_side()
    {
        Assert.DoesNotThrow(() => Holdout.Check(5, newestKept: 5, oldestHeldOut: 6));
        Assert.Throws<InvalidOperationException>(() => Holdout.Check(5, newestKept: 6, oldestHeldOut: 7));
        Assert.Throws<InvalidOperationException>(() => Holdout.Check(5, newestKept: 4, oldestHeldOut: 5));
    }
}
