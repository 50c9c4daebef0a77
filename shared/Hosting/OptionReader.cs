using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Records;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>
/// Hands a stage its options. A stage names each option once, in the method that makes its options record; that method is called
/// twice: first to learn which options there are (every value is then the default or a placeholder), then to read them. A value is
/// taken from the flag <c>--name</c>, else from the environment variable <c>PIPELINE_NAME</c>, else it is the default. Mistakes are
/// collected and reported together.
/// </summary>
public sealed class OptionReader
{
    private readonly Dictionary<string, Option> declared = new(StringComparer.Ordinal);
    private readonly List<OptionDescription> descriptions = [];
    private readonly List<string> mistakes = [];
    private readonly SortedDictionary<string, string> deciding = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> inputFiles = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, EarlierFile> earlierFiles = new(StringComparer.Ordinal);
    private ParseResult? parsed;

    internal OptionReader() { }

    /// <summary>The options there are, in the order they were named.</summary>
    internal IReadOnlyList<OptionDescription> Descriptions => descriptions;

    /// <summary>What is wrong with the options given, a sentence each.</summary>
    internal IReadOnlyList<string> Mistakes => mistakes;

    /// <summary>The options that decide the result, as they would be typed; files are in <see cref="InputFiles"/>.</summary>
    internal SortedDictionary<string, string> Deciding => deciding;

    /// <summary>The files whose name and content decide the result: paths by option and name.</summary>
    internal SortedDictionary<string, string> InputFiles => inputFiles;

    /// <summary>Those of the files that lie in S3, to be copied before they are read.</summary>
    internal InputCopies Copies { get; } = new();

    /// <summary>The files of earlier runs whose content decides the result, by option.</summary>
    internal SortedDictionary<string, EarlierFile> EarlierFiles => earlierFiles;

    internal IEnumerable<Option> Declared => declared.Values;

    /// <summary>The environment variable behind a flag.</summary>
    public static string EnvironmentName(string name) => "PIPELINE_" + name.ToUpperInvariant().Replace('-', '_');

    /// <summary>Text. Required unless there is a fallback.</summary>
    /// <param name="name">The flag without its dashes, in kebab case, with the unit.</param>
    /// <param name="value">What stands for the value in the help, for example <c>FOLDER</c>.</param>
    /// <param name="help">What the option does, in a sentence.</param>
    /// <param name="fallback">The default as it would be typed; null makes the option required.</param>
    /// <param name="decides">Whether it decides the result; false for what changes only speed, place or display.</param>
    public string Text(string name, string value, string help, string? fallback = null, bool decides = true) =>
        Read(name, value, help, fallback, isRequired: fallback is null, decides, text =>
            fallback is null && string.IsNullOrWhiteSpace(text) ? throw new FormatException("must not be empty") : text) ?? fallback ?? "";

    /// <summary>Text, or null when it is not given.</summary>
    public string? OptionalText(string name, string value, string help, bool decides = true) =>
        Read<string>(name, value, help, null, isRequired: false, decides, text => text);

    /// <summary>A whole number within limits, both included.</summary>
    public int Integer(string name, string help, int fallback, int min, int max = int.MaxValue, bool decides = true) =>
        Read<object>(name, "N", $"{help} {Capitalise(Range(min, max, int.MaxValue))}.", fallback.ToString(CultureInfo.InvariantCulture), false, decides, text =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
                ? number
                : throw new FormatException($"must be a whole number, {Range(min, max, int.MaxValue)}")) as int? ?? fallback;

    /// <summary>A number within limits, both included.</summary>
    public double Number(string name, string help, double fallback, double min, double max = double.MaxValue, bool decides = true) =>
        Read<object>(name, "N", $"{help} {Capitalise(Range(min, max, double.MaxValue))}.", fallback.ToString(CultureInfo.InvariantCulture), false, decides, text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= min && number <= max
                ? number
                : throw new FormatException($"must be a number, {Range(min, max, double.MaxValue)}")) as double? ?? fallback;

    /// <summary>A size such as 512MB or 4GB in bytes, or null when it is not given.</summary>
    public long? OptionalSize(string name, string help, bool decides = true) =>
        Read<object>(name, "SIZE", help, null, false, decides, text =>
            ByteSize.TryParse(text, out long bytes) ? bytes : throw new FormatException(ByteSize.Form)) as long?;

    /// <summary>A limit such as 5% or 1000 on the rows of a kind.</summary>
    public RowLimit Limit(string name, string help, string fallback, bool decides = true) =>
        Read<object>(name, "LIMIT", help, fallback, false, decides, text =>
            RowLimit.TryParse(text, out RowLimit limit) ? limit : throw new FormatException(RowLimit.Form)) as RowLimit? ?? default;

    /// <summary>A share such as 5%, from 0% to 100%; exact.</summary>
    public decimal Share(string name, string help, string fallback, bool decides = true) =>
        Read<object>(name, "SHARE", help, fallback, false, decides, text =>
            Percentage.TryParse(text, out decimal share) && share <= 1
                ? share
                : throw new FormatException($"{Percentage.Form}, at most 100%")) as decimal? ?? 0;

