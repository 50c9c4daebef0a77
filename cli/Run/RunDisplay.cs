using System.Globalization;
using Pipeline.Flow;
using Pipeline.Hosting;
using Spectre.Console;

namespace Pipeline.Cli.Run;

/// <summary>
/// Bars on a terminal while the stages work, plain lines elsewhere, and a table at the end. What went wrong is said last, where the
/// eye is.
/// </summary>
/// <param name="showsTables">Whether the tables that the stages show are printed, too.</param>
internal sealed class RunDisplay(bool showsTables = true) : IRunDisplay
{
    /// <summary>Wide enough for the longest step, so that the bars stand still.</summary>
    private const int DescriptionWidth = 32;

    private readonly IAnsiConsole progressConsole = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    private readonly bool isWatched = !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));
    private readonly Dictionary<string, ProgressTask> bars = [];
    private readonly List<(FlowStage Stage, StageLine Line)> ends = [];
    private readonly List<StageLine> tables = [];
    private readonly List<string> notes = [];
    private readonly Lock gate = new();
    private string failure = "";

    /// <inheritdoc/>
    public async Task<int> ShowAsync(Func<Task<int>> work)
    {
        int code = isWatched ? await DrawAsync(work) : await work();
        foreach (StageLine table in tables)
            Console.WriteLine($"{table.Text("table")}\n");
        WriteTable();
        foreach (string note in notes)
            await Console.Error.WriteLineAsync(note);
        await Console.Error.WriteAsync(failure);
        return code;
    }

    /// <inheritdoc/>
    public void Started(FlowStage stage)
    {
        lock (gate)
        {
            if (bars.TryGetValue(stage.Project, out ProgressTask? bar))
                bar.StartTask();
            else
                Console.Error.WriteLine($"{stage.Stage} ...");
        }
    }

    /// <inheritdoc/>
    public void Logged(FlowStage stage, StageLine line)
    {
        lock (gate)
        {
            if (line.EventId == LogEvents.Progress.Id)
                Move(stage, line);
            else if (line.EventId == LogEvents.Finished.Id || line.EventId == LogEvents.Skipped.Id)
                ends.Add((stage, line));
            else if (line.EventId == LogEvents.Table.Id && showsTables)
                tables.Add(line);
            else if (line.Level == "Warning")
                notes.Add($"{stage.Stage}: {line.Message}");
        }
    }

    /// <inheritdoc/>
    public void Unreadable(FlowStage stage, string line)
    {
        lock (gate)
            notes.Add($"{stage.Stage}: {line}");
    }

    /// <inheritdoc/>
    public void Ended(FlowStage stage, int exitCode, string error)
    {
        lock (gate)
        {
            if (exitCode != 0)
                failure = error.Length > 0 ? error : Silence(stage, exitCode);
            if (!bars.TryGetValue(stage.Project, out ProgressTask? bar))
                return;
            bar.Description = exitCode == 0 ? Padded(stage.Stage.Name) : $"[red]{Padded($"{stage.Stage} failed")}[/]";
            bar.IsIndeterminate = false;
            bar.MaxValue = 1;
            bar.Value = exitCode == 0 ? 1 : 0;
            StepColumn.Update(bar, 0, null);
            bar.StopTask();
        }
    }

    /// <summary>For a stage that ended before it could say anything.</summary>
    private static string Silence(FlowStage stage, int exitCode) => exitCode == (int)ExitCode.Stopped
        ? $"{stage.Stage}: Told to stop.\n"
        : $"{stage.Stage}: ended with exit code {exitCode} without a word; 137 means killed, mostly for want of memory.\n";

    private Task<int> DrawAsync(Func<Task<int>> work) =>
        progressConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new StepColumn())
            .StartAsync(async context =>
            {
                foreach (FlowStage stage in NightlyFlow.Stages)
                    bars[stage.Project] = context.AddTask(Padded(stage.Stage.Name), autoStart: false);
                return await work();
            });

    private void Move(FlowStage stage, StageLine line)
    {
        if (!bars.TryGetValue(stage.Project, out ProgressTask? bar))
            return;
        double done = line.Number("done"), total = line.Number("total");
        bar.Description = Padded($"{stage.Stage.Name,-9}  {line.Text("step")}");
        bar.IsIndeterminate = total == 0;
        bar.MaxValue = Math.Max(1, total);
        bar.Value = total == 0 ? 0 : done;
        StepColumn.Update(bar, (long)line.Number("rows"), line.Values.ContainsKey("seconds_left") ? line.Number("seconds_left") : null);
    }

    private void WriteTable()
    {
        if (ends.Count == 0)
            return;
        ConsoleTable table = new ConsoleTable()
            .Words("stage").Numbers("rows in").Numbers("kept").Numbers("seconds").Numbers("rows/s").Numbers("peak MB").Words("not kept, and why");
        foreach ((FlowStage stage, StageLine end) in ends)
        {
            bool isSkipped = end.EventId == LogEvents.Skipped.Id;
            table.Row(
                stage.Stage.Name,
                isSkipped ? "" : Count(end, "rows_in"),
                isSkipped ? "" : Count(end, "rows_kept"),
                isSkipped ? "" : end.Number("seconds").ToString("N1", CultureInfo.InvariantCulture),
                isSkipped ? "" : Count(end, "rows_per_second"),
                isSkipped ? "" : Count(end, "peak_mb"),
                isSkipped ? "already done" : Drops(end));
        }
        table.Print();
    }

    private static string Padded(string text) => Markup.Escape(text.PadRight(DescriptionWidth));

    private static string Count(StageLine line, string name) => line.Number(name).ToString("N0", CultureInfo.InvariantCulture);

    private static string Drops(StageLine end)
    {
        const string prefix = "dropped_";
        return string.Join(", ", end.Values.Keys
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => $"{Count(end, name)} {name[prefix.Length..].Replace('_', ' ')}"));
    }
}
