using Pipeline.Cli.Run;
using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Cli.Aws;

/// <summary>Prints the words of an execution's tasks in order, readable where the stage wrote its log and as they are elsewhere.</summary>
/// <param name="executions">The executions.</param>
/// <param name="logs">Their words.</param>
/// <param name="stage">Only of this stage; null for all.</param>
internal sealed class LogPrinter(Executions executions, TaskLogs logs, string? stage)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Makes sure that a stage of that name is there, or none is named.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: there is no such stage.</exception>
    public static void Check(string? stage)
    {
        if (stage is not null && NightlyFlow.Stages.All(known => known.Stage.Name != stage))
            throw new StageException(ExitCode.Usage, $"--stage '{stage}' is no stage.", $"Stages are {string.Join(", ", NightlyFlow.Stages.Select(known => known.Stage.Name))}.");
    }

    /// <summary>Prints them.</summary>
    /// <param name="execution">The execution.</param>
    /// <param name="follow">Whether to go on until it ends.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task PrintAsync(Execution execution, bool follow, CancellationToken cancellation)
    {
        var tokens = new Dictionary<string, string?>(StringComparer.Ordinal);
        while (true)
        {
            // Asked before the lines are, so that none comes after the last look.
            bool isRunning = (await executions.FindAsync(execution.Name, cancellation)).IsRunning;
            ExecutionHistory history = await executions.HistoryAsync(execution, cancellation);
            foreach (StageAttempt attempt in history.Attempts.Where(attempt => attempt.TaskArn is not null && (stage is null || attempt.Stage == stage)))
            {
                (IReadOnlyList<TaskLine> lines, string? token) = await logs.FromAsync(attempt, tokens.GetValueOrDefault(attempt.TaskArn!), cancellation);
                tokens[attempt.TaskArn!] = token;
                foreach (TaskLine line in lines)
                    Console.WriteLine(Text(line));
            }
            if (!follow || !isRunning)
                return;
            await Task.Delay(Pause, cancellation);
        }
    }

    private static string Text(TaskLine line)
    {
        StageLine? parsed = StageLine.TryParse(line.Text);
        string level = parsed is null or { Level: "Information" } ? "" : parsed.Level.ToLowerInvariant() + ": ";
        return $"{StatusTable.Text(line.Time)} {line.Stage} {level}{parsed?.Message ?? line.Text}";
    }
}
