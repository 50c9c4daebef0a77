using System.Globalization;
using System.Text.Json;
using Pipeline.Cli.Commands;
using Pipeline.Sar.Tests.Golden;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Evaluate;

public class MetricsCommandTests
{
    private const int Usage = 2, Refused = 3;

    private const string Truth = "user,item,rating\nann,cups,5\nann,lamp,1\nbob,lamp,2\neve,kettle,4\n",
        Predictions = "user,item,prediction\nann,teapot,1\nann,cups,9\nbob,kettle,3\nbob,cups,2\ndan,lamp,1\n",
        Training = "user,item,timestamp\nann,kettle,2024-01-01\nann,kettle,2024-01-02\nbob,teapot,2024-01-03\nbob,cups,2024-01-03\ndan,kettle,2024-03-01\n";

    private TempFolder folder = null!;
    private string[] files = null!;

    [SetUp]
    public void Write()
    {
        folder = new TempFolder();
        files = ["--truth", folder.Write("truth.csv", Truth), "--predictions", folder.Write("predictions.csv", Predictions)];
    }

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Figures_come_as_a_line_each()
    {
        string[] lines = Run("--k", "1,2", "--output", "csv", "--resamples", "0").Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(lines[0], Is.EqualTo("metric,k,group,value,low,high,users"));
            // Ann's list is cups, teapot: a hit at rank 1. Bob has none; eve has no list and dan nothing held out.
            Assert.That(lines, Does.Contain("precision_at_k,1,all,0.5,,,4").And.Contain("precision_at_k,2,all,0.25,,,4"));
            Assert.That(lines, Does.Contain("recall_at_k,2,all,0.25,,,4").And.Contain("mrr_at_k,2,all,0.5,,,4"));
            Assert.That(lines, Does.Contain("novelty,2,all,,,,4"), "not defined without training");
        });
    }

    [Test]
    public void Json_says_how_many_users_count()
    {
        using JsonDocument json = JsonDocument.Parse(Run("--k", "1,20", "--output", "json"));
        string[] notes = [.. json.RootElement.GetProperty("notes").EnumerateArray().Select(n => n.GetString()!)];
        JsonElement recall = json.RootElement.GetProperty("figures").EnumerateArray().First(f => f.GetProperty("metric").GetString() == "recall_at_k");
        Assert.Multiple(() =>
        {
            Assert.That(notes, Has.Length.EqualTo(4));
            Assert.That(notes[0], Is.EqualTo("2 users have held-out items and a list."));
            Assert.That(notes[1], Does.StartWith("1 users of").And.Contains("have no list: ndcg and user_coverage count them, nothing else does"));
            Assert.That(notes[2], Does.StartWith("1 users of").And.Contains("have no held-out items"));
            Assert.That(notes[3], Is.EqualTo("k 20 is larger than the longest list, which has 2: precision at 20 divides by 20 all the same."));
            Assert.That(recall.GetProperty("value").GetDouble(), Is.EqualTo(0.25));
            Assert.That(recall.GetProperty("low").GetDouble(), Is.LessThan(0.25));
        });
    }

    [Test]
    public void Training_segments_and_prices_bring_their_figures()
    {
        string[] lines = Run(
            "--train", folder.Write("train.csv", Training), "--segments", folder.Write("segments.csv", "user,segment\nann,loyal\nbob,\"new, or so\"\nnobody,x\n"),
            "--prices", folder.Write("prices.csv", "item,price\ncups,4\nteapot,\nkettle,2.5\nnothing,9\n"), "--output", "csv", "--resamples", "0").Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(lines, Does.Contain("recall_at_k,10,segment=loyal,0.5,,,1").And.Contain("recall_at_k,10,\"segment=new, or so\",0,,,1"));
            Assert.That(lines, Does.Contain("recall_at_k,10,activity=1,0.5,,,2"), "ann and dan have one item each, repeats or not");
            Assert.That(lines, Does.Contain("average_price,10,all,3.5,,,4"), "cups twice, kettle once");
            Assert.That(lines, Does.Contain("list_share,10,item_age=new,0.2,,,4"), "the lamp, one of five");
            Assert.That(lines, Does.Contain("list_share,10,popularity=0-90,1,,,4"), "three items have no top hundredth");
        });
    }

    [Test]
    public void Ranks_can_take_the_place_of_predictions()
    {
        string before = Run("--k", "1,2", "--output", "json");
        files[3] = folder.Write("predictions.csv", "user,item,rank,score\nann,teapot,2,9\nann,cups,1,3\nbob,kettle,1,0\nbob,cups,2,5\ndan,lamp,7,0\n");
        Assert.That(Run("--k", "1,2", "--output", "json", "--rank", "rank"), Is.EqualTo(before));
    }

    [Test]
    public void The_order_of_lines_leaves_no_trace()
    {
        string before = Run("--k", "1,2", "--output", "json");
        foreach (string file in new[] { files[1], files[3] })
        {
            string[] lines = File.ReadAllLines(file);
            File.WriteAllLines(file, [lines[0], .. lines[1..].Reverse()]);
        }
        Assert.That(Run("--k", "1,2", "--output", "json"), Is.EqualTo(before));
    }

    [Test]
    public void The_table_shows_figures_intervals_and_groups()
    {
        string table = Run("--train", folder.Write("train.csv", Training), "--k", "1,2");
        Assert.That(table, Does.Contain("precision_at_k").And.Contain("0.2500").And.Contain("..").And.Contain("activity=2-4").And.Contain("popularity=0-90"));
    }

    [Test]
    [Category("golden")]
    public void Golden_files_give_the_golden_figures()
    {
        string golden = SharedData.File("golden/metrics");
        string[] lines = CliTool.MustRun(
            MetricsCommand.Create(), "--truth", Path.Combine(golden, "truth.csv"), "--predictions", Path.Combine(golden, "predictions.csv"),
            "--train", Path.Combine(golden, "train.csv.gz"), "--k", "1,5,10", "--output", "csv", "--resamples", "0").Output.Split('\n');
        Dictionary<string, string> actual = lines.Skip(1).Select(line => line.Split(',')).Where(c => c.Length > 3 && c[2] == "all")
            .ToDictionary(cells => $"{cells[0]} {cells[1]}", cells => cells[3]);
        GoldenRow[] rows = [.. GoldenFiles.Read("metrics/metrics.csv").Where(r => !r["metric"].Contains(':') && r["value"] != "nan" && r.Int("k") <= 10)];
        Assert.That(rows, Has.Length.GreaterThan(25));
        foreach (GoldenRow row in rows)
            Assert.That(double.Parse(actual[$"{row["metric"]} {row["k"]}"], CultureInfo.InvariantCulture), Is.EqualTo(row.Double("value")).Within(1e-12), row["metric"]);
    }

    [Test]
    public void Files_without_a_common_user_are_refused() => Refuse(
        Refused, "--truth", "user,item\nAnn,cups\n", "have no user in common: see that both write the users' ids alike");

    [TestCase("NaN", "is not a finite number")]
    [TestCase("Infinity", "is not a finite number")]
    [TestCase("high", "is not a finite number")]
    [TestCase("", "is not a finite number")]
    public void A_prediction_that_is_no_number_is_refused(string prediction, string rule) => Refuse(
        Refused, "--predictions", $"user,item,prediction\nann,cups,{prediction}\n", "line 2: prediction", rule);

    [TestCase("--truth", "user,item\nann,cups\nbob,lamp\nann,cups\n", "line 4: item 'cups' stands there a second time for the same user")]
    [TestCase("--predictions", "user,item,prediction\nann,cups,1\nann,cups,2\n", "line 3: item 'cups' stands there a second time for the same user")]
    [TestCase("--truth", "user,item,rating\nann,cups,-1\n", "line 2: rating '-1' is below 0")]
    [TestCase("--truth", "user,item\n", "has no records")]
    [TestCase("--truth", "user,item\n,cups\n", "line 2: user '' is empty")]
    public void A_record_that_cannot_be_used_is_refused(string option, string content, string sentence) => Refuse(Refused, option, content, sentence);

    [Test]
    public void A_column_that_only_some_records_have_is_refused()
    {
        files[1] = folder.Write("truth.jsonl", "{\"user\":\"ann\",\"item\":\"cups\",\"rating\":1}\n{\"user\":\"bob\",\"item\":\"lamp\"}\n");
        CliTool.MustRefuse(MetricsCommand.Create(), files, Refused, "has rating in 1 of 2 records: give it to all or to none");
    }

    [Test]
    public void A_missing_column_is_said() => Refuse(Usage, "--predictions", "user,item,score\nann,cups,1\n", "prediction");

    [TestCase("--k", "0", "--k '0' must be whole numbers from 1 to 10000 with commas between them, each once.")]
    [TestCase("--k", "5,5", "--k '5,5' must be whole numbers")]
    [TestCase("--k", "five", "--k 'five' must be whole numbers")]
    [TestCase("--output", "xml", "--output 'xml' must be one of table, json, csv.")]
    [TestCase("--users", "all", "--users 'all' must be one of common, truth.")]
    [TestCase("--resamples", "-1", "--resamples '-1' must be a whole number, at least 0.")]
    [TestCase("--rank", "rank", "--rank and --prediction do not go together")]
    [TestCase("--train", "nowhere.csv", "--train 'nowhere.csv' does not exist.")]
    [TestCase("--time", "when", "--time counts only with --train")]
    public void A_wrong_value_is_said(string option, string value, string sentence) =>
        CliTool.MustRefuse(MetricsCommand.Create(), [.. files, "--prediction", "prediction", option, value], Usage, sentence, "See './pipeline metrics --help'.");

    [Test]
    public void All_mistakes_are_said_at_once() =>
        CliTool.MustRefuse(MetricsCommand.Create(), ["--what", "--k", "x"], Usage, "--truth is missing.", "--predictions is missing.", "'--what'", "--k 'x'");

    private string Run(params IEnumerable<string> more) => CliTool.MustRun(MetricsCommand.Create(), [.. files, .. more]).Output;

    private void Refuse(int code, string option, string content, params string[] words)
    {
        files[Array.IndexOf(files, option) + 1] = folder.Write("bad.csv", content);
        CliTool.MustRefuse(MetricsCommand.Create(), files, code, words);
    }
}
