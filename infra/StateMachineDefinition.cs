using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Flow;

namespace Pipeline.Infra;

/// <summary>
/// The flow in the Amazon States Language: the same stages in the same order as on one machine, and what follows from each exit code.
/// Nothing of the CDK is in it. A name in <c>${...}</c> stands for a resource and is filled in when the template is deployed.
/// </summary>
/// <remarks>
/// The payload holds ids only: the run's name, and for the stage at work the attempt and the memory of its task. Input is
/// <c>{"run": "2026-11-20T02"}</c>, or <c>{"time": "2026-11-20T02:00:00Z"}</c> from the schedule.
/// </remarks>
internal static class StateMachineDefinition
{
    /// <summary>Names of states that others look for.</summary>
    public const string Done = "done", Failed = "failed";

    /// <summary>Placeholders that do not depend on the stage or the number of subnets.</summary>
    public const string Cluster = "Cluster", Bucket = "Bucket", Topic = "Topic", Name = "Name";

    private const string NameTheRun = "name the run";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Placeholder of a stage's task definition, with its revision.</summary>
    public static string TaskOf(FlowStage stage) => stage.Project + "Task";

    /// <summary>Placeholder of the security group of a stage's tasks.</summary>
    public static string GroupOf(FlowStage stage) => stage.Project + "Group";

    /// <summary>Placeholder of a subnet.</summary>
    public static string Subnet(int number) => $"Subnet{number + 1}";

    /// <summary>Writes the definition.</summary>
    /// <param name="stages">The stages in order.</param>
    /// <param name="subnets">How many subnets there are.</param>
    public static string Write(IReadOnlyList<FlowStage> stages, int subnets)
    {
        var states = new JsonObject
        {
            [NameTheRun] = new JsonObject
            {
                ["Type"] = "Choice",
                ["Choices"] = new JsonArray(
                    // A slash would put the run where the roles of the stages do not reach.
                    Next("refuse the name", And(Is("$.run", "IsPresent", true), Is("$.run", "StringMatches", "*/*"))),
                    Next(StageStates.Begin(stages[0]), Is("$.run", "IsPresent", true))),
                ["Default"] = "name the run by its time",
            },
            ["name the run by its time"] = new JsonObject
            {
                ["Type"] = "Pass",
                ["Comment"] = "2026-11-20T02:00:00Z becomes 2026-11-20T02",
                ["Parameters"] = new JsonObject { ["run.$"] = "States.ArrayGetItem(States.StringSplit($.time, ':'), 0)" },
                ["Next"] = StageStates.Begin(stages[0]),
            },
            ["refuse the name"] = new JsonObject { ["Type"] = "Fail", ["Error"] = "BadRunName", ["Cause"] = "The name of a run must not hold a slash." },
        };
        for (int s = 0; s < stages.Count; s++)
        {
            string next = s + 1 < stages.Count ? StageStates.Begin(stages[s + 1]) : EndStates.ReadSuccess;
            foreach ((string name, JsonObject state) in StageStates.Of(stages[s], subnets, next))
                states.Add(name, state);
        }
        foreach ((string name, JsonObject state) in EndStates.Of())
            states.Add(name, state);
        return new JsonObject
        {
            ["Comment"] = "The nightly run: " + string.Join(", ", stages.Select(stage => stage.Stage.Name)),
            ["StartAt"] = NameTheRun,
            ["TimeoutSeconds"] = (int)NightlyFlow.TimeOut.TotalSeconds,
            ["States"] = states,
        }.ToJsonString(Readable);
    }

    /// <summary>A rule of a Choice: where to go if the test holds.</summary>
    public static JsonObject Next(string state, JsonObject test)
    {
        test["Next"] = state;
        return test;
    }

    /// <summary>A comparison of a Choice.</summary>
    public static JsonObject Is(string path, string comparison, JsonNode value) => new() { ["Variable"] = path, [comparison] = value };

    /// <summary>All of the tests hold; the first says whether the others can be asked.</summary>
    public static JsonObject And(params JsonObject[] tests) => new() { ["And"] = new JsonArray(tests) };

    /// <summary>One of the tests holds.</summary>
    public static JsonObject Or(params JsonObject[] tests) => new() { ["Or"] = new JsonArray(tests) };
}
