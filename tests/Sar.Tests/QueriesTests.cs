namespace Pipeline.Sar.Tests;

public class QueriesTests
{
    private static readonly SarModel Model = SarModel.Fit(Cases.Small(), Cases.NoDecay);

    [Test]
    public void Items_of_a_basket_act_like_a_user()
    {
        Ranking basket = Model.RecommendForItems([0, 1], [2, 1]);
        Assert.That(Cases.Lines(basket), Is.EqualTo(new[] { "2 1.333333" }));
        Assert.That(Cases.Text(basket.Scores), Is.EqualTo(Cases.Text(Model.Recommend(0).Scores)));
    }

    [Test]
    public void Seeds_without_weights_count_one_each() =>
        Assert.That(Cases.Lines(Model.RecommendForItems([0])), Is.EqualTo(new[] { "1 0.666667", "2 0.333333" }));

    [Test]
    public void Repeated_seeds_add_up_in_any_order()
    {
        string expected = Cases.Text(Model.RecommendForItems([1, 0], [0.7, 0.1 + 0.2 + 0.4]).Scores);
        Assert.That(Cases.Text(Model.RecommendForItems([0, 1, 0, 0], [0.4, 0.7, 0.1, 0.2]).Scores), Is.EqualTo(expected));
        Assert.That(Cases.Text(Model.RecommendForItems([0, 0, 0, 1], [0.2, 0.1, 0.4, 0.7]).Scores), Is.EqualTo(expected));
    }

    [Test]
    public void Seeds_are_never_recommended_even_with_weight_zero()
    {
        Assert.That(Model.RecommendForItems([1, 0], [0, -1], zeroScores: true).Indices, Is.EqualTo(new[] { 3, 2 }));
        Assert.That(Model.RecommendForItems([1], [0]).Count, Is.Zero);
    }

