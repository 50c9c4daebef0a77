using Pipeline.Cli.Commands;
using Pipeline.Sar.Tests.Golden;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Evaluate;

/// <summary>The command gives the figures that are published for SAR on MovieLens 100K, and those of popularity worked out elsewhere.</summary>
[Category("golden")]
public class EvaluateGoldenTests
{
    private const string Variants =
        "sar,sar:half-life-days=none,sar:min-support=2,sar:similarity=cosine,sar:similarity=cooccurrence,sar:similarity=lexicographers";

    private static readonly Dictionary<string, ReportReader> Reports = [];

    [TestCase("readme_split", 0.110591, 0.382461, 0.330753, 0.176385, Description = "README of the reference")]
    [TestCase("user_split", 0.106959, 0.379533, 0.331071, 0.176837, Description = "its quick-start notebook")]
    [TestCase("item_split", 0.114038, 0.393819, 0.340615, 0.185377, Description = "its benchmark notebook")]
    public void Published_figures_come_out_to_all_digits(string split, double map, double ndcg, double precision, double recall)
    {
        ReportReader report = Report(split);
        Assert.Multiple(() =>
        {
            Assert.That(Math.Round(report.Value("sar", "map"), 6), Is.EqualTo(map));
            Assert.That(Math.Round(report.Value("sar", "ndcg_at_k"), 6), Is.EqualTo(ndcg));
            Assert.That(Math.Round(report.Value("sar", "precision_at_k"), 6), Is.EqualTo(precision));
            Assert.That(Math.Round(report.Value("sar", "recall_at_k"), 6), Is.EqualTo(recall));
        });
    }

    [TestCase("jaccard_t1_hl30", "sar")]
    [TestCase("jaccard_t1_off", "sar:half-life-days=none")]
    [TestCase("jaccard_t2_hl30", "sar:min-support=2")]
    [TestCase("cosine_t1_hl30", "sar:similarity=cosine")]
    [TestCase("cooccurrence_t1_hl30", "sar:similarity=cooccurrence")]
    [TestCase("lexicographers_t1_hl30", "sar:similarity=lexicographers")]
    public void Every_figure_of_the_variants_is_the_reference_s(string config, string model)
    {
        string[] metrics =
        [
            "map", "map_at_k", "ndcg_at_k", "precision_at_k", "recall_at_k", "r_precision_at_k", "catalog_coverage", "distributional_coverage",
            "novelty", "diversity", "serendipity",
        ];
        GoldenRow golden = GoldenFiles.Read("ml100k/metrics_at_10.csv").Single(r => r["split"] == "user_split" && r["config"] == config);
        Assert.Multiple(() =>
        {
            foreach (string metric in metrics)
                Assert.That(Report("user_split").Value(model, metric), Is.EqualTo(golden.Double(metric)).Within(1e-9), metric);
        });
    }

    /// <summary>Popularity depends on nothing but the data and the rule for equal counts; worked out by a few lines of another language.</summary>
    [TestCase("readme_split", 0.25101988747235826, 0.22672322375397547, 0.11126113911913176, 0.05403998401488419)]
    [TestCase("user_split", 0.24988901861879947, 0.22396606574761288, 0.11018005580956122, 0.05547614689819327)]
    [TestCase("item_split", 0.2523526889934073, 0.22873806998939436, 0.11318818987173278, 0.05595888435462214)]
    public void Popularity_calibrates_the_figures(string split, double ndcg, double precision, double recall, double map)
    {
        ReportReader report = Report(split);
        Assert.Multiple(() =>
        {
            Assert.That(report.Value("popular", "ndcg_at_k"), Is.EqualTo(ndcg).Within(1e-12));
            Assert.That(report.Value("popular", "precision_at_k"), Is.EqualTo(precision).Within(1e-12));
            Assert.That(report.Value("popular", "recall_at_k"), Is.EqualTo(recall).Within(1e-12));
            Assert.That(report.Value("popular", "map"), Is.EqualTo(map).Within(1e-12));
        });
    }

    [Test]
    public void Sar_beats_popularity_with_three_stars()
    {
        var test = Report("user_split").Test("sar", "ndcg_at_k");
        Assert.Multiple(() =>
        {
            Assert.That(test.GetProperty("stars").GetString(), Is.EqualTo("***"));
            Assert.That(test.GetProperty("ratio").GetDouble(), Is.GreaterThan(1.2));
            Assert.That(test.GetProperty("corrected_p_value").GetDouble(), Is.GreaterThanOrEqualTo(test.GetProperty("p_value").GetDouble()));
        });
    }

    [Test]
    public void A_random_split_is_said_to_know_the_future_and_refused_where_a_cut_is_demanded()
    {
        Assert.That(Report("user_split").Notes, Has.One.Contains("are not earlier than the first that is held out"));
        CliTool.MustRefuse(EvaluateCommand.Create(), [.. Arguments("user_split"), "--cut", "1998-01-01"], 3, "The training leaks:", "are from 1998-01-01T00:00:00Z or later");
    }

    private static ReportReader Report(string split)
    {
        if (!Reports.TryGetValue(split, out ReportReader? report))
        {
            string models = split == "user_split" ? Variants : "sar";
            report = Reports[split] = new ReportReader(CliTool.MustRun(
                EvaluateCommand.Create(), [.. Arguments(split), "--models", models, "--output", "json", "--resamples", "0"]).Output);
        }
        return report;
    }

    private static string[] Arguments(string split) =>
    [
        "--train", SharedData.File($"golden/ml100k/{split}_train.csv.gz"), "--test", SharedData.File($"golden/ml100k/{split}_test.csv.gz"),
        "--weight", "rating", "--k", "10",
    ];
}
