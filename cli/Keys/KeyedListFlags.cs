using System.CommandLine;
using Pipeline.Addresses;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Cli.Keys;

/// <summary>The flags of the files with mailbox keys in them, named as for the email stage.</summary>
internal sealed class KeyedListFlags
{
    private readonly Option<string?> suppressions = File("suppressions", "The suppression list.");
    private readonly Option<string?> suppressionColumns = Columns("suppression-columns", SuppressionFile.Columns);
    private readonly Option<string?> pastSends = File("past-sends", "The past sends.");
    private readonly Option<string?> pastSendColumns = Columns("past-send-columns", PastSendFile.Columns);
    private readonly Option<string> delimiter = Delimiter();

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [suppressions, suppressionColumns, pastSends, pastSendColumns, delimiter];

    /// <summary>The files that were named.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: a file is missing, or its columns are not named as they can be.</exception>
    public IReadOnlyList<KeyedList> Read(ParseResult parsed) =>
    [
        .. Read(parsed, "suppression list", suppressions, suppressionColumns, SuppressionFile.Columns, SuppressionFile.MailboxKey),
        .. Read(parsed, "past sends", pastSends, pastSendColumns, PastSendFile.Columns, PastSendFile.MailboxKey),
    ];

    /// <summary>The flag of a file's columns.</summary>
    public static Option<string?> Columns(string name, IReadOnlyList<RecordColumn> wanted) => new("--" + name)
    {
        HelpName = "KEY=VALUE,...",
        Description = $"Its columns, as for the email stage. Default: {string.Join(',', wanted.Select(c => $"{c.Key}={c.Header}"))}.",
    };

    /// <summary>The flag of what stands between the fields.</summary>
    public static Option<string> Delimiter() => new("--delimiter")
    {
        HelpName = "CHARACTER",
        Description = "What stands between the fields of CSV files; \\t for a tabulator.",
        DefaultValueFactory = _ => ",",
    };

    /// <summary>The columns under the headers that the user named.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: they are not named so.</exception>
    public static IReadOnlyList<RecordColumn> ReadColumns(ParseResult parsed, Option<string?> option, IReadOnlyList<RecordColumn> wanted)
    {
        RecordColumn[] read = [.. wanted];
        foreach (string pair in (parsed.GetValue(option) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] sides = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            int column = Array.FindIndex(read, c => c.Key == sides[0]);
            if (column < 0 || sides is not [_, { Length: > 0 } header])
            {
                throw new StageException(
                    ExitCode.Usage, $"{option.Name} has '{pair}', which is not one of {string.Join(", ", wanted.Select(c => c.Key))} with a header behind '='.");
            }
            read[column] = read[column] with { Header = header, IsRequired = true };
        }
        return read;
    }

    /// <summary>What stands between the fields.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: it is not one character.</exception>
    public static char ReadDelimiter(ParseResult parsed, Option<string> option) => parsed.GetValue(option) switch
    {
        "\\t" => '\t',
        [var c] when char.IsAscii(c) && c is not ('"' or '\r' or '\n') => c,
        _ => throw new StageException(ExitCode.Usage, $"{option.Name} must be one ASCII character, or \\t."),
    };

    private static Option<string?> File(string name, string help) => new("--" + name) { HelpName = "FILE", Description = help };

    private IEnumerable<KeyedList> Read(
        ParseResult parsed, string noun, Option<string?> file, Option<string?> columns, IReadOnlyList<RecordColumn> wanted, int mailboxColumn)
    {
        if (parsed.GetValue(file) is not { } path)
            yield break;
        if (!System.IO.File.Exists(path))
            throw new StageException(ExitCode.Usage, $"{file.Name} '{path}' does not exist.");
        yield return new KeyedList(noun, path, ReadColumns(parsed, columns, wanted), mailboxColumn, columns.Name.TrimStart('-'), ReadDelimiter(parsed, delimiter));
    }
}
