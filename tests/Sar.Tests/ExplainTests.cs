namespace Pipeline.Sar.Tests;

public class ExplainTests
{
    private static readonly SarModel Model = SarModel.Fit(Cases.Small(), Cases.NoDecay);

    // User 1 has affinities 1, 1, 3; items 0, 1, 2 are 2/3, 1, 2/3 like item 1.
    [Test]
    public void Explain_lists_the_history_by_contribution() => Assert.That(
        Model.Explain(1, 1).Select(c => $"{c.Item} {Math.Round(c.Value, 4)}"), Is.EqualTo(new[] { "2 2", "1 1", "0 0.6667" }));

    [Test]
    public void Explain_breaks_ties_by_item_index() => Assert.That(
        Model.Explain(0, 2), Is.EqualTo(new[] { new Contribution(0, 2 * (1 / 3.0)), new Contribution(1, 2 / 3.0) }));

    [Test]
    public void Explain_gives_0_for_history_without_overlap() => Assert.Multiple(() =>
    {
        Assert.That(Model.Explain(3, 0), Is.EqualTo(new[] { new Contribution(3, 0) }));
        Assert.That(Model.Explain(4, 0), Is.Empty);
    });

    [TestCase(1, 1, 2)]
    [TestCase(0, 2, 0)]
    [TestCase(2, 0, 1)]
    [TestCase(3, 0, -1)]
    [TestCase(4, 0, -1)]
    public void Because_is_the_largest_contributor(int user, int item, int expected) =>
        Assert.That(Model.Because(user, item), Is.EqualTo(expected));

    [Test]
    public void Because_of_lists_is_parallel_to_their_items()
    {
        RecommendationLists lists = Model.RecommendAll(new RecommendOptions { ZeroScores = true });
        Assert.That(lists.Items, Is.EqualTo(new[] { 2, 3, 3, 0, 3, 0, 1, 2, 0, 1, 2, 3 }));
        Assert.That(Model.Because(lists, threads: 2), Is.EqualTo(new[] { 0, -1, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1 }));
    }

    [Test]
    public void Because_can_be_a_negative_contribution_but_not_a_zero_weight()
    {
        // Mutual information of 0 and 1: log2(3 / 4) < 0. User 0 also has item 2 at weight 0, which meets item 1 at user 1.
        Interactions data = Cases.Of(
            3, 3,
            new Event(0, 0, 2), new Event(0, 2, 0), new Event(1, 0), new Event(1, 1), new Event(1, 2), new Event(2, 1));
        SarModel model = SarModel.Fit(data, Cases.NoDecay with { Similarity = SimilarityKind.Mutual });
        Assert.That(model.Because(0, 1), Is.Zero);
    }

    [Test]
    public void Unknown_user_or_item_is_refused()
    {
        Assert.That(() => Model.Explain(5, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Model.Explain(0, 4), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Model.Because(-1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Model.Because(0, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
