using Pipeline.Models;
using Pipeline.Sar;

namespace Pipeline.Evaluation.Tests;

public class RecommenderTests
{
    private static readonly int[] Thirds = [.. Enumerable.Range(0, 80).Select(user => user % 4 == 3 ? -1 : user % 3)];

    private static readonly Dictionary<string, IRecommender> All = new IRecommender[]
    {
        new PopularRecommender(), new PopularRecommender(Thirds), new RandomRecommender(3), new ItemKnnRecommender(KnnWeighting.Cosine, 20),
        new ItemKnnRecommender(KnnWeighting.TfIdf, 20), new SarRecommender("sar", new SarOptions()),
        new SarRecommender("sar-per-segment", new SarOptions()) { SegmentOf = Thirds },
        new SarRecommender("sar-unweighted", new SarOptions { HalfLifeDays = null }) { IgnoresWeights = true },
    }.ToDictionary(r => r.Name);

    [Test]
    public void Lists_are_the_same_whatever_the_threads_and_the_order_of_rows([ValueSource(nameof(Names))] string name)
    {
        Interactions rows = Rows.Random(7);
        string one = Lists(name, rows, threads: 1);
        Assert.Multiple(() =>
        {
            Assert.That(Lists(name, rows, threads: 4), Is.EqualTo(one));
            Assert.That(Lists(name, Rows.Shuffled(rows, 1), threads: 2), Is.EqualTo(one));
            Assert.That(one, Is.Not.Empty);
        });
    }

    [Test]
    public void Lists_hold_nothing_twice_and_nothing_seen([ValueSource(nameof(Names))] string name)
    {
        Interactions rows = Rows.Random(8);
        SparseMatrix seen = PairTable.Of(rows);
        int[] users = [.. Enumerable.Range(0, 80).Reverse()];
        RecommendationLists lists = All[name].Fit(rows, 2, default).Recommend(users, 7, 2, default);
        Assert.That(lists.Users, Is.EqualTo(users));
        for (int list = 0; list < lists.Count; list++)
        {
            int[] items = lists.ItemsOf(list).ToArray();
            Assert.That(items, Has.Length.LessThanOrEqualTo(7).And.Unique);
            Assert.That(items.Any(item => seen.Find(lists.Users[list], item) >= 0), Is.False);
            Assert.That(lists.ScoresOf(list).ToArray(), Is.Ordered.Descending);
        }
    }

    [Test]
    public void Popular_is_by_users_not_by_rows_and_equal_counts_by_index()
    {
        // Item 2: three users. Items 0 and 3: two. Item 1: one user, many rows.
        Interactions rows = Rows.Of(4, 5, (0, 2, 1), (1, 2, 1), (2, 2, 1), (0, 3, 1), (1, 3, 1), (0, 0, 1), (2, 0, 1), (0, 1, 1), (0, 1, 2), (0, 1, 3), (0, 1, 4));
        RecommendationLists lists = new PopularRecommender().Fit(rows, 1, default).Recommend(new[] { 3, 1 }, 9, 1, default);
        Assert.Multiple(() =>
        {
            Assert.That(lists.ItemsOf(0).ToArray(), Is.EqualTo(new[] { 2, 0, 3, 1 }), "item 4 nobody has");
            Assert.That(lists.ItemsOf(1).ToArray(), Is.EqualTo(new[] { 0, 1 }));
        });
    }

    [Test]
    public void Popular_in_segment_is_that_of_the_segment_and_then_that_of_all()
    {
        Interactions rows = Rows.Of(5, 4, (0, 0, 1), (1, 0, 1), (2, 1, 1), (3, 1, 1), (2, 2, 1), (0, 3, 1), (1, 3, 1));
        RecommendationLists lists = new PopularRecommender([0, 0, 1, 1, 1]).Fit(rows, 1, default).Recommend(new[] { 4 }, 4, 1, default);
        Assert.That(lists.ItemsOf(0).ToArray(), Is.EqualTo(new[] { 1, 2, 0, 3 }));
    }

