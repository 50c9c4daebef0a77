using Pipeline.Models;

namespace Pipeline.Evaluation.Tests;

public class SignificanceTests
{
    /// <summary>Student's sleep data (1908), the classical paired example: t = 4.0621 with 9 degrees of freedom, p = 0.002833.</summary>
    [Test]
    public void Sleep_data_have_the_published_value()
    {
        double[] first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        PairedTest test = Significance.Compare(ByUser(second), ByUser(first));
        Assert.Multiple(() =>
        {
            Assert.That(test.Users, Is.EqualTo(10));
            Assert.That(test.Difference, Is.EqualTo(1.58).Within(1e-12));
            Assert.That(test.PValue, Is.EqualTo(0.002833).Within(5e-7));
        });
    }

    [Test]
    public void Holm_multiplies_the_smallest_most_and_never_falls() => Assert.That(
        Significance.Holm([0.01, null, 0.04, 0.03, 0.005]), Is.EqualTo(new double?[] { 0.03, null, 0.06, 0.06, 0.02 }).Within(1e-15));

    [Test]
    public void Holm_stays_at_1() => Assert.That(Significance.Holm([0.9, 0.6]), Is.EqualTo(new double?[] { 1, 1 }));

    [Test]
    public void The_same_figures_are_no_difference()
    {
        PairedTest test = Significance.Compare(ByUser(1, 2, 3), ByUser(1, 2, 3));
        Assert.That(test, Is.EqualTo(new PairedTest(3, 0, 1)));
    }

    [Test]
    public void Only_users_of_both_count_and_one_is_too_few() => Assert.That(
        Significance.Compare(new Dictionary<int, double> { [1] = 5, [2] = 1 }, new Dictionary<int, double> { [2] = 3, [3] = 1 }), Is.EqualTo(new PairedTest(1, -2, null)));

    [Test]
    public void Where_nothing_differs_a_false_star_is_as_rare_as_it_says()
    {
        // 500 comparisons of noise with noise: about 25 below 0.05, and after Holm's correction none or one.
        double?[] values =
        [
            .. Enumerable.Range(0, 500).Select(n =>
            {
                var random = new SeededRandom(9, n);
                double[] noise = [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())];
                return Significance.Compare(ByUser(noise[..30]), ByUser(noise[30..])).PValue;
            }),
        ];
        Assert.Multiple(() =>
        {
            Assert.That(values.Count(p => p < 0.05), Is.InRange(10, 42));
            Assert.That(Significance.Holm(values).Count(p => p < 0.05), Is.LessThanOrEqualTo(1));
        });
    }

    [TestCase(0.0005, "***")]
    [TestCase(0.001, "**")]
    [TestCase(0.049, "*")]
    [TestCase(0.05, "")]
    public void Stars_stand_for_levels(double value, string stars) => Assert.That(Significance.Stars(value), Is.EqualTo(stars));

    private static Dictionary<int, double> ByUser(params double[] values) => values.Index().ToDictionary(v => v.Index, v => v.Item);
}
