namespace Pipeline.Evaluation.Tests;

/// <summary>What has nothing to be divided by is not defined, and said as null: there is never a NaN.</summary>
public class UndefinedTests
{
    [Test]
    public void Nothing_at_all_gives_no_figure()
    {
        var data = new EvaluationData(Case.Pairs(3, 3), Case.Lists(), Case.Pairs(3, 3));
        Assert.That(Evaluator.Evaluate(data).Figures.Select(f => f.Value), Is.All.Null);
    }

    [Test]
    public void Without_training_what_needs_it_is_not_defined()
    {
        var data = new EvaluationData(Case.Pairs(2, 3, (0, 1, 1)), Case.Lists((0, [1, 2]), (1, [2, 1])));
        string[] missing =
        [
            MetricNames.Revenue, MetricNames.Novelty, MetricNames.Diversity, MetricNames.Serendipity, MetricNames.AveragePrice,
            MetricNames.CatalogCoverage, MetricNames.Gini,
        ];
        Assert.That(Evaluator.Evaluate(data).Figures.Where(f => f.Value is null).Select(f => f.Metric), Is.EqualTo(missing));
    }

    [TestCase(MetricNames.Diversity, Description = "lists of one item have no pairs")]
    [TestCase(MetricNames.Serendipity, Description = "the only user with a list has no history")]
    [TestCase(MetricNames.Personalisation, Description = "one list is compared with no other")]
    [TestCase(MetricNames.NdcgRaw, Description = "all ratings are 0")]
    [TestCase(MetricNames.NdcgExp, Description = "all ratings are 0")]
    [TestCase(MetricNames.RPrecision, Description = "nobody has a hit")]
    public void One_list_of_one_item_leaves_these_undefined(string metric)
    {
        var data = new EvaluationData(Case.Pairs(2, 3, (0, 1, 0)), Case.Lists((0, [2])), Case.Pairs(2, 3, (1, 0, 1)));
        Assert.That(Case.Value(data, metric, 5), Is.Null);
    }

    [Test]
    public void Ratings_too_large_for_an_exponent_leave_only_that_figure_undefined()
    {
        var data = new EvaluationData(Case.Pairs(1, 2, (0, 1, 5000)), Case.Lists((0, [1])));
        Assert.Multiple(() =>
        {
            Assert.That(Case.Value(data, MetricNames.NdcgExp, 1), Is.Null);
            Assert.That(Case.Value(data, MetricNames.NdcgRaw, 1), Is.EqualTo(1));
        });
    }

    [Test]
    public void No_figure_and_no_interval_is_ever_NaN([Range(1, 20)] int seed)
    {
        EvaluationData data = Case.Random(seed, users: 1 + seed, items: 25);
        var options = new EvaluationOptions
        {
            Ks = [1, 5],
            Resamples = 50,
            UserGroups = [Grouping.ByActivity(data.Training!)],
            ItemGroups = [Grouping.ByPopularity(data.Training!)],
        };
        foreach (Figure figure in Evaluator.Evaluate(data, options).Figures)
            foreach (double? value in new[] { figure.Value, figure.Low, figure.High })
                Assert.That(value is null || double.IsFinite(value.Value), figure.ToString());
    }

    [Test]
    public void A_list_that_holds_an_item_twice_is_refused() => Assert.That(
        () => new EvaluationData(Case.Pairs(1, 3, (0, 1, 1)), Case.Lists((0, [1, 2, 1]))), Throws.ArgumentException.With.Message.Contains("item 1 twice"));

    [Test]
    public void A_user_with_two_lists_is_refused() => Assert.That(
        () => new EvaluationData(Case.Pairs(1, 3, (0, 1, 1)), Case.Lists((0, [1]), (0, [2]))), Throws.ArgumentException.With.Message.Contains("two lists"));

    [Test]
    public void A_rating_below_0_is_refused() => Assert.That(
        () => new EvaluationData(Case.Pairs(1, 3, (0, 1, -1)), Case.Lists((0, [1]))), Throws.ArgumentException.With.Message.Contains("0 or more"));

    [Test]
    public void Training_of_another_shape_is_refused() => Assert.That(
        () => new EvaluationData(Case.Pairs(1, 3, (0, 1, 1)), Case.Lists(), Case.Pairs(2, 3)), Throws.ArgumentException);
}