    [Test]
    public void Seeds_may_be_none()
    {
        Assert.That(Model.RecommendForItems([]).Count, Is.Zero);
        Assert.That(Model.RecommendForItems([], k: 2, zeroScores: true).Indices, Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void Basket_respects_k_and_the_mask()
    {
        Assert.That(Model.RecommendForItems([1], k: 1).Indices, Is.EqualTo(new[] { 0 }));
        Assert.That(Model.RecommendForItems([1], allowed: [false, true, true, true]).Indices, Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void Basket_out_of_range_is_refused()
    {
        Assert.That(() => Model.RecommendForItems([4]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Model.RecommendForItems([0], [double.NaN]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Model.RecommendForItems([0], k: 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Model.RecommendForItems([0, 1], [1]), Throws.ArgumentException);
        Assert.That(() => Model.RecommendForItems([0], allowed: [true]), Throws.ArgumentException);
    }

    [Test]
    public void Many_baskets_take_the_options_of_users()
    {
        Interactions sets = Cases.Of(3, 4, new Event(0, 0, 2, Time: 5), new Event(0, 1, 1), new Event(2, 1));
        RecommendationLists lists = Model.RecommendForItems(sets, new RecommendOptions { K = 1, IncludeSeen = true });
        Assert.That(lists.Starts, Is.EqualTo(new[] { 0, 1, 1, 2 }));
        Assert.That(Cases.Lines(lists.Items, lists.Scores), Is.EqualTo(new[] { "0 2.666667", "1 1" }));
        lists = Model.RecommendForItems(sets, new RecommendOptions { ZeroScores = true, Allowed = new[] { false, false, true, true } });
        Assert.That(Cases.Lines(lists.Items, lists.Scores), Is.EqualTo(new[] { "2 1.333333", "3 0", "2 0", "3 0", "2 0.666667", "3 0" }));
    }

    [Test]
    public void Many_out_of_range_are_refused()
    {
        Assert.That(() => Model.RecommendForItems(Cases.Of(1, 3)), Throws.ArgumentException.With.Message.Contains("of 3 items, the model of 4"));
        Assert.That(() => Model.RecommendForItems(Cases.Of(1, 4), new RecommendOptions { K = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Model.SimilarUsers(new[] { 0, 5 }, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Model.SimilarUsers(new[] { 0 }, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(Model.SimilarUsers(Array.Empty<int>(), 1), Is.Empty);
        Assert.That(Model.RecommendForItems(Cases.Of(0, 4)).Count, Is.Zero);
    }

    [Test]
    public void Many_are_the_same_on_any_number_of_threads_and_tell_how_far_they_are([Values(2, 5)] int threads)
    {
        (Interactions data, SarModel model) = Crowd();
        int[] users = [.. Enumerable.Range(0, data.UserCount)];
        Ranking[] alone = model.SimilarUsers(users, 7, threads: 1), many = model.SimilarUsers(users, 7, Told(out List<int> told), threads);
        Assert.That(many.Select(Bits), Is.EqualTo(alone.Select(Bits)));
        Assert.That(told, Is.Ordered.And.Unique.And.Count.GreaterThan(threads));
        Assert.That(told[^1], Is.EqualTo(users.Length));

        RecommendationLists one = model.RecommendForItems(data, threads: 1), lists = model.RecommendForItems(data, null, Told(out told), threads);
        Assert.That(lists.Items, Is.EqualTo(one.Items));
        Assert.That(Cases.Text(lists.Scores), Is.EqualTo(Cases.Text(one.Scores)));
        Assert.That(told, Is.Ordered.And.Unique.And.Count.GreaterThan(threads));
        Assert.That(told[^1], Is.EqualTo(data.UserCount));

        static string Bits(Ranking ranking) => $"{string.Join(' ', ranking.Indices)} | {Cases.Text(ranking.Scores)}";
    }

    [Test]
    public void Many_stop_when_cancelled([Values(1, 2)] int threads)
    {
        (Interactions data, SarModel model) = Crowd();
        using var source = new CancellationTokenSource();
        var stopping = new Reports(_ => source.Cancel());
        Assert.That(
            () => model.SimilarUsers(Enumerable.Range(0, data.UserCount).ToArray(), 7, stopping, threads, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        using var again = new CancellationTokenSource();
        var stoppingAgain = new Reports(_ => again.Cancel());
        Assert.That(
            () => model.RecommendForItems(data, null, stoppingAgain, threads, again.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Popular_items_go_by_distinct_users_then_index() => Assert.Multiple(() =>
    {
        Assert.That(Cases.Lines(Model.PopularItems(10)), Is.EqualTo(new[] { "1 3", "0 2", "2 2", "3 1" }));
        Assert.That(Model.PopularItems(2).Indices, Is.EqualTo(new[] { 1, 0 }));
        Assert.That(Model.PopularItems(2, [false, false, true, true]).Indices, Is.EqualTo(new[] { 2, 3 }));
        Assert.That(() => Model.PopularItems(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Model.PopularItems(1, [true]), Throws.ArgumentException);
    });

    [Test]
    public void Popular_users_go_by_distinct_items_then_index()
    {
        Assert.That(Cases.Lines(Model.PopularUsers(10)), Is.EqualTo(new[] { "1 3", "0 2", "2 2", "3 1" }));
        Assert.That(Model.PopularUsers(1).Indices, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Similar_items_leave_out_the_item_itself()
    {
        Assert.That(Cases.Lines(Model.SimilarItems(0, 10)), Is.EqualTo(new[] { "1 0.666667", "2 0.333333" }));
        Assert.That(Model.SimilarItems(1, 1).Indices, Is.EqualTo(new[] { 0 }));
        Assert.That(Model.SimilarItems(1, 1, [false, true, true, true]).Indices, Is.EqualTo(new[] { 2 }));
        Assert.That(Model.SimilarItems(3, 10).Count, Is.Zero);
        Assert.That(() => Model.SimilarItems(4, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    // Affinities: user 0 (2, 1), user 1 (1, 1, 3), user 2 (_, 4, 1), user 3 (_, _, _, 1).
    [Test]
    public void Similar_users_are_those_with_the_largest_dot_product()
    {
        Assert.That(Cases.Lines(Model.SimilarUsers(1, 10)), Is.EqualTo(new[] { "2 7", "0 3" }));
        Assert.That(Cases.Lines(Model.SimilarUsers(1, 1)), Is.EqualTo(new[] { "2 7" }));
        Assert.That(Model.SimilarUsers(4, 10).Count, Is.Zero);
        Assert.That(() => Model.SimilarUsers(5, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Similar_users_need_an_item_that_counts_for_both()
    {
        Interactions data = Cases.Of(3, 2, new Event(0, 0, 1), new Event(1, 0, 0), new Event(2, 0, -1));
        Assert.That(Cases.Lines(SarModel.Fit(data, Cases.NoDecay).SimilarUsers(0, 5)), Is.EqualTo(new[] { "2 -1" }));
    }

    private static (Interactions Data, SarModel Model) Crowd()
    {
        var random = new Random(20261120);
        Interactions data = Cases.Of(
            300, 80, [.. Enumerable.Range(0, 4000).Select(_ => new Event(random.Next(300), random.Next(80), random.Next(-1, 5) / 3.0))]);
        return (data, SarModel.Fit(data, Cases.NoDecay));
    }

    private static Reports Told(out List<int> told)
    {
        var all = told = [];
        return new Reports(all.Add);
    }

    /// <summary>Unlike the library's, in the thread that reports.</summary>
    private sealed class Reports(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
