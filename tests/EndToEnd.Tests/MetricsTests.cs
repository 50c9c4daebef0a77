using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>The metrics of a whole run, stage by stage, as the cloud's log would get them.</summary>
internal sealed class MetricsTests
{
    private const string Namespace = "Shop/test";

    [Test]
    public void Every_stage_writes_its_metrics_and_nothing_of_any_customer()
    {
        using var shop = new Shop();
        StageResult all = shop.MustRun("run", "--metrics", Namespace);
        Assert.That(all.Error + all.Output, Does.Not.Contain("_aws"), "a person does not see them");
        string[] people = [.. File.ReadLines(shop["shop/customers.csv"]).Skip(1).SelectMany(line => line.Split(',')[..2]).Where(field => field.Length > 5)];

        foreach (StageContract stage in Stages.All)
        {
            (string line, IReadOnlyDictionary<string, double> values) = Again(shop, stage);
            IReadOnlyDictionary<string, long> counters = shop.Folder("run", stage).Manifest().Counters;
            Assert.Multiple(() =>
            {
                Assert.That(line, Does.Contain($"\"Namespace\":\"{Namespace}\"").And.Contain($"\"Stage\":\"{stage.Name}\"").And.Contain("\"Run\":\"run\""));
                Assert.That(values[StageMetrics.Succeeded.Name], Is.EqualTo(1));
                Assert.That(values[StageMetrics.RowsIn.Name], Is.EqualTo(counters["rows_in"]));
                Assert.That(values[StageMetrics.RowsKept.Name] + values[StageMetrics.RowsDropped.Name], Is.EqualTo(counters["rows_in"]));
                Assert.That(values.ContainsKey(StageMetrics.RejectShare.Name), Is.EqualTo(stage == Stages.Load));
                Assert.That(values.ContainsKey(StageMetrics.FallbackShare.Name), Is.EqualTo(stage == Stages.Train));
                Assert.That(values.ContainsKey(StageMetrics.QuarantineShare.Name), Is.EqualTo(stage == Stages.Email));
            });
            foreach (string person in people)
                Assert.That(line, Does.Not.Contain(person));
        }
    }

    /// <summary>The stage alone, as a task runs it: its output is standard output.</summary>
    private static (string Line, IReadOnlyDictionary<string, double> Values) Again(Shop shop, StageContract stage)
    {
        File.Delete(Path.Combine(shop["run"], stage.Folder, Manifest.FileName));
        var flags = new Dictionary<string, string>
        {
            ["run"] = shop["run"],
            ["interactions"] = shop.Interactions,
            ["catalogue"] = shop["shop/catalogue.csv"],
            ["customers"] = shop["shop/customers.csv"],
            ["without-suppressions"] = "true",
            ["key-ring"] = shop["keys.json"],
            ["metrics"] = Namespace,
        };
        StageResult result = StageRunner.Run(stage, [], flags.ToDictionary(flag => OptionReader.EnvironmentName(flag.Key), flag => flag.Value));
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        string line = MetricFormat.LinesOf(result.Output).Single();
        return (line, MetricFormat.Read(line));
    }
}
