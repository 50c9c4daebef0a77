using System.Diagnostics;
using System.Globalization;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Run;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Evaluate;

public class TuneCommandTests
{
    private const int Usage = 2, Refused = 3, Differs = 6, OutOfMemory = 7;

    private TempFolder folder = null!;
    private string[] arguments = null!;
    private string record = null!, best = null!;

    [SetUp]
    public void Write()
    {
        folder = new TempFolder();
        record = folder.File("trials.parquet");
        best = folder.File("best.options");
        arguments =
        [
            "--interactions", folder.Write("interactions.csv", EvaluateCommandTests.TastyLog(seed: 2)), "--trials", "9", "--resamples", "0",
            "--record", record, "--output", best,
        ];
    }

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void The_best_trial_becomes_a_file_of_options_and_is_compared_on_later_days()
    {
        string table = CliTool.MustRun(TuneCommand.Create(), arguments).Output;
        Dictionary<string, string> options = OptionsFile.Under(new() { ["options"] = best });
        object?[][] trials = Trials();
        object?[] top = trials.OrderByDescending(t => (double)t[^1]!).ThenBy(t => (long)t[0]!).First();
        Assert.Multiple(() =>
        {
            Assert.That(table, Does.Contain("sar, tuned").And.Contain("popular"));
            Assert.That(options.Keys, Is.EquivalentTo(new[] { "similarity", "half-life-days", "min-support", "neighbours" }));
            Assert.That(trials.Select(t => t[0]), Is.EqualTo(Enumerable.Range(0, 9)));
            Assert.That(trials[0][2..6], Is.EqualTo(new[] { "jaccard", "30", "1", "0" }));
            Assert.That(trials.Select(t => t[1]), Is.EqualTo(Enumerable.Repeat("random", 5).Concat(Enumerable.Repeat("narrowing", 4))));
            Assert.That(options.Values, Is.EqualTo(top[2..6]));
        });
    }

    [Test]
    public void Threads_leave_no_trace()
    {
        CliTool.MustRun(TuneCommand.Create(), [.. arguments, "--threads", "1"]);
        object?[][] one = Trials();
        CliTool.MustRun(TuneCommand.Create(), [.. arguments, "--threads", "3", "--overwrite"]);
        Assert.That(Trials(), Is.EqualTo(one));
    }

    [Test]
    public void Killed_and_started_again_it_ends_as_it_would_have()
    {
        CliTool.MustRun(TuneCommand.Create(), arguments);
        object?[][] whole = Trials();
        string options = File.ReadAllText(best);
        foreach (string file in new[] { record, best })
            File.Delete(file);

        // A process, killed as soon as some trials are on the disk.
        using Process process = StageRunner.Start("Cli", ["tune", .. arguments, "--threads", "1"]);
        bool wasThere = SpinWait.SpinUntil(() => process.HasExited || (File.Exists(record) && Trials().Length is >= 2 and < 9), TimeSpan.FromSeconds(60));
        process.Kill();
        process.WaitForExit();
        int left = Trials().Length;
        TestContext.Out.WriteLine($"killed with {left} of 9 trials");

        CliTool.MustRun(TuneCommand.Create(), arguments);
        Assert.Multiple(() =>
        {
            Assert.That(wasThere);
            Assert.That(Trials(), Is.EqualTo(whole));
            Assert.That(File.ReadAllText(best), Is.EqualTo(options));
        });
    }

    [Test]
    public void Trials_that_are_recorded_are_not_made_again()
    {
        CliTool.MustRun(TuneCommand.Create(), arguments);
        byte[] before = File.ReadAllBytes(record);
        CliTool.MustRun(TuneCommand.Create(), arguments);
        Assert.That(File.ReadAllBytes(record), Is.EqualTo(before), "their seconds would differ");
    }

    [TestCase("--seed", "2")]
    [TestCase("--objective", "map@5")]
    [TestCase("--space", "half-life-days=1..10")]
    public void A_record_of_another_search_is_kept(string option, string value)
    {
        CliTool.MustRun(TuneCommand.Create(), arguments);
        CliTool.MustRefuse(TuneCommand.Create(), [.. arguments, option, value], Differs, "records another search", "--overwrite");
    }

    [Test]
    public void Other_interactions_are_another_search()
    {
        CliTool.MustRun(TuneCommand.Create(), arguments);
        folder.Write("interactions.csv", EvaluateCommandTests.TastyLog(seed: 3));
        CliTool.MustRefuse(TuneCommand.Create(), arguments, Differs, "records another search");
    }

