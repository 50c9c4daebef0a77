using Pipeline.Cli.Commands;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Report;

/// <summary>Reports of runs that are compared, measured, half done or not there.</summary>
public class ReportCommandTests
{
    private ReportedRun run = null!;

    [OneTimeSetUp]
    public void Make() => run = SharedRun.Value;

    [Test]
    public void Failed_run_has_a_report_of_what_is_there()
    {
        StageResult result = run.Run("failed", "--top-k", "1", "--min-coverage", "100%");
        var page = new ReportPage(run["failed/report.html"]);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(3));
            Assert.That(page.Text, Does.Contain("not complete").And.Contain("train failed (exit code 3): The lists are not fit to be mailed"));
            Assert.That(page.Text, Does.Contain("email has not finished."));
            Assert.That(page.Section("rows"), Does.Contain("learned from"));
            Assert.That(page.Text, Does.Not.Contain("id=\"customers\""));
        });
    }

    [Test]
    public void Change_against_another_run_is_counted_customer_by_customer()
    {
        Assert.That(run.Run("other", "--similarity", "lift", "--top-k", "5").ExitCode, Is.Zero);
        var page = new ReportPage(run.Report("changed.html", "--compare-with", run["other"]));
        ILookup<string, string> before = Lists(run["other"]), now = Lists(run.Path);
        double[] kept = [.. before.Where(list => now.Contains(list.Key)).Select(list => list.Intersect(now[list.Key]).Count() / (double)list.Count())];
        string[] figures = page.Table("Figures before and now").Single(row => row[0] == "recommendations");
        Assert.Multiple(() =>
        {
            Assert.That(page.Section("changes"), Does.Contain($"{kept.Length:N0} customers have a list in both runs; on average {100 * kept.Average():0.0}% of the earlier one"));
            Assert.That(page.Counts("Customers by the share of the earlier list that is in the new one", 1).Values.Sum(), Is.EqualTo(kept.Length));
            Assert.That(ReportPage.Number(figures[1]), Is.EqualTo(before.Sum(list => list.Count())));
            Assert.That(ReportPage.Number(figures[2]), Is.EqualTo(now.Sum(list => list.Count())));
        });

        static ILookup<string, string> Lists(string path) =>
            RunReader.Read(path, Recommendations.DataSet).ToLookup(row => row.Text(Recommendations.UserId)!, row => row.Text(Recommendations.ItemId)!);
    }

    [Test]
    public void Run_with_an_earlier_one_that_is_no_longer_readable_still_gets_its_report()
    {
        string broken = run.Copy(run.Path, "broken");
        // What load and train compare with stays readable.
        File.WriteAllText(Path.Combine(broken, Stages.Transform.Folder, "_manifest.json"), "{");
        StageResult result = run.Run("after-broken", "--compare-with", broken);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(new ReportPage(run["after-broken/report.html"]).Section("changes"), Does.Contain("cannot be compared").And.Contain("is not a whole manifest"));
        CliTool.MustRefuse(ReportCommand.Create(), ["--run", run.Path, "--compare-with", broken], 3, "is not a whole manifest");
    }

    [Test]
    public void Evaluation_stands_in_the_report_with_intervals_and_stars()
    {
        string[] interactions = ["--interactions", run["shop/interactions.csv"], "--user", "user_id", "--item", "item_id", "--time", "time", "--models", "sar,popular,random", "--resamples", "100"];
        StageResult json = CliTool.MustRun(EvaluateCommand.Create(), [.. interactions, "--output", "json", "--report", run["models.html"]]);
        var alone = new ReportPage(run["models.html"]);
        var page = new ReportPage(run.Report("measured.html", "--evaluation", run.Write("evaluation.json", json.Output)));
        using var document = System.Text.Json.JsonDocument.Parse(json.Output);
        foreach (ReportPage one in (ReportPage[])[page, alone])
        {
            IReadOnlyList<string[]> ndcg = one.Table("ndcg@10");
            foreach (var model in document.RootElement.GetProperty("models").EnumerateArray())
            {
                var figure = model.GetProperty("figures").EnumerateArray().Single(f => f.GetProperty("metric").GetString() == "ndcg_at_k" && f.GetProperty("group").GetString() == "all");
                string[] row = ndcg.Single(r => r[0] == model.GetProperty("name").GetString());
                Assert.That(row[1..4], Is.EqualTo(new[] { "value", "low", "high" }.Select(name => figure.GetProperty(name).GetDouble().ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture))));
            }
        }
        Assert.That(alone.Section("groups"), Does.Contain("activity="));
        Assert.That(alone.Table("Time and memory of the models"), Has.Count.EqualTo(3));
    }

    [Test]
    public void Run_that_was_measured_shows_by_how_much_it_beats_what_is_popular()
    {
        // Nothing is left to train with, which is found between two stages.
        Assert.That(run.Run("evaluated", "--evaluate", "9999").ExitCode, Is.EqualTo(3));
        Assert.That(new ReportPage(run["evaluated/report.html"]).Text, Does.Contain("train has not finished."));
        StageResult result = run.Run("evaluated", "--evaluate");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        var page = new ReportPage(run["evaluated/report.html"]);
        using var record = System.Text.Json.JsonDocument.Parse(File.ReadAllText(run["evaluated/evaluation.json"]));
        foreach (string[] row in page.Table("ndcg@10"))
        {
            var figure = record.RootElement.GetProperty(row[0]).EnumerateArray().Single(f => f.GetProperty("metric").GetString() == "ndcg_at_k");
            Assert.That(row[1..4], Is.EqualTo(new[] { "value", "low", "high" }.Select(name => figure.GetProperty(name).GetDouble().ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture))));
        }
        Assert.That(page.Section("quality"), Does.Contain("measured on them: ").And.Contain($"{record.RootElement.GetProperty("users").GetInt32():N0} customers"));
    }

    [Test]
    public void Tuning_shows_every_trial_and_the_best_options()
    {
        CliTool.MustRun(
            TuneCommand.Create(), "--interactions", run["shop/interactions.csv"], "--user", "user_id", "--item", "item_id", "--time", "time", "--trials", "4", "--resamples", "50",
            "--record", run["trials.parquet"], "--output", run["best.options"], "--report", run["tuning.html"]);
        var page = new ReportPage(run["tuning.html"]);
        Assert.Multiple(() =>
        {
            Assert.That(page.Table("Trials").Select(row => row[0]), Is.EqualTo(new[] { "0", "1", "2", "3" }));
            Assert.That(page.Table("The best options").Select(row => $"{row[0][2..]}={row[1]}"), Is.EqualTo(File.ReadAllLines(run["best.options"]).Where(line => line[0] != '#')));
            Assert.That(page.Table("ndcg@10").Select(row => row[0]), Is.EqualTo(new[] { "popular", "sar", "sar, tuned" }));
        });
    }

    [Test]
    public void Customers_can_be_left_out() =>
        Assert.That(new ReportPage(run.Report("nobody.html", "--customers", "0")).Text, Does.Not.Contain("class=\"customer\""));

    [Test]
    public void What_is_no_run_or_no_evaluation_is_refused_in_a_sentence()
    {
        Directory.CreateDirectory(run["empty"]);
        CliTool.MustRefuse(ReportCommand.Create(), ["--run", run["empty"]], 2, "is no run in which a stage has finished");
        CliTool.MustRefuse(ReportCommand.Create(), [], 2, "--run is missing");
        CliTool.MustRefuse(ReportCommand.Create(), ["--run", run.Path, "--customers", "many"], 2, "--customers 'many'");
        CliTool.MustRefuse(ReportCommand.Create(), ["--run", run.Path, "--evaluation", run["none.json"]], 2, "does not exist");
        CliTool.MustRefuse(ReportCommand.Create(), ["--run", run.Path, "--evaluation", run.Write("odd.json", "{\"models\": 1}")], 3, "is not what './pipeline evaluate --output json' writes");
        CliTool.MustRefuse(ReportCommand.Create(), ["--run", run.Path, "--evaluation", run.Write("other.json", "{}")], 3, "is not what");
        CliTool.MustRefuse(ReportCommand.Create(), ["--run", run.Path, "--output", run["no/such/folder.html"]], 2, "--output", "does not exist");
    }

    [Test]
    public void Damaged_table_is_named()
    {
        string damaged = run.Copy(run.Path, "damaged");
        File.AppendAllText(Path.Combine(damaged, Stages.Train.Folder, "segments.parquet"), "x");
        CliTool.MustRefuse(ReportCommand.Create(), ["--run", damaged], 3, "segments.parquet", "is not what its manifest says");
    }
}
