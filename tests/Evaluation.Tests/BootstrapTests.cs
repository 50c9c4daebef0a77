namespace Pipeline.Evaluation.Tests;

public class BootstrapTests
{
    [Test]
    public void The_number_of_threads_leaves_no_trace([Values(2, 5)] int threads)
    {
        EvaluationData data = Case.Random(3);
        EvaluationOptions Options(int threads) => new()
        {
            Ks = [3, 10],
            Resamples = 200,
            Threads = threads,
            UserGroups = [Grouping.ByActivity(data.Training!)],
            ItemGroups = [Grouping.ByPopularity(data.Training!)],
        };
        Assert.That(Evaluator.Evaluate(data, Options(threads)).Figures, Is.EqualTo(Evaluator.Evaluate(data, Options(1)).Figures));
    }

    [Test]
    public void Another_seed_gives_another_interval_and_the_same_figure()
    {
        EvaluationData data = Case.Random(3);
        Figure one = Evaluator.Evaluate(data, new EvaluationOptions { Seed = 1 })[MetricNames.Recall, 10];
        Figure other = Evaluator.Evaluate(data, new EvaluationOptions { Seed = 2 })[MetricNames.Recall, 10];
        Assert.Multiple(() =>
        {
            Assert.That(other.Value, Is.EqualTo(one.Value));
            Assert.That(other.Low, Is.Not.EqualTo(one.Low));
        });
    }

    [Test]
    public void Every_interval_holds_its_figure([Range(1, 5)] int seed)
    {
        foreach (Figure figure in Evaluator.Evaluate(Case.Random(seed)).Figures.Where(f => f.Low is not null))
            Assert.That(figure.Value, Is.InRange(figure.Low!.Value - 1e-12, figure.High!.Value + 1e-12), figure.Metric);
    }

    [Test]
    public void Interval_of_a_share_is_that_of_the_binomial()
    {
        // 400 users, 100 of them with a hit: 0.25 with a standard error of sqrt(0.25 x 0.75 / 400) = 0.02165.
        (int, int, double)[] truth = [.. Enumerable.Range(0, 400).Select(user => (user, user % 4 == 0 ? 0 : 1, 1.0))];
        (int, int[])[] lists = [.. Enumerable.Range(0, 400).Select(user => (user, new[] { 0 }))];
        Figure hit = Evaluator.Evaluate(new EvaluationData(Case.Pairs(400, 2, truth), Case.Lists(lists)), new EvaluationOptions { Resamples = 4000 })[MetricNames.HitRate, 10];
        Assert.Multiple(() =>
        {
            Assert.That(hit.Value, Is.EqualTo(0.25));
            Assert.That(hit.Low, Is.EqualTo(0.25 - 1.96 * 0.02165).Within(0.004));
            Assert.That(hit.High, Is.EqualTo(0.25 + 1.96 * 0.02165).Within(0.004));
        });
    }

    [Test]
    public void A_resample_draws_as_many_users_as_there_are()
    {
        int[] weights = new int[1000];
        Bootstrap.Draw(weights, seed: 7, resample: 3);
        Assert.Multiple(() =>
        {
            Assert.That(weights.Sum(), Is.EqualTo(1000));
            // 1 / e of the users are not drawn, give or take 3 standard errors.
            Assert.That(weights.Count(w => w == 0), Is.EqualTo(368).Within(30));
        });
    }

    [Test]
    public void One_user_has_no_interval()
    {
        var data = new EvaluationData(Case.Pairs(1, 3, (0, 1, 1)), Case.Lists((0, [1])));
        Assert.That(Evaluator.Evaluate(data).Figures.Select(f => f.Low), Is.All.Null);
    }
}
