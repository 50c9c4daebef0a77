using System.Text;
using Pipeline.Hosting;

namespace Pipeline.Cli.Run;

/// <summary>A file of options: <c>name=value</c> on every line, without dashes; lines that begin with # and empty ones are for people.</summary>
internal static class OptionsFile
{
    /// <summary>The flag that names one.</summary>
    public const string Flag = "options";

    /// <summary>Puts the options of the named file, if one is, under those that were typed, which win.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: the file cannot be read, or says an option wrongly or twice.</exception>
    public static Dictionary<string, string> Under(Dictionary<string, string> flags)
    {
        if (!flags.Remove(Flag, out string? path))
            return flags;
        Dictionary<string, string> all = Read(path);
        foreach ((string name, string value) in flags)
            all[name] = value;
        return all;
    }

    /// <summary>The text of a file.</summary>
    public static string Write(string comment, IEnumerable<(string Name, string Value)> options) =>
        options.Aggregate(new StringBuilder($"# {comment}\n"), (text, option) => text.Append(option.Name).Append('=').Append(option.Value).Append('\n')).ToString();

    private static Dictionary<string, string> Read(string path)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StageException(ExitCode.Usage, $"--{Flag} '{path}' cannot be read: {e.Message}", cause: e);
        }
        for (int n = 0; n < lines.Length; n++)
        {
            string line = lines[n].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            int sign = line.IndexOf('=', StringComparison.Ordinal);
            if (sign <= 0 || line[0] == '-')
                throw new StageException(ExitCode.Usage, $"'{path}' line {n + 1} is not an option and its value, as in half-life-days=14.");
            string name = line[..sign].TrimEnd();
            if (name == Flag)
                throw new StageException(ExitCode.Usage, $"'{path}' line {n + 1}: {name} cannot stand in a file of options.");
            if (!options.TryAdd(name, line[(sign + 1)..].TrimStart()))
                throw new StageException(ExitCode.Usage, $"'{path}' line {n + 1}: {name} is given twice.");
        }
        return options;
    }
}
