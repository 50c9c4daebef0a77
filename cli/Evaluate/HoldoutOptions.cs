using System.Globalization;
using Pipeline.Hosting;
using Pipeline.Sar;

namespace Pipeline.Cli.Evaluate;

/// <summary>What <c>pipeline run</c> is told about measuring the model before it trains on everything.</summary>
internal sealed record HoldoutOptions
{
    private const string EvaluateFlag = "evaluate", NotWorseFlag = "not-worse-than-popular", LastRunFlag = "last-run", MaxLossFlag = "max-loss";

    /// <summary>The options, for people.</summary>
    public const string Help = """

        measuring before training, from train's options and what transform made
          --evaluate [DAYS]
              Hold the last days out, train without them, measure, and keep the figures in the run's evaluation.json. Default: 30 days.
          --not-worse-than-popular
              Stop before training (exit code 3) if popular products find more than the model.
          --last-run FOLDER --max-loss PERCENT
              Stop before training (exit code 3) if NDCG is lower than in that run's evaluation.json by more than this share of it, for example 5%.
        """;

    /// <summary>Days held out.</summary>
    public required double Days { get; init; }

    /// <summary>Whether the model must not be worse than popularity.</summary>
    public required bool DemandsPopularity { get; init; }

    /// <summary>The run before, and by which share of its figure this one may be worse; null where nothing is demanded.</summary>
    public required (string Run, double Share)? LastRun { get; init; }

    /// <summary>Takes these options out of those of the stages; null where nothing is to be measured.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: says every mistake.</exception>
    public static HoldoutOptions? Take(Dictionary<string, string> flags)
    {
        bool isWanted = flags.Remove(EvaluateFlag, out string? days), demands = flags.Remove(NotWorseFlag, out string? notWorse);
        bool hasLast = flags.Remove(LastRunFlag, out string? last), hasLoss = flags.Remove(MaxLossFlag, out string? loss);
        var mistakes = new List<string>();
        if (!isWanted && (demands || hasLast || hasLoss))
            mistakes.Add($"--{NotWorseFlag}, --{LastRunFlag} and --{MaxLossFlag} need --{EvaluateFlag}: add it.");
        if (hasLast != hasLoss)
            mistakes.Add($"--{LastRunFlag} and --{MaxLossFlag} go together: give both or none.");
        if (demands && notWorse is not ("true" or "false"))
            mistakes.Add($"--{NotWorseFlag} '{notWorse}' takes no value.");
        double number = 30;
        if (isWanted && days != "true" && !(double.TryParse(days, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && number > 0 && double.IsFinite(number)))
            mistakes.Add($"--{EvaluateFlag} '{days}' must be a number of days above 0.");
        decimal share = 0;
        if (hasLoss && !Percentage.TryParse(loss, out share))
            mistakes.Add($"--{MaxLossFlag} '{loss}' {Percentage.Form}.");
        if (mistakes.Count > 0)
            throw new StageException(ExitCode.Usage, string.Join(' ', mistakes), "See './pipeline run --help'.");
        return !isWanted ? null : new HoldoutOptions
        {
            Days = days == "true" ? 30 : number,
            DemandsPopularity = notWorse == "true",
            LastRun = hasLast ? (last!, (double)share) : null,
        };
    }

    /// <summary>What training will be told, as far as it changes lists; the stages have checked it.</summary>
    /// <param name="flags">The options of the run; what they do not say, the environment may.</param>
    public static (SarOptions Sar, int K) TrainOptions(IReadOnlyDictionary<string, string> flags)
    {
        var settings = new SarSettings();
        foreach (string name in new[] { "similarity", "half-life-days", "min-support", "neighbours" })
            if (Value(flags, name) is { } value)
                settings = settings.With(name, value);
        SarOptions options = settings.ToOptions(Value(flags, "memory") is { } text && ByteSize.TryParse(text, out long memory) ? memory : null);
        if (Value(flags, "co-occurrence") is { } unit)
            options = options with { CoOccurrenceUnit = Enum.Parse<CoOccurrenceUnit>(unit, ignoreCase: true) };
        return (options, Value(flags, "top-k") is { } k ? int.Parse(k, CultureInfo.InvariantCulture) : 10);
    }

    private static string? Value(IReadOnlyDictionary<string, string> flags, string name) =>
        flags.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(OptionReader.EnvironmentName(name));

    /// <summary>Where the run lies.</summary>
    public static string RunOf(IReadOnlyDictionary<string, string> flags) => Value(flags, "run")!;
}
