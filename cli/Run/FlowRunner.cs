using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Cli.Run;

/// <summary>Interprets the flow with processes on this machine: one stage after the other, stopping at the first failure.</summary>
/// <param name="display">Shows what happens.</param>
/// <param name="afterStage">What else is to be done once a stage has finished, with the options of all; null for nothing.</param>
internal sealed class FlowRunner(IRunDisplay display, Func<FlowStage, IReadOnlyDictionary<string, string>, CancellationToken, Task>? afterStage = null)
{
    private const string ProgressSeconds = "0.2";

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
        var withPace = new Dictionary<string, string>(flags) { ["progress-seconds"] = ProgressSeconds };
        return await display.ShowAsync(async () =>
        {
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
        });
    }

    /// <summary>A stage sees a flag given here as an environment variable; the person who typed it does not.</summary>
    private static string NameFlags(string mistake, IEnumerable<string> flags) =>
        flags.Aggregate(mistake, (text, flag) => text.Replace(OptionReader.EnvironmentName(flag) + " ", $"--{flag} ", StringComparison.Ordinal));

    private void Handle(FlowStage stage, string line)
    {
        if (StageLine.TryParse(line) is { } parsed)
            display.Logged(stage, parsed);
        else if (!MetricLine.IsOne(line))
            display.Unreadable(stage, line);
    }
}
