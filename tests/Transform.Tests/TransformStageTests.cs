using Pipeline.Contracts;

namespace Pipeline.Transform.Tests;

public class TransformStageTests
{
    private static readonly Product[] Products = [new("i3", "Hat"), new("i99", "Scarf"), new("i5", "Glove")];

    [Test]
    public async Task Transform_writes_the_same_bytes_again_with_any_number_of_threads()
    {
        Line[] lines = RandomLines();
        using TransformRun first = await TransformRun.OfAsync([lines], Products, "--threads", "1");
        using TransformRun again = await TransformRun.OfAsync([lines], Products, "--threads", "1");
        using TransformRun other = await TransformRun.OfAsync([lines], Products, "--threads", "2");

        again.Output.MustHoldTheBytesOf(first.Output);
        other.Output.MustHoldTheBytesOf(first.Output);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Transform_does_not_care_for_the_order_of_lines(int seed)
    {
        Line[] lines = RandomLines(), shuffled = [.. lines];
        new Random(seed).Shuffle(shuffled);
        Assert.That(shuffled, Is.Not.EqualTo(lines));
        using TransformRun one = await TransformRun.OfAsync([lines], Products);
        using TransformRun other = await TransformRun.OfAsync([shuffled], Products);

        // The manifest names its input, which differs.
        other.Output.MustHoldTheBytesOf(one.Output, except: "_manifest.json");
        Assert.That(other.Counters(), Is.EqualTo(one.Counters()));
    }

    [Test]
    public async Task Transform_does_not_care_how_its_input_is_cut_into_parts()
    {
        Line[] lines = RandomLines();
        using TransformRun one = await TransformRun.OfAsync([lines], Products);
        using TransformRun other = await TransformRun.OfAsync([lines[..1], lines[1..1], lines[1..150], lines[150..]], Products);

        other.Output.MustHoldTheBytesOf(one.Output, except: "_manifest.json");
        Assert.That(other.Counters(), Is.EqualTo(one.Counters()));
    }

    [Test]
    public async Task Transform_gives_the_rows_of_a_naive_version()
    {
        Line[] lines = RandomLines();
        var weights = new Dictionary<string, double> { ["view"] = 1, ["cart"] = 3, ["purchase"] = 4 };
        Line[] weighted = [.. lines.Where(line => weights.ContainsKey(line.Event))];
        string[] users = [.. weighted.Select(line => line.User).Distinct().Order(StringComparer.Ordinal)];
        string[] items = [.. weighted.Select(line => line.Item).Distinct().Order(StringComparer.Ordinal)];
        string[] expected =
        [
            .. weighted.GroupBy(line => (User: Array.IndexOf(users, line.User), Item: Array.IndexOf(items, line.Item), line.Time))
                .OrderBy(row => row.Key.User).ThenBy(row => row.Key.Item).ThenBy(row => row.Key.Time, StringComparer.Ordinal)
                .Select(row => (row.Key, Events: row.Select(line => line.Event).Distinct().ToArray()))
                .Select(row => $"{row.Key.User}|{row.Key.Item}|{row.Key.Time}|{row.Events.Sum(e => weights[e])}|{(row.Events.Contains("purchase") ? "true" : "false")}"),
        ];

        using TransformRun transform = await TransformRun.OfAsync([lines], Products);

        Assert.That(await transform.InteractionsAsync(), Is.EqualTo(expected).And.Length.GreaterThan(100));
        Assert.That(await transform.UsersAsync(Users.UserId), Is.EqualTo(users));
        Assert.That(await transform.ItemsAsync(Items.ItemId), Is.EqualTo(items));
    }

    /// <summary>Few users, items and moments, so that many lines meet.</summary>
    private static Line[] RandomLines()
    {
        var random = new Random(20_261_120);
        string[] events = ["view", "view", "view", "cart", "purchase", "return", "search"];
        return
        [
            .. Enumerable.Range(0, 400).Select(_ => new Line(
                $"u{random.Next(12)}", $"i{random.Next(9)}", events[random.Next(events.Length)],
                $"2024-05-{random.Next(1, 4):D2}T{random.Next(2):D2}:00:00Z", random.Next(4) == 0 ? null : Math.Round(random.NextDouble() * 100, 2))),
        ];
    }
}
