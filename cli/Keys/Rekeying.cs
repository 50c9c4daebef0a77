using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Keys;

namespace Pipeline.Cli.Keys;

/// <summary>
/// Gives the mailboxes of lists their keys of the current version: a run in the window of a rotation knows both keys of each mailbox. Nothing
/// else in a list changes. A mailbox that no such run knows keeps its key, and with that the previous version must stay.
/// </summary>
internal static partial class Rekeying
{
    public static async Task<int> RunAsync(KeyOptions options, string runs, IReadOnlyList<KeyedList> lists, CancellationToken cancellation)
    {
        if (lists.Count == 0)
            throw new StageException(ExitCode.Usage, "There is no list: name --suppressions, --past-sends or both.");
        using IKeyProvider keys = options.Open();
        if (keys.PreviousMac() is not { } previous)
            throw new StageException(ExitCode.Usage, $"{keys.Description} has one version only, {keys.CurrentMac().Number}: there is no window in which lists could have keys of another.");
        var newKeys = new Dictionary<string, string>(StringComparer.Ordinal);
        await (await RecipientHistory.OpenAsync(runs, cancellation)).ReadAsync([Recipients.MailboxKey, Recipients.PreviousMailboxKey], (_, batch) =>
        {
            for (int row = 0; row < batch.Count; row++)
            {
                if (batch.Text(Recipients.PreviousMailboxKey).GetString(row) is { } old)
                    newKeys[old] = batch.Text(Recipients.MailboxKey).GetString(row)!;
            }
        }, cancellation);
        ConsoleTable table = new ConsoleTable().Words("list").Numbers($"lines of version {previous.Number}").Numbers("given new keys").Numbers("left");
        foreach (KeyedList list in lists)
        {
            long before = list.CountLinesOf(previous.Number, cancellation);
            if (before > 0)
                ListFile.Change(list.Path, content => content is null ? null : string.Join('\n', content.Split('\n').Select(line => Rekey(line, newKeys, previous.KeyId, keys.CurrentMac().KeyId))));
            long after = list.CountLinesOf(previous.Number, cancellation);
            table.Row(list.Path, $"{before:N0}", $"{before - after:N0}", $"{after:N0}");
        }
        table.Print();
        return 0;
    }

    /// <summary>The line with another key in it: a mailbox key looks like nothing else, and the id of the keys stands in the same line.</summary>
    private static string Rekey(string line, Dictionary<string, string> newKeys, string oldKeyId, string newKeyId)
    {
        Match match = MailboxKeyPattern().Match(line);
        return match.Success && newKeys.TryGetValue(match.Value, out string? newKey)
            ? line.Replace(match.Value, newKey, StringComparison.Ordinal).Replace(oldKeyId, newKeyId, StringComparison.Ordinal)
            : line;
    }

    [GeneratedRegex(@"v[0-9]+\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", RegexOptions.CultureInvariant)]
    private static partial Regex MailboxKeyPattern();
}