    [Test]
    public void Trials_never_see_the_last_days()
    {
        CliTool.MustRun(TuneCommand.Create(), arguments);
        object?[][] before = Trials();
        // Other items on the last 30 days, up to the same newest day.
        string path = arguments[1];
        string[] lines = File.ReadAllLines(path);
        DateTime newest = lines.Skip(1).Max(l => Date(l));
        int changed = 0;
        string[] other = [.. lines.Select((line, n) =>
        {
            if (n == 0 || Date(line) <= newest.AddDays(-30))
                return line;
            string[] cells = line.Split(',');
            changed++;
            return $"{cells[0]},i{(int.Parse(cells[1][1..], CultureInfo.InvariantCulture) + 7) % 120:000},{cells[2]}";
        })];
        File.WriteAllLines(path, other);
        CliTool.MustRun(TuneCommand.Create(), [.. arguments, "--overwrite"]);
        Assert.Multiple(() =>
        {
            Assert.That(changed, Is.GreaterThan(300));
            Assert.That(Trials(), Is.EqualTo(before));
        });
    }

    [TestCase("--space", "colour=red|blue", "--space names 'colour', which is no parameter of tuning: those are similarity, half-life-days, min-support, neighbours.")]
    [TestCase("--space", "half-life-days=30..1", "half-life-days '30..1' must be a range from a number above 0 to a larger one")]
    [TestCase("--space", "similarity=near|far", "similarity 'near' must be one of cooccurrence")]
    [TestCase("--space", "half-life-days=7|none", "half-life-days 'none' cannot be told to ./pipeline run.")]
    [TestCase("--space", "min-support=1..3,min-support=4..5", "--space names 'min-support' twice.")]
    [TestCase("--space", "min-support", "--space 'min-support' must be a parameter and its values")]
    [TestCase("--objective", "gini@10", "--objective 'gini@10' must be one of ndcg@10, precision@10")]
    [TestCase("--objective", "ndcg", "--objective 'ndcg' must be one of ndcg@10")]
    [TestCase("--trials", "0", "--trials '0' must be a whole number, at least 1.")]
    [TestCase("--record", "trials.csv", "--record 'trials.csv' must end in .parquet.")]
    public void A_wrong_value_is_said(string option, string value, string sentence)
    {
        string[] others = [.. arguments.Chunk(2).Where(pair => pair[0] != option).SelectMany(pair => pair)];
        CliTool.MustRefuse(TuneCommand.Create(), [.. others, option, value], Usage, sentence, "See './pipeline tune --help'.");
    }

    [Test]
    public void Memory_decides_how_many_trials_run_at_a_time_and_nothing_else()
    {
        CliTool.MustRun(TuneCommand.Create(), arguments);
        object?[][] without = Trials();
        CliTool.MustRun(TuneCommand.Create(), [.. arguments, "--overwrite", "--memory", "8GB", "--threads", "2"]);
        Assert.That(Trials(), Is.EqualTo(without));
    }

    [Test]
    public void Memory_that_not_even_one_trial_fits_is_refused() =>
        CliTool.MustRefuse(TuneCommand.Create(), [.. arguments, "--memory", "1MB"], OutOfMemory, "The memory budget of 1 MB cannot be kept", "See --memory.");

    [Test]
    public void Too_few_days_to_tune_and_to_check_on_are_refused() =>
        CliTool.MustRefuse(TuneCommand.Create(), [.. arguments, "--holdout-days", "70"], Refused, "leaves nothing to train with", "hold out less");

    private static DateTime Date(string line) => DateTime.Parse(line.Split(',')[2], CultureInfo.InvariantCulture);

    /// <summary>The recorded trials without their seconds: number, phase, parameters, figures and, last, the objective.</summary>
    private object?[][] Trials()
    {
        using DuckDbDatabase database = DuckDbDatabase.Open(folder.File("look.duckdb"));
        return
        [
            .. database.Query(
                $"SELECT trial, phase, similarity, half_life_days, min_support, neighbours, ndcg_at_k, catalog_coverage, objective FROM read_parquet('{record}') ORDER BY trial")
                .Select(row => Enumerable.Range(0, row.Names.Count).Select(c => row[c]).ToArray()),
        ];
    }
}
