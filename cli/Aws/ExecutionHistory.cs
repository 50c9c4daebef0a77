using System.Text.Json.Nodes;
using Pipeline.Flow;

namespace Pipeline.Cli.Aws;

/// <summary>What happened in an execution, as far as people ask: each task that a stage had.</summary>
/// <param name="Run">The run's name; null where it was never known.</param>
/// <param name="Attempts">The tasks in order.</param>
/// <param name="WaitsFor">The stage that is to be tried again after a while; null where none is.</param>
/// <param name="Cause">What Step Functions says of the end; null for a success or while it runs.</param>
internal sealed record ExecutionHistory(string? Run, IReadOnlyList<StageAttempt> Attempts, string? WaitsFor, string? Cause)
{
    /// <summary>Puts the events together.</summary>
    public static ExecutionHistory Read(IReadOnlyList<JsonNode> events)
    {
        var attempts = new List<StageAttempt>();
        string? run = null, state = null, waitsFor = null, cause = null;
        foreach (JsonNode e in events)
        {
            DateTimeOffset time = Execution.Time(e["timestamp"])!.Value;
            switch ((string)e["type"]!)
            {
                case var entered when entered.EndsWith("StateEntered", StringComparison.Ordinal):
                    state = (string)e["stateEnteredEventDetails"]!["name"]!;
                    run ??= RunOf(e["stateEnteredEventDetails"]!["input"]);
                    waitsFor = entered.StartsWith("Wait", StringComparison.Ordinal) ? NightlyFlow.Stages.FirstOrDefault(s => state.EndsWith(" " + s.Stage, StringComparison.Ordinal))?.Stage.Name : null;
                    break;
                case "TaskScheduled" when NightlyFlow.Stages.Any(s => s.Stage.Name == state):
                    attempts.Add(new StageAttempt(state!, time));
                    break;
                case "TaskSubmitted" when IsOpen():
                    attempts[^1] = attempts[^1] with { TaskArn = (string?)Parse(e["taskSubmittedEventDetails"]!["output"])?["Tasks"]?[0]?["TaskArn"] };
                    break;
                case "TaskSucceeded" when IsOpen():
                    attempts[^1] = attempts[^1] with { Ended = time, ExitCode = 0 };
                    break;
                case "TaskTimedOut" when IsOpen():
                    attempts[^1] = attempts[^1] with { Ended = time, Fault = "out of time" };
                    break;
                case "TaskFailed" or "TaskSubmitFailed" or "TaskStartFailed" when IsOpen():
                    JsonNode? details = e["taskFailedEventDetails"] ?? e["taskSubmitFailedEventDetails"] ?? e["taskStartFailedEventDetails"];
                    int? code = (int?)Parse(details?["cause"])?["Containers"]?[0]?["ExitCode"];
                    attempts[^1] = attempts[^1] with { Ended = time, ExitCode = code, Fault = code is null ? (string?)details?["error"] : null };
                    break;
                case "ExecutionFailed" or "ExecutionAborted" or "ExecutionTimedOut":
                    JsonNode? end = e["executionFailedEventDetails"] ?? e["executionAbortedEventDetails"] ?? e["executionTimedOutEventDetails"];
                    cause = (string?)end?["cause"] ?? (string?)end?["error"] ?? "";
                    if (IsOpen())
                        attempts[^1] = attempts[^1] with { Ended = time, Fault = "stopped" };
                    break;
                default:
                    break;
            }
        }
        return new ExecutionHistory(run, attempts, waitsFor, cause);

        bool IsOpen() => attempts.Count > 0 && attempts[^1].Ended is null && attempts[^1].Stage == state;
    }

    private static string? RunOf(JsonNode? input) => (string?)Parse(input)?["run"];

    /// <summary>JSON within JSON; null where it is a sentence.</summary>
    private static JsonNode? Parse(JsonNode? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse((string)text!);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}

/// <summary>A task that a stage had.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="Started">When it was asked for.</param>
internal sealed record StageAttempt(string Stage, DateTimeOffset Started)
{
    /// <summary>The task; null where there was none.</summary>
    public string? TaskArn { get; init; }

    /// <summary>When it ended; null as long as it runs.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How the stage ended; null where it did not end by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What happened instead.</summary>
    public string? Fault { get; init; }

    /// <summary>The stream of its words in the stage's log group.</summary>
    public string? LogStream => TaskArn is null ? null : $"{Stage}/stage/{TaskArn.Split('/')[^1]}";
}
