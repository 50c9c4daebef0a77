namespace Pipeline.Sar.Tests.Golden;

public class TinyTests
{
    private static readonly Lazy<GoldenSet> Set = new(() => new GoldenSet("tiny/interactions.csv"));

    [TestCase("off_sum")]
    [TestCase("off_last")]
    [TestCase("hl30")]
    [TestCase("hl1")]
    [TestCase("hl30_now_plus10d")]
    [TestCase("hl30_now_minus20d")]
    public void Affinity_is_the_golden_one(string mode)
    {
        List<GoldenRow> rows = GoldenFiles.Read("tiny/affinity.csv").FindAll(row => row["mode"] == mode);
        SarModel model = Set.Value.Model(SimilarityKind.Jaccard, 1, mode);
        Assert.That(model.Affinity.Count, Is.EqualTo(rows.Count));
        foreach (GoldenRow row in rows)
        {
            double actual = model.Affinity[Set.Value.Users[row["user"]], Set.Value.Items[row["item"]]];
            Assert.That(
                GoldenCompare.IsClose(actual, row.Double("affinity")), Is.True,
                $"{row["user"]} {row["item"]}: {actual:R}, golden {row["affinity"]}");
        }
    }

    [Test]
    public void Similarity_is_the_golden_one([Values] SimilarityKind kind, [Values(1, 2)] int support)
    {
        List<GoldenRow> rows = GoldenFiles.Read("tiny/similarity.csv").FindAll(row => row.Int("threshold") == support);
        SparseMatrix similarity = Set.Value.Model(kind, support, "hl30").SimilarityMatrix();
        Assert.That(rows, Has.Count.EqualTo(100));
        foreach (GoldenRow row in rows)
        {
            double actual = similarity[Set.Value.Items[row["item_i"]], Set.Value.Items[row["item_j"]]];
            string expected = row[kind.ToString().ToLowerInvariant()];
            Assert.That(
                GoldenCompare.IsClose(actual, row.Double(kind.ToString().ToLowerInvariant()), kind), Is.True,
                $"{row["item_i"]} {row["item_j"]}: {actual:R}, golden {expected}");
        }
    }

    [Test]
    public void Scores_are_the_golden_ones([Values] SimilarityKind kind, [Values(1, 2)] int support, [Values("off_sum", "hl30", "hl1")] string mode)
    {
        List<GoldenRow> rows = GoldenFiles.Read("tiny/scores.csv.gz")
            .FindAll(row => row.Kind == kind && row.Int("threshold") == support && row["decay"] == mode);
        SarModel model = Set.Value.Model(kind, support, mode);
        var everything = new RecommendOptions { K = 10, IncludeSeen = true, ZeroScores = true };
        Assert.That(rows, Has.Count.EqualTo(120));
        foreach (IGrouping<string, GoldenRow> user in rows.GroupBy(row => row["user"]))
        {
            Dictionary<int, double> plain = Scores(model.Recommend(Set.Value.Users[user.Key], everything));
            Dictionary<int, double> normalized = Scores(model.Recommend(Set.Value.Users[user.Key], everything with { Normalize = true }));
            double smallest = model.Affinity.Values.ToArray().Min();
            foreach (GoldenRow row in user)
            {
                int item = Set.Value.Items[row["item"]];
                double expected = row.Double("score_normalized_fixed");
                Assert.That(GoldenCompare.IsClose(plain[item], row.Double("score"), kind), Is.True, $"{user.Key} {row["item"]}: {plain[item]:R}");
                // Where the reference divides 0 by 0, ours is the smallest affinity.
                Assert.That(
                    GoldenCompare.IsClose(normalized[item], double.IsNaN(expected) ? smallest : expected, kind), Is.True,
                    $"{user.Key} {row["item"]}: {normalized[item]:R}, golden {expected:R}");
                Assert.That(model.Affinity.Find(Set.Value.Users[user.Key], item) >= 0, Is.EqualTo(row.Flag("seen")));
            }
        }
    }

