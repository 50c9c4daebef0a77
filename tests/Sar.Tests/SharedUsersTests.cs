using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Pipeline.Sar.Tests;

/// <summary>What too few users share is named nowhere, and no score changes by it.</summary>
public class SharedUsersTests
{
    // User 0 has items 0 (affinity 2) and 1; item 2 is 1/3 like item 0, by user 1 alone, and 2/3 like item 1, by users 1 and 2.
    [TestCase(1, 0)]
    [TestCase(2, 1)]
    [TestCase(3, -1)]
    public void Because_names_the_largest_contributor_that_enough_users_share(int minUsers, int expected)
    {
        SarModel model = SarModel.Fit(Cases.Small(), Cases.NoDecay);
        RecommendationLists lists = model.Recommend(new[] { 0 });
        Assert.That(lists.Items, Is.EqualTo(new[] { 2 }));
        Assert.That(model.Because(lists, minUsers: minUsers), Is.EqualTo(new[] { expected }));
    }

    [Test]
    public void Similar_items_of_many_leave_out_what_too_few_users_share()
    {
        SarModel model = SarModel.Fit(Cases.Small(), Cases.NoDecay);
        Assert.That(
            model.SimilarItems(new[] { 0, 1, 2, 3 }, 10, minUsers: 2).Select(r => string.Join(", ", Cases.Lines(r))),
            Is.EqualTo(new[] { "1 0.666667", "0 0.666667, 2 0.666667", "1 0.666667", "" }));
    }

    [Test]
    public void Baskets_of_one_user_are_one_user()
    {
        // User 0 buys both items in three baskets; user 1 in one.
        var data = new Interactions(
            2, 2, new[] { 0, 0, 0, 0, 0, 0, 1, 1 }, new[] { 0, 1, 0, 1, 0, 1, 0, 1 }, new double[] { 1, 1, 1, 1, 1, 1, 1, 1 }, new long[8],
            new[] { 1, 1, 2, 2, 3, 3, 1, 1 });
        SarModel model = SarModel.Fit(data, new SarOptions { CoOccurrenceUnit = CoOccurrenceUnit.Basket, Similarity = SimilarityKind.CoOccurrence });
        Assert.That(Cases.Lines(model.SimilarItems(new[] { 0 }, 1, minUsers: 2).Single()), Is.EqualTo(new[] { "1 4" }));
        Assert.That(model.SimilarItems(new[] { 0 }, 1, minUsers: 3).Single().Count, Is.Zero);
    }

    [Test]
    public void Many_answers_are_those_of_counting_by_hand() => Prop.ForAll(RandomCase.Rounding, given =>
    {
        foreach (SarOptions options in (SarOptions[])[given.Options, given.Options with { Neighbours = 2 }, given.Options with { CoOccurrenceUnit = CoOccurrenceUnit.Basket }])
        {
            var model = SarModel.Fit(given.Data, options);
            SparseMatrix similarity = model.SimilarityMatrix();
            RecommendationLists lists = model.RecommendAll(new RecommendOptions { IncludeSeen = true });
            int[] all = [.. Enumerable.Range(0, given.Items)];
            for (int minUsers = 1; minUsers <= 3; minUsers++)
            {
                int[] because = [.. lists.Users.SelectMany(user => lists.ItemsOf(user).ToArray().Select(item => Because(user, item)))];
                Assert.That(model.Because(lists, threads: 2, minUsers: minUsers), Is.EqualTo(because));
                string[] similar = [.. all.Select(item => string.Join(' ', Cases.Lines(model.SimilarItems(item, given.Items))
                    .Where(line => Shared(item, int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)))))];
                Assert.That(model.SimilarItems(all, given.Items, minUsers, threads: 2).Select(r => string.Join(' ', Cases.Lines(r))), Is.EqualTo(similar));

                int Because(int user, int item) => all
                    .Where(own => model.Affinity[user, own] != 0 && similarity.Find(own, item) >= 0 && Shared(own, item))
                    .OrderByDescending(own => model.Affinity[user, own] * similarity[own, item]).ThenBy(own => own).DefaultIfEmpty(-1).First();

                bool Shared(int i, int j) => minUsers == 1 || Enumerable.Range(0, given.Users).Count(user => Has(user, i) && Has(user, j)) >= minUsers;
            }
        }
        return true;

        bool Has(int user, int item) => given.Events.Any(e => e.User == user && e.Item == item);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(new Replay(new Rnd(20261120), null)));
}
