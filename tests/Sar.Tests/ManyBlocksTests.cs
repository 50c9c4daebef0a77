namespace Pipeline.Sar.Tests;

/// <summary>More users and items than any block of work holds: what is put together from blocks is what was asked for.</summary>
public class ManyBlocksTests
{
    private static readonly Event[] Events = Draw();
    private static readonly Interactions Data = Cases.Of(3000, 300, Events);

    [Test]
    public void Affinity_of_many_blocks_is_the_sum_of_each_pair()
    {
        var sums = Events.GroupBy(e => (e.User, e.Item)).ToDictionary(pair => pair.Key, pair => pair.Sum(e => e.Weight));
        SparseMatrix affinity = SarModel.Fit(Data, Cases.NoDecay).Affinity;
        Assert.That(affinity.Count, Is.EqualTo(sums.Count));
        foreach (((int user, int item), double sum) in sums)
            Assert.That((affinity.Find(user, item) >= 0, affinity[user, item]), Is.EqualTo((true, sum)));
    }

    [Test]
    public void Similarity_of_many_blocks_counts_the_users_of_each_pair()
    {
        HashSet<int>[] users = [.. Enumerable.Range(0, 300).Select(_ => new HashSet<int>())];
        foreach (Event e in Events)
            users[e.Item].Add(e.User);
        SarModel model = SarModel.Fit(Data, Cases.NoDecay with { Similarity = SimilarityKind.CoOccurrence });
        SparseMatrix similarity = model.SimilarityMatrix();
        int[][] wrong =
        [
            .. from i in Enumerable.Range(0, 300)
               from j in Enumerable.Range(0, 300)
               where similarity[i, j] != users[i].Count(users[j].Contains)
               select new[] { i, j },
        ];
        Assert.That(wrong, Is.Empty);
        Assert.That(model.ItemUsers.ToArray(), Is.EqualTo(users.Select(of => of.Count)));
    }

    [Test]
    public void Lists_of_many_blocks_are_those_of_each_user_alone()
    {
        bool[] allowed = [.. Enumerable.Range(0, 300).Select(item => item % 4 != 0)];
        var options = new RecommendOptions { K = 7, Allowed = allowed };
        SarModel model = SarModel.Fit(Data, new SarOptions());
        RecommendationLists lists = model.RecommendAll(options, threads: 3);
        int[] because = model.Because(lists, threads: 3);
        for (int user = 0; user < 3000; user += 13)
        {
            Ranking alone = model.Recommend(user, options);
            Assert.That(lists.ItemsOf(user).ToArray(), Is.EqualTo(alone.Indices));
            Assert.That(lists.ScoresOf(user).ToArray(), Is.EqualTo(alone.Scores));
            int[] reasons = because[(int)lists.Starts[user]..(int)lists.Starts[user + 1]];
            Assert.That(reasons, Is.EqualTo(alone.Indices.Select(item => model.Because(user, item))));
        }
    }

    [Test]
    public void Threads_leave_no_trace([Values] SimilarityKind kind)
    {
        var options = new SarOptions { Similarity = kind, MinSupport = 2 };
        var recommend = new RecommendOptions { Normalize = true };
        string one = Cases.Bits(SarModel.Fit(Data, options, threads: 1), recommend, threads: 1);
        foreach (int threads in new[] { 0, 2, 5 })
            Assert.That(Cases.Bits(SarModel.Fit(Data, options, threads), recommend, threads) == one, Is.True, $"{threads} threads");
    }

    /// <summary>40,000 interactions, early items more often; weights in eighths, so that they add exactly in any order.</summary>
    private static Event[] Draw()
    {
        var random = new Random(20261120);
        return
        [
            .. Enumerable.Range(0, 40_000).Select(_ => new Event(
                random.Next(3000), (int)(300 * Math.Pow(random.NextDouble(), 2)), random.Next(-1, 9) * 0.125, random.NextInt64(400 * Cases.Day))),
        ];
    }
}
