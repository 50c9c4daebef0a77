using System.Text.Json.Nodes;
using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Infra.Tests;

/// <summary>The state machine as it is written; <see cref="ExecutionTests"/> executes it.</summary>
public sealed class StateMachineTests
{
    private static readonly JsonNode Machine = Template.Dev.Single("AWS::StepFunctions::StateMachine").Properties;
    private static readonly JsonObject Definition = JsonNode.Parse((string)Machine["DefinitionString"]!)!.AsObject();
    private static readonly JsonObject States = Definition["States"]!.AsObject();

    private static IEnumerable<(string Name, JsonNode State)> Tasks => States.Where(s => (string)s.Value!["Type"]! == "Task").Select(s => (s.Key, s.Value!));

    [Test]
    public void Stages_follow_each_other_as_in_the_flow()
    {
        var order = new List<string>();
        for (string state = "name the run by its time"; States[state]!["Next"] is { } next;)
        {
            state = (string)next!;
            if (NightlyFlow.Stages.Any(stage => stage.Stage.Name == state))
                order.Add(state);
        }
        Assert.That(order, Is.EqualTo(NightlyFlow.Stages.Select(stage => stage.Stage.Name)));
    }

    [Test]
    public void Every_task_has_a_time_out_and_catches_everything()
    {
        foreach ((string name, JsonNode state) in Tasks)
        {
            Assert.That((int?)state["TimeoutSeconds"], Is.GreaterThan(0), name);
            Assert.That((string?)state["Catch"]!.AsArray().Single()!["ErrorEquals"]!.AsArray().Single(), Is.EqualTo("States.ALL"), name);
        }
        foreach (FlowStage stage in NightlyFlow.Stages)
            Assert.That((int?)States[stage.Stage.Name]!["TimeoutSeconds"], Is.EqualTo((int)stage.TimeOut.TotalSeconds));
        Assert.That((int?)Definition["TimeoutSeconds"], Is.EqualTo(22 * 3600));
    }

    /// <summary>An error that is spelled wrong is never retried, and nobody notices until the night it happens.</summary>
    [Test]
    public void Retries_name_only_errors_that_services_have_and_wait_longer_each_time_with_jitter()
    {
        string[] allowed = ["ECS.AmazonECSException", "ECS.ServerException", "ECS.ThrottlingException", "AmazonECS.Unknown", "SNS.AmazonSNSException", "SNS.ThrottledException"];
        JsonNode[] retries = [.. Tasks.Where(t => t.State["Retry"] is not null).SelectMany(t => t.State["Retry"]!.AsArray()).Select(r => r!)];
        Assert.That(retries, Is.Not.Empty);
        foreach (JsonNode retry in retries)
        {
            Assert.That(retry["ErrorEquals"]!.AsArray().Select(e => (string?)e), Is.SubsetOf(allowed));
            Assert.That((double?)retry["BackoffRate"], Is.GreaterThan(1));
            Assert.That((string?)retry["JitterStrategy"], Is.EqualTo("FULL"));
            Assert.That((int?)retry["MaxDelaySeconds"], Is.GreaterThan(0));
        }
        foreach (FlowStage stage in NightlyFlow.Stages)
            Assert.That(States[stage.Stage.Name]!["Retry"], Is.Not.Null, stage.Project);
    }

