namespace Pipeline.Sar.Tests;

public class BasketTests
{
    private static readonly SarOptions Baskets = Cases.NoDecay with
    {
        CoOccurrenceUnit = CoOccurrenceUnit.Basket,
        Similarity = SimilarityKind.CoOccurrence,
    };

    // User 0: items 0, 1 in basket 7 and items 1, 2 in basket 8; user 1: items 0, 1 in a basket that is also called 7.
    private static readonly Interactions Numbered = new(
        2, 3, new[] { 0, 0, 0, 0, 1, 1, 0 }, new[] { 0, 1, 1, 2, 0, 1, 0 }, new double[] { 1, 1, 1, 1, 1, 1, 1 }, new long[7],
        new[] { 7, 7, 8, 8, 7, 7, 7 });

    [Test]
    public void Items_meet_in_a_basket_and_a_basket_belongs_to_one_user()
    {
        SparseMatrix similarity = SarModel.Fit(Numbered, Baskets).SimilarityMatrix();
        Assert.That(
            (similarity[0, 1], similarity[1, 2], similarity[0, 2], similarity[0, 0], similarity[1, 1]), Is.EqualTo((2.0, 1.0, 0.0, 2.0, 3.0)));
    }

    [Test]
    public void Rows_without_a_basket_meet_at_the_same_time()
    {
        Interactions data = Cases.Of(1, 3, new Event(0, 0, Time: 1), new Event(0, 1, Time: 1), new Event(0, 2, Time: 2), new Event(0, 1, Time: 2));
        SparseMatrix similarity = SarModel.Fit(data, Baskets).SimilarityMatrix();
        Assert.That((similarity[0, 1], similarity[1, 2], similarity[0, 2]), Is.EqualTo((1.0, 1.0, 0.0)));
        var same = new Interactions(1, 3, data.Users, data.Items, data.Weights, data.Times, new[] { -1, -1, -1, -1 });
        Assert.That(Cases.Text(SarModel.Fit(same, Baskets).SimilarityMatrix()), Is.EqualTo(Cases.Text(similarity)));
    }

    [Test]
    public void A_number_is_no_time()
    {
        var data = new Interactions(1, 2, new[] { 0, 0 }, new[] { 0, 1 }, new double[] { 1, 1 }, new long[] { 5, 5 }, new[] { 5, -1 });
        Assert.That(SarModel.Fit(data, Baskets).SimilarityMatrix()[0, 1], Is.Zero);
    }

    [Test]
    public void Users_keep_their_say_in_affinity_counts_and_what_is_seen()
    {
        SarModel model = SarModel.Fit(Numbered, Baskets);
        Assert.That(model.ItemUsers.ToArray(), Is.EqualTo(new[] { 2, 2, 1 }));
        Assert.That(model.Affinity[0, 0], Is.EqualTo(2));
        Assert.That(Cases.Lines(model.Recommend(1)), Is.EqualTo(new[] { "2 1" }));
    }

    [Test]
    public void One_basket_a_user_is_the_user([Values] SimilarityKind kind)
    {
        var random = new Random(20261120);
        Event[] events = [.. Enumerable.Range(0, 3000).Select(_ => new Event(random.Next(200), (int)(150 * Math.Pow(random.NextDouble(), 2))))];
        Interactions data = Cases.Of(200, 150, events);
        var baskets = new SarOptions { CoOccurrenceUnit = CoOccurrenceUnit.Basket, Similarity = kind, MinSupport = 2 };
        SarModel byBasket = SarModel.Fit(data, baskets), byUser = SarModel.Fit(data, baskets with { CoOccurrenceUnit = CoOccurrenceUnit.User });
        Assert.That(Cases.Bits(byBasket), Is.EqualTo(Cases.Bits(byUser)));
    }

    [Test]
    public void Every_way_gives_the_bits_of_the_plain_one([Values] SimilarityKind kind, [Values(1, 2)] int support)
    {
        var random = new Random(20261120);
        int rows = 6000;
        int[] Draw(int values) => [.. Enumerable.Range(0, rows).Select(_ => (int)(values * Math.Pow(random.NextDouble(), 1.6)))];
        var data = new Interactions(
            300, 250, Draw(300), Draw(250), Draw(5).Select(w => w / 3.0).ToArray(), Draw(20).Select(day => day * Cases.Day).ToArray(),
            Draw(6).Select(basket => basket - 1).ToArray());
        var options = new SarOptions { CoOccurrenceUnit = CoOccurrenceUnit.Basket, Similarity = kind, MinSupport = support };
        SarModel model = SarModel.Fit(data, options);
        int[] users = [.. Enumerable.Range(0, 300)];
        RecommendationLists plain = model.RecommendTo(users, new(), new() { Path = RecommendPath.Plain });
        foreach (RecommendPath path in Enum.GetValues<RecommendPath>())
        {
            RecommendationLists lists = model.RecommendTo(users, new(), new() { Path = path });
            Assert.That(lists.Items, Is.EqualTo(plain.Items));
            Assert.That(Cases.Text(lists.Scores) == Cases.Text(plain.Scores), Is.True);
        }
        Assert.That(Cases.Bits(SarModel.Fit(data, options, threads: 3), threads: 3) == Cases.Bits(model), Is.True);
    }

    [Test]
    public void Baskets_out_of_range_are_refused()
    {
        Assert.That(
            () => new Interactions(1, 1, new int[2], new int[2], new double[2], new long[2], new int[1]),
            Throws.ArgumentException.With.Message.Contains("1 baskets"));
        Assert.That(
            () => new Interactions(1, 1, new int[1], new int[1], new double[1], new long[1], new[] { -2 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => SarModel.Fit(Cases.Small(), new SarOptions { CoOccurrenceUnit = (CoOccurrenceUnit)2 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
