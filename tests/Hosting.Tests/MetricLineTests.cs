using System.Text.Json;
using Pipeline.Testing;

namespace Pipeline.Hosting.Tests;

public sealed class MetricLineTests : StageTests
{
    [Test]
    public void Line_is_this_text_and_nothing_else()
    {
        Assert.That(
            MetricLine.ToJson("Shop/dev", "load", "2026-11-20", 0, DateTimeOffset.UnixEpoch.AddSeconds(1.5), [(StageMetrics.RowsIn, 12), (StageMetrics.RejectShare, 2.5)]),
            Is.EqualTo(
                """{"_aws":{"Timestamp":1500,"CloudWatchMetrics":[{"Namespace":"Shop/dev","Dimensions":[["Stage"]],"Metrics":[{"Name":"RowsIn","Unit":"Count"},{"Name":"RejectShare","Unit":"Percent"}]}]},"Stage":"load","Run":"2026-11-20","ExitCode":0,"RowsIn":12,"RejectShare":2.5}"""));
    }

    [Test]
    public void Run_that_is_called_like_an_address_is_not_named()
    {
        Assert.That(MetricLine.ToJson("Shop", "load", "ann@example.com", 0, DateTimeOffset.UnixEpoch, []), Does.Not.Contain("ann").And.Not.Contain("\"Run\""));
    }

    [Test]
    public void Stage_that_did_its_work_writes_one_line_that_keeps_the_rules()
    {
        StageResult result = Make("--metrics", "Shop/dev", "--rows", "10");

        Succeeded(result);
        string line = Line(result);
        IReadOnlyDictionary<string, double> values = MetricFormat.Read(line);
        Assert.Multiple(() =>
        {
            Assert.That(values["Succeeded"], Is.EqualTo(1));
            Assert.That(values["Failed"], Is.Zero);
            Assert.That((values["RowsIn"], values["RowsKept"], values["RowsDropped"]), Is.EqualTo((11, 10, 1)));
            Assert.That(values["Duration"], Is.InRange(0.001, 60));
            Assert.That(values["PeakMemory"], Is.InRange(20, 2000));
            Assert.That(values["PeakMemoryShare"], Is.InRange(0.01, 100));
            Assert.That(values["RowsPerSecond"], Is.GreaterThan(0));
            Assert.That(values, Does.Not.ContainKey("RejectShare").And.Not.ContainKey("FallbackShare"), "it has nothing of the kind");
            JsonElement root = JsonElement.Parse(line);
            Assert.That(root.GetProperty("_aws").GetProperty("CloudWatchMetrics")[0].GetProperty("Namespace").GetString(), Is.EqualTo("Shop/dev"));
            Assert.That((root.GetProperty("Stage").GetString(), root.GetProperty("Run").GetString(), root.GetProperty("ExitCode").GetInt32()), Is.EqualTo(("make", "run", 0)));
        });
    }

    [Test]
    public void Stage_whose_output_is_there_already_succeeds_without_rows()
    {
        Succeeded(Make());

        IReadOnlyDictionary<string, double> values = MetricFormat.Read(Line(Make("--metrics", "Shop")));

        Assert.That((values["Succeeded"], values["Failed"]), Is.EqualTo((1, 0)));
        Assert.That(values, Does.Not.ContainKey("RowsIn"));
    }

    [TestCase("refused", 3)]
    [TestCase("memory", 7)]
    [TestCase("bug", 1)]
    public void Stage_that_failed_says_so(string how, int code)
    {
        StageResult result = Make("--metrics", "Shop", "--fail", how);

        Assert.That(result.Code, Is.EqualTo(code));
        IReadOnlyDictionary<string, double> values = MetricFormat.Read(Line(result));
        Assert.That((values["Succeeded"], values["Failed"]), Is.EqualTo((0, 1)));
        Assert.That(JsonElement.Parse(Line(result)).GetProperty("ExitCode").GetInt32(), Is.EqualTo(code));
    }

    [Test]
    public void Without_the_option_there_are_none()
    {
        Assert.That(Make().Output, Has.None.Contains("_aws"));
    }

    [TestCase("AWS/Pipeline")]
    [TestCase(":Pipeline")]
    [TestCase("Pipe line")]
    [TestCase("Ann's")]
    public void Namespace_that_CloudWatch_does_not_take_is_refused(string name)
    {
        StageResult result = Make("--metrics", name);

        Assert.That(result.Code, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain($"--metrics '{name}' must be up to 255 letters"));
        Assert.That(result.Output, Has.None.Contains("_aws"));
    }

    [Test]
    public void Shares_are_those_of_the_counters()
    {
        var counters = new Counters { RowsIn = 200, RowsKept = 150 };
        counters.Drop("no_item", 50);
        counters.Set("rejected", 5);
        counters.Set("recommendations", 1000);
        counters.Set("recommendations_sar", 900);
        counters.Set("quarantined", 1);
        counters.Set("customer_lines", 3);

        Dictionary<string, double> values = StageMetrics.Of(counters, TimeSpan.FromSeconds(2)).ToDictionary(m => m.Metric.Name, m => m.Value);

        Assert.That(values, Is.EqualTo(new Dictionary<string, double>
        {
            ["RowsIn"] = 200,
            ["RowsKept"] = 150,
            ["RowsDropped"] = 50,
            ["RowsPerSecond"] = 100,
            ["RejectShare"] = 2.5,
            ["FallbackShare"] = 10,
            ["QuarantineShare"] = 33.333,
        }));
    }

    [Test]
    public void Share_of_nothing_is_not_written()
    {
        var counters = new Counters();
        counters.Set("rejected", 0);

        Assert.That(StageMetrics.Of(counters, TimeSpan.Zero).Select(m => m.Metric.Name), Is.EqualTo(new[] { "RowsIn", "RowsKept", "RowsDropped", "RowsPerSecond" }));
    }

    private static string Line(StageResult result) => result.Output.Single(line => MetricLine.IsOne(line));
}
