namespace Pipeline.Sar.Tests;

public class RecommendTests
{
    private static readonly SarOptions NoDecay = Cases.NoDecay;

    /// <summary>One user with affinities 5, 3, 2.5 for items 0 to 2, and a given co-occurrence table of five items.</summary>
    private static SarModel HandCase()
    {
        double[] table =
        [
            5, 3, 4, 3, 2,
            3, 4, 3, 2, 1,
            4, 3, 4, 3, 1,
            3, 2, 3, 4, 2,
            2, 1, 1, 2, 3,
        ];
        var similarity = new SparseMatrix([0, 5, 10, 15, 20, 25], [.. Enumerable.Range(0, 25).Select(n => n % 5)], table, 5, 5);
        Interactions data = Cases.Of(1, 5, new Event(0, 0, 5), new Event(0, 1, 3), new Event(0, 2, 2.5));
        return SarModel.FromSimilarity(data, similarity, [5, 4, 4, 4, 3], NoDecay);
    }

    [Test]
    public void Score_is_affinity_times_similarity() => Assert.That(
        Cases.Lines(HandCase().Recommend(0, new RecommendOptions { IncludeSeen = true })),
        Is.EqualTo(new[] { "0 44", "2 39", "1 34.5", "3 28.5", "4 15.5" }));

    [Test]
    public void Seen_items_are_left_out() => Assert.That(Cases.Lines(HandCase().Recommend(0)), Is.EqualTo(new[] { "3 28.5", "4 15.5" }));

    // Jaccard: 0 and 1 are 2/3 alike, 0 and 2 1/3, 1 and 2 2/3; see Cases.Small.
    [TestCase(0, false, "2 1.333333")]
    [TestCase(1, false, "")]
    [TestCase(2, false, "0 3")]
    [TestCase(3, false, "")]
    [TestCase(4, false, "")]
    [TestCase(0, true, "2 1.333333, 3 0")]
    [TestCase(1, true, "3 0")]
    [TestCase(2, true, "0 3, 3 0")]
    [TestCase(3, true, "0 0, 1 0, 2 0")]
    [TestCase(4, true, "0 0, 1 0, 2 0, 3 0")]
    public void List_holds_overlapping_items_and_fillers_only_when_asked(int user, bool zeroScores, string expected)
    {
        var options = new RecommendOptions { ZeroScores = zeroScores };
        Assert.That(string.Join(", ", Cases.Lines(SarModel.Fit(Cases.Small(), NoDecay).Recommend(user, options))), Is.EqualTo(expected));
    }

