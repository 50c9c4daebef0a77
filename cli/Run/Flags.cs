using Pipeline.Hosting;

namespace Pipeline.Cli.Run;

/// <summary>
/// Options for the stages as they stand on the command line. What they mean is the stages' business; here they are only cut into
/// names and values and handed on as environment variables.
/// </summary>
internal static class Flags
{
    /// <summary>Cuts <c>--name value</c>, <c>--name=value</c> and the switch <c>--name</c>, which is written as <c>true</c>.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: something else stands there, or a flag twice.</exception>
    public static Dictionary<string, string> Parse(IReadOnlyList<string> args)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int a = 0; a < args.Count; a++)
        {
            if (!IsFlag(args[a]))
                throw new StageException(ExitCode.Usage, $"'{args[a]}' is no option: options begin with --.", "See './pipeline run --help'.");
            int sign = args[a].IndexOf('=', StringComparison.Ordinal);
            string name = sign > 0 ? args[a][2..sign] : args[a][2..];
            string value = sign > 0 ? args[a][(sign + 1)..] : a + 1 < args.Count && !IsFlag(args[a + 1]) ? args[++a] : "true";
            if (!flags.TryAdd(name, value))
                throw new StageException(ExitCode.Usage, $"--{name} is given twice.");
        }
        return flags;
    }

    private static bool IsFlag(string text) => text.Length > 2 && text.StartsWith("--", StringComparison.Ordinal);
}
