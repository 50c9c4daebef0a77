using Pipeline.Contracts;

namespace Pipeline.Transform.Tests;

internal sealed class WeightsTests
{
    [TestCase(WeightFactor.None, 20, 100, 4)]
    [TestCase(WeightFactor.Quantity, 20, 100, 4 * (1 + 2.995732274))]
    [TestCase(WeightFactor.Quantity, 1, 100, 4)]
    [TestCase(WeightFactor.Quantity, 0.25, 100, 4)]
    [TestCase(WeightFactor.Quantity, -3, 100, 4)]
    [TestCase(WeightFactor.Quantity, double.PositiveInfinity, 100, 4 * (1 + 709.782712893))]
    [TestCase(WeightFactor.Revenue, 20, 99, 4 * (1 + 4.605170186))]
    [TestCase(WeightFactor.Revenue, 20, 0, 4)]
    [TestCase(WeightFactor.Revenue, 20, -7, 4)]
    public void Weights_grow_with_the_logarithm_and_never_fall_below_the_event(WeightFactor factor, double pieces, double money, double expected) =>
        Assert.That(
            new Weights([1, 4], factor).Of(new Event { Kind = 1, Quantity = pieces, Revenue = money }), Is.EqualTo(expected).Within(1e-12));

    [TestCase("none", "1", "3", "4")]
    [TestCase("quantity", "1", "6.295836867", "4")]
    [TestCase("revenue", "1", "3", "12.317766168")]
    public async Task Transform_multiplies_by_the_factor(string factor, params string[] weights)
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [
                new("u", "a", "view", "2024-05-01T00:00:00Z"),
                new("u", "b", "cart", "2024-05-01T00:00:00Z", Quantity: 3),
                new("u", "c", "purchase", "2024-05-01T00:00:00Z", 7), new("u", "d", "purchase", "2024-05-01T00:00:00Z", 0, 1),
            ],
            "--weight-factor", factor);

        // d was free and still counts as had.
        Assert.That(await transform.InteractionsAsync(WeightedInteractions.Weight), Is.EqualTo([.. weights, "4"]));
    }

    [Test]
    public async Task Transform_weighs_what_is_left_after_returns()
    {
        using TransformRun transform = await TransformRun.OfAsync(
            [new("u", "a", "purchase", "2024-05-01T00:00:00Z", 30, 6), new("u", "a", "return", "2024-05-02T00:00:00Z", -25, -5)],
            "--weight-factor", "quantity");

        Assert.That(await transform.InteractionsAsync(WeightedInteractions.Weight), Is.EqualTo(new[] { "4" }));
    }
}
