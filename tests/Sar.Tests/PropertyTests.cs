using FsCheck;
using FsCheck.Fluent;

namespace Pipeline.Sar.Tests;

public class PropertyTests
{
    private static readonly RecommendOptions Everything = new() { K = 100, IncludeSeen = true, ZeroScores = true };

    private static readonly RecommendOptions[] Variants =
    [
        new(),
        new() { K = 2 },
        new() { K = 2, ZeroScores = true },
        new() { IncludeSeen = true },
        Everything,
        new() { Normalize = true },
        Everything with { Normalize = true, K = 3 },
    ];

    [Test]
    public void Similarity_is_symmetric() => Holds(RandomCase.Rounding, given =>
    {
        SparseMatrix similarity = given.Fit().SimilarityMatrix();
        for (int i = 0; i < given.Items; i++)
            foreach (int j in similarity.Row(i).Indices)
                if (similarity.Find(j, i) < 0 || !Same(similarity[i, j], similarity[j, i]))
                    return false;
        return true;
    });

    [Test]
    public void Similarity_is_finite_and_of_the_first_kinds_between_0_and_1() => Holds(RandomCase.Rounding, given =>
    {
        bool isShare = given.Options.Similarity is SimilarityKind.Jaccard or SimilarityKind.Cosine or SimilarityKind.Inclusion or SimilarityKind.Lift;
        return given.Fit().SimilarityMatrix().Values.ToArray().All(s => isShare ? s is > 0 and <= 1 : double.IsFinite(s));
    });

    [Test]
    public void Order_of_the_rows_leaves_no_trace() => Holds(RandomCase.Rounding, given =>
    {
        Event[] shuffled = [.. given.Events];
        new Random(given.Events.Length).Shuffle(shuffled);
        return Variants.All(options => Cases.Bits(given.Fit(), options) == Cases.Bits((given with { Events = shuffled }).Fit(), options));
    });

    [Test]
    public void A_row_split_in_two_leaves_no_trace() => Holds(RandomCase.Exact, given =>
    {
        // Unity counts rows, so a split shows there and in normalised scores, as it should.
        Event[] split = [.. given.Events.SelectMany(e => new[] { e with { Weight = e.Weight / 2 }, e with { Weight = e.Weight / 2 } })];
        SarModel one = given.Fit(), two = (given with { Events = split }).Fit();
        return Cases.Text(one.Affinity) == Cases.Text(two.Affinity)
            && Cases.Text(one.SimilarityMatrix()) == Cases.Text(two.SimilarityMatrix())
            && Cases.Text(one.RecommendAll().Scores) == Cases.Text(two.RecommendAll().Scores);
    });

    [Test]
    public void Users_fitted_in_parts_get_the_lists_of_the_whole() => Holds(RandomCase.Rounding, given =>
    {
        SarModel whole = given.Fit();
        SarOptions options = given.Options with { ReferenceTime = whole.ReferenceTime };
        return Enumerable.Range(0, given.Users).All(user =>
        {
            Interactions part = Cases.Of(1, given.Items, [.. given.Events.Where(e => e.User == user).Select(e => e with { User = 0 })]);
            Ranking alone = SarModel.FromSimilarity(part, whole.SimilarityMatrix(), whole.ItemUsers, options).Recommend(0, Everything);
            Ranking among = whole.Recommend(user, Everything);
            return alone.Indices.SequenceEqual(among.Indices) && Cases.Text(alone.Scores) == Cases.Text(among.Scores);
        });
    });

    [Test]
    public void Lists_equal_those_of_the_naive_version() => Holds(RandomCase.Exact, given =>
    {
        SarModel model = given.Fit();
        var naive = new NaiveSar(given);
        bool[] allowed = [.. Enumerable.Range(0, given.Items).Select(item => item % 3 != 1)];
        return Variants.Append(Everything with { Allowed = allowed }).All(options =>
        {
            RecommendationLists lists = model.RecommendAll(options);
            return Enumerable.Range(0, given.Users).All(user => IsList(lists, user, naive.Recommend(user, options)));
        });
    });

    [Test]
    public void One_user_alone_gets_the_bits_of_all_users() => Holds(RandomCase.Rounding, given =>
    {
        SarModel model = given.Fit();
        return Variants.All(options =>
        {
            RecommendationLists lists = model.RecommendAll(options);
            return Enumerable.Range(0, given.Users).All(user =>
                model.Recommend(user, options) is var alone && IsList(lists, user, [.. alone.Indices.Zip(alone.Scores)]));
        });
    });