    [Test]
    public void Recommendations_are_the_golden_ones(
        [Values] SimilarityKind kind, [Values(1, 2)] int support, [Values("off_sum", "hl30", "hl1")] string mode)
    {
        List<GoldenRow> rows = GoldenFiles.Read("tiny/recommendations_top5.csv.gz")
            .FindAll(row => row.Kind == kind && row.Int("threshold") == support && row["decay"] == mode);
        Assert.That(rows, Is.Not.Empty);
        SarModel model = Set.Value.Model(kind, support, mode);
        foreach (IGrouping<(string User, bool RemoveSeen), GoldenRow> list in rows.GroupBy(row => (row["user"], row.Flag("remove_seen"))))
        {
            var options = new RecommendOptions { K = 5, IncludeSeen = !list.Key.RemoveSeen, ZeroScores = true };
            Ranking filled = model.Recommend(Set.Value.Users[list.Key.User], options);
            GoldenCompare.AssertList(list, "item", Ids(filled), filled.Scores, kind, $"{list.Key}");
            if (kind is SimilarityKind.Mutual or SimilarityKind.Lexicographers)
                continue;
            Ranking unfilled = model.Recommend(Set.Value.Users[list.Key.User], options with { ZeroScores = false });
            GoldenCompare.AssertListUpToZero(list, "item", Ids(unfilled), unfilled.Scores, $"{list.Key} without fillers");
        }
    }

    [Test]
    public void Items_for_baskets_are_the_golden_ones()
    {
        foreach (IGrouping<(SimilarityKind Kind, string Seeds), GoldenRow> list in
            GoldenFiles.Read("tiny/item_based_top5.csv").GroupBy(row => (row.Kind, row["seeds"])))
        {
            Ranking ranking = Baskets.Recommend(Set.Value, list.Key.Kind, list.Key.Seeds, 5);
            GoldenCompare.AssertList(list, "item", Ids(ranking), ranking.Scores, list.Key.Kind, $"{list.Key}");
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Popularity_is_the_golden_one(int support)
    {
        List<GoldenRow> rows = GoldenFiles.Read("tiny/popularity.csv").FindAll(row => row.Int("threshold") == support && row["kind"] == "item");
        SarModel model = Set.Value.Model(SimilarityKind.Jaccard, support, "hl30");
        Dictionary<int, double> counts = Scores(model.PopularItems(10));
        Assert.That(counts, Has.Count.EqualTo(10).And.Count.EqualTo(rows.Count));
        // Ours are raw; the reference shows 0 below the support.
        foreach (GoldenRow row in rows)
            Assert.That(counts[Set.Value.Items[row["id"]]] is var count && count >= support ? count : 0, Is.EqualTo(row.Double("count")), row["id"]);
    }

    [Test]
    public void Popularity_of_users_is_the_golden_one()
    {
        Dictionary<int, double> counts = Scores(Set.Value.Model(SimilarityKind.Jaccard, 1, "hl30").PopularUsers(12));
        List<GoldenRow> rows = GoldenFiles.Read("tiny/popularity.csv").FindAll(row => row["kind"] == "user");
        Assert.That(counts, Has.Count.EqualTo(12).And.Count.EqualTo(rows.Count));
        foreach (GoldenRow row in rows)
            Assert.That(counts[Set.Value.Users[row["id"]]], Is.EqualTo(row.Double("count")), row["id"]);
    }

    [Test]
    public void Similar_users_are_the_golden_ones()
    {
        foreach (IGrouping<(string Decay, string User), GoldenRow> list in
            GoldenFiles.Read("tiny/similar_users_top5.csv").GroupBy(row => (row["decay"], row["user"])))
        {
            Ranking ranking = Set.Value.Model(SimilarityKind.Jaccard, 1, list.Key.Decay).SimilarUsers(Set.Value.Users[list.Key.User], 5);
            string[] ids = [.. ranking.Indices.Select(user => Set.Value.UserIds[user])];
            GoldenCompare.AssertListUpToZero(list, "similar_user", ids, ranking.Scores, $"{list.Key}");
        }
    }

    private static string[] Ids(Ranking ranking) => [.. ranking.Indices.Select(item => Set.Value.ItemIds[item])];

    private static Dictionary<int, double> Scores(Ranking ranking) =>
        ranking.Indices.Zip(ranking.Scores).ToDictionary(entry => entry.First, entry => entry.Second);
}
