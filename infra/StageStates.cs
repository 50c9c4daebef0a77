using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Flow;
using Pipeline.Hosting;
using static Pipeline.Infra.StateMachineDefinition;

namespace Pipeline.Infra;

/// <summary>
/// The states of one stage: its task, and behind it the way from a failure over the exit code to what the flow says of it.
/// </summary>
internal static class StageStates
{
    /// <summary>Errors of ECS itself, before a stage began or between its tasks, that pass: throttling, no capacity, a fault of the service.</summary>
    public static readonly IReadOnlyList<string> PassingErrors =
        ["ECS.AmazonECSException", "ECS.ServerException", "ECS.ThrottlingException", "AmazonECS.Unknown"];

    /// <summary>Name of a stage's first state.</summary>
    public static string Begin(FlowStage stage) => $"begin {stage.Stage}";

    /// <summary>Name of the state that is a stage's task: the stage's own, so that an execution's history reads like the flow.</summary>
    public static string Task(FlowStage stage) => stage.Stage.Name;

    /// <summary>The states by name.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="subnets">How many subnets there are.</param>
    /// <param name="next">What comes when it is done.</param>
    public static IEnumerable<(string Name, JsonObject State)> Of(FlowStage stage, int subnets, string next)
    {
        string ended = $"{stage.Stage} ended", read = $"read how {stage.Stage} ended", look = $"look at what ran {stage.Stage}", decide = $"decide after {stage.Stage}";
        string wait = $"wait before {stage.Stage}", again = $"{stage.Stage} again", larger = $"{stage.Stage} on a larger task";
        string failed = $"{stage.Stage} failed", broke = $"{stage.Stage} broke off", stopped = $"{stage.Stage} was stopped";

        yield return (Begin(stage), Pass(Task(stage), new JsonObject
        {
            ["run.$"] = "$.run",
            ["attempt"] = 0,
            ["memory"] = Text(stage.MemoryMegabytes),
            ["budget"] = Budget(stage.MemoryMegabytes),
        }));
        yield return (Task(stage), RunTask(stage, subnets, next, ended));
        yield return (ended, new JsonObject
        {
            ["Type"] = "Choice",
            ["Choices"] = new JsonArray(
                Next(broke, new JsonObject { ["Not"] = Is("$.failure.Error", "StringEquals", "States.TaskFailed") }),
                // The cause is then the description of the task; an error of the service has a sentence there.
                Next(read, Is("$.failure.Cause", "StringMatches", "*\"Containers\":*"))),
            ["Default"] = broke,
        });
        yield return (read, Pass(look, new JsonObject
        {
            ["run.$"] = "$.run",
            ["attempt.$"] = "$.attempt",
            ["memory.$"] = "$.memory",
            ["budget.$"] = "$.budget",
            ["task.$"] = "States.StringToJson($.failure.Cause)",
        }));
        yield return (look, Pass(decide, new JsonObject
        {
            ["run.$"] = "$.run",
            ["attempt.$"] = "$.attempt",
            ["memory.$"] = "$.memory",
            ["budget.$"] = "$.budget",
            ["task.$"] = "$.task",
            ["container.$"] = "States.ArrayGetItem($.task.Containers, 0)",
        }));
        yield return (decide, Decide(stage, wait, larger, failed, stopped));
        yield return (wait, new JsonObject { ["Type"] = "Wait", ["Seconds"] = (int)NightlyFlow.RetryDelay.TotalSeconds, ["Next"] = again });
        yield return (again, Pass(Task(stage), new JsonObject
        {
            ["run.$"] = "$.run",
            ["attempt.$"] = "States.MathAdd($.attempt, 1)",
            ["memory.$"] = "$.memory",
            ["budget.$"] = "$.budget",
        }));
        yield return (larger, Pass(Task(stage), new JsonObject
        {
            ["run.$"] = "$.run",
            ["attempt.$"] = "$.attempt",
            ["memory"] = Text(stage.LargerMemoryMegabytes),
            ["budget"] = Budget(stage.LargerMemoryMegabytes),
        }));
        yield return (failed, Pass(EndStates.ReadFailure, Failure(stage, "States.Format('exit code {}', $.container.ExitCode)")));
        yield return (stopped, Pass(EndStates.TellFailure, Failure(stage, "$.task.StoppedReason")));
        yield return (broke, Pass(EndStates.TellFailure, Failure(stage, "$.failure.Error")));
    }

