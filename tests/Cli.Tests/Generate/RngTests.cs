using Pipeline.Cli.Generate;

namespace Pipeline.Cli.Tests.Generate;

[TestFixture]
internal sealed class RngTests
{
    [Test]
    public void Streams_and_indices_are_independent_sequences()
    {
        ulong[] first =
        [
            new Rng(1, RngStream.User).Next(), new Rng(1, RngStream.User, 1).Next(), new Rng(1, RngStream.User, -1).Next(),
            new Rng(2, RngStream.User).Next(), new Rng(1, RngStream.Customer).Next(), new Rng(-1, RngStream.User).Next(),
        ];
        Assert.That(first, Is.Unique);
    }

    [Test]
    public void Below_stays_below_and_reaches_every_value()
    {
        var rng = new Rng(1, RngStream.Catalogue);
        var seen = new int[7];
        for (int i = 0; i < 70_000; i++)
            seen[rng.Below(7)]++;
        Assert.That(seen, Is.All.InRange(9_600, 10_400));
    }

    [Test]
    public void Weighted_follows_the_weights()
    {
        var rng = new Rng(1, RngStream.Catalogue);
        var seen = new int[3];
        for (int i = 0; i < 40_000; i++)
            seen[rng.Weighted([1, 0, 3], 4)]++;
        Assert.That(seen[1], Is.Zero);
        Assert.That(seen[0], Is.InRange(9_600, 10_400));
    }

    [Test]
    public void Normal_has_mean_0_and_deviation_1()
    {
        var rng = new Rng(1, RngStream.Catalogue);
        double sum = 0, squares = 0;
        for (int i = 0; i < 50_000; i++)
        {
            double x = rng.NextNormal();
            sum += x;
            squares += x * x;
        }

        Assert.That(sum / 50_000, Is.Zero.Within(0.02));
        Assert.That(squares / 50_000, Is.EqualTo(1).Within(0.03));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(-1)]
    [TestCase(4.5)]
    [TestCase(-7.9)]
    [TestCase(0.34657359)]
    [TestCase(300.25)]
    public void Exp_agrees_with_the_library(double x) =>
        Assert.That(PortableMath.Exp(x) / Math.Exp(x), Is.EqualTo(1).Within(1e-13));
}
