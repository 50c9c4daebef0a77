using System.Text.Json.Nodes;
using Pipeline.Contracts;
using Pipeline.Flow;
using Pipeline.Storage;
using Pipeline.Testing;

namespace Pipeline.Infra.Tests;

/// <summary>The state machine of the template executed, with the real stages behind its tasks.</summary>
[NonParallelizable]
public sealed class ExecutionTests
{
    private string machine = "";

    private static Cloud Aws => SharedCloud.Get();

    [OneTimeSetUp]
    public void Start() => machine = Aws.CreateMachine();

    [SetUp]
    public void Forget() => Aws.Forget();

    [Test]
    public void Night_goes_live_with_the_bytes_of_a_run_on_one_machine()
    {
        JsonNode end = Aws.Wait(Aws.Start(machine, new JsonObject { ["time"] = "2026-11-20T02:00:00Z" }));

        Assert.That((string?)end["status"], Is.EqualTo("SUCCEEDED"), $"{end} {Words()}");
        Assert.That(Tasks(), Is.EqualTo(new[] { "load 4096 0", "transform 8192 0", "train 16384 0", "email 2048 0", "inject 2048 0" }));
        AssertLikeLocally("2026-11-20T02");
        (string subject, string text) = Aws.Notices().Single();
        Assert.That(subject, Is.EqualTo("Pipeline dev: a run is live"));
        Assert.That(text, Is.EqualTo(
            "Run 2026-11-20T02 is live: 2890 recommendations are in the database. Of 289 customers with a list 267 may be mailed."));
    }

    [Test]
    public void Night_full_of_trouble_goes_live_all_the_same()
    {
        Aws.Ecs.IsFull = (stage, attempt) => stage == "load" && attempt == 1;
        Aws.Ecs.AfterStart = task =>
        {
            if (task.Stage == "transform" && task.Memory == "8192")
                task.Kill();
        };
        Aws.Ecs.BeforeStart = (stage, attempt, variables) =>
        {
            if (stage == "train" && attempt == 1)
                variables["PIPELINE_MEMORY"] = "1MB";
            if (stage == "email" && attempt == 1)
                variables["AWS_ENDPOINT_URL_KMS"] = $"http://127.0.0.1:{Ports.Free()}";
        };
        JsonNode end = Aws.Run(machine, "trouble");

        Assert.That((string?)end["status"], Is.EqualTo("SUCCEEDED"), $"{end} {Words()}");
        Assert.That(Tasks(), Is.EqualTo(new[]
        {
            "load 4096 0", "transform 8192 137", "transform 16384 0", "train 16384 7", "train 30720 0", "email 2048 4", "email 2048 0", "inject 2048 0",
        }));
        AssertLikeLocally("trouble");
        Assert.That(Aws.Notices().Single().Subject, Is.EqualTo("Pipeline dev: a run is live"));
    }

    [Test]
    public void Refused_input_is_told_and_not_tried_again()
    {
        // No line has a time in this column.
        Aws.Ecs.BeforeStart = (_, _, variables) => variables["PIPELINE_COLUMNS"] = "time=item_id";
        JsonNode end = Aws.Run(machine, "refused");

        Assert.That((string?)end["status"], Is.EqualTo("FAILED"));
        Assert.That(Tasks(), Is.EqualTo(new[] { "load 4096 3" }), Words());
        (string subject, string text) = Aws.Notices().Single();
        Assert.That(subject, Is.EqualTo("Pipeline dev: a run failed"));
        Assert.That(text, Does.Match(@"^Run refused failed in load \(exit code 3\)\. 's3://.*/input/shop/interactions\.csv': none of the 8,000 lines can be used: 8,000 invalid_time .* To see more: \./pipeline aws logs --stage load$"));
    }

