using Pipeline.Sar;
using Pipeline.Sar.Tests.Golden;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Sar;

/// <summary>What the reference implementation computed, through the command.</summary>
public class GoldenTests
{
    private const double Nothing = 1e-9;
    private const long NewestOfTiny = 1_709_251_200;
    private const long SecondsPerDay = 86_400;

    private readonly TempFolder folder = new();

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Lists_are_the_golden_ones(
        [Values] SimilarityKind kind, [Values(1, 2)] int support, [Values("off_sum", "hl30", "hl1")] string mode, [Values] bool removeSeen)
    {
        List<GoldenRow> golden = GoldenFiles.Read("tiny/recommendations_top5.csv.gz").FindAll(row =>
            row.Kind == kind && row.Int("threshold") == support && row["decay"] == mode && row.Flag("remove_seen") == removeSeen);
        Assert.That(golden, Is.Not.Empty);
        ILookup<string, GoldenRow> ours = Run([.. Model(kind, support, mode), "--top-k", "5", .. removeSeen ? [] : (string[])["--include-seen"]])
            .ToLookup(row => row["user"]);
        foreach (IGrouping<string, GoldenRow> list in golden.GroupBy(row => row["user"]))
            AssertList(list, [.. ours[list.Key]], "item", kind, list.Key);
    }

    [Test]
    public void Scores_and_normalized_scores_are_the_golden_ones(
        [Values] SimilarityKind kind, [Values(1, 2)] int support, [Values("off_sum", "hl30", "hl1")] string mode, [Values] bool normalize)
    {
        List<GoldenRow> golden = GoldenFiles.Read("tiny/scores.csv.gz")
            .FindAll(row => row.Kind == kind && row.Int("threshold") == support && row["decay"] == mode);
        Dictionary<(string, string), double> ours = Run(
            [.. Model(kind, support, mode), "--include-seen", .. normalize ? (string[])["--normalize"] : []])
            .ToDictionary(row => (row["user"], row["item"]), row => row.Double("score"));
        Assert.That(golden, Has.Count.EqualTo(120));
        foreach (GoldenRow row in golden)
        {
            string place = $"{row["user"]} {row["item"]}";
            // Items that have nothing in common with the history are not listed.
            if (!ours.TryGetValue((row["user"], row["item"]), out double score))
                Assert.That(Math.Abs(row.Double("score")), Is.LessThanOrEqualTo(kind is SimilarityKind.Mutual or SimilarityKind.Lexicographers ? Nothing : 0), place);
            else if (row[normalize ? "score_normalized_fixed" : "score"] is not "nan" and var expected)
                Assert.That(GoldenCompare.IsClose(score, row.Double(normalize ? "score_normalized_fixed" : "score"), kind), Is.True, $"{place}: {score:R}, golden {expected}");
        }
    }

    [TestCase("off_sum")]
    [TestCase("hl30")]
    [TestCase("hl1")]
    [TestCase("hl30_now_plus10d")]
    [TestCase("hl30_now_minus20d")]
    public void Affinities_are_the_golden_ones(string mode)
    {
        List<GoldenRow> golden = GoldenFiles.Read("tiny/affinity.csv").FindAll(row => row["mode"] == mode);
        string file = folder.File("affinity.csv");
        Run([.. Model(SimilarityKind.Jaccard, 1, mode), "--affinity-output", file]);
        Dictionary<(string, string), double> ours = SarTool.Read(file).ToDictionary(row => (row["user"], row["item"]), row => row.Double("affinity"));
        Assert.That(ours, Has.Count.EqualTo(golden.Count));
        foreach (GoldenRow row in golden)
            Assert.That(GoldenCompare.IsClose(ours[(row["user"], row["item"])], row.Double("affinity")), Is.True, $"{row["user"]} {row["item"]}");
    }

    [Test]
    public void Similarities_are_the_golden_ones([Values] SimilarityKind kind, [Values(1, 2)] int support)
    {
        List<GoldenRow> golden = GoldenFiles.Read("tiny/similarity.csv").FindAll(row => row.Int("threshold") == support);
        string file = folder.File("similarity.csv");
        Run([.. Model(kind, support, "hl30"), "--similarity-output", file]);
        Dictionary<(string, string), double> ours = SarTool.Read(file).ToDictionary(row => (row["item_i"], row["item_j"]), row => row.Double("value"));
        Assert.That(ours.Values, Has.None.Zero);
        foreach (GoldenRow row in golden)
        {
            double value = ours.GetValueOrDefault((row["item_i"], row["item_j"]));
            Assert.That(GoldenCompare.IsClose(value, row.Double(Name(kind)), kind), Is.True, $"{row["item_i"]} {row["item_j"]}: {value:R}");
        }
    }

    [Test]
    public void Lists_for_seeds_are_the_golden_ones(
        [Values(SimilarityKind.CoOccurrence, SimilarityKind.Cosine, SimilarityKind.Jaccard, SimilarityKind.Lift)] SimilarityKind kind)
    {
        List<GoldenRow> golden = GoldenFiles.Read("tiny/item_based_top5.csv").FindAll(row => row.Kind == kind);
        Assert.That(golden, Is.Not.Empty);
        IEnumerable<string> seeds = golden.Select(row => (Set: row["seed_set"], Seeds: row["seeds"])).Distinct()
            .SelectMany(set => set.Seeds.Split(' ').Select(seed => $"{set.Set},{seed.Replace(':', ',')}"));
        string file = folder.Write("seeds.csv", $"seed_set,item,weight\n{string.Join('\n', seeds)}\n");
        ILookup<string, GoldenRow> ours = Run([.. Model(kind, 1, "hl30"), "--top-k", "5", "--seeds", file]).ToLookup(row => row["seed_set"]);
        foreach (IGrouping<string, GoldenRow> list in golden.GroupBy(row => row["seed_set"]))
            AssertList(list, [.. ours[list.Key]], "item", kind, list.Key);
    }

