using System.Text.Json.Nodes;
using Pipeline.Hosting;

namespace Pipeline.Cli.Aws;

/// <summary>The words of tasks, each in a stream of its own.</summary>
/// <param name="environment">The environment.</param>
internal sealed class TaskLogs(string environment) : IDisposable
{
    private const int LinesOfEnd = 50;

    private readonly AwsJsonClient client = new(AwsService.Logs);

    /// <summary>The last lines of a task, oldest first; none where it has not said anything yet.</summary>
    public async Task<IReadOnlyList<TaskLine>> EndAsync(StageAttempt attempt, CancellationToken cancellation) =>
        (await GetAsync(attempt, new JsonObject { ["limit"] = LinesOfEnd, ["startFromHead"] = false }, cancellation)).Lines;

    /// <summary>The lines of a task from where one was.</summary>
    /// <param name="attempt">The task.</param>
    /// <param name="token">Where one was; null for the beginning.</param>
    /// <param name="cancellation">Stops the calls.</param>
    /// <returns>The lines, and where one is then.</returns>
    public async Task<(IReadOnlyList<TaskLine> Lines, string? Token)> FromAsync(StageAttempt attempt, string? token, CancellationToken cancellation)
    {
        var lines = new List<TaskLine>();
        while (true)
        {
            var body = new JsonObject { ["startFromHead"] = true };
            if (token is not null)
                body["nextToken"] = token;
            (IReadOnlyList<TaskLine> more, string? next) = await GetAsync(attempt, body, cancellation);
            lines.AddRange(more);
            // The same token again: this is the end for now.
            if (next == token || more.Count == 0)
                return (lines, next ?? token);
            token = next;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<(IReadOnlyList<TaskLine> Lines, string? Token)> GetAsync(StageAttempt attempt, JsonObject body, CancellationToken cancellation)
    {
        if (attempt.LogStream is null)
            return ([], null);
        body["logGroupName"] = $"/pipeline/{environment}/{attempt.Stage}";
        body["logStreamName"] = attempt.LogStream;
        try
        {
            JsonObject answer = await client.CallAsync("GetLogEvents", body, cancellation);
            return (
                [.. answer["events"]!.AsArray().Select(e => new TaskLine(attempt.Stage, DateTimeOffset.FromUnixTimeMilliseconds((long)e!["timestamp"]!), (string)e["message"]!))],
                (string?)answer["nextForwardToken"]);
        }
        catch (StageException e) when (e.Hint == AwsJsonClient.NotThere)
        {
            // The stream is there with the first line.
            return ([], null);
        }
    }
}

/// <summary>A line of a task.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="Time">When it was written.</param>
/// <param name="Text">What the stage wrote.</param>
internal sealed record TaskLine(string Stage, DateTimeOffset Time, string Text);
