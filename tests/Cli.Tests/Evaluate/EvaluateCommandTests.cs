using System.Globalization;
using System.Text;
using Pipeline.Cli.Commands;
using Pipeline.Models;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Evaluate;

public class EvaluateCommandTests
{
    private const int Usage = 2, Refused = 3, OutOfMemory = 7;

    private TempFolder folder = null!;
    private string interactions = null!;

    [OneTimeSetUp]
    public void Write()
    {
        folder = new TempFolder();
        interactions = folder.Write("interactions.csv", TastyLog(seed: 1));
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void The_table_has_all_models_with_intervals_stars_and_cost()
    {
        string table = Run("--resamples", "100");
        foreach (string word in new[] { "random", "popular-in-segment", "knn-cosine", "knn-tfidf", "sar", "ndcg@10", "+-0.0", "***", "after Holm", "fit s", "MB" })
            Assert.That(table, Does.Contain(word));
    }

    [Test]
    public void Models_that_know_tastes_beat_those_that_do_not()
    {
        var report = new ReportReader(Run("--output", "json", "--resamples", "0"));
        double Ndcg(string model) => report.Value(model, "ndcg_at_k");
        Assert.Multiple(() =>
        {
            Assert.That(report.Models, Is.EqualTo(new[] { "random", "popular", "popular-in-segment", "knn-cosine", "knn-tfidf", "sar" }));
            Assert.That(Ndcg("random"), Is.LessThan(Ndcg("popular")));
            Assert.That(Ndcg("popular"), Is.LessThan(Ndcg("sar")).And.LessThan(Ndcg("knn-cosine")));
            Assert.That(report.Value("sar", "ndcg_at_k", "activity=10-19"), Is.GreaterThan(0));
            Assert.That(report.Value("sar", "list_share", "popularity=0-90"), Is.GreaterThan(0));
            Assert.That(report.Value("sar", "user_coverage"), Is.EqualTo(1), "short lists go on with popular items");
        });
    }

    [Test]
    public void Another_model_can_be_what_all_are_tested_against()
    {
        string[] arguments = ["--models", "sar,random", "--output", "json", "--resamples", "0"];
        var popular = new ReportReader(Run(arguments));
        var sar = new ReportReader(Run([.. arguments, "--against", "sar"]));
        Assert.Multiple(() =>
        {
            Assert.That(
                sar.Test("popular", "ndcg_at_k").GetProperty("difference").GetDouble(),
                Is.EqualTo(-popular.Test("sar", "ndcg_at_k").GetProperty("difference").GetDouble()).Within(1e-15));
            Assert.That(sar.Test("random", "ndcg_at_k").GetProperty("stars").GetString(), Is.Not.Empty);
        });
    }

    [TestCase("time")]
    [TestCase("last")]
    [TestCase("user")]
    [TestCase("stratified")]
    public void Threads_and_the_order_of_lines_leave_no_trace(string split)
    {
        string[] lines = File.ReadAllLines(interactions);
        string reversed = folder.Write("reversed.csv", string.Join('\n', [lines[0], .. lines[1..].Reverse()]) + "\n");
        string[] arguments = ["--split", split, "--models", "random,sar,sar:per-segment=yes,knn-tfidf", "--output", "json", "--resamples", "50"];
        string one = new ReportReader(Run([.. arguments, "--threads", "1"])).Stable;
        Assert.That(
            new ReportReader(CliTool.MustRun(EvaluateCommand.Create(), ["--interactions", reversed, .. arguments, "--threads", "3"]).Output).Stable, Is.EqualTo(one));
    }

    [Test]
    public void Segments_of_a_file_are_looked_at_apart()
    {
        string segments = folder.Write("segments.csv", "user,segment\n" + string.Concat(Enumerable.Range(0, 150).Select(u => $"u{u:000},taste{u % 3}\n")));
        var report = new ReportReader(Run("--segments", segments, "--models", "popular-in-segment", "--output", "json", "--resamples", "0"));
        Assert.Multiple(() =>
        {
            Assert.That(report.Value("popular-in-segment", "ndcg_at_k", "segment=taste1"), Is.GreaterThan(0));
            Assert.That(report.Value("popular-in-segment", "ndcg_at_k"), Is.GreaterThan(2 * report.Value("popular", "ndcg_at_k")));
        });
    }

    [Test]
    public void Events_weigh_what_is_said_and_others_are_left_out()
    {
        string events = folder.Write("events.csv", "user,item,timestamp,event\nann,a,2024-01-01,view\nann,b,2024-01-09,buy\nbob,a,2024-01-02,buy\nbob,c,2024-01-09,gone\n");
        var report = new ReportReader(CliTool.MustRun(
            EvaluateCommand.Create(), "--interactions", events, "--event-weights", "view=1,buy=4", "--holdout-days", "3", "--output", "json", "--resamples", "0").Output);
        Assert.That(report.Notes[0], Is.EqualTo(
            "2 interactions to learn from, 1 held out; 1 users are measured by 1 items new to them, 0 of these users have no training."));
    }

    [Test]
    public void A_model_that_knows_the_truth_of_a_generated_shop_is_the_upper_line()
    {
        string shop = folder.File("shop");
        CliTool.MustRun(GenerateCommand.Create(), "--users", "800", "--items", "200", "--interactions", "20000", "--seed", "3", "--output", shop);
        var report = new ReportReader(CliTool.MustRun(
            EvaluateCommand.Create(), "--interactions", Path.Combine(shop, "interactions.csv"), "--user", "user_id", "--item", "item_id", "--time", "time",
            "--event-weights", "view=1,cart=3,purchase=4", "--shop", shop, "--models", "random,popular,sar,truth", "--output", "json", "--resamples", "0").Output);
        double[] ndcg = [.. new[] { "random", "popular", "sar", "truth" }.Select(model => report.Value(model, "ndcg_at_k"))];
        Assert.That(ndcg, Is.Ordered.Ascending);
    }

    [Test]
    public void Files_of_training_and_test_without_a_common_user_are_refused()
    {
        string test = folder.Write("test.csv", "user,item,timestamp\nnobody,i01,2024-06-01\n");
        CliTool.MustRefuse(EvaluateCommand.Create(), ["--train", interactions, "--test", test], Refused, "have no user in common: see that both write");
    }

    [Test]
    public void A_split_that_leaves_a_side_empty_is_refused() => Refuse(
        Refused, ["--holdout-days", "4000"], "The split by time leaves nothing to train with of", "hold out less");

    [Test]
    public void A_holdout_without_anything_new_is_refused()
    {
        string same = folder.Write("same.csv", "user,item,timestamp\nann,a,2024-01-01\nann,a,2024-03-01\n");
        CliTool.MustRefuse(EvaluateCommand.Create(), ["--interactions", same], Refused, "All that is held out, its users have in training already");
    }

    [Test]
    public void Memory_that_cannot_be_kept_is_refused() =>
        Refuse(OutOfMemory, ["--models", "sar", "--memory", "1MB"], "The memory budget of 1 MB cannot be kept", "See --memory.");

    [TestCase("--models", "magic", "--models: 'magic' is no model: those are popular, popular-in-segment, knn-cosine, knn-tfidf, random, sar, truth.")]
    [TestCase("--models", "sar:colour=red", "'colour' is no setting of sar: those are similarity, half-life-days, min-support, neighbours, weights, per-segment.")]
    [TestCase("--models", "sar:similarity=near", "similarity 'near' must be one of cooccurrence, cosine")]
    [TestCase("--models", "sar:half-life-days=0", "half-life-days '0' must be a number above 0, or none.")]
    [TestCase("--models", "sar:lift", "'lift' of 'sar:lift' must be a setting and its value")]
    [TestCase("--models", "sar,sar", "'sar' stands there twice.")]
    [TestCase("--models", "popular:k=3", "'k' is no setting of popular.")]
    [TestCase("--models", "truth", "The model truth and --shop go together")]
    [TestCase("--against", "magic", "--against 'magic' is none of the models: write it as in --models.")]
    [TestCase("--split", "random", "--split 'random' must be one of time, last, user, stratified.")]
    [TestCase("--holdout-days", "0", "--holdout-days '0' must be a number above 0.")]
    [TestCase("--holdout-share", "0.5", "--holdout-share counts only with --split user or stratified")]
    [TestCase("--cut", "2024-01-01", "--cut counts only with --train and --test")]
    [TestCase("--train", "nowhere.csv", "--train 'nowhere.csv' does not exist.")]
    [TestCase("--event-weights", "buy", "--event-weights 'buy' must be an event and a weight of 0 or more")]
    [TestCase("--event", "kind", "--event counts only with --event-weights")]
    [TestCase("--k", "0", "--k '0' must be whole numbers from 1 to 10000")]
    public void A_wrong_value_is_said(string option, string value, string sentence) =>
        Refuse(Usage, [option, value], sentence, "See './pipeline evaluate --help'.");

    [Test]
    public void Without_interactions_there_is_nothing_to_do() =>
        CliTool.MustRefuse(EvaluateCommand.Create(), [], Usage, "Give either --interactions, or --train and --test.");

    /// <summary>150 users with a taste for one of three thirds of 120 items, some of which are more popular, over 120 days.</summary>
    internal static string TastyLog(long seed)
    {
        var random = new SeededRandom(seed, 0);
        var text = new StringBuilder("user,item,timestamp\n");
        for (int user = 0; user < 150; user++)
            for (int n = 0; n < 20; n++)
            {
                int popular = Math.Min(random.Below(40), random.Below(40));
                int item = random.Below(10) > 0 ? 3 * popular + user % 3 : random.Below(120);
                text.Append(CultureInfo.InvariantCulture, $"u{user:000},i{item:000},{new DateTime(2024, 1, 1).AddDays(random.Below(120)):yyyy-MM-dd}\n");
            }
        return text.ToString();
    }

    private string Run(params IEnumerable<string> more) => CliTool.MustRun(EvaluateCommand.Create(), ["--interactions", interactions, .. more]).Output;

    private void Refuse(int code, string[] more, params string[] words) =>
        CliTool.MustRefuse(EvaluateCommand.Create(), ["--interactions", interactions, .. more], code, words);
}
