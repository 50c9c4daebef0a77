namespace Pipeline.Transform.Tests;

public class BadInputTests
{
    private static readonly Line[] OneView = [new("u", "a", "view", "2024-05-01T00:00:00Z")];

    [TestCase("view=0,purchase=0")]
    [TestCase("wish=1")]
    public async Task Transform_refuses_interactions_of_which_none_has_a_weight(string weights)
    {
        using TransformRun transform = await TransformRun.TryAsync([OneView], [], "--event-weights", weights);

        transform.MustBeRefused(3, "None of the 1 interactions has an event with a weight", "--event-weights");
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

    [Test]
    public async Task Transform_lists_every_weight_that_is_not_a_pair()
    {
        using TransformRun transform = await TransformRun.TryAsync([OneView], [], "--event-weights", "view,=2,cart=,purchase=4,purchase=5");

        transform.MustBeRefused(2, "--event-weights", "'view'", "'=2'", "'cart='", "KEY=VALUE", "the key 'purchase' twice");
    }

    [Test]
    public void Transform_refuses_a_run_that_was_not_loaded()
    {
        using TransformRun transform = TransformRun.TryWithoutInput();

        transform.MustBeRefused(2, "01-loaded", "holds no finished output", "un load first");
    }
}
