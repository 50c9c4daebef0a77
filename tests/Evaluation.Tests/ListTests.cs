using Pipeline.Sar;

namespace Pipeline.Evaluation.Tests;

/// <summary>The figures about lists: by hand, and against the definitions worked out the long way.</summary>
public class ListTests
{
    [Test]
    public void Coverage_entropy_and_novelty_are_those_by_hand()
    {
        // Training: item 0 three times, item 1 once, item 2 never; 4 pairs.
        var data = new EvaluationData(
            Case.Pairs(4, 3, (0, 2, 1)), Case.Lists((0, [1, 2]), (3, [0, 1])), Case.Pairs(4, 3, (0, 0, 1), (1, 0, 1), (2, 0, 1), (2, 1, 1)));
        Assert.Multiple(() =>
        {
            // Items 0, 1 and 2 of two known ones: what is new counts as well, as in the reference.
            Assert.That(Case.Value(data, MetricNames.CatalogCoverage, 2), Is.EqualTo(3 / 2.0));
            Assert.That(Case.Value(data, MetricNames.DistributionalCoverage, 2), Is.EqualTo(1.5).Within(1e-15));
            Assert.That(Case.Value(data, MetricNames.Novelty, 2), Is.EqualTo((2 + 0 + -Math.Log2(0.75) + 2) / 4).Within(1e-15));
        });
    }

    [Test]
    public void Gini_is_0_where_all_items_have_the_same_and_near_1_where_one_has_all()
    {
        SparseMatrix training = Case.Pairs(4, 4, (0, 0, 1), (1, 1, 1), (2, 2, 1), (3, 3, 1)), truth = Case.Pairs(4, 4, (0, 1, 1));
        var even = new EvaluationData(truth, Case.Lists((0, [0]), (1, [1]), (2, [2]), (3, [3])), training);
        var one = new EvaluationData(truth, Case.Lists((0, [1]), (1, [1]), (2, [1]), (3, [1])), training);
        Assert.Multiple(() =>
        {
            Assert.That(Case.Value(even, MetricNames.Gini, 1), Is.EqualTo(0).Within(1e-15));
            Assert.That(Case.Value(one, MetricNames.Gini, 1), Is.EqualTo(1 - 1 / 4.0).Within(1e-15));
        });
    }

    [Test]
    public void Popularity_groups_are_the_top_hundredth_the_tenth_and_the_rest()
    {
        // Item i has i + 1 users, of a hundred items; item 100 has none.
        (int, int, double)[] pairs = [.. Enumerable.Range(0, 100).SelectMany(item => Enumerable.Range(0, item + 1).Select(user => (user, item, 1.0)))];
        Grouping groups = Grouping.ByPopularity(Case.Pairs(100, 101, pairs));
        Assert.Multiple(() =>
        {
            Assert.That(groups.GroupOf.Index().Where(g => g.Item == 2).Select(g => g.Index), Is.EqualTo(new[] { 99 }));
            Assert.That(groups.GroupOf.Index().Where(g => g.Item == 1).Select(g => g.Index), Is.EqualTo(Enumerable.Range(90, 9)));
            Assert.That(groups.GroupOf[100], Is.Zero);
        });
    }

    [Test]
    public void Activity_and_age_have_their_buckets()
    {
        (int, int, double)[] pairs = [.. new[] { 0, 1, 4, 5, 50 }.Index().SelectMany(u => Enumerable.Range(0, u.Item).Select(item => (u.Index, item, 1.0)))];
        Grouping activity = Grouping.ByActivity(Case.Pairs(5, 60, pairs));
        const long day = 86_400_000_000;
        var rows = new Interactions(1, 4, new int[4], new[] { 0, 0, 1, 2 }, new double[4], new[] { 0, 99 * day, 95 * day, 100 * day });
        Grouping age = Grouping.ByItemAge(rows, 100 * day);
        Assert.Multiple(() =>
        {
            Assert.That(activity.GroupOf.Select(g => activity.Labels[g]), Is.EqualTo(new[] { "0", "1", "2-4", "5-9", "50+" }));
            Assert.That(age.GroupOf.Select(g => age.Labels[g]), Is.EqualTo(new[] { "90-364 days", "0-6 days", "0-6 days", "new" }));
        });
    }

    [Test]
    public void Diversity_serendipity_and_personalisation_are_their_definitions([Values(1, 2, 3)] int seed, [Values(1, 3, 10)] int k)
    {
        EvaluationData data = Case.Random(seed);
        HashSet<int>[] having = [.. Enumerable.Range(0, data.Truth.Columns).Select(item =>
            Enumerable.Range(0, data.Truth.Rows).Where(user => data.Training!.Row(user).Indices.BinarySearch(item) >= 0).ToHashSet())];
        double Cosine(int a, int b) =>
            having[a].Overlaps(having[b]) ? having[a].Intersect(having[b]).Count() / Math.Sqrt((double)having[a].Count * having[b].Count) : 0;
        int[][] lists = [.. Enumerable.Range(0, data.Truth.Rows).Select(user => data.ListOf(user, k).ToArray())];
        int[][] histories = [.. Enumerable.Range(0, data.Truth.Rows).Select(user => data.Training!.Row(user).Indices.ToArray())];

        double? diversity = Mean(lists.Where(l => l.Length > 1).Select(l => 1 - Pairs(l).Average(p => Cosine(p.A, p.B))));
        double? serendipity = Mean(lists.Zip(histories).Where(u => u.First.Length > 0 && u.Second.Length > 0)
            .Select(u => u.First.Average(item => 1 - u.Second.Average(h => Cosine(item, h)))));
        double? personalisation = Mean(Pairs([.. lists.Where(l => l.Length > 0)])
            .Select(p => 1 - p.A.Intersect(p.B).Count() / Math.Sqrt((double)p.A.Length * p.B.Length)));
        Assert.Multiple(() =>
        {
            AssertClose(MetricNames.Diversity, diversity);
            AssertClose(MetricNames.Serendipity, serendipity);
            AssertClose(MetricNames.Personalisation, personalisation);
        });

        void AssertClose(string metric, double? expected)
        {
            double? actual = Case.Value(data, metric, k);
            Assert.That(actual.HasValue, Is.EqualTo(expected.HasValue), metric);
            if (expected is { } value)
                Assert.That(actual, Is.EqualTo(value).Within(1e-12), metric);
        }
    }

    private static double? Mean(IEnumerable<double> values) => values.Any() ? values.Average() : null;

    private static IEnumerable<(T A, T B)> Pairs<T>(T[] all) =>
        all.SelectMany((a, n) => all[(n + 1)..].Select(b => (a, b)));
}
