using System.Text.RegularExpressions;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Infra.Tests;

/// <summary><c>./pipeline aws</c> against the executed state machine.</summary>
[NonParallelizable]
public sealed class AwsCommandTests
{
    private static Cloud Aws => SharedCloud.Get();

    [OneTimeSetUp]
    public void Start()
    {
        Aws.CreateMachine(name: "pipeline-dev");
        Aws.CreateMachine(name: "pipeline-idle");
    }

    [SetUp]
    public void Forget() => Aws.Forget();

    [Test]
    public void Run_is_started_shown_and_listed()
    {
        string name = StartRun("from-the-desk");
        Aws.WaitFor("pipeline-dev", name);

        string status = Must("status");
        Assert.That(status, Does.Contain($"{name}: run from-the-desk, succeeded"));
        foreach (string stage in new[] { "load", "transform", "train", "email", "inject" })
            Assert.That(Row(status, stage), Does.Match($@"^{stage} +done +1 +\d+ +[\d,]+ +[\d,]+ +\d+"), status);
        Assert.That(Row(status, "load"), Does.Contain("8,000"));

        Assert.That(Must("status", name), Is.EqualTo(status), "the newest is this one");
        Assert.That(Must("history"), Does.Match($@"{name} +succeeded +\d{{4}}-\d\d-\d\d .*\n").And.Contain("A run that goes live takes"));
        string logs = Must("logs", "--stage", "transform");
        Assert.That(logs, Does.Contain(" transform ").And.Contain("rows in").And.Not.Contain(" load "));
        Assert.That(Must("logs").Split('\n').Select(line => line.Split(' ').ElementAtOrDefault(2)).Where(stage => stage is not null).Distinct(),
            Is.EqualTo(new[] { "load", "transform", "train", "email", "inject" }));
    }

    [Test]
    public void Run_that_stands_still_is_seen_and_stopped()
    {
        Aws.Ecs.AfterStart = task =>
        {
            if (task.Stage == "transform")
                task.Signal("STOP");
        };
        string name = StartRun("to-be-stopped");
        Assert.That(() => Aws.Ecs.Started.Count, Is.EqualTo(2).After(20_000, 100));

        string status = Must("status");
        Assert.That(status, Does.Contain($"{name}: run to-be-stopped, running"));
        Assert.That(Row(status, "load"), Does.StartWith("load").And.Contain("done"));
        Assert.That(Row(status, "transform"), Does.Match(@"^transform +runs +1 "));
        Assert.That(Row(status, "train").Trim(), Is.EqualTo("train"));

        Assert.That(Must("stop"), Is.EqualTo($"stopped {name}\n"));
        Assert.That(() => Must("status"), Does.Contain("aborted").After(20_000, 500));
        Assert.That(() => Aws.Ecs.Started[1].ExitCode, Is.EqualTo(137).After(5000, 100), "the task must not go on");
        StageResult again = Run("stop");
        Assert.That((again.ExitCode, again.Error), Is.EqualTo(((int)ExitCode.Usage, $"pipeline: {name} does not run: ABORTED.\n")));
    }

    [Test]
    public void Failure_is_shown_with_its_exit_code_and_followed_to_its_end()
    {
        Aws.Ecs.BeforeStart = (_, _, variables) => variables["PIPELINE_COLUMNS"] = "time=item_id";
        string name = StartRun("bad-file");
        string logs = Must("logs", "--follow", name);
        Assert.That(logs, Does.Match(@" load error: .*\(exit code 3\)"));
        string status = Must("status", name);
        Assert.That(Row(status, "load"), Does.Match("^load +exit code 3 +1 "));
        Assert.That(status, Does.Contain("Run bad-file failed in load (exit code 3)."));
    }

    [TestCase("There is no state machine 'pipeline-nowhere'", "status", "--environment", "nowhere")]
    [TestCase("Nothing has run in 'idle' yet.", "status", "--environment", "idle")]
    [TestCase("There is no execution 'night' in 'idle'.", "logs", "night", "--environment", "idle")]
    [TestCase("--stage 'sort' is no stage.", "logs", "--stage", "sort")]
    [TestCase("--run 'a/b' must not be empty or hold a slash.", "start", "--run", "a/b")]
    public void Mistake_is_one_sentence(string sentence, params string[] arguments)
    {
        StageResult result = Run(arguments);
        Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.Usage), result.Error);
        Assert.That(result.Error, Does.StartWith("pipeline: " + sentence));
        Assert.That(result.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
    }

    [Test]
    public void Region_credentials_and_a_service_that_is_away_are_told_apart()
    {
        var environment = new Dictionary<string, string>(Aws.Moto.Environment()) { ["AWS_ENDPOINT_URL"] = $"http://127.0.0.1:{Ports.Free()}" };
        StageResult away = StageRunner.Run("Cli", ["aws", "history"], environment);
        Assert.That((away.ExitCode, away.Error), Is.EqualTo(((int)ExitCode.Unavailable, "pipeline: Step Functions cannot be reached at 127.0.0.1. Try again later.\n")));
        environment = new Dictionary<string, string> { ["AWS_REGION"] = "", ["AWS_DEFAULT_REGION"] = "", ["AWS_CONFIG_FILE"] = "/nowhere", ["AWS_SHARED_CREDENTIALS_FILE"] = "/nowhere", ["AWS_EC2_METADATA_DISABLED"] = "true", ["HOME"] = "/nowhere" };
        StageResult nowhere = StageRunner.Run("Cli", ["aws", "history"], environment);
        Assert.That((nowhere.ExitCode, nowhere.Error), Is.EqualTo(((int)ExitCode.Usage, "pipeline: No AWS region is set. Set AWS_REGION, or a profile with a region by AWS_PROFILE.\n")));
    }

    private static string StartRun(string run)
    {
        string output = Must("start", "--run", run);
        Match match = Regex.Match(output, $"^started (\\S+), run {run}\n");
        Assert.That(match.Success, Is.True, output);
        return match.Groups[1].Value;
    }

    private static StageResult Run(params IEnumerable<string> arguments) => StageRunner.Run("Cli", ["aws", .. arguments], Aws.Moto.Environment());

    private static string Must(params IEnumerable<string> arguments)
    {
        StageResult result = Run(arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result.Output;
    }

    private static string Row(string table, string stage) => table.Split('\n').Select(line => line.Trim()).Single(line => line == stage || line.StartsWith(stage + " ", StringComparison.Ordinal));
}