    [Test]
    public void Similar_users_are_the_golden_ones([Values("off_sum", "hl30")] string mode)
    {
        List<GoldenRow> golden = GoldenFiles.Read("tiny/similar_users_top5.csv").FindAll(row => row["decay"] == mode);
        Assert.That(golden, Is.Not.Empty);
        string file = folder.Write("users.csv", $"user\n{string.Join('\n', golden.Select(row => row["user"]).Distinct())}\n");
        ILookup<string, GoldenRow> ours = Run([.. Model(SimilarityKind.Jaccard, 1, mode), "--top-k", "5", "--similar-users", file])
            .ToLookup(row => row["user"]);
        foreach (IGrouping<string, GoldenRow> list in golden.GroupBy(row => row["user"]))
            AssertList(list, [.. ours[list.Key]], "similar_user", SimilarityKind.Jaccard, list.Key);
    }

    [Test]
    public void Popular_items_are_the_golden_ones()
    {
        List<GoldenRow> golden = GoldenFiles.Read("tiny/popularity.csv").FindAll(row => row["kind"] == "item" && row.Int("threshold") == 1);
        List<GoldenRow> ours = Run([.. Model(SimilarityKind.Jaccard, 1, "hl30"), "--popular", "10"]);
        Assert.That(
            ours.Select(row => (row["item"], row.Double("users"))), Is.EquivalentTo(golden.Select(row => (row["id"], row.Double("count")))));
        Assert.That(ours.Select(row => row.Int("rank")), Is.EqualTo(Enumerable.Range(1, 10)));
        Assert.That(ours.Select(row => row.Int("users")), Is.Ordered.Descending);
    }

    [Test]
    public void Lists_for_movielens_are_the_golden_ones()
    {
        string file = SharedData.File("golden/ml100k/user_split_train.csv.gz"), output = folder.File("movielens.csv");
        SarTool.MustRun("--interactions", file, "--user", "user", "--item", "item", "--weight", "rating", "--time", "timestamp", "--output", output);
        ILookup<string, GoldenRow> ours = SarTool.Read(output).ToLookup(row => row["user"]);
        ILookup<string, GoldenRow> golden = GoldenFiles.Read("ml100k/user_split_top10_jaccard_t1_hl30.csv.gz").ToLookup(row => row["user"]);
        Assert.That(ours, Has.Count.EqualTo(943).And.Count.EqualTo(golden.Count));
        foreach (IGrouping<string, GoldenRow> list in golden)
            AssertList(list, [.. ours[list.Key]], "item", SimilarityKind.Jaccard, list.Key);
    }

    private List<GoldenRow> Run(IEnumerable<string> arguments)
    {
        string output = folder.File("output.csv");
        SarTool.MustRun([
            "--interactions", SharedData.File("golden/tiny/interactions.csv"), "--user", "user", "--item", "item", "--weight", "weight",
            "--time", "timestamp", "--output", output, .. arguments]);
        return SarTool.Read(output);
    }

    private static string Name(SimilarityKind kind) => kind.ToString().ToLowerInvariant();

    private static string[] Model(SimilarityKind kind, int support, string mode) =>
    [
        "--similarity", Name(kind), "--min-support", $"{support}",
        .. mode switch
        {
            "off_sum" => (string[])["--no-decay"],
            "hl1" => ["--half-life-days", "1"],
            "hl30" => ["--half-life-days", "30"],
            "hl30_now_plus10d" => ["--reference-time", $"{NewestOfTiny + 10 * SecondsPerDay}"],
            "hl30_now_minus20d" => ["--reference-time", $"{NewestOfTiny - 20 * SecondsPerDay}"],
            _ => throw new ArgumentException($"No golden mode is called {mode}."),
        },
    ];

    /// <summary>Compares up to the golden list's first score of 0: what has nothing in common with the history is not in ours.</summary>
    private static void AssertList(IEnumerable<GoldenRow> golden, List<GoldenRow> ours, string idColumn, SimilarityKind kind, string what)
    {
        Assert.That(ours.Select(row => row.Int("rank")), Is.EqualTo(Enumerable.Range(1, ours.Count)), what);
        bool isSigned = kind is SimilarityKind.Mutual or SimilarityKind.Lexicographers;
        List<GoldenRow> comparable = [.. golden.OrderBy(row => row.Int("rank")).TakeWhile(row => Math.Abs(row.Double("score")) > (isSigned ? Nothing : 0))];
        // With signs, ours go on below 0 where the golden ones have fillers.
        List<GoldenRow> head = isSigned ? [.. ours.Take(comparable.Count)] : ours.FindAll(row => row.Double("score") != 0);
        GoldenCompare.AssertList(comparable, idColumn, [.. head.Select(row => row[idColumn])], [.. head.Select(row => row.Double("score"))], kind, what);
    }
}
