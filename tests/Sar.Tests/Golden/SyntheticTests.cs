namespace Pipeline.Sar.Tests.Golden;

public class SyntheticTests
{
    private static readonly Lazy<GoldenSet> Set = new(() => new GoldenSet("synthetic1000/interactions.csv.gz"));

    [TestCase("off_sum")]
    [TestCase("off_last")]
    [TestCase("hl30")]
    [TestCase("hl1")]
    public void Affinity_is_the_golden_one(string mode)
    {
        List<GoldenRow> rows = GoldenFiles.Read("synthetic1000/affinity.csv.gz");
        SparseMatrix affinity = Set.Value.Model(SimilarityKind.Jaccard, 1, mode).Affinity;
        Assert.That(affinity.Count, Is.EqualTo(rows.Count));
        GoldenRow? wrong = rows.Find(row =>
            !GoldenCompare.IsClose(affinity[Set.Value.Users[row["user"]], Set.Value.Items[row["item"]]], row.Double(mode)));
        Assert.That(wrong, Is.Null, $"{wrong?["user"]} {wrong?["item"]}");
    }

    [Test]
    public void Similarity_rows_are_the_golden_ones([Values] SimilarityKind kind)
    {
        foreach (IGrouping<(int Support, string Item), GoldenRow> cells in
            GoldenFiles.Read("synthetic1000/similarity_rows.csv.gz").GroupBy(row => (row.Int("threshold"), row["item_i"])))
        {
            SarModel model = Set.Value.Model(kind, cells.Key.Support, "hl30");
            int item = Set.Value.Items[cells.Key.Item];
            SparseMatrix similarity = model.SimilarityMatrix();
            Assert.That(model.SimilarityRow(item).Count, Is.EqualTo(cells.Count()), $"{cells.Key}");
            string column = kind.ToString().ToLowerInvariant();
            GoldenRow? wrong = cells.FirstOrDefault(cell =>
                !GoldenCompare.IsClose(similarity[item, Set.Value.Items[cell["item_j"]]], cell.Double(column), kind));
            Assert.That(wrong, Is.Null, $"{cells.Key} {wrong?["item_j"]}");
        }
    }

    [Test]
    public void Similarity_totals_are_the_golden_ones([Values] SimilarityKind kind)
    {
        List<GoldenRow> totals = GoldenFiles.Read("synthetic1000/similarity_totals.csv").FindAll(row => row.Kind == kind);
        Assert.That(totals, Is.Not.Empty);
        foreach (GoldenRow total in totals)
        {
            SparseMatrix similarity = Set.Value.Model(kind, total.Int("threshold"), "hl30").SimilarityMatrix();
            double[] values = similarity.Values.ToArray();
            bool hasZeros = similarity.Count < (long)similarity.Rows * similarity.Columns;
            Assert.Multiple(() =>
            {
                Assert.That(similarity.Count, Is.EqualTo(total.Double("nonzero")));
                // Terms of both signs cancel: the sum is only as good as the sum of their sizes.
                Assert.That(values.Sum(), Is.EqualTo(total.Double("sum")).Within(1e-11 * values.Sum(Math.Abs)));
                Assert.That(Math.Sqrt(values.Sum(value => value * value)), Is.EqualTo(total.Double("frobenius")).Within(1e-9).Percent);
                Assert.That(Enumerable.Range(0, similarity.Rows).Sum(i => similarity[i, i]), Is.EqualTo(total.Double("trace")).Within(1e-7).Percent);
                Assert.That(Math.Max(values.Max(), hasZeros ? 0 : double.MinValue), Is.EqualTo(total.Double("max")).Within(1e-7).Percent);
                Assert.That(Math.Min(values.Min(), hasZeros ? 0 : double.MaxValue), Is.EqualTo(total.Double("min")).Within(1e-7).Percent);
            });
        }
    }

