namespace Pipeline.Transform.Tests;

public class BadInputTests
{
    private static readonly Line[] OneView = [new("u", "a", "view", "2024-05-01T00:00:00Z")];

    [TestCase("1 event without weight", "--event-weights", "view=0,purchase=0")]
    [TestCase("1 event without weight", "--event-weights", "wish=1")]
    [TestCase("1 excluded user", "--exclude-users", "^u$")]
    [TestCase("1 user with few items", "--min-user-items", "2")]
    [TestCase("1 item with few users", "--min-item-users", "2")]
    [TestCase("1 held out", "--holdout-after", "2024-04-30")]
    public async Task Transform_names_the_filter_that_leaves_nothing(string reason, string option, string value)
    {
        using TransformRun transform = await TransformRun.TryAsync([OneView], [], option, value);

        transform.MustBeRefused(3, $"None of the 1 interactions is left: {reason}.", $"Check {option}.");
    }

    [Test]
    public async Task Transform_names_all_filters_that_together_leave_nothing()
    {
        using TransformRun transform = await TransformRun.TryAsync(
            [[new("bot", "a", "view", "2024-05-01T00:00:00Z"), new("bot", "b", "view", "2024-05-01T00:00:00Z"), .. OneView, new("u", "b", "return", "2024-05-01T00:00:00Z")]], [],
            "--max-daily-interactions", "1", "--exclude-users", "u");

        transform.MustBeRefused(3, "None of the 4 interactions is left: 2 excluded user, 2 robot.", "Check --exclude-users and --max-daily-interactions.");
    }

    [Test]
    public async Task Transform_refuses_a_run_without_interactions()
    {
        using TransformRun transform = await TransformRun.TryAsync([[], []], []);

        transform.MustBeRefused(3, "The run holds no interactions.");
    }

    [Test]
    public async Task Transform_refuses_purchases_that_all_came_back()
    {
        using TransformRun transform = await TransformRun.TryAsync(
            [[new("u", "a", "purchase", "2024-05-01T00:00:00Z"), new("u", "a", "return", "2024-05-01T00:00:00Z")]], []);

        transform.MustBeRefused(3, "None of the 2 interactions is left: 1 return, 1 returned purchase.");
    }

    [Test]
    public async Task Transform_refuses_to_hold_out_what_is_not_there()
    {
        using TransformRun transform = await TransformRun.TryAsync([OneView], [], "--holdout-after", "2024-05-01");

        transform.MustBeRefused(3, "No interaction is later than 2024-05-01T00:00:00", "--holdout-after");
    }

    [TestCase("14")]
    [TestCase("d")]
    [TestCase("-1d")]
    [TestCase("0d")]
    [TestCase("1.5d")]
    [TestCase("2w")]
    [TestCase("99999999999d")]
    public async Task Transform_refuses_a_span_that_is_none(string span)
    {
        using TransformRun transform = await TransformRun.TryAsync([OneView], [], "--holdout-last", span);

        transform.MustBeRefused(2, $"--holdout-last '{span}' must be a span such as 14d or 36h");
    }

    [Test]
    public async Task Transform_lists_every_option_that_is_wrong()
    {
        using TransformRun transform = await TransformRun.TryAsync(
            [OneView], [], "--holdout-last", "1d", "--holdout-after", "2024-05-01", "--duplicates", "sum", "--weight-factor", "price",
            "--exclude-users", "(", "--max-daily-interactions", "-1", "--min-user-items", "0", "--min-item-users", "x");

        transform.MustBeRefused(
            2, "--holdout-after and --holdout-last are both given", "--duplicates 'sum'", "--weight-factor 'price'", "--exclude-users '('",
            "--max-daily-interactions '-1'", "--min-user-items '0'", "--min-item-users 'x'");
    }

    [Test]
    public async Task Transform_lists_every_weight_that_is_none()
    {
        using TransformRun transform = await TransformRun.TryAsync(
            [OneView], [], "--event-weights", "view=much,cart=-1,purchase=NaN,wish=1e999,like=1,Return=1", "--threads", "0");

        transform.MustBeRefused(
            2, "'view' the weight 'much'", "'cart' the weight '-1'", "'purchase' the weight 'NaN'", "'wish' the weight '1e999'",
            "'Return'", "lower case", "--threads '0'");
        Assert.That(transform.Result.Error, Does.Not.Contain("'like'"));
    }

    [TestCase("1.1e100", "1E+100")]
    [TestCase("1.1e97", "1E+97", "--weight-factor", "revenue")]
    public async Task Transform_refuses_weights_that_training_would_not_take(string weight, string largest, params string[] options)
    {
        using TransformRun transform = await TransformRun.TryAsync([OneView], [], ["--event-weights", $"view={weight}", .. options]);

        transform.MustBeRefused(2, $"--event-weights gives 'view' the weight '{weight}': it must be a number from 0 to {largest}.");
    }

    [Test]
    public async Task Transform_lists_every_weight_that_is_not_a_pair()
    {
        using TransformRun transform = await TransformRun.TryAsync([OneView], [], "--event-weights", "view,=2,cart=,purchase=4,purchase=5");

        transform.MustBeRefused(2, "--event-weights", "'view'", "'=2'", "'cart='", "KEY=VALUE", "the key 'purchase' twice");
    }

    [TestCase(256)]
    [TestCase(257)]
    public async Task Transform_takes_no_more_than_256_different_events(int events)
    {
        Line[] lines = [.. Enumerable.Range(0, events).Select(n => new Line("u", "a", $"event {n}", "2024-05-01T00:00:00Z"))];
        using TransformRun transform = await TransformRun.TryAsync([lines], [], "--event-weights", "event 255=1,event 0=1");

        if (events == 256)
            Assert.That(await transform.InteractionsAsync(), Has.Length.EqualTo(2));
        else
            transform.MustBeRefused(3, "more than 256 different events", "column mapped as event");
    }

    [Test]
    public void Transform_refuses_a_run_that_was_not_loaded()
    {
        using TransformRun transform = TransformRun.TryWithoutInput();

        transform.MustBeRefused(2, "01-loaded", "holds no finished output", "un load first");
    }
}
