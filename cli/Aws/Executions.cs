using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Hosting;

namespace Pipeline.Cli.Aws;

/// <summary>The executions of an environment's state machine.</summary>
/// <param name="environment">The environment, for example <c>prod</c>.</param>
internal sealed class Executions(string environment) : IDisposable
{
    private readonly AwsJsonClient client = new(AwsService.StepFunctions);
    private string? machine;

    /// <summary>Starts a run.</summary>
    /// <param name="run">Its name.</param>
    /// <param name="now">The time, which makes the execution's name unique: a run may be started again.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The execution's name.</returns>
    public async Task<string> StartAsync(string run, DateTimeOffset now, CancellationToken cancellation)
    {
        string name = string.Concat(run.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
        name = $"{name[..Math.Min(name.Length, 60)]}-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}";
        await client.CallAsync("StartExecution", new JsonObject
        {
            ["stateMachineArn"] = await MachineAsync(cancellation),
            ["name"] = name,
            ["input"] = new JsonObject { ["run"] = run }.ToJsonString(),
        }, cancellation);
        return name;
    }

    /// <summary>The latest executions, newest first.</summary>
    public async Task<IReadOnlyList<Execution>> ListAsync(int most, CancellationToken cancellation)
    {
        JsonObject answer = await client.CallAsync(
            "ListExecutions", new JsonObject { ["stateMachineArn"] = await MachineAsync(cancellation), ["maxResults"] = most }, cancellation);
        return [.. answer["executions"]!.AsArray().Select(Execution.Read)];
    }

    /// <summary>The execution of a name, or the newest.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: there is none.</exception>
    public async Task<Execution> FindAsync(string? name, CancellationToken cancellation)
    {
        const int looked = 1000;
        IReadOnlyList<Execution> all = await ListAsync(name is null ? 1 : looked, cancellation);
        return all.FirstOrDefault(execution => name is null || execution.Name == name)
            ?? throw new StageException(
                ExitCode.Usage, name is null ? $"Nothing has run in '{environment}' yet." : $"There is no execution '{name}' in '{environment}'.",
                "See './pipeline aws history', or start one with './pipeline aws start'.");
    }

    /// <summary>What happened in an execution so far.</summary>
    public async Task<ExecutionHistory> HistoryAsync(Execution execution, CancellationToken cancellation)
    {
        var events = new List<JsonNode>();
        string? next = null;
        do
        {
            var body = new JsonObject { ["executionArn"] = execution.Arn, ["maxResults"] = 1000 };
            if (next is not null)
                body["nextToken"] = next;
            JsonObject answer = await client.CallAsync("GetExecutionHistory", body, cancellation);
            events.AddRange(answer["events"]!.AsArray().Select(e => e!));
            next = (string?)answer["nextToken"];
        }
        while (next is not null);
        return ExecutionHistory.Read(events);
    }

    /// <summary>Stops an execution: the stage at work is told to, and leaves nothing half-done.</summary>
    public Task StopAsync(Execution execution, string cause, CancellationToken cancellation) =>
        client.CallAsync("StopExecution", new JsonObject { ["executionArn"] = execution.Arn, ["error"] = "Stopped", ["cause"] = cause }, cancellation);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    /// <summary>The state machine, which is named after the environment.</summary>
    private async Task<string> MachineAsync(CancellationToken cancellation)
    {
        if (machine is not null)
            return machine;
        string name = $"pipeline-{environment}";
        string? next = null;
        do
        {
            JsonObject answer = await client.CallAsync("ListStateMachines", next is null ? [] : new JsonObject { ["nextToken"] = next }, cancellation);
            machine = (string?)answer["stateMachines"]!.AsArray().FirstOrDefault(m => (string?)m!["name"] == name)?["stateMachineArn"];
            next = (string?)answer["nextToken"];
        }
        while (machine is null && next is not null);
        return machine ?? throw new StageException(
            ExitCode.Usage, $"There is no state machine '{name}' in this account and region.", "Deploy it as infra/README.md says, or name another with --environment.");
    }
}
