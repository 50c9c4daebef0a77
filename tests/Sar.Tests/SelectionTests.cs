using FsCheck;
using FsCheck.Fluent;

namespace Pipeline.Sar.Tests;

internal sealed class SelectionTests
{
    [Test]
    public void The_kth_largest_is_the_one_that_sorting_finds()
    {
        // Few different numbers, so that many are equal.
        Gen<float[]> numbers = Gen.NonEmptyListOf(Gen.Choose(-5, 5).Select(n => n / 4f)).Select(list => list.ToArray());
        var selection = new Selection<float>();
        Prop.ForAll(numbers.ToArbitrary(), all => Enumerable.Range(1, all.Length).All(k => selection.At(all, k) == all.OrderDescending().ElementAt(k - 1)))
            .QuickCheckThrowOnFailure();
    }

    [TestCase(1)]
    [TestCase(500)]
    [TestCase(1000)]
    public void Sorted_and_reversed_numbers_are_no_exception(int k)
    {
        double[] rising = [.. Enumerable.Range(0, 1000).Select(n => (double)n)];
        Assert.That(new Selection<double>().At(rising, k), Is.EqualTo(1000.0 - k));
        Array.Reverse(rising);
        Assert.That(new Selection<double>().At(rising, k), Is.EqualTo(1000.0 - k));
    }
}
