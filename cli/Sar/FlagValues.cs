using System.CommandLine;
using System.Globalization;
using System.Text;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Cli.Sar;

/// <summary>Reads the values of flags and collects what is wrong with them, to say it all at once.</summary>
internal sealed class FlagValues
{
    private readonly ParseResult parsed;
    private readonly string command;
    private readonly List<string> mistakes;

    /// <summary>Begins with what no flag stands for.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="command">The command it was typed behind, whose help is pointed to.</param>
    public FlagValues(ParseResult parsed, string command)
    {
        this.parsed = parsed;
        this.command = command;
        mistakes = [.. parsed.UnmatchedTokens.Select(token => $"'{token}' is not an option of this command.")];
    }

    /// <summary>Reports a mistake.</summary>
    /// <param name="sentence">What is wrong and what to do.</param>
    public void Mistake(string sentence) => mistakes.Add(sentence);

    /// <summary>Ends the command if there were mistakes.</summary>
    /// <exception cref="StageException">All of them.</exception>
    public void Check()
    {
        if (mistakes.Count > 0)
            throw new StageException(ExitCode.Usage, string.Join(' ', mistakes), $"See './pipeline {command} --help'.");
    }

    /// <summary>Whether the flag was typed.</summary>
    public bool IsGiven(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>The text behind a flag, null where it is not given.</summary>
    public string? Text(Option<string?> option)
    {
        if (!IsGiven(option))
            return null;
        string? text = parsed.GetValue(option);
        if (!string.IsNullOrWhiteSpace(text))
            return text;
        Mistake($"{option.Name} has no value.");
        return null;
    }

    /// <summary>Reports each of these flags that is not given.</summary>
    public void Require(params IEnumerable<Option> options)
    {
        foreach (Option option in options.Where(o => !IsGiven(o)))
            Mistake($"{option.Name} is missing.");
    }

    /// <summary>A size in bytes, null where it is not given.</summary>
    public long? Size(Option<string?> option)
    {
        if (Text(option) is not { } text)
            return null;
        if (ByteSize.TryParse(text, out long bytes))
            return bytes;
        Mistake($"{option.Name} '{text}' {ByteSize.Form}.");
        return null;
    }

    /// <summary>A whole number from a least one on; the fallback where it is not given.</summary>
    public int? Whole(Option<string?> option, int? fallback, int min = 1)
    {
        if (Text(option) is not { } text)
            return fallback;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= min)
            return number;
        Mistake($"{option.Name} '{text}' must be a whole number, at least {min}.");
        return fallback;
    }

    /// <summary>A finite number above 0; the fallback where it is not given.</summary>
    public double Positive(Option<string?> option, double fallback)
    {
        if (Text(option) is not { } text)
            return fallback;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && double.IsFinite(number))
            return number;
        Mistake($"{option.Name} '{text}' must be a number above 0.");
        return fallback;
    }

    /// <summary>One of the names of an enumeration, in any case; the fallback where it is not given.</summary>
    public T Choice<T>(Option<string?> option, T fallback) where T : struct, Enum
    {
        if (Text(option) is not { } text)
            return fallback;
        foreach (T value in Enum.GetValues<T>())
            if (value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
        Mistake($"{option.Name} '{text}' must be one of {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.");
        return fallback;
    }

    /// <summary>A time in either notation as microseconds, null where it is not given.</summary>
    public long? Time(Option<string?> option)
    {
        if (Text(option) is not { } text)
            return null;
        if (Times.TryRead(Encoding.UTF8.GetBytes(text), out long micros, out _))
            return micros;
        Mistake($"{option.Name} '{text}' must be a time such as 2024-01-01T00:00:00Z, or seconds since 1970.");
        return null;
    }

    /// <summary>One ASCII character, <c>\t</c> for a tabulator.</summary>
    public char Character(Option<string?> option, char fallback)
    {
        // A blank, too, is a delimiter somebody may use.
        string? text = IsGiven(option) ? parsed.GetValue(option) : fallback.ToString();
        if (text == "\\t")
            return '\t';
        if (text is { Length: 1 } && char.IsAscii(text[0]) && text[0] is not ('"' or '\r' or '\n'))
            return text[0];
        Mistake($"{option.Name} '{text}' must be one ASCII character, or \\t.");
        return fallback;
    }

    /// <summary>The character around fields, null for none; a quotation mark where it is not given.</summary>
    /// <param name="option">The flag.</param>
    /// <param name="delimiter">What stands between the fields, which is no quote.</param>
    public char? Quote(Option<string?> option, char delimiter)
    {
        if (!IsGiven(option))
            return '"';
        string text = parsed.GetValue(option) ?? "";
        if (RecordSettings.TryParseQuote(text, delimiter, out char? quote))
            return quote;
        Mistake($"{option.Name} '{text}' {RecordSettings.QuoteForm}.");
        return '"';
    }

    /// <summary>A file to read, null where it is not given.</summary>
    public string? InputFile(Option<string?> option)
    {
        string? path = Text(option);
        if (Directory.Exists(path))
            Mistake($"{option.Name} '{path}' is a folder, not a file.");
        else if (path is not null && !File.Exists(path))
            Mistake($"{option.Name} '{path}' does not exist.");
        return path;
    }

    /// <summary>A file of CSV or Parquet to write, null where it is not given.</summary>
    public string? OutputFile(Option<string?> option)
    {
        string? path = NewFile(option);
        if (path is not null && !ResultFile.IsSupported(path))
            Mistake($"{option.Name} '{path}' must end in .csv or .parquet.");
        return path;
    }

    /// <summary>A file of any kind to write, null where it is not given.</summary>
    public string? NewFile(Option<string?> option)
    {
        if (Text(option) is not { } path)
            return null;
        if (Directory.Exists(path))
            Mistake($"{option.Name} '{path}' is a folder, not a file.");
        else if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            Mistake($"{option.Name} '{path}' lies in a folder that does not exist.");
        return path;
    }
}
