using System.Globalization;
using Pipeline.Cli.Run;
using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Cli.Aws;

/// <summary>An execution for people: a line for each stage.</summary>
internal static class StatusTable
{
    /// <summary>Prints it.</summary>
    public static async Task PrintAsync(Execution execution, ExecutionHistory history, TaskLogs logs, DateTimeOffset now, CancellationToken cancellation)
    {
        Console.WriteLine(
            $"{execution.Name}: run {history.Run ?? "(not named)"}, {execution.Status.ToLowerInvariant().Replace('_', ' ')}, started {Text(execution.Started)}, {Text(execution.Took(now))}");
        var table = new ConsoleTable().Words("stage").Words("state").Numbers("tries").Numbers("seconds").Numbers("rows in").Numbers("kept").Numbers("peak MB").Words("last word");
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            StageAttempt[] attempts = [.. history.Attempts.Where(attempt => attempt.Stage == stage.Stage.Name)];
            if (attempts.Length == 0)
            {
                table.Row(stage.Stage.Name, "", "", "", "", "", "", "");
                continue;
            }
            StageAttempt last = attempts[^1];
            StageLine[] lines = [.. (await logs.EndAsync(last, cancellation)).Select(line => StageLine.TryParse(line.Text)).OfType<StageLine>()];
            StageLine? end = lines.LastOrDefault(line => line.EventId == LogEvents.Finished.Id);
            TimeSpan took = (last.Ended ?? now) - last.Started;
            table.Row(
                stage.Stage.Name, State(last, history), Number(attempts.Length), took.TotalSeconds.ToString("N0", CultureInfo.InvariantCulture),
                Figure(end, "rows_in"), Figure(end, "rows_kept"), Figure(end, "peak_mb"), end is null && lines.Length > 0 ? lines[^1].Message : "");
        }
        table.Print(160);
        if (!string.IsNullOrEmpty(history.Cause))
            Console.WriteLine(history.Cause);
    }

    /// <summary>How a stage is doing, in a few words.</summary>
    internal static string State(StageAttempt last, ExecutionHistory history) => last switch
    {
        _ when history.WaitsFor == last.Stage => $"waits after exit code {last.ExitCode}",
        { Ended: null } => "runs",
        { ExitCode: 0 } => "done",
        { ExitCode: { } code } => $"exit code {code}",
        _ => last.Fault ?? "failed",
    };

    /// <summary>A time for people.</summary>
    internal static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A length of time for people.</summary>
    internal static string Text(TimeSpan span) => span.ToString(span.TotalHours >= 1 ? "h\\:mm\\:ss" : "m\\:ss", CultureInfo.InvariantCulture);

    private static string Figure(StageLine? line, string name) => line is null ? "" : line.Number(name).ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
