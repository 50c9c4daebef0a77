namespace Pipeline.Sar.Tests;

public class InteractionsTests
{
    [Test]
    public void Columns_of_different_length_are_refused() => Assert.That(
        () => new Interactions(1, 1, new int[2], new int[2], new double[1], new long[2]),
        Throws.ArgumentException.With.Message.Contains("2 users, 2 items, 1 weights, 2 times"));

    [TestCase(-1, 0, "user index -1")]
    [TestCase(2, 0, "user index 2")]
    [TestCase(0, -1, "item index -1")]
    [TestCase(0, 3, "item index 3")]
    public void Index_out_of_range_is_refused_with_its_row(int user, int item, string message) => Assert.That(
        () => Cases.Of(2, 3, new Event(1, 2), new Event(user, item)),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Row 1: " + message));

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    [TestCase(1.1e100)]
    public void Weight_out_of_range_is_refused_with_its_row(double weight) => Assert.That(
        () => Cases.Of(1, 1, new Event(0, 0), new Event(0, 0, weight)),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Row 1: the weight"));

    [TestCase(0)]
    [TestCase(-3)]
    [TestCase(1e100)]
    [TestCase(double.Epsilon)]
    public void Weight_in_range_is_kept(double weight) =>
        Assert.That(Cases.Of(1, 1, new Event(0, 0, weight)).Weights.ToArray(), Is.EqualTo(new[] { weight }));

    [Test]
    public void Negative_counts_are_refused()
    {
        Assert.That(() => Cases.Of(-1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Cases.Of(1, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Newest_time_is_the_largest_or_none()
    {
        Assert.That(Cases.Of(1, 1, new Event(0, 0, 1, -5), new Event(0, 0, 1, -7)).NewestTime(), Is.EqualTo(-5));
        Assert.That(Cases.Of(1, 1).NewestTime(), Is.Null);
    }
}
