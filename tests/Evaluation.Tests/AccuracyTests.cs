namespace Pipeline.Evaluation.Tests;

/// <summary>The figures about hits, by hand.</summary>
public class AccuracyTests
{
    /// <summary>User 0: three held out, ranks 1 and 3 of a list of four hit. User 1: no hit. User 2 has no list, user 3 nothing held out.</summary>
    private static EvaluationData Hand() => new(
        Case.Pairs(4, 9, (0, 1, 5), (0, 2, 1), (0, 8, 2), (1, 3, 4), (2, 4, 1)),
        Case.Lists((0, [1, 5, 2, 6]), (1, [0, 1]), (3, [7])));

    [TestCase(MetricNames.Precision, 2 / 5.0 / 2, Description = "by k, whatever the length of the list")]
    [TestCase(MetricNames.PrecisionListed, 2 / 4.0 / 2, Description = "by the length of the list")]
    [TestCase(MetricNames.Recall, 2 / 3.0 / 2)]
    [TestCase(MetricNames.RecallCapped, 2 / 3.0 / 2)]
    [TestCase(MetricNames.Map, (1 + 2 / 3.0) / 3 / 2)]
    [TestCase(MetricNames.MapAtK, (1 + 2 / 3.0) / 3 / 2)]
    [TestCase(MetricNames.Mrr, 1 / 2.0)]
    [TestCase(MetricNames.HitRate, 1 / 2.0)]
    [TestCase(MetricNames.RPrecision, 2 / 3.0, Description = "only users with a hit up to rank n")]
    [TestCase(MetricNames.RPrecisionAllUsers, 2 / 3.0 / 2)]
    [TestCase(MetricNames.UserCoverage, 2 / 3.0)]
    public void Figure_at_5_is_the_one_by_hand(string metric, double expected) =>
        Assert.That(Case.Value(Hand(), metric, 5), Is.EqualTo(expected).Within(1e-15));

    [TestCase(MetricNames.Recall, 1 / 3.0 / 2)]
    [TestCase(MetricNames.RecallCapped, 1 / 1.0 / 2)]
    [TestCase(MetricNames.Map, 1 / 3.0 / 2)]
    [TestCase(MetricNames.MapAtK, 1 / 1.0 / 2)]
    public void The_two_denominators_differ_where_more_is_held_out_than_listed(string metric, double expected) =>
        Assert.That(Case.Value(Hand(), metric, 1), Is.EqualTo(expected).Within(1e-15));

    [Test]
    public void Ndcg_counts_users_without_a_list_and_its_ideal_is_from_the_truth()
    {
        double d1 = 1, d2 = 1 / Math.Log2(3), d3 = 1 / Math.Log2(4);
        Assert.Multiple(() =>
        {
            Assert.That(Case.Value(Hand(), MetricNames.Ndcg, 5), Is.EqualTo((d1 + d3) / (d1 + d2 + d3) / 3).Within(1e-15));
            Assert.That(Case.Value(Hand(), MetricNames.NdcgCommonUsers, 5), Is.EqualTo((d1 + d3) / (d1 + d2 + d3) / 2).Within(1e-15));
            Assert.That(Case.Value(Hand(), MetricNames.NdcgRaw, 5), Is.EqualTo((5 * d1 + 1 * d3) / (5 * d1 + 2 * d2 + 1 * d3) / 3).Within(1e-15));
            Assert.That(Case.Value(Hand(), MetricNames.NdcgExp, 5), Is.EqualTo((31 * d1 + 1 * d3) / (31 * d1 + 3 * d2 + 1 * d3) / 3).Within(1e-15));
        });
    }

    [Test]
    public void Truth_users_count_without_a_list_where_that_is_asked_for() =>
        Assert.That(Case.Value(Hand(), MetricNames.Recall, 5, Population.TruthUsers), Is.EqualTo(2 / 3.0 / 3).Within(1e-15));

    [Test]
    public void Revenue_is_that_of_the_hits_for_each_user()
    {
        EvaluationData hand = Hand();
        // Cells by user and item: (0,1), (0,2), (0,8), (1,3), (2,4).
        var data = new EvaluationData(hand.Truth, hand.Lists) { Revenue = new double[] { 10, 0.5, 99, 99, 99 }, Prices = new double?[] { null, 10, 4, 1, 1, 2, null, 7, 1 } };
        Assert.Multiple(() =>
        {
            Assert.That(Case.Value(data, MetricNames.Revenue, 5), Is.EqualTo(10.5 / 2));
            Assert.That(Case.Value(data, MetricNames.Revenue, 1), Is.EqualTo(10.0 / 2));
            // 10, 2, 4 of user 0 (the fourth has no price), 10 of user 1 (the first has none), 7 of user 3.
            Assert.That(Case.Value(data, MetricNames.AveragePrice, 5), Is.EqualTo((10 + 2 + 4 + 10 + 7) / 5.0));
        });
    }

    [Test]
    public void Groups_of_users_have_the_figures_of_these_users_alone()
    {
        var options = new EvaluationOptions { Ks = [5], Resamples = 0, UserGroups = [Grouping.ByName("segment", ["a", "b", null, "b"])] };
        Dictionary<string, Figure> recall = Evaluator.Evaluate(Hand(), options).Figures
            .Where(f => f.Metric == MetricNames.Recall).ToDictionary(f => f.Group);
        Assert.Multiple(() =>
        {
            Assert.That(recall.Keys, Is.EqualTo(new[] { "all", "segment=a", "segment=b" }));
            Assert.That(recall["segment=a"].Value, Is.EqualTo(2 / 3.0).Within(1e-15));
            Assert.That(recall["segment=b"].Value, Is.Zero);
            Assert.That(recall["segment=b"].Users, Is.EqualTo(2));
        });
    }

    [Test]
    public void Groups_of_items_share_the_lists_and_the_held_out_pairs_out()
    {
        // Items 0 to 4 in one group, 5 to 8 in the other.
        var halves = new Grouping("half", ["low", "high"], [0, 0, 0, 0, 0, 1, 1, 1, 1]);
        IReadOnlyList<Figure> figures = Evaluator.Evaluate(Hand(), new EvaluationOptions { Ks = [5], Resamples = 0, ItemGroups = [halves] }).Figures;
        double? Of(string metric, string group) => figures.Single(f => f.Metric == metric && f.Group == group).Value;
        Assert.Multiple(() =>
        {
            Assert.That(Of(MetricNames.ListShare, "half=low"), Is.EqualTo(4 / 7.0).Within(1e-15));
            Assert.That(Of(MetricNames.ListShare, "half=high"), Is.EqualTo(3 / 7.0).Within(1e-15));
            Assert.That(Of(MetricNames.PooledRecall, "half=low"), Is.EqualTo(2 / 4.0));
            Assert.That(Of(MetricNames.PooledRecall, "half=high"), Is.Zero);
        });
    }
}