    [Test]
    public void Normalizing_never_changes_the_order() => Holds(RandomCase.Rounding, given =>
    {
        SarModel model = given.Fit();
        RecommendationLists plain = model.RecommendAll(Everything), normalized = model.RecommendAll(Everything with { Normalize = true });
        return plain.Items.SequenceEqual(normalized.Items) && Enumerable.Range(0, given.Users).All(user => IsFalling(normalized.ScoresOf(user)));
    });

    [Test]
    public void Seen_items_never_come_back() => Holds(RandomCase.Exact, given =>
    {
        HashSet<(int, int)> seen = [.. given.Events.Select(e => (e.User, e.Item))];
        RecommendationLists lists = given.Fit().RecommendAll(new RecommendOptions { K = 100, ZeroScores = true });
        return Enumerable.Range(0, given.Users).All(user =>
            lists.ItemsOf(user).ToArray().All(item => !seen.Contains((user, item)))
            && lists.ItemsOf(user).Length == given.Items - seen.Count(pair => pair.Item1 == user));
    });

    [Test]
    public void Every_number_is_finite_and_every_list_in_order() => Holds(RandomCase.Rounding, given =>
        Variants.All(options =>
        {
            RecommendationLists lists = given.Fit().RecommendAll(options);
            return lists.Scores.All(double.IsFinite) && Enumerable.Range(0, given.Users).All(user => IsFalling(lists.ScoresOf(user)));
        }));

    [Test]
    public void Scores_of_positive_weights_and_shares_are_positive() => Holds(RandomCase.Positive, given =>
    {
        bool canBeNegative = given.Options.Similarity is SimilarityKind.Mutual or SimilarityKind.Lexicographers;
        return canBeNegative || given.Fit().RecommendAll(new RecommendOptions { IncludeSeen = true }).Scores.All(score => score > 0);
    });

    [Test]
    public void Explanation_adds_up_to_the_score() => Holds(RandomCase.Rounding, given =>
    {
        SarModel model = given.Fit();
        RecommendationLists lists = model.RecommendAll(Everything);
        int[] because = model.Because(lists);
        for (int user = 0; user < given.Users; user++)
            for (long at = lists.Starts[user]; at < lists.Starts[user + 1]; at++)
            {
                Contribution[] parts = model.Explain(user, lists.Items[at]);
                double sum = parts.OrderBy(part => part.Item).Aggregate(0.0, (total, part) => total + part.Value);
                bool isRight = sum == lists.Scores[at] && IsFalling([.. parts.Select(part => part.Value)]);
                bool isBest = because[at] < 0 ? lists.Scores[at] == 0 : parts.Single(part => part.Item == because[at]).Value is var largest
                    && parts.All(part => part.Value <= largest || part.Value == 0);
                if (!isRight || !isBest)
                    return false;
            }
        return true;
    });

    [Test]
    public void Many_asked_at_once_get_what_each_gets_alone() => Holds(RandomCase.Rounding, given =>
    {
        SarModel model = given.Fit();
        int[] users = [.. Enumerable.Range(0, given.Users).Reverse(), 0];
        // The interactions themselves will do as seeds: with repeats, zeros and weights below 0.
        RecommendationLists lists = model.RecommendForItems(given.Data, new RecommendOptions { K = 3 }, threads: 2);
        for (int set = 0; set < given.Users; set++)
        {
            Event[] seeds = [.. given.Events.Where(e => e.User == set)];
            Ranking alone = model.RecommendForItems([.. seeds.Select(e => e.Item)], [.. seeds.Select(e => e.Weight)], 3);
            if (lists.Users[set] != set || !IsList(lists, set, [.. alone.Indices.Zip(alone.Scores)]))
                return false;
        }
        return new[] { 1, 3, 100 }.All(k => model.SimilarUsers(users, k, threads: 2).Zip(users).All(pair =>
            model.SimilarUsers(pair.Second, k) is var alone && pair.First.Indices.SequenceEqual(alone.Indices)
            && Cases.Text(pair.First.Scores) == Cases.Text(alone.Scores)));
    });

    private static void Holds(Arbitrary<RandomCase> cases, Func<RandomCase, bool> property) =>
        Prop.ForAll(cases, property).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(new Replay(new Rnd(20261120), null)));

    private static bool Same(double x, double y) => BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y);

    private static bool IsList(RecommendationLists lists, int list, (int Item, double Score)[] expected) =>
        lists.ItemsOf(list).SequenceEqual(expected.Select(e => e.Item).ToArray())
        && lists.ScoresOf(list).SequenceEqual(expected.Select(e => e.Score).ToArray());

    private static bool IsFalling(ReadOnlySpan<double> values)
    {
        for (int n = 1; n < values.Length; n++)
            if (values[n] > values[n - 1])
                return false;
        return true;
    }
}
