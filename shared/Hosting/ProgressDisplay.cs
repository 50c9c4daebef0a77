using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Pipeline.Hosting;

/// <summary>Shows a stage's progress while it works: a bar where a person looks, lines in the log where none does.</summary>
internal static class ProgressDisplay
{
    public static async Task ShowAsync(StageLog log, StageProgress progress, TimeSpan logInterval, Func<Task> work)
    {
        if (log.Person is null)
            await LogAsync(log.Log, progress, logInterval, work).ConfigureAwait(false);
        else
            await DrawAsync(log.Person, progress, work).ConfigureAwait(false);
    }

    private static async Task LogAsync(ILogger log, StageProgress progress, TimeSpan interval, Func<Task> work)
    {
        using var timer = new Timer(_ => Write(), null, interval, interval);
        await work().ConfigureAwait(false);

        void Write()
        {
            (string step, long done, long total, string unit, long rows) = progress.Snapshot();
            if (rows < 0)
                log.LogInformation(LogEvents.Progress, "{step}: {done} of {total} {unit}", step, done, total, unit);
            else
                log.LogInformation(LogEvents.Progress, "{step}: {done} of {total} {unit}, {rows} rows", step, done, total, unit, rows);
        }
    }

    private static async Task DrawAsync(IAnsiConsole console, StageProgress progress, Func<Task> work) =>
        await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask task = context.AddTask("starting");
                using (var timer = new Timer(_ => Draw(task, progress), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100)))
                    await work().ConfigureAwait(false);
                task.StopTask();
            }).ConfigureAwait(false);

    private static void Draw(ProgressTask task, StageProgress progress)
    {
        (string step, long done, long total, string unit, long rows) = progress.Snapshot();
        task.Description = rows >= 0 ? $"{step} {rows:N0} rows"
            : total > 0 ? $"{step} {done:N0} of {total:N0} {unit}" : $"{step} {done:N0} {unit}";
        task.IsIndeterminate = total == 0;
        task.MaxValue = Math.Max(total, 1);
        task.Value = total > 0 ? done : 0;
    }
}
