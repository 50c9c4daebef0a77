namespace Pipeline.Sar.Tests;

public class DecayTests
{
    [TestCase(0, 1)]
    [TestCase(30, 0.5)]
    [TestCase(60, 0.25)]
    [TestCase(15, 0.70710678118654757)]
    public void Factor_halves_every_half_life(int ageDays, double expected) =>
        Assert.That(Decay.Factor(1000 * Cases.Day, (1000 + ageDays) * Cases.Day, 30), Is.EqualTo(expected).Within(1e-15));

    [Test]
    public void Factor_after_the_reference_time_is_one() => Assert.That(Decay.Factor(2, 1, 30), Is.EqualTo(1));

    [Test]
    public void Factor_without_half_life_is_one() => Assert.That(Decay.Factor(0, 1000 * Cases.Day, null), Is.EqualTo(1));

    [Test]
    public void Factor_of_any_two_times_is_between_0_and_1() => Assert.Multiple(() =>
    {
        Assert.That(Decay.Factor(long.MinValue, long.MaxValue, 30), Is.Zero);
        Assert.That(Decay.Factor(long.MinValue, long.MaxValue, double.MaxValue), Is.EqualTo(1));
        Assert.That(Decay.Factor(long.MinValue, long.MaxValue, double.Epsilon), Is.Zero);
        Assert.That(Decay.Factor(long.MinValue, long.MaxValue, 213_503_982), Is.EqualTo(0.5).Within(1e-8)); // 2^64 microseconds in days
    });
}