    [Test]
    public void Task_that_never_ends_is_stopped_in_time_and_told()
    {
        string hasty = Aws.CreateMachine(states => states["load"]!["TimeoutSeconds"] = 2);
        Aws.Ecs.AfterStart = task => task.Signal("STOP");
        JsonNode end = Aws.Run(hasty, "endless");

        Assert.That((string?)end["status"], Is.EqualTo("FAILED"));
        Assert.That(Aws.Notices().Single().Text, Does.StartWith("Run endless failed in load (States.Timeout)."));
        Assert.That(() => Aws.Ecs.Started.Single().ExitCode, Is.EqualTo(137).After(5000, 100), "the task must not go on");
    }

    [Test]
    public void What_stays_unavailable_is_given_up_after_the_retries_of_the_flow()
    {
        Aws.Ecs.BeforeStart = (stage, _, variables) => variables["AWS_ENDPOINT_URL_KMS"] = $"http://127.0.0.1:{Ports.Free()}";
        JsonNode end = Aws.Run(machine, "unavailable");

        Assert.That((string?)end["status"], Is.EqualTo("FAILED"));
        Assert.That(Tasks().Count(task => task == "email 2048 4"), Is.EqualTo(1 + NightlyFlow.MostRetries), Words());
        Assert.That(Aws.Notices().Single().Text, Does.StartWith("Run unavailable failed in email (exit code 4). AWS KMS cannot be reached. "));
    }

    [Test]
    public void Name_with_a_slash_is_refused_before_anything_starts()
    {
        JsonNode end = Aws.Run(machine, "../elsewhere");
        Assert.That(((string?)end["status"], (string?)end["error"], Aws.Ecs.Started.Count), Is.EqualTo(("FAILED", "BadRunName", 0)));
    }

    /// <summary>Every file of the run is that of a run on one machine; of what holds ciphertext, all that does not differ by design.</summary>
    private static void AssertLikeLocally(string run)
    {
        string local = Aws.LocalRun, here = Aws.Fetch(run);
        foreach (StageContract stage in NightlyFlow.Stages.Select(stage => stage.Stage))
        {
            StageFolder one = new(here, stage), other = new(local, stage);
            Assert.That(one.Files(), Is.Not.Empty.And.EqualTo(other.Files()), stage.Name);
            SortedDictionary<string, string> randomised = one.Manifest().Randomised;
            foreach (string file in one.Files().Where(file => !randomised.ContainsKey(file)))
            {
                if (stage == Stages.Email && file == Manifest.FileName)
                    Assert.That(Without(one.Bytes(file), "randomised"), Is.EqualTo(Without(other.Bytes(file), "randomised")), file);
                else if (stage == Stages.Inject)
                    Assert.That(Without(one.Bytes(file), "fingerprint", "files", "inputs", "recipients"), Is.EqualTo(Without(other.Bytes(file), "fingerprint", "files", "inputs", "recipients")), file);
                else
                    Assert.That(one.Bytes(file).AsSpan().SequenceEqual(other.Bytes(file)), Is.True, $"{stage}/{file}");
            }
        }
    }

    /// <summary>A file of JSON without what follows from ciphertext: the members of those names that are no numbers, at any depth.</summary>
    private static string Without(byte[] json, params string[] names)
    {
        JsonNode root = JsonNode.Parse(json)!;
        Remove(root);
        return root.ToJsonString();

        void Remove(JsonNode? node)
        {
            if (node is not JsonObject o)
                return;
            foreach ((string name, JsonNode? value) in o.ToArray())
            {
                if (names.Contains(name) && value?.GetValueKind() != System.Text.Json.JsonValueKind.Number)
                    o.Remove(name);
                else
                    Remove(value);
            }
        }
    }

    private static string[] Tasks() => [.. Aws.Ecs.Started.Select(task => $"{task.Stage} {task.Memory} {task.ExitCode}")];

    private static string Words() => string.Join('\n', Aws.Ecs.Started.Select(task => $"{task.Stage}: {task.Words.Split('\n')[^1]}"));
}