    [Test]
    public void Task_runs_at_the_revision_that_was_deployed_and_in_the_private_network()
    {
        JsonObject values = Machine["DefinitionSubstitutions"]!.AsObject();
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            JsonNode parameters = States[stage.Stage.Name]!["Parameters"]!;
            // A reference to a task definition is its ARN with the revision.
            Assert.That((string?)parameters["TaskDefinition"], Is.EqualTo($"${{{stage.Project}Task}}"));
            Assert.That(Template.Text(values[$"{stage.Project}Task"]), Is.EqualTo($"{{{stage.Project}Definition}}"));
            Assert.That(Template.Text(values[$"{stage.Project}Group"]), Is.EqualTo($"{{Network{stage.Project}Group.GroupId}}"));
            Assert.That((string?)parameters["NetworkConfiguration"]!["AwsvpcConfiguration"]!["AssignPublicIp"], Is.EqualTo("DISABLED"));
            Assert.That((string?)States[stage.Stage.Name]!["Resource"], Does.EndWith(":states:::ecs:runTask.sync"));
        }
    }

    [Test]
    public void Every_placeholder_is_filled_in_and_every_value_used()
    {
        string text = (string)Machine["DefinitionString"]!;
        string[] used = [.. text.Split("${").Skip(1).Select(part => part[..part.IndexOf('}', StringComparison.Ordinal)]).Distinct()];
        Assert.That(used, Is.EquivalentTo(Machine["DefinitionSubstitutions"]!.AsObject().Select(value => value.Key)));
    }

    [Test]
    public void Payload_between_stages_is_the_runs_name_only()
    {
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            Assert.That(States[$"begin {stage.Stage}"]!["Parameters"]!.AsObject().Select(p => p.Key), Is.EqualTo(new[] { "run.$", "attempt", "memory", "budget" }));
            JsonObject state = States[stage.Stage.Name]!.AsObject();
            Assert.That(state.ContainsKey("ResultPath") && state["ResultPath"] is null, Is.True, "what the task says of itself is not carried on");
        }
    }

    /// <summary>The Choice behind a stage against the flow: for every exit code there is, and for one that there is not.</summary>
    [Test]
    public void Exit_code_leads_where_the_flow_says()
    {
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            foreach (int code in Enum.GetValues<ExitCode>().Select(code => (int)code).Where(code => code != 0).Concat([134, 137, 255]))
            {
                string first = Decide(stage, code, attempt: 0, larger: false), late = Decide(stage, code, NightlyFlow.MostRetries, larger: false), large = Decide(stage, code, 0, larger: true);
                string failed = $"{stage.Stage} failed";
                (string, string, string) expected = NightlyFlow.After(code) switch
                {
                    NextStep.RetryLater => ($"wait before {stage.Stage}", failed, $"wait before {stage.Stage}"),
                    NextStep.RetryLarger => ($"{stage.Stage} on a larger task", $"{stage.Stage} on a larger task", failed),
                    _ => (failed, failed, failed),
                };
                Assert.That((first, late, large), Is.EqualTo(expected), $"{stage.Stage} {code}");
            }
        }
    }

    [Test]
    public void Larger_task_has_the_memory_of_the_flow_and_a_budget_within_it()
    {
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            JsonNode larger = States[$"{stage.Stage} on a larger task"]!["Parameters"]!;
            Assert.That((string?)larger["memory"], Is.EqualTo($"{stage.LargerMemoryMegabytes}"));
            Assert.That(ByteSize.TryParse((string)larger["budget"]!, out long budget), Is.True);
            Assert.That(budget, Is.InRange((long)stage.LargerMemoryMegabytes << 19, ((long)stage.LargerMemoryMegabytes << 20) - 1));
        }
    }

    [Test]
    public void Executions_are_traced_and_logged()
    {
        Assert.That((bool?)Machine["TracingConfiguration"]!["Enabled"], Is.True);
        Assert.That((string?)Machine["LoggingConfiguration"]!["Level"], Is.EqualTo("ALL"));
        Assert.That(Template.Text(Machine["LoggingConfiguration"]!["Destinations"]![0]!["CloudWatchLogsLogGroup"]!["LogGroupArn"]), Is.EqualTo("{NightlyLogs.Arn}"));
    }

    /// <summary>Where the Choice sends an ended task; its rules are asked in order.</summary>
    private static string Decide(FlowStage stage, int code, int attempt, bool larger)
    {
        JsonNode choice = States[$"decide after {stage.Stage}"]!;
        var values = new Dictionary<string, JsonNode>
        {
            ["$.container.ExitCode"] = code,
            ["$.attempt"] = attempt,
            ["$.memory"] = $"{(larger ? stage.LargerMemoryMegabytes : stage.MemoryMegabytes)}",
        };
        return (string)(choice["Choices"]!.AsArray().FirstOrDefault(rule => Holds(rule!, values))?["Next"] ?? choice["Default"])!;
    }

    private static bool Holds(JsonNode rule, Dictionary<string, JsonNode> values)
    {
        if (rule["And"] is JsonArray all)
            return all.All(test => Holds(test!, values));
        if (rule["Or"] is JsonArray any)
            return any.Any(test => Holds(test!, values));
        JsonNode? value = values.GetValueOrDefault((string)rule["Variable"]!);
        return rule.AsObject().Single(p => p.Key is not ("Variable" or "Next")) switch
        {
            { Key: "IsPresent", Value: var expected } => value is not null == (bool)expected!,
            { Key: "NumericEquals", Value: var expected } => (int)value! == (int)expected!,
            { Key: "NumericLessThan", Value: var expected } => (int)value! < (int)expected!,
            { Key: "StringEquals", Value: var expected } => (string)value! == (string)expected!,
            var other => throw new NotSupportedException(other.Key),
        };
    }
}
