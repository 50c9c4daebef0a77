namespace Pipeline.Sar.Tests;

public class FitTests
{
    private static readonly SarOptions NoDecay = Cases.NoDecay;

    [Test]
    public void Affinity_halves_after_one_half_life()
    {
        SarModel model = SarModel.Fit(
            Cases.Of(2, 1, new Event(0, 0, 6, 0), new Event(1, 0, 6, 30 * Cases.Day)), new SarOptions { HalfLifeDays = 30 });
        Assert.That((model.Affinity[0, 0], model.Affinity[1, 0]), Is.EqualTo((3.0, 6.0)));
        Assert.That(model.ReferenceTime, Is.EqualTo(30 * Cases.Day));
    }

    [Test]
    public void Affinity_adds_repeats_and_unity_counts_them_decayed()
    {
        Event[] events = [new(0, 0, 4, 0), new(0, 0, 1, Cases.Day), new(0, 0, 1, Cases.Day)];
        SarModel model = SarModel.Fit(Cases.Of(1, 1, events), new SarOptions { HalfLifeDays = 1 });
        Assert.That(model.Affinity[0, 0], Is.EqualTo(4));
        Assert.That(model.Unity[0, 0], Is.EqualTo(2.5));
        Assert.That(model.ItemUsers.ToArray(), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Affinity_without_decay_is_the_plain_sum()
    {
        SarModel model = SarModel.Fit(Cases.Of(1, 2, new Event(0, 1, 2, 0), new Event(0, 1, 3, 900 * Cases.Day)), NoDecay);
        Assert.That(model.Affinity[0, 1], Is.EqualTo(5));
        Assert.That(model.Unity[0, 1], Is.EqualTo(1));
    }

    [Test]
    public void Affinity_after_the_reference_time_counts_in_full_and_before_it_decays()
    {
        Interactions data = Cases.Of(1, 2, new Event(0, 0, 8, 0), new Event(0, 1, 8, 3 * Cases.Day));
        SarModel model = SarModel.Fit(data, new SarOptions { HalfLifeDays = 1, ReferenceTime = Cases.Day });
        Assert.That((model.Affinity[0, 0], model.Affinity[0, 1]), Is.EqualTo((4.0, 8.0)));
    }

    [Test]
    public void Affinity_keeps_pairs_of_zero_weight()
    {
        SarModel model = SarModel.Fit(Cases.Of(1, 3, new Event(0, 2, 0), new Event(0, 1, 1), new Event(0, 1, -1)), NoDecay);
        Assert.That(model.Affinity.Row(0).Indices.ToArray(), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(model.Affinity.Row(0).Values.ToArray(), Is.EqualTo(new[] { 0.0, 0.0 }));
    }

    // Users of each item: 2, 3, 2, 1; see Cases.Small.
    private static IEnumerable<TestCaseData> SmallSimilarities()
    {
        yield return new(SimilarityKind.CoOccurrence, 1, "2 2 1 _ / 2 3 2 _ / 1 2 2 _ / _ _ _ 1");
        yield return new(SimilarityKind.CoOccurrence, 2, "2 2 _ _ / 2 3 2 _ / _ 2 2 _ / _ _ _ _");
        yield return new(SimilarityKind.CoOccurrence, 3, "_ _ _ _ / _ 3 _ _ / _ _ _ _ / _ _ _ _");
        yield return new(SimilarityKind.Cosine, 1, "1 0.8165 0.5 _ / 0.8165 1 0.8165 _ / 0.5 0.8165 1 _ / _ _ _ 1");
        yield return new(SimilarityKind.Cosine, 2, "1 0.8165 _ _ / 0.8165 1 0.8165 _ / _ 0.8165 1 _ / _ _ _ _");
        yield return new(SimilarityKind.Inclusion, 1, "1 1 0.5 _ / 1 1 1 _ / 0.5 1 1 _ / _ _ _ 1");
        yield return new(SimilarityKind.Inclusion, 2, "1 1 _ _ / 1 1 1 _ / _ 1 1 _ / _ _ _ _");
        yield return new(SimilarityKind.Jaccard, 1, "1 0.6667 0.3333 _ / 0.6667 1 0.6667 _ / 0.3333 0.6667 1 _ / _ _ _ 1");
        yield return new(SimilarityKind.Jaccard, 2, "1 0.6667 _ _ / 0.6667 1 0.6667 _ / _ 0.6667 1 _ / _ _ _ _");
        yield return new(SimilarityKind.Lexicographers, 1, "2 0.8301 0 _ / 0.8301 1.2451 0.8301 _ / 0 0.8301 2 _ / _ _ _ 2");
        yield return new(SimilarityKind.Lexicographers, 2, "2 0.8301 _ _ / 0.8301 1.2451 0.8301 _ / _ 0.8301 2 _ / _ _ _ _");
        yield return new(SimilarityKind.Lift, 1, "0.5 0.3333 0.25 _ / 0.3333 0.3333 0.3333 _ / 0.25 0.3333 0.5 _ / _ _ _ 1");
        yield return new(SimilarityKind.Lift, 2, "0.5 0.3333 _ _ / 0.3333 0.3333 0.3333 _ / _ 0.3333 0.5 _ / _ _ _ _");
        yield return new(SimilarityKind.Mutual, 1, "1 0.415 0 _ / 0.415 0.415 0.415 _ / 0 0.415 1 _ / _ _ _ 2");
        yield return new(SimilarityKind.Mutual, 2, "1 0.415 _ _ / 0.415 0.415 0.415 _ / _ 0.415 1 _ / _ _ _ _");
    }

    [TestCaseSource(nameof(SmallSimilarities))]
    public void Similarity_at_support(SimilarityKind kind, int support, string expected)
    {
        SparseMatrix similarity = SarModel.Fit(Cases.Small(), NoDecay with { Similarity = kind, MinSupport = support }).SimilarityMatrix();
        string actual = string.Join(" / ", Enumerable.Range(0, 4).Select(i => string.Join(' ', Enumerable.Range(0, 4).Select(j =>
            similarity.Find(i, j) < 0 ? "_" : similarity[i, j].ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)))));
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void Similarity_counts_users_not_rows()
    {
        Interactions data = Cases.Of(2, 2, new Event(0, 0), new Event(0, 0), new Event(0, 1), new Event(1, 0));
        SparseMatrix similarity = SarModel.Fit(data, NoDecay with { Similarity = SimilarityKind.CoOccurrence }).SimilarityMatrix();
        Assert.That((similarity[0, 0], similarity[0, 1], similarity[1, 1]), Is.EqualTo((2.0, 1.0, 1.0)));
    }

    [Test]
    public void ItemUsers_stay_raw_below_the_support() =>
        Assert.That(SarModel.Fit(Cases.Small(), NoDecay with { MinSupport = 3 }).ItemUsers.ToArray(), Is.EqualTo(new[] { 2, 3, 2, 1 }));

    [Test]
    public void SimilarityRow_is_a_row_of_the_matrix()
    {
        SarModel model = SarModel.Fit(Cases.Small(), NoDecay);
        Assert.That(model.SimilarityRow(1).Indices.ToArray(), Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(model.SimilarityRow(1).Values[1], Is.EqualTo(1));
    }

    [Test]
    public void Similarity_is_the_same_from_few_and_from_many_items()
    {
        // 3 items of 400 per user: rows are emitted by sorting. The same three-item baskets over 3 items: rows are read off the counters.
        Event[] sparse = [.. Enumerable.Range(0, 90).Select(n => new Event(n / 3, (n * 7 % 3) + 3 * (n / 9)))];
        SarModel wide = SarModel.Fit(Cases.Of(30, 400, sparse), NoDecay with { Similarity = SimilarityKind.CoOccurrence });
        SarModel narrow = SarModel.Fit(Cases.Of(30, 30, sparse), NoDecay with { Similarity = SimilarityKind.CoOccurrence });
        Assert.That(wide.SimilarityMatrix().Indices.ToArray(), Is.EqualTo(narrow.SimilarityMatrix().Indices.ToArray()));
        Assert.That(wide.SimilarityMatrix().Values.ToArray(), Is.EqualTo(narrow.SimilarityMatrix().Values.ToArray()).And.All.EqualTo(3));
    }

    [TestCase(0, 0)]
    [TestCase(3, 0)]
    [TestCase(0, 3)]
    [TestCase(2, 2)]
    public void Model_without_interactions_has_empty_lists(int users, int items)
    {
        SarModel model = SarModel.Fit(Cases.Of(users, items), new SarOptions());
        RecommendationLists lists = model.RecommendAll();
        Assert.That((model.UserCount, model.ItemCount, model.ReferenceTime), Is.EqualTo((users, items, 0L)));
        Assert.That(lists.Starts, Is.EqualTo(new long[users + 1]));
        Assert.That(lists.Items, Is.Empty);
        Assert.That(model.PopularItems(3).Count + model.PopularUsers(3).Count, Is.Zero);
    }

    [TestCase(0.0)]
    [TestCase(-1.0)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Half_life_out_of_range_is_refused(double days) => Assert.That(
        () => SarModel.Fit(Cases.Small(), new SarOptions { HalfLifeDays = days }),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("half-life"));

    [Test]
    public void Support_and_kind_out_of_range_are_refused()
    {
        Assert.That(() => SarModel.Fit(Cases.Small(), new SarOptions { MinSupport = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => SarModel.Fit(Cases.Small(), new SarOptions { Similarity = (SimilarityKind)(-1) }),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Cancelled_fit_stops() => Assert.That(
        () => SarModel.Fit(Cases.Small(), new SarOptions(), cancellation: new CancellationToken(canceled: true)),
        Throws.InstanceOf<OperationCanceledException>());
}
