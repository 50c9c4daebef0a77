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
            log.Log(LogLevel.Information, LogEvents.Progress, progress.Snapshot().ToValues(), null, (state, _) => state.ToString());
        }
    }

    private static async Task DrawAsync(IAnsiConsole console, StageProgress progress, Func<Task> work) =>
        await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new StepColumn())
            .StartAsync(async context =>
            {
                ProgressTask task = context.AddTask("starting");
                using (var timer = new Timer(_ => Draw(task, progress), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100)))
                    await work().ConfigureAwait(false);
                task.StopTask();
            }).ConfigureAwait(false);

    private static void Draw(ProgressTask task, StageProgress progress)
    {
        ProgressSnapshot now = progress.Snapshot();
        task.Description = Markup.Escape(now.Step);
        task.IsIndeterminate = now.Total == 0;
        task.MaxValue = Math.Max(now.Total, 1);
        task.Value = now.Total > 0 ? now.Done : 0;
        StepColumn.Update(task, now.Rows, now.Left?.TotalSeconds);
    }
}
