namespace Pipeline.Sar.Tests.Golden;

public class DemoUsageTests
{
    private static readonly Lazy<GoldenSet> Set = new(() => new GoldenSet("demo_usage/interactions.csv.gz"));

    [TestCase("hl30")]
    [TestCase("hl30_60days_later")]
    public void Affinity_of_one_user_is_the_golden_one(string mode)
    {
        List<GoldenRow> rows = GoldenFiles.Read("demo_usage/affinity_one_user.csv").FindAll(row => row["mode"] == mode);
        int user = Set.Value.Users[rows[0]["user"]];
        SparseMatrix affinity = Set.Value.Model(SimilarityKind.Jaccard, 1, mode).Affinity;
        Assert.That(affinity.Row(user).Count, Is.EqualTo(rows.Count));
        foreach (GoldenRow row in rows)
            Assert.That(GoldenCompare.IsClose(affinity[user, Set.Value.Items[row["item"]]], row.Double("affinity")), Is.True, row["item"]);
    }

    [Test]
    public void Similarity_is_the_golden_one([Values] SimilarityKind kind, [Values(1, 3)] int support)
    {
        List<GoldenRow> rows = GoldenFiles.Read("demo_usage/similarity_upper_triangle.csv.gz").FindAll(row => row.Int("threshold") == support);
        SparseMatrix similarity = Set.Value.Model(kind, support, "hl30").SimilarityMatrix();
        int diagonal = rows.Count(row => row["item_i"] == row["item_j"]);
        Assert.That(similarity.Count, Is.EqualTo(2 * rows.Count - diagonal));
        GoldenRow? wrong = rows.Find(row => !GoldenCompare.IsClose(
            similarity[Set.Value.Items[row["item_i"]], Set.Value.Items[row["item_j"]]], row.Double(kind.ToString().ToLowerInvariant()), kind));
        Assert.That(wrong, Is.Null, $"{wrong?["item_i"]} {wrong?["item_j"]}");
    }

    [Test]
    public void Recommendations_of_one_user_are_the_golden_ones([Values] SimilarityKind kind, [Values(1, 3)] int support)
    {
        List<GoldenRow> rows = GoldenFiles.Read("demo_usage/recommendations_one_user.csv")
            .FindAll(row => row.Kind == kind && row.Int("threshold") == support);
        int user = Set.Value.Users[rows[0]["user"]];
        Ranking ranking = Set.Value.Model(kind, support, "hl30").Recommend(user, new RecommendOptions { ZeroScores = true });
        string[] ids = [.. ranking.Indices.Select(item => Set.Value.ItemIds[item])];
        GoldenCompare.AssertList(rows, "item", ids, ranking.Scores, kind, $"{kind} {support}");
    }
}