    [Test]
    public void Knn_cosine_is_SAR_with_cosine_and_without_decay_and_weights()
    {
        Interactions rows = Rows.Random(9);
        var knn = new ItemKnnRecommender(KnnWeighting.Cosine, 1000);
        var sar = new SarRecommender("sar", new SarOptions { Similarity = SimilarityKind.Cosine, HalfLifeDays = null }) { IgnoresWeights = true };
        int[] users = [.. Enumerable.Range(0, 80)];
        // Repeats add up in SAR's affinity, so without them.
        SparseMatrix pairs = PairTable.Of(rows);
        Interactions once = Rows.Of(80, 60, [.. users.SelectMany(user => pairs.Row(user).Indices.ToArray().Select(item => (user, item, 1)))]);
        RecommendationLists a = knn.Fit(once, 1, default).Recommend(users, 10, 1, default), b = sar.Fit(once, 1, default).Recommend(users, 10, 1, default);
        for (int list = 0; list < users.Length; list++)
            Assert.That(a.ScoresOf(list).ToArray(), Is.EqualTo(b.ScoresOf(list).ToArray()).Within(1e-9), $"user {list}");
    }

    [Test]
    public void Tf_idf_trusts_a_user_with_few_items_more()
    {
        // Item 0 shares a user with item 1 who has nothing else, and one with item 2 who has everything.
        Interactions rows = Rows.Of(4, 5, (0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 2, 1), (1, 3, 1), (1, 4, 1), (2, 0, 1), (3, 1, 1), (3, 2, 1));
        RecommendationLists lists = new ItemKnnRecommender(KnnWeighting.TfIdf).Fit(rows, 1, default).Recommend(new[] { 2 }, 2, 1, default);
        Assert.That(lists.ItemsOf(0)[0], Is.EqualTo(1));
    }

    [Test]
    public void A_model_for_each_segment_knows_its_own_users_only()
    {
        // Users 0 and 1 hold items 0 and 1 together, users 2 and 3 items 0 and 2: in one model both go with item 0.
        Interactions rows = Rows.Of(5, 3, (0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 1), (2, 0, 1), (2, 2, 1), (3, 0, 1), (3, 2, 1), (4, 0, 1));
        int[] Items(IReadOnlyList<int>? segments) => new SarRecommender("sar", new SarOptions()) { SegmentOf = segments }
            .Fit(rows, 1, default).Recommend(new[] { 4 }, 5, 1, default).ItemsOf(0).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(Items(null), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(Items([0, 0, 1, 1, 1]), Is.EqualTo(new[] { 2 }));
        });
    }

    [Test]
    public void Items_that_are_only_held_out_are_not_known()
    {
        // Mutual information counts the items there are; 40 more that nobody has may not change a score.
        Interactions rows = Rows.Random(5);
        Interactions more = new(80, 100, rows.Users, rows.Items, rows.Weights, rows.Times);
        double[] Scores(Interactions training) => new SarRecommender("sar", new SarOptions { Similarity = SimilarityKind.Mutual })
            .Fit(training, 1, default).Recommend(new[] { 3, 4 }, 10, 1, default).Scores;
        Assert.That(Scores(more), Is.EqualTo(Scores(rows)));
    }

    [Test]
    public void Random_is_another_order_for_every_user_and_seed()
    {
        Interactions rows = Rows.Of(3, 50, [.. Enumerable.Range(0, 50).Select(item => (0, item, 1))]);
        string[] lists = [.. new[] { 1, 2 }.SelectMany(seed => new[] { 1, 2 }.Select(user =>
            string.Join(' ', new RandomRecommender(seed).Fit(rows, 1, default).Recommend(new[] { user }, 10, 1, default).Items)))];
        Assert.That(lists, Is.Unique);
    }

    [Test]
    public void Short_lists_go_on_with_popular_items()
    {
        RecommendationLists filled = ListFill.Complete(Case.Lists((5, [3]), (6, [])), Case.Lists((5, [1, 3, 2]), (6, [2, 0])), 3);
        Assert.Multiple(() =>
        {
            Assert.That(filled.ItemsOf(0).ToArray(), Is.EqualTo(new[] { 3, 1, 2 }));
            Assert.That(filled.ItemsOf(1).ToArray(), Is.EqualTo(new[] { 2, 0 }));
            Assert.That(filled.Users, Is.EqualTo(new[] { 5, 6 }));
        });
    }

    private static IEnumerable<string> Names => All.Keys;

    private static string Lists(string name, Interactions rows, int threads)
    {
        RecommendationLists lists = All[name].Fit(rows, threads, default).Recommend(Enumerable.Range(0, 80).ToArray(), 10, threads, default);
        return string.Join(' ', lists.Items) + string.Join(' ', lists.Scores.Select(s => BitConverter.DoubleToInt64Bits(s)));
    }
}