    [Test]
    public void Lists_of_all_users_stand_one_after_the_other()
    {
        RecommendationLists lists = SarModel.Fit(Cases.Small(), NoDecay).RecommendAll();
        Assert.That(lists.Users, Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
        Assert.That(lists.Starts, Is.EqualTo(new long[] { 0, 1, 1, 2, 2, 2 }));
        Assert.That(lists.Items, Is.EqualTo(new[] { 2, 0 }));
        Assert.That(lists.ItemsOf(2).ToArray(), Is.EqualTo(new[] { 0 }));
        Assert.That(lists.ScoresOf(2).ToArray(), Is.EqualTo(new[] { 3.0 }).Within(1e-15));
    }

    [Test]
    public void First_and_last_item_are_recommended_like_any_other_and_ties_go_by_index()
    {
        Interactions data = Cases.Of(2, 5, [new Event(0, 2), .. Enumerable.Range(0, 5).Select(item => new Event(1, item))]);
        SarModel model = SarModel.Fit(data, NoDecay);
        Assert.That(Cases.Lines(model.Recommend(0)), Is.EqualTo(new[] { "0 0.5", "1 0.5", "3 0.5", "4 0.5" }));
        Assert.That(Cases.Lines(model.Recommend(0, new RecommendOptions { K = 2 })), Is.EqualTo(new[] { "0 0.5", "1 0.5" }));
    }

    [Test]
    public void One_user_with_one_item_gets_it_only_when_seen_items_are_included()
    {
        SarModel model = SarModel.Fit(Cases.Of(1, 1, new Event(0, 0, 7)), NoDecay);
        Assert.That(model.Recommend(0).Count, Is.Zero);
        Assert.That(Cases.Lines(model.Recommend(0, new RecommendOptions { IncludeSeen = true })), Is.EqualTo(new[] { "0 7" }));
    }

    [TestCase(0.0)]
    [TestCase(-1.0)]
    public void Seen_items_stay_out_whatever_their_weight(double weight)
    {
        Interactions data = Cases.Of(2, 4, new Event(0, 0, weight), new Event(0, 1, 1), new Event(1, 0), new Event(1, 1), new Event(1, 2));
        SarModel model = SarModel.Fit(data, NoDecay);
        Assert.That(model.Recommend(0).Indices, Is.EqualTo(new[] { 2 }));
        Assert.That(model.Recommend(0, new RecommendOptions { ZeroScores = true }).Indices, Is.EquivalentTo(new[] { 2, 3 }));
    }

    [Test]
    public void Seen_items_stay_out_when_their_affinity_underflows()
    {
        Interactions data = Cases.Of(2, 3, new Event(0, 0, 1, 0), new Event(1, 0, 1, 3000 * Cases.Day), new Event(1, 1, 1, 3000 * Cases.Day));
        SarModel model = SarModel.Fit(data, new SarOptions { HalfLifeDays = 1 });
        Assert.That(model.Affinity[0, 0], Is.Zero);
        Assert.That(model.Recommend(0, new RecommendOptions { ZeroScores = true }).Indices, Is.EqualTo(new[] { 1, 2 }));
        Assert.That(model.Recommend(0).Count, Is.Zero, "a history that counts for nothing recommends nothing");
    }

    [Test]
    public void Negative_score_counts_and_stands_after_fillers()
    {
        // Mutual information of 0 and 1: log2(3 * 1 / (2 * 2)) = -0.415, times affinity 2.
        Interactions data = Cases.Of(3, 3, new Event(0, 0, 2), new Event(1, 0), new Event(1, 1), new Event(2, 1));
        SarModel model = SarModel.Fit(data, NoDecay with { Similarity = SimilarityKind.Mutual });
        Assert.That(Cases.Lines(model.Recommend(0)), Is.EqualTo(new[] { "1 -0.830075" }));
        Assert.That(Cases.Lines(model.Recommend(0, new RecommendOptions { ZeroScores = true })), Is.EqualTo(new[] { "2 0", "1 -0.830075" }));
        Assert.That(Cases.Lines(model.Recommend(0, new RecommendOptions { ZeroScores = true, K = 1 })), Is.EqualTo(new[] { "2 0" }));
    }

    [TestCase(2.0)]
    [TestCase(-2.0)]
    public void Score_of_exactly_zero_with_overlap_counts(double weight)
    {
        // Four items: log2(4 * 1 / (2 * 2)) = 0.
        Interactions data = Cases.Of(3, 4, new Event(0, 0, weight), new Event(1, 0), new Event(1, 1), new Event(2, 1));
        SarModel model = SarModel.Fit(data, NoDecay with { Similarity = SimilarityKind.Mutual });
        Ranking ranking = model.Recommend(0);
        Assert.That(ranking.Indices, Is.EqualTo(new[] { 1 }));
        Assert.That(BitConverter.DoubleToInt64Bits(ranking.Scores[0]), Is.Zero, "a zero without sign");
    }

    [Test]
    public void Item_below_the_support_is_never_recommended_but_stays_seen()
    {
        SarModel model = SarModel.Fit(Cases.Small(), NoDecay with { MinSupport = 2 });
        Assert.That(Cases.Lines(model.Recommend(0)), Is.EqualTo(new[] { "2 0.666667" }));
        Assert.That(Cases.Lines(model.Recommend(3, new RecommendOptions { ZeroScores = true })), Is.EqualTo(new[] { "0 0", "1 0", "2 0" }));
    }

    [Test]
    public void Allowed_limits_the_list_but_not_the_history()
    {
        bool[] allowed = [true, false, false, true];
        SarModel model = SarModel.Fit(Cases.Small(), NoDecay);
        var options = new RecommendOptions { Allowed = allowed, ZeroScores = true };
        Assert.That(Cases.Lines(model.Recommend(2, options)), Is.EqualTo(new[] { "0 3", "3 0" }));
        Assert.That(Cases.Lines(model.Recommend(2, options with { IncludeSeen = true })), Is.EqualTo(new[] { "0 3", "3 0" }));
        RecommendationLists lists = model.RecommendAll(options);
        Assert.That(lists.Items, Is.All.AnyOf(0, 3), "the mask holds for every user, also after a user's seen items were lifted");
    }

    // Affinities run from 1 to 4. With weights 1, user 0 scores 5/3, 5/3, 1, 0: lo = 0, hi = 4 * 5/3. Score 4/3 becomes 4/3 / (20/3) * 3 + 1.
    [Test]
    public void Normalized_scores_are_on_the_scale_of_the_affinities()
    {
        var options = new RecommendOptions { Normalize = true, ZeroScores = true };
        Assert.That(Cases.Lines(SarModel.Fit(Cases.Small(), NoDecay).Recommend(0, options)), Is.EqualTo(new[] { "2 1.6", "3 1" }));
    }

    [Test]
    public void Normalized_scores_without_spread_are_the_smallest_affinity()
    {
        SarModel model = SarModel.Fit(Cases.Small(), NoDecay with { MinSupport = 2 });
        var options = new RecommendOptions { Normalize = true, ZeroScores = true };
        Assert.That(Cases.Lines(model.Recommend(3, options)), Is.EqualTo(new[] { "0 1", "1 1", "2 1" }));
    }

    [Test]
    public void Some_users_get_the_bits_of_all_users()
    {
        SarModel model = SarModel.Fit(Cases.Small(), new SarOptions { Similarity = SimilarityKind.Cosine });
        RecommendationLists lists = model.Recommend(new[] { 2, 4, 0, 2 });
        Assert.That(lists.Users, Is.EqualTo(new[] { 2, 4, 0, 2 }));
        Assert.That(lists.Starts, Is.EqualTo(new long[] { 0, 1, 1, 2, 3 }));
        Assert.That(Cases.Text(lists.ScoresOf(0)), Is.EqualTo(Cases.Text(model.Recommend(2).Scores)).And.EqualTo(Cases.Text(lists.ScoresOf(3))));
    }

    [Test]
    public void Progress_rises_to_the_number_of_users()
    {
        var told = new Told();
        SarModel.Fit(Cases.Of(1000, 2, new Event(999, 1)), NoDecay).RecommendAll(progress: told, threads: 3);
        Assert.That(told.Values, Is.Ordered.And.Unique);
        Assert.That(told.Values[^1], Is.EqualTo(1000));
    }

    [Test]
    public void Users_times_items_beyond_32_bits_work()
    {
        Event[] events = [new(99_999, 49_999), new(99_999, 0), new(99_998, 49_999)];
        SarModel model = SarModel.Fit(Cases.Of(100_000, 50_000, events), NoDecay);
        Assert.That(Cases.Lines(model.Recommend(99_998)), Is.EqualTo(new[] { "0 0.5" }));
        Assert.That(model.RecommendAll().Starts[^1], Is.EqualTo(1));
    }

    [Test]
    public void Largest_weights_do_not_overflow()
    {
        Event[] events = [.. Enumerable.Range(0, 12).Select(n => new Event(n / 4, (n % 4) + (n / 8), n % 3 == 0 ? -1e100 : 1e100))];
        SarModel model = SarModel.Fit(Cases.Of(3, 5, events), NoDecay with { Similarity = SimilarityKind.Lexicographers });
        var options = new RecommendOptions { IncludeSeen = true, Normalize = true, ZeroScores = true };
        Assert.That(model.RecommendAll(options).Scores, Has.Length.EqualTo(15).And.All.Matches<double>(double.IsFinite));
        Assert.That(model.SimilarUsers(0, 2).Scores, Has.Length.EqualTo(2).And.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        SarModel model = SarModel.Fit(Cases.Small(), NoDecay);
        Assert.That(() => model.Recommend(0, new RecommendOptions { K = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => model.RecommendAll(new RecommendOptions { K = -1 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => model.RecommendAll(new RecommendOptions { Allowed = new bool[3] }),
            Throws.ArgumentException.With.Message.Contains("3 flags for 4 items"));
        Assert.That(() => model.Recommend(5), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => model.Recommend(new[] { 0, -1 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Cancelled_recommendation_stops() => Assert.That(
        () => SarModel.Fit(Cases.Small(), NoDecay).RecommendAll(cancellation: new CancellationToken(canceled: true)),
        Throws.InstanceOf<OperationCanceledException>());

    [Test]
    public void Part_of_the_users_with_a_given_similarity_gets_the_bits_of_the_whole()
    {
        var options = new SarOptions { ReferenceTime = 40 * Cases.Day };
        SarModel whole = SarModel.Fit(Cases.Small(), options);
        Interactions part = Cases.Of(1, 4, new Event(0, 1, 4), new Event(0, 2, 1)); // user 2
        SarModel model = SarModel.FromSimilarity(part, whole.SimilarityMatrix(), whole.ItemUsers, options);
        Assert.That(model.Recommend(0).Indices, Is.EqualTo(whole.Recommend(2).Indices));
        Assert.That(Cases.Text(model.Recommend(0).Scores), Is.EqualTo(Cases.Text(whole.Recommend(2).Scores)));
        Assert.That(model.PopularItems(1).Indices, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Similarity_for_other_items_is_refused()
    {
        SarModel model = SarModel.Fit(Cases.Small(), NoDecay);
        Interactions other = Cases.Of(1, 3, new Event(0, 0));
        Assert.That(() => SarModel.FromSimilarity(other, model.SimilarityMatrix(), new int[3], NoDecay), Throws.ArgumentException);
        Assert.That(() => SarModel.FromSimilarity(Cases.Small(), model.SimilarityMatrix(), new int[3], NoDecay), Throws.ArgumentException);
    }

    private sealed class Told : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public void Report(int value) => Values.Add(value);
    }
}
