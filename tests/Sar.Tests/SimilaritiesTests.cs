namespace Pipeline.Sar.Tests;

public class SimilaritiesTests
{
    // c = 2 users of both, ci = 4, cj = 8, 16 items.
    [TestCase(SimilarityKind.CoOccurrence, 2)]
    [TestCase(SimilarityKind.Cosine, 0.35355339059327379)] // 2 / sqrt(32)
    [TestCase(SimilarityKind.Inclusion, 0.5)]
    [TestCase(SimilarityKind.Jaccard, 0.2)]
    [TestCase(SimilarityKind.Lexicographers, 0)]
    [TestCase(SimilarityKind.Lift, 0.0625)]
    [TestCase(SimilarityKind.Mutual, 0)] // log2(16 * 2 / 32)
    public void Of_follows_the_formula(SimilarityKind kind, double expected) =>
        Assert.That(Similarities.Of(kind, 2, 4, 8, 16), Is.EqualTo(expected).Within(1e-15));

    [TestCase(SimilarityKind.CoOccurrence, 4)]
    [TestCase(SimilarityKind.Cosine, 1)]
    [TestCase(SimilarityKind.Inclusion, 1)]
    [TestCase(SimilarityKind.Jaccard, 1)]
    [TestCase(SimilarityKind.Lexicographers, 8)]
    [TestCase(SimilarityKind.Lift, 0.25)]
    [TestCase(SimilarityKind.Mutual, 2)]
    public void Of_an_item_with_itself(SimilarityKind kind, double expected) =>
        Assert.That(Similarities.Of(kind, 4, 4, 4, 16), Is.EqualTo(expected));

    [Test]
    public void Mutual_is_negative_below_chance() => Assert.Multiple(() =>
    {
        Assert.That(Similarities.Mutual(1, 4, 8, 16), Is.EqualTo(-1));
        Assert.That(Similarities.Lexicographers(1, 4, 8, 16), Is.EqualTo(-1));
    });

    [Test]
    public void Of_counts_beyond_32_bits_when_multiplied()
    {
        Assert.That(Similarities.Lift(2_000_000_000, 2_000_000_000, 2_000_000_000), Is.EqualTo(5e-10));
        Assert.That(Similarities.Jaccard(1, 2_000_000_000, 2_000_000_000), Is.EqualTo(1 / 3_999_999_999.0));
    }

    [Test]
    public void Of_refuses_an_unknown_kind() =>
        Assert.That(() => Similarities.Of((SimilarityKind)7, 1, 1, 1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