    [Test]
    public void Recommendations_are_the_golden_ones([Values] SimilarityKind kind)
    {
        List<GoldenRow> rows = GoldenFiles.Read("synthetic1000/recommendations_top10.csv.gz").FindAll(row => row.Kind == kind);
        Assert.That(rows, Is.Not.Empty);
        foreach (var setting in rows.GroupBy(row =>
            (Support: row.Int("threshold"), Mode: row["decay"], RemoveSeen: row.Flag("remove_seen"), Normalize: row.Flag("normalize"))))
        {
            SarModel model = Set.Value.Model(kind, setting.Key.Support, setting.Key.Mode);
            var options = new RecommendOptions { IncludeSeen = !setting.Key.RemoveSeen, Normalize = setting.Key.Normalize, ZeroScores = true };
            RecommendationLists filled = model.RecommendAll(options), plain = model.RecommendAll(options with { ZeroScores = false });
            foreach (IGrouping<string, GoldenRow> list in setting.GroupBy(row => row["user"]))
            {
                int user = Set.Value.Users[list.Key];
                string what = $"{setting.Key} {list.Key}";
                GoldenCompare.AssertList(list, "item", Ids(filled.ItemsOf(user)), filled.ScoresOf(user), kind, what);
                if (!setting.Key.Normalize && kind is not (SimilarityKind.Mutual or SimilarityKind.Lexicographers))
                    GoldenCompare.AssertListUpToZero(list, "item", Ids(plain.ItemsOf(user)), plain.ScoresOf(user), what + " without fillers");
            }
        }
    }

    [TestCase(SimilarityKind.Cosine)]
    [TestCase(SimilarityKind.Jaccard)]
    [TestCase(SimilarityKind.Lift)]
    public void Items_for_baskets_are_the_golden_ones(SimilarityKind kind)
    {
        List<GoldenRow> rows = GoldenFiles.Read("synthetic1000/item_based_top10.csv.gz").FindAll(row => row.Kind == kind);
        Assert.That(rows, Has.Count.EqualTo(300));
        foreach (IGrouping<string, GoldenRow> list in rows.GroupBy(row => row["seeds"]))
        {
            Ranking ranking = Baskets.Recommend(Set.Value, kind, list.Key, 10);
            GoldenCompare.AssertList(list, "item", Ids(ranking.Indices), ranking.Scores, kind, list.Key);
        }
    }

    [Test]
    public void Popularity_is_the_golden_one()
    {
        List<GoldenRow> rows = GoldenFiles.Read("synthetic1000/popularity_top50.csv");
        foreach (var table in rows.GroupBy(row => (Kind: row["kind"], Support: row.Int("threshold"))))
        {
            SarModel model = Set.Value.Model(SimilarityKind.Jaccard, table.Key.Support, "hl30");
            Ranking top = table.Key.Kind == "item" ? model.PopularItems(50) : model.PopularUsers(50);
            Assert.That(top.Scores, Is.EqualTo(table.Select(row => row.Double("count"))), $"{table.Key}");
            foreach (GoldenRow row in table)
            {
                int actual = table.Key.Kind == "item"
                    ? model.ItemUsers[Set.Value.Items[row["id"]]]
                    : model.Affinity.Row(Set.Value.Users[row["id"]]).Count;
                Assert.That(actual, Is.EqualTo(row.Double("count")), $"{table.Key} {row["id"]}");
            }
        }
    }

    [Test]
    public void Similar_users_are_the_golden_ones()
    {
        foreach (IGrouping<(string Decay, string User), GoldenRow> list in
            GoldenFiles.Read("synthetic1000/similar_users_top10.csv.gz").GroupBy(row => (row["decay"], row["user"])))
        {
            Ranking ranking = Set.Value.Model(SimilarityKind.Jaccard, 1, list.Key.Decay).SimilarUsers(Set.Value.Users[list.Key.User], 10);
            string[] ids = [.. ranking.Indices.Select(user => Set.Value.UserIds[user])];
            GoldenCompare.AssertListUpToZero(list, "similar_user", ids, ranking.Scores, $"{list.Key}");
        }
    }

    private static string[] Ids(ReadOnlySpan<int> items)
    {
        string[] ids = new string[items.Length];
        for (int n = 0; n < ids.Length; n++)
            ids[n] = Set.Value.ItemIds[items[n]];
        return ids;
    }
}
