using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Hosting;
using Pipeline.Keys;
using Pipeline.Records;

namespace Pipeline.Email;

/// <summary>
/// The mailboxes that must not be mailed, whoever stands behind them. Holds keys, never an address. A line that cannot be read stops the
/// stage: nobody could tell whom it was to protect.
/// </summary>
internal sealed class SuppressionList
{
    /// <summary>What <see cref="SuppressionFile.Reasons"/> are called here, in the same order.</summary>
    private static readonly string[] Names = [Reasons.Erased, Reasons.Complained, Reasons.Unsubscribed, Reasons.Bounced];

    /// <summary>Positions in <see cref="Names"/>.</summary>
    private readonly Dictionary<string, int> reasons = new(StringComparer.Ordinal);

    /// <summary>Lines read.</summary>
    public long LineCount { get; private set; }

    /// <summary>Whether any mailbox on it is erased.</summary>
    public bool HasErased { get; private set; }

    /// <summary>Reads the list; without one nobody is on it.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: a line cannot be read.</exception>
    public static SuppressionList Read(EmailOptions options, StageContext stage, IKeyProvider provider, CancellationToken cancellation)
    {
        var list = new SuppressionList();
        if (options.Suppressions is null)
        {
            if (options.Customers is not null)
                stage.Log.LogWarning("no suppression list was given (--suppressions): who unsubscribed, complained or bounced may be mailed");
            return list;
        }
        var settings = new RecordSettings { Delimiter = options.Delimiter };
        using RecordSource source = RecordSource.Open(options.Suppressions, settings, options.SuppressionColumns, "suppression-columns");
        using var keys = new AddressKeys(provider);
        stage.Progress.Start("reading suppressions", source.Length, "bytes");
        while (source.Read())
        {
            if ((source.Fault is { } fault ? $"is malformed ({fault})" : list.Add(source, keys)) is { } mistake)
            {
                throw new StageException(
                    ExitCode.InputRefused, $"In the suppression list '{Path.GetFileName(options.Suppressions)}', {source.Place} {mistake}.",
                    "Correct the line: as long as it is unknown who must not be mailed, nobody is.");
            }
            if (++list.LineCount % 1000 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                stage.Progress.Report(source.Position);
            }
        }
        return list;
    }

    /// <summary>Why a mailbox must not be mailed; null where it is not on the list.</summary>
    /// <param name="mailboxKey">Its key.</param>
    /// <param name="previousKey">Its key of the version before, in the window of a rotation: lists may still be written with that.</param>
    public string? ReasonOf(string mailboxKey, string? previousKey)
    {
        int reason = Math.Min(Find(mailboxKey), Find(previousKey));
        return reason < Names.Length ? Names[reason] : null;

        int Find(string? key) => key is null ? Names.Length : reasons.GetValueOrDefault(key, Names.Length);
    }

    /// <summary>Takes a line in. The address lives in buffers on the stack only.</summary>
    /// <returns>What is wrong with the line, without its content; null for a good one.</returns>
    private string? Add(RecordSource source, AddressKeys keys)
    {
        ReadOnlySpan<byte> address = source[SuppressionFile.Address], key = source[SuppressionFile.MailboxKey];
        int reason = SuppressionFile.FindReason(source[SuppressionFile.Reason]);
        if (reason < 0)
            return "has a reason other than erased, complained, unsubscribed and bounced";
        if (address.IsEmpty && key.IsEmpty)
            return "names neither an address nor a mailbox_key";
        if (!address.IsEmpty)
        {
            Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
            if (AddressParser.Parse(address, buffer, out EmailAddress parsed, out string? rule) == AddressVerdict.Invalid)
                return $"has an address that cannot be read ({rule})";
            Add(keys.MailboxKey(parsed), reason);
        }
        if (!key.IsEmpty)
        {
            // A key made with other keys would match nobody, and its owner would be mailed.
            if (!keys.IsKey(key, source[SuppressionFile.KeyId]))
                return "has a mailbox_key that was not made with these keys";
            Add(Encoding.ASCII.GetString(key), reason);
        }
        return null;
    }

    private void Add(string mailboxKey, int reason)
    {
        reasons[mailboxKey] = Math.Min(reason, reasons.GetValueOrDefault(mailboxKey, Names.Length));
        HasErased |= Names[reason] == Reasons.Erased;
    }
}