    private static JsonObject RunTask(FlowStage stage, int subnets, string next, string ended) => new()
    {
        ["Type"] = "Task",
        ["Resource"] = "arn:aws:states:::ecs:runTask.sync",
        ["Parameters"] = new JsonObject
        {
            ["Cluster"] = $"${{{Cluster}}}",
            ["TaskDefinition"] = $"${{{TaskOf(stage)}}}",
            ["LaunchType"] = "FARGATE",
            ["PlatformVersion"] = "1.4.0",
            ["PropagateTags"] = "TASK_DEFINITION",
            ["NetworkConfiguration"] = new JsonObject
            {
                ["AwsvpcConfiguration"] = new JsonObject
                {
                    ["Subnets"] = new JsonArray([.. Enumerable.Range(0, subnets).Select(n => (JsonNode)$"${{{Subnet(n)}}}")]),
                    ["SecurityGroups"] = new JsonArray($"${{{GroupOf(stage)}}}"),
                    ["AssignPublicIp"] = "DISABLED",
                },
            },
            ["Overrides"] = new JsonObject
            {
                ["Memory.$"] = "$.memory",
                ["ContainerOverrides"] = new JsonArray(new JsonObject
                {
                    ["Name"] = StageTask.Container,
                    ["Environment"] = new JsonArray(
                        Variable("run", $"States.Format('s3://${{{Bucket}}}/{RunBucket.Runs}/{{}}', $.run)"),
                        Variable("memory", "$.budget")),
                }),
            },
        },
        ["TimeoutSeconds"] = (int)stage.TimeOut.TotalSeconds,
        ["ResultPath"] = null,
        ["Retry"] = new JsonArray(new JsonObject
        {
            ["ErrorEquals"] = new JsonArray([.. PassingErrors.Select(error => (JsonNode)error)]),
            ["IntervalSeconds"] = 30,
            ["BackoffRate"] = 2,
            ["MaxAttempts"] = 6,
            ["MaxDelaySeconds"] = 600,
            ["JitterStrategy"] = "FULL",
        }),
        ["Catch"] = new JsonArray(new JsonObject { ["ErrorEquals"] = new JsonArray("States.ALL"), ["ResultPath"] = "$.failure", ["Next"] = ended }),
        ["Next"] = next,
    };

    /// <summary>The exit codes as the flow has them; a task that never began is tried again later, as what keeps it from beginning may pass.</summary>
    private static JsonObject Decide(FlowStage stage, string wait, string larger, string failed, string stopped)
    {
        const string code = "$.container.ExitCode", stopCode = "$.task.StopCode";
        return new JsonObject
        {
            ["Type"] = "Choice",
            ["Choices"] = new JsonArray(
                Next(wait, And(Is(code, "IsPresent", true), AnyOf(NextStep.RetryLater), IsEarly())),
                Next(larger, And(Is(code, "IsPresent", true), AnyOf(NextStep.RetryLarger), Is("$.memory", "StringEquals", Text(stage.MemoryMegabytes)))),
                Next(failed, Is(code, "IsPresent", true)),
                Next(wait, And(Is(stopCode, "IsPresent", true), Is(stopCode, "StringEquals", "TaskFailedToStart"), IsEarly()))),
            ["Default"] = stopped,
        };

        static JsonObject AnyOf(NextStep step) =>
            Or([.. NightlyFlow.AfterAll.Where(after => after.Value == step).Select(after => Is(code, "NumericEquals", after.Key))]);

        static JsonObject IsEarly() => Is("$.attempt", "NumericLessThan", NightlyFlow.MostRetries);
    }

    private static JsonObject Pass(string next, JsonObject parameters) => new() { ["Type"] = "Pass", ["Parameters"] = parameters, ["Next"] = next };

    private static JsonObject Failure(FlowStage stage, string what) => new()
    {
        ["run.$"] = "$.run",
        ["stage"] = stage.Stage.Name,
        ["folder"] = stage.Stage.Folder,
        ["what.$"] = what,
        ["said"] = new JsonObject { ["error"] = new JsonObject { ["message"] = "It left no word in the run; its log may say more." } },
    };

    private static JsonObject Variable(string option, string value) => new() { ["Name"] = OptionReader.EnvironmentName(option), ["Value.$"] = value };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Budget(int megabytes) => $"{Text(NightlyFlow.MemoryBudget(megabytes))}MiB";
}
