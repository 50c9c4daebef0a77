using Pipeline.Contracts;

namespace Pipeline.Transform.Tests;

public class TransformStageTests
{
    private static readonly Product[] Products = [new("i3", "Hat"), new("i99", "Scarf"), new("i5", "Glove")];

    [Test]
    public async Task Transform_writes_the_same_bytes_again_with_any_number_of_threads()
    {
        Line[] lines = RandomLines.Of(0);
        using TransformRun first = await TransformRun.OfAsync([lines], Products, "--threads", "1");
        using TransformRun again = await TransformRun.OfAsync([lines], Products, "--threads", "1");
        using TransformRun other = await TransformRun.OfAsync([lines], Products, "--threads", "2");

        again.Output.MustHoldTheBytesOf(first.Output);
        other.Output.MustHoldTheBytesOf(first.Output);
    }

    [TestCaseSource(nameof(Options))]
    public async Task Transform_does_not_care_for_the_order_of_lines(int seed, string options)
    {
        Line[] lines = RandomLines.Of(seed), shuffled = [.. lines];
        new Random(seed).Shuffle(shuffled);
        Assert.That(shuffled, Is.Not.EqualTo(lines));
        using TransformRun one = await TransformRun.OfAsync([lines], Products, options.Split(' '));
        using TransformRun other = await TransformRun.OfAsync([shuffled[..1], shuffled[1..1], shuffled[1..150], shuffled[150..]], Products, [.. options.Split(' '), "--threads", "1"]);

        // The manifest names its input, which differs.
        other.Output.MustHoldTheBytesOf(one.Output, except: "_manifest.json");
        Assert.That(other.Counters(), Is.EqualTo(one.Counters()));
    }

    [TestCaseSource(nameof(Options))]
    public async Task Transform_writes_the_same_bytes_with_any_memory(int seed, string options)
    {
        Line[] lines = RandomLines.Of(seed), shuffled = [.. lines];
        new Random(seed).Shuffle(shuffled);
        string least = await TransformRun.LeastMemoryAsync([lines], Products, options.Split(' '));
        using TransformRun free = await TransformRun.OfAsync([lines], Products, options.Split(' '));
        using TransformRun roomy = await TransformRun.OfAsync([lines], Products, [.. options.Split(' '), "--memory", "4GB"]);
        using TransformRun tight = await TransformRun.OfAsync([lines], Products, [.. options.Split(' '), "--memory", least]);
        using TransformRun other = await TransformRun.OfAsync([shuffled[..200], shuffled[200..]], Products, [.. options.Split(' '), "--memory", least, "--threads", "1"]);

        Assert.That(roomy.Ranges(), Is.EqualTo(1));
        Assert.That(tight.Ranges(), Is.GreaterThan(2));
        roomy.Output.MustHoldTheBytesOf(free.Output);
        tight.Output.MustHoldTheBytesOf(free.Output);
        other.Output.MustHoldTheBytesOf(free.Output, except: "_manifest.json");
        Assert.That(other.Counters(), Is.EqualTo(free.Counters()));
    }

    [TestCaseSource(nameof(Options))]
    public async Task Transform_gives_the_rows_and_counts_of_a_naive_version(int seed, string options)
    {
        Line[] lines = RandomLines.Of(seed);
        var naive = new NaiveTransform(lines, options.Split(' '));

        using TransformRun transform = await TransformRun.OfAsync([lines], Products, options.Split(' '));

        Assert.That(await transform.InteractionsAsync(), Is.EqualTo(naive.Interactions).And.Length.GreaterThan(30));
        if (naive.HeldOut is not null)
            Assert.That(await transform.HeldOutAsync(), Is.EqualTo(naive.HeldOut).And.Length.GreaterThan(10));
        Assert.That(await transform.UsersAsync(Users.UserId, Users.InteractionCount, Users.ItemCount, Users.Revenue), Is.EqualTo(naive.Users));
        Assert.That(await transform.ItemsAsync(Items.ItemId, Items.UserCount, Items.InteractionCount, Items.Purchases, Items.Revenue), Is.EqualTo(naive.Items));
        Assert.That(transform.Counters().Where(c => c.StartsWith("rows_", StringComparison.Ordinal) || c.StartsWith("dropped_", StringComparison.Ordinal)), Is.EquivalentTo(naive.Counters));
    }

    [TestCaseSource(nameof(Options))]
    public async Task Transform_accounts_for_every_line_user_and_item(int seed, string options)
    {
        Line[] lines = RandomLines.Of(seed);
        using TransformRun transform = await TransformRun.OfAsync([lines], Products, options.Split(' '));

        IReadOnlyDictionary<string, long> counters = transform.Output.Manifest().Counters;
        Assert.That(counters, Does.ContainKey($"dropped_{ReasonOf[options]}"));
        Assert.That(counters["rows_in"], Is.EqualTo(lines.Length));
        Assert.That(counters["rows_kept"] + Sum("dropped_"), Is.EqualTo(lines.Length));
        Assert.That(counters["users"] + Sum("lost_users_"), Is.EqualTo(lines.Select(line => line.User).Distinct().Count()));
        Assert.That(counters["items"] + Sum("lost_items_"), Is.EqualTo(lines.Select(line => line.Item).Distinct().Count()));

        long Sum(string prefix) => counters.Where(c => c.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(c => c.Value);
    }

    /// <summary>Options, and a reason for which each must drop something.</summary>
    private static readonly Dictionary<string, string> ReasonOf = new()
    {
        ["--duplicates drop"] = "duplicate",
        ["--duplicates keep --weight-factor quantity"] = "summed_line",
        ["--weight-factor revenue --exclude-users ^u[12]$"] = "excluded_user",
        ["--min-user-items 5 --min-item-users 5"] = "user_with_few_items",
        ["--min-user-items 3 --min-item-users 6"] = "item_with_few_users",
        ["--max-daily-interactions 14"] = "robot",
        ["--holdout-after 2024-05-02T00:00:00Z --min-item-users 7"] = "held_out",
        ["--holdout-last 2h --duplicates keep --max-daily-interactions 20 --min-user-items 4"] = "held_out_cold",
        ["--event-weights view=1,return=2"] = "event_without_weight",
        ["--event-weights view=1,cart=2,purchase=0"] = "event_without_weight",
    };

    private static IEnumerable<TestCaseData> Options() =>
        ReasonOf.Keys.Select((options, seed) => new TestCaseData(seed + 1, options).SetArgDisplayNames(options));
}
