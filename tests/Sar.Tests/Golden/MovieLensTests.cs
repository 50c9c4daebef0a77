namespace Pipeline.Sar.Tests.Golden;

public class MovieLensTests
{
    // Jaccard, half-life 30 days, as printed in the reference's quick start and benchmark notebooks and in its README.
    [TestCase("user_split", "0.106959", "0.379533", "0.331071", "0.176837")]
    [TestCase("item_split", "0.114038", "0.393819", "0.340615", "0.185377")]
    [TestCase("readme_split", "0.110591", "0.382461", "0.330753", "0.176385")]
    public void Published_metrics_are_reached_to_all_digits(string split, params string[] published)
    {
        Metrics metrics = Metrics.At10(Set(split), SimilarityKind.Jaccard, 1, "hl30", GoldenFiles.Read($"ml100k/{split}_test.csv.gz"));
        double[] values = [metrics.MeanAveragePrecision, metrics.Ndcg, metrics.Precision, metrics.Recall];
        Assert.That(values.Select(value => value.ToString("F6", System.Globalization.CultureInfo.InvariantCulture)), Is.EqualTo(published));
    }

    [TestCase("user_split")]
    [TestCase("item_split")]
    [TestCase("readme_split")]
    public void Lists_are_the_golden_ones(string split)
    {
        GoldenSet set = Set(split);
        RecommendationLists lists = set.Model(SimilarityKind.Jaccard, 1, "hl30").RecommendAll();
        List<GoldenRow> rows = GoldenFiles.Read($"ml100k/{split}_top10_jaccard_t1_hl30.csv.gz");
        Assert.That(lists.Items, Has.Length.EqualTo(rows.Count));
        foreach (IGrouping<string, GoldenRow> list in rows.GroupBy(row => row["user"]))
        {
            int user = set.Users[list.Key];
            string[] ids = [.. lists.ItemsOf(user).ToArray().Select(item => set.ItemIds[item])];
            GoldenCompare.AssertList(list, "item", ids, lists.ScoresOf(user), SimilarityKind.Jaccard, list.Key);
        }
    }

    [Test]
    public void Metrics_without_ties_are_the_golden_ones()
    {
        List<GoldenRow> untied = GoldenFiles.Read("ml100k/metrics_at_10.csv").FindAll(row => row.Int("tied_rows") == 0);
        Assert.That(untied, Has.Count.EqualTo(8));
        foreach (GoldenRow row in untied)
        {
            string[] config = row["config"].Split('_');
            Metrics actual = Metrics.At10(
                Set(row["split"]),
                Enum.Parse<SimilarityKind>(config[0], ignoreCase: true),
                config[1][1] - '0',
                config[2] == "off" ? "off_sum" : config[2],
                GoldenFiles.Read($"ml100k/{row["split"]}_test.csv.gz"));
            var expected = new Metrics(
                row.Double("map"), row.Double("map_at_k"), row.Double("ndcg_at_k"), row.Double("precision_at_k"), row.Double("recall_at_k"));
            Assert.That(actual.IsClose(expected), Is.True, $"{row["split"]} {row["config"]}: {actual}, golden {expected}");
        }
    }

    private static GoldenSet Set(string split) => new($"ml100k/{split}_train.csv.gz", "rating");

    /// <summary>The reference's ranking metrics for users who are all in both tables, binary relevance, natural logarithm.</summary>
    private sealed record Metrics(double MeanAveragePrecision, double MeanAveragePrecisionAtK, double Ndcg, double Precision, double Recall)
    {
        private const int K = 10;

        public static Metrics At10(GoldenSet set, SimilarityKind kind, int support, string mode, List<GoldenRow> test)
        {
            SarModel model = set.Model(kind, support, mode);
            Metrics[] users =
            [
                .. test.GroupBy(row => row["user"]).Select(truth =>
                    OfUser(
                        [.. truth.Select(row => row["item"])],
                        [.. model.Recommend(set.Users[truth.Key]).Indices.Select(item => set.ItemIds[item])])),
            ];
            return new Metrics(
                users.Average(user => user.MeanAveragePrecision),
                users.Average(user => user.MeanAveragePrecisionAtK),
                users.Average(user => user.Ndcg),
                users.Average(user => user.Precision),
                users.Average(user => user.Recall));
        }

        public bool IsClose(Metrics other) =>
            GoldenCompare.IsClose(MeanAveragePrecision, other.MeanAveragePrecision)
            && GoldenCompare.IsClose(MeanAveragePrecisionAtK, other.MeanAveragePrecisionAtK)
            && GoldenCompare.IsClose(Ndcg, other.Ndcg)
            && GoldenCompare.IsClose(Precision, other.Precision)
            && GoldenCompare.IsClose(Recall, other.Recall);

        private static Metrics OfUser(HashSet<string> truth, string[] list)
        {
            int[] hitRanks = [.. list.Index().Where(entry => truth.Contains(entry.Item)).Select(entry => entry.Index + 1)];
            double precisions = hitRanks.Index().Sum(hit => (hit.Index + 1.0) / hit.Item);
            double best = Enumerable.Range(1, Math.Min(truth.Count, K)).Sum(Gain);
            return new Metrics(
                precisions / truth.Count,
                precisions / Math.Min(truth.Count, K),
                hitRanks.Sum(Gain) / best,
                (double)hitRanks.Length / K,
                (double)hitRanks.Length / truth.Count);
        }

        private static double Gain(int rank) => 1 / Math.Log(1 + rank);
    }
}
