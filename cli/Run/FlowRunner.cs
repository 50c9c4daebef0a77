using Pipeline.Cli.Report;
using Pipeline.Flow;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Storage.S3;

namespace Pipeline.Cli.Run;

/// <summary>Interprets the flow with processes on this machine: one stage after the other, stopping at the first failure.</summary>
/// <param name="display">Shows what happens.</param>
/// <param name="afterStage">What else is to be done once a stage has finished, with the options of all; null for nothing.</param>
internal sealed class FlowRunner(IRunDisplay display, Func<FlowStage, IReadOnlyDictionary<string, string>, CancellationToken, Task>? afterStage = null)
{
    private const string ProgressSeconds = "0.2";

    private readonly RunTimes times = new();

    /// <summary>Asks all stages for their options, and for what is wrong with those they are given, at the same time.</summary>
    public static async Task<IReadOnlyList<StageDescription>> DescribeAsync(
        IReadOnlyDictionary<string, string> flags, CancellationToken cancellation) =>
        await Task.WhenAll(NightlyFlow.Stages.Select(async stage =>
        {
            var lines = new List<string>();
            (int code, string error) = await StageProcess.RunAsync(stage, flags, ["--" + StageDescription.Flag], lines.Add, cancellation);
            return code == 0 && lines.Count == 1
                ? StageDescription.Parse(lines[0])
                // It had to look for input files where they cannot be reached now.
                : code == (int)ExitCode.Unavailable ? throw new StageException(ExitCode.Unavailable, error.Trim())
                : throw new InvalidOperationException($"The stage {stage.Stage} did not describe its options (exit code {code}): {error}");
        }));

    /// <summary>Checks the options with all stages before the first one starts.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: lists every mistake.</exception>
    public static async Task CheckAsync(IReadOnlyDictionary<string, string> flags, CancellationToken cancellation)
    {
        IReadOnlyList<StageDescription> stages = await DescribeAsync(flags, cancellation);
        HashSet<string> known = [.. stages.SelectMany(s => s.Options).Select(o => o.Name)];
        string[] mistakes =
        [
            .. flags.Keys.Where(name => !known.Contains(name)).Select(name => $"--{name} is no option of any stage."),
            .. stages.SelectMany(s => s.Mistakes).Select(m => NameFlags(m, flags.Keys)).Distinct(),
        ];
        if (mistakes.Length > 0)
        {
            string title = mistakes.Length == 1 ? "A mistake in the options:" : $"{mistakes.Length} mistakes in the options:";
            throw new StageException(ExitCode.Usage, string.Join("\n  ", [title, .. mistakes]), "\nSee './pipeline run --help'.");
        }
    }

    /// <summary>Runs the stages. Those whose output is there already are passed over by themselves.</summary>
    /// <returns>The exit code of the last stage that ran.</returns>
    public async Task<int> RunAsync(IReadOnlyDictionary<string, string> flags, CancellationToken cancellation)
    {
        await CheckAsync(flags, cancellation);
        int code;
        try
        {
            code = await display.ShowAsync(() => RunStagesAsync(flags, cancellation));
        }
        // What stands between the stages has refused to go on.
        catch (StageException e)
        {
            await ReportAsync(flags, (int)e.Code, cancellation);
            throw;
        }
        await ReportAsync(flags, code, cancellation);
        return code;
    }

    private async Task<int> RunStagesAsync(IReadOnlyDictionary<string, string> flags, CancellationToken cancellation)
    {
        var withPace = new Dictionary<string, string>(flags) { ["progress-seconds"] = ProgressSeconds };
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            display.Started(stage);
            (int code, string error) = await StageProcess.RunAsync(stage, withPace, [], line => Handle(stage, line), cancellation);
            display.Ended(stage, code, error);
            if (NightlyFlow.After(code) != NextStep.Continue)
                return code;
            if (afterStage is not null)
                await afterStage(stage, flags, cancellation);
        }
        return 0;
    }

    /// <summary>
    /// Leaves what the stages took and the report of what is there in the run: of a run that failed, too, but not where nothing has finished, or
    /// where another process is at work.
    /// </summary>
    private async Task ReportAsync(IReadOnlyDictionary<string, string> flags, int code, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested || code is (int)ExitCode.LeaseHeld or (int)ExitCode.Stopped)
            return;
        var request = new ReportRequest { Run = Value("run")!, CompareWith = Value("compare-with"), IsComparedIfPossible = true, S3 = new S3Settings { KmsKey = Value("s3-kms-key") } };
        try
        {
            RunFolder folder = RunFolder.Open(request.Run, request.S3);
            if (!await RunSource.IsBegunAsync(folder, cancellation))
                return;
            if (times.Any)
                await RunReport.PutAsync(folder.Store, RunTimes.FileName, times.ToJson(await folder.Store.ReadAsync(RunTimes.FileName, cancellation)), cancellation);
            await Console.Error.WriteLineAsync($"report: {await RunReport.WriteAsync(request, cancellation)}");
        }
        // What ended the stages is what the person must hear of; with the report alone there would be no code for it.
        catch (Exception e) when (code != 0)
        {
            await Console.Error.WriteLineAsync($"report: {StageError.From("report", e, isStopping: false).Message}");
        }

        string? Value(string name) => flags.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(OptionReader.EnvironmentName(name)) switch { null or "" => null, var text => text };
    }

    /// <summary>A stage sees a flag given here as an environment variable; the person who typed it does not.</summary>
    private static string NameFlags(string mistake, IEnumerable<string> flags) =>
        flags.Aggregate(mistake, (text, flag) => text.Replace(OptionReader.EnvironmentName(flag) + " ", $"--{flag} ", StringComparison.Ordinal));

    private void Handle(FlowStage stage, string line)
    {
        if (StageLine.TryParse(line) is { } parsed)
        {
            if (parsed.EventId == LogEvents.Finished.Id)
                times.Note(stage, parsed);
            display.Logged(stage, parsed);
        }
        else if (!MetricLine.IsOne(line))
            display.Unreadable(stage, line);
    }
}
