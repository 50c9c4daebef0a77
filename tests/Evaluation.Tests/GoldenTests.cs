namespace Pipeline.Evaluation.Tests;

/// <summary>The figures are those of the reference implementation, to the last digits.</summary>
[Category("golden")]
public class GoldenTests
{
    private const double Tolerance = 1e-12;

    /// <summary>The reference's names and ours.</summary>
    private static readonly Dictionary<string, string> Names = new()
    {
        ["precision_at_k"] = MetricNames.Precision,
        ["recall_at_k"] = MetricNames.Recall,
        ["r_precision_at_k"] = MetricNames.RPrecision,
        ["map"] = MetricNames.Map,
        ["map_at_k"] = MetricNames.MapAtK,
        ["ndcg_at_k:binary:loge"] = MetricNames.Ndcg,
        ["ndcg_at_k:binary:log2"] = MetricNames.Ndcg,
        ["ndcg_at_k:raw:loge"] = MetricNames.NdcgRaw,
        ["ndcg_at_k:raw:log2"] = MetricNames.NdcgRaw,
        ["ndcg_at_k:exp:loge"] = MetricNames.NdcgExp,
        ["ndcg_at_k:exp:log2"] = MetricNames.NdcgExp,
        ["own:mrr_at_k"] = MetricNames.Mrr,
        ["own:hit_rate_at_k"] = MetricNames.HitRate,
        ["own:ndcg_at_k_common_users:binary"] = MetricNames.NdcgCommonUsers,
        ["catalog_coverage"] = MetricNames.CatalogCoverage,
        ["distributional_coverage"] = MetricNames.DistributionalCoverage,
        ["novelty"] = MetricNames.Novelty,
        ["diversity"] = MetricNames.Diversity,
        ["serendipity"] = MetricNames.Serendipity,
    };

    private EvaluationData data = null!;
    private List<string> users = null!;

    [OneTimeSetUp]
    public void Read()
    {
        List<Dictionary<string, string>> truth = Case.Golden("metrics/truth.csv"), predictions = Case.Golden("metrics/predictions.csv"),
            train = Case.Golden("metrics/train.csv.gz");
        users = [.. truth.Concat(predictions).Concat(train).Select(r => r["user"]).Distinct()];
        List<string> items = [.. truth.Concat(predictions).Concat(train).Select(r => r["item"]).Distinct()];
        Dictionary<string, int> user = Positions(users), item = Positions(items);
        (int, int[])[] lists =
        [
            .. predictions.GroupBy(r => r["user"])
                .Select(list => (user[list.Key], list.OrderByDescending(r => Case.Number(r["prediction"])).Select(r => item[r["item"]]).ToArray())),
        ];
        data = new EvaluationData(
            Case.Pairs(users.Count, items.Count, [.. truth.Select(r => (user[r["user"]], item[r["item"]], Case.Number(r["rating"])))]),
            Case.Lists(lists),
            Case.Pairs(users.Count, items.Count, [.. train.Select(r => (user[r["user"]], item[r["item"]], 1.0))]));
    }

    [Test]
    public void Every_figure_of_the_reference_is_reached()
    {
        List<Dictionary<string, string>> golden = Case.Golden("metrics/metrics.csv");
        int[] ks = [.. golden.Select(r => (int)Case.Number(r["k"])).Distinct()];
        EvaluationResult result = Evaluator.Evaluate(data, new EvaluationOptions { Ks = ks, Resamples = 0 });
        Assert.That(golden.Select(r => r["metric"]).Distinct(), Is.EquivalentTo(Names.Keys));
        Assert.Multiple(() =>
        {
            foreach (Dictionary<string, string> row in golden)
            {
                double? actual = result[Names[row["metric"]], (int)Case.Number(row["k"])].Value;
                if (row["value"] == "nan")
                    Assert.That(actual, Is.Null, $"{row["metric"]} at {row["k"]}");
                else
                    Assert.That(actual, Is.EqualTo(Case.Number(row["value"])).Within(Tolerance), $"{row["metric"]} at {row["k"]}");
            }
        });
    }

    [TestCase("user_diversity", MetricNames.Diversity)]
    [TestCase("user_serendipity", MetricNames.Serendipity)]
    public void Every_users_own_part_is_reached(string column, string metric)
    {
        IReadOnlyDictionary<int, double> actual = Evaluator.Evaluate(data, new EvaluationOptions { Resamples = 0 }).PerUser(metric, 10);
        List<Dictionary<string, string>> golden = Case.Golden("metrics/per_user_at_10.csv");
        Dictionary<string, int> position = Positions(users);
        Assert.That(actual, Has.Count.EqualTo(golden.Count(r => r[column] != "nan")));
        Assert.Multiple(() =>
        {
            foreach (Dictionary<string, string> row in golden.Where(r => r[column] != "nan"))
                Assert.That(actual[position[row["user"]]], Is.EqualTo(Case.Number(row[column])).Within(Tolerance), row["user"]);
        });
    }

    private static Dictionary<string, int> Positions(List<string> texts) => texts.Index().ToDictionary(t => t.Item, t => t.Index);
}