    /// <summary>A switch, off unless it is given.</summary>
    public bool Flag(string name, string help, bool decides = true)
    {
        bool isOn = Read<object>(name, "", help, "false", false, decides, text =>
            bool.TryParse(text, out bool on) ? on : throw new FormatException("must be true or false")) as bool? ?? false;
        // TRUE and true decide alike.
        if (deciding.ContainsKey(name))
            deciding[name] = isOn ? "true" : "false";
        return isOn;
    }

    /// <summary>One of a few words.</summary>
    public string Choice(string name, string help, IReadOnlyList<string> choices, string fallback, bool decides = true) =>
        Read(name, string.Join('|', choices), help, fallback, false, decides, text =>
            choices.Contains(text) ? text : throw new FormatException($"must be one of {string.Join(", ", choices)}")) ?? fallback;

    /// <summary>A file to read, whose name and content decide the result. It must exist.</summary>
    public string InputFile(string name, string help) => ReadFile(name, help, isRequired: true) ?? "";

    /// <summary>A file to read, whose name and content decide the result, or null when it is not given.</summary>
    public string? OptionalInputFile(string name, string help) => ReadFile(name, help, isRequired: false);

    /// <summary>Files to read, at least one, whose names and contents decide the result: a file, a list, a folder or a pattern.</summary>
    public RecordFiles InputFileSet(string name, string help) => ReadFiles(name, help, isRequired: true) ?? new RecordFiles("", [], []);

    /// <summary>Files to read, whose names and contents decide the result, or null when none is given.</summary>
    public RecordFiles? OptionalInputFileSet(string name, string help) => ReadFiles(name, help, isRequired: false);

    /// <summary>
    /// An earlier run, or null when it is not given. What decides the result is the content of one file that this stage left there;
    /// the stage gets it from <see cref="StageContext.Earlier"/>.
    /// </summary>
    /// <param name="name">The flag.</param>
    /// <param name="file">The file's path below the stage's folder.</param>
    /// <param name="help">What the option does.</param>
    public string? OptionalEarlierRun(string name, string file, string help)
    {
        string? run = Read(name, "FOLDER", help, null, isRequired: false, decides: false, text =>
            string.IsNullOrWhiteSpace(text) ? throw new FormatException("must not be empty") : text);
        if (run is not null)
            earlierFiles[name] = new EarlierFile(run, file);
        return run;
    }

    /// <summary>A regular expression in the syntax of .NET, culture-invariant, or null when it is not given.</summary>
    public Regex? OptionalPattern(string name, string help) =>
        Read(name, "REGEX", help, null, false, true, text =>
        {
            try
            {
                // Without backtracking no pattern can hang the run.
                return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                throw new FormatException($"is not a usable regular expression: {e.Message}");
            }
        });

    /// <summary>Pairs such as <c>user=CustomerID,item=StockCode</c>.</summary>
    /// <param name="name">The flag.</param>
    /// <param name="help">What the option does.</param>
    /// <param name="keys">The words that may stand on the left.</param>
    /// <param name="fallback">The default as it would be typed.</param>
    /// <param name="decides">Whether it decides the result.</param>
    public IReadOnlyDictionary<string, string> Pairs(string name, string help, IReadOnlyList<string>? keys, string fallback, bool decides = true) =>
        Read<IReadOnlyDictionary<string, string>>(name, "KEY=VALUE,...", help, fallback, false, decides, text =>
        {
            var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
            var faults = new List<string>();
            foreach (string pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                int sign = pair.IndexOf('=', StringComparison.Ordinal);
                string key = pair[..Math.Max(sign, 0)].Trim();
                if (sign < 1 || sign == pair.Length - 1)
                    faults.Add($"has '{pair}' where KEY=VALUE is needed");
                else if (keys is not null && !keys.Contains(key))
                    faults.Add($"has the unknown key '{key}'; known are {string.Join(", ", keys)}");
                else if (!pairs.TryAdd(key, pair[(sign + 1)..].Trim()))
                    faults.Add($"has the key '{key}' twice");
            }
            return faults.Count == 0 ? pairs : throw new FormatException(string.Join("; ", faults));
        }) ?? new Dictionary<string, string>();

