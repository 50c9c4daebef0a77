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

    /// <summary>Makes sure that the list is young enough, as far as its age is known. The clock has no say.</summary>
    /// <param name="options">The options.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="reference">The reference time, microseconds since 1970 UTC.</param>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: it is too old.</exception>
    public static void CheckAge(EmailOptions options, StageContext stage, long reference)
    {
        if (options.Suppressions is null)
            return;
        if (options.SuppressionsAsOf is not { } time)
        {
            stage.Log.LogWarning("nobody said when the suppression list was made (--suppressions-as-of): who unsubscribed since then may be mailed");
            return;
        }
        double days = (reference - time) / RecipientTable.MicrosPerDay;
        if (days > options.MaxSuppressionsAgeDays)
        {
            throw new StageException(
                ExitCode.InputRefused,
                $"The suppression list '{Path.GetFileName(options.Suppressions)}' is {days:0.#} days older than the reference time, more than --max-suppressions-age-days {options.MaxSuppressionsAgeDays:0.####}.",
                "Export it again: who unsubscribed since then must not be mailed.");
        }
    }

    /// <summary>Reads the list; without one nobody is on it.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: a line cannot be read.</exception>
    public static SuppressionList Read(EmailOptions options, StageContext stage, IKeyProvider provider, CancellationToken cancellation)
    {
        var list = new SuppressionList();
        if (options.Suppressions is null)
        {
            if (options.Customers is not null)
                stage.Log.LogWarning("no suppression list was given (--without-suppressions): who unsubscribed, complained or bounced may be mailed");
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