    /// <summary>A moment in ISO 8601, UTC unless it states an offset, as microseconds since 1970, or null when it is not given.</summary>
    public long? OptionalTime(string name, string help) =>
        Read<object>(name, "TIME", help, null, false, true, text =>
            DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
                ? (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
                : throw new FormatException("must be a time such as 2026-11-20 or 2026-11-20T02:00:00Z")) as long?;

    /// <summary>Whether an option was given a value, right or wrong, as a flag or in the environment.</summary>
    public bool IsGiven(string name) => parsed is not null && Find(name).Text is not null;

    /// <summary>Reports a mistake that takes more than one option to see.</summary>
    /// <param name="sentence">What is wrong and what to do.</param>
    public void Mistake(string sentence)
    {
        if (parsed is not null)
            mistakes.Add(sentence);
    }

    internal void Begin(ParseResult result) => parsed = result;

    private string? ReadFile(string name, string help, bool isRequired)
    {
        string? path = Read(name, "FILE", help, null, isRequired, decides: false, text =>
        {
            // What S3 calls a folder is no more than the beginning of names.
            if (RemoteFile.IsRemote(text) && !List(text).Contains(text))
                throw new FormatException(List(text.TrimEnd('/') + "/").Count > 0 ? "is a folder, not a file" : "does not exist");
            return RemoteFile.IsRemote(text) ? text
                : Directory.Exists(text) ? throw new FormatException("is a folder, not a file")
                : File.Exists(text) ? text
                : throw new FormatException("does not exist");
        });
        return path is null ? null : AddInput(name, Path.GetFileName(path), path);
    }

    private RecordFiles? ReadFiles(string name, string help, bool isRequired)
    {
        RecordFiles? files = Read(name, "FILES", help, null, isRequired, decides: false, text => RecordFiles.Find(text, new RemoteListing("s3://", List)));
        return files is null ? null : files with { Files = [.. files.Files.Select(file => file with { Path = AddInput(name, file.Name, file.Path) })] };
    }

    /// <returns>Where the file is when the work begins.</returns>
    private string AddInput(string option, string name, string path) => inputFiles[$"--{option} {name}"] = Copies.PathOf(path);

    private static IReadOnlyList<string> List(string prefix)
    {
        try
        {
            return RemoteFile.List(prefix);
        }
        catch (StorageException e) when (e.Fault != StorageFault.Unavailable)
        {
            throw new FormatException($"cannot be found: {e.Message.TrimEnd('.')}", e);
        }
    }

    private T? Read<T>(string name, string value, string help, string? fallback, bool isRequired, bool decides, Func<string, T> convert)
        where T : class
    {
        if (parsed is null)
        {
            Declare(name, value, help, fallback, isRequired);
            return fallback is null ? null : convert(fallback);
        }

        if (IsFaulty(name))
            return null;
        (string? text, string origin) = Find(name);
        if (text is null)
        {
            if (isRequired)
                mistakes.Add($"--{name} is missing: give it, or set {EnvironmentName(name)}.");
            text = fallback;
        }
        if (text is null)
            return null;
        try
        {
            T converted = convert(text);
            if (decides)
                deciding[name] = text;
            return converted;
        }
        catch (FormatException e)
        {
            mistakes.Add($"{origin} '{text}' {e.Message}.");
            return null;
        }
    }

    private void Declare(string name, string value, string help, string? fallback, bool isRequired)
    {
        bool isFlag = value.Length == 0;
        string description = $"{help}{(isRequired ? " Required." : fallback is null || isFlag || fallback.Length == 0 ? "" : $" Default: {fallback}.")}";
        declared[name] = isFlag
            ? new Option<bool>("--" + name) { Description = description }
            : new Option<string?>("--" + name) { Description = description, HelpName = value };
        descriptions.Add(new OptionDescription(name, value, description, isFlag));
    }

    /// <summary>Whether a flag was given in a way that was already found wrong, or is now: what else could be said of it would mislead.</summary>
    private bool IsFaulty(string name)
    {
        Option option = declared[name];
        if (parsed!.GetResult(option) is not { Implicit: false } result)
            return false;
        if (result.Errors.Any())
            return true;
        // "--run --overwrite" has a value forgotten, and no folder called --overwrite.
        if (option is not Option<string?> text || parsed.GetValue(text) is not { } value || !IsFlag(value))
            return false;
        mistakes.Add($"--{name} has no value: '{value}' behind it is an option.");
        return true;
    }

    private bool IsFlag(string text) => text.StartsWith("--", StringComparison.Ordinal) && declared.ContainsKey(text[2..]);

    private (string? Text, string Origin) Find(string name)
    {
        Option option = declared[name];
        if (parsed!.GetResult(option) is { Implicit: false })
        {
            string? text = option is Option<bool> flag
                ? parsed.GetValue(flag).ToString(CultureInfo.InvariantCulture).ToLowerInvariant()
                : parsed.GetValue((Option<string?>)option);
            return (text, "--" + name);
        }
        string variable = EnvironmentName(name);
        string? fromEnvironment = Environment.GetEnvironmentVariable(variable);
        return (string.IsNullOrEmpty(fromEnvironment) ? null : fromEnvironment, variable);
    }

    private static string Capitalise(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Range<T>(T min, T max, T infinite) where T : IEquatable<T> => max.Equals(infinite)
        ? string.Create(CultureInfo.InvariantCulture, $"at least {min}")
        : string.Create(CultureInfo.InvariantCulture, $"from {min} to {max}");
}

/// <summary>A file that the same stage left in an earlier run.</summary>
/// <param name="Run">The earlier run.</param>
/// <param name="Path">The file's path below the stage's folder.</param>
internal sealed record EarlierFile(string Run, string Path);

/// <summary>An option as it is shown to people and to the tool that starts the stages.</summary>
/// <param name="Name">The flag without its dashes.</param>
/// <param name="Value">What stands for the value; empty for a switch.</param>
/// <param name="Help">What it does, with range and default.</param>
/// <param name="IsFlag">Whether it is a switch.</param>
public sealed record OptionDescription(string Name, string Value, string Help, bool IsFlag);
