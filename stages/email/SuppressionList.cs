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
    private const int Address = 0, MailboxKey = 1, Reason = 2, KeyId = 3;

    /// <summary>The columns, under the headers they have unless the user names others.</summary>
    public static readonly IReadOnlyList<RecordColumn> Columns =
    [
        new("address", "address", IsRequired: false),
        new("mailbox", "mailbox_key", IsRequired: false),
        new("reason", "reason", IsRequired: true),
        new("key", "key_id", IsRequired: false),
    ];

    /// <summary>The words of the file for the reasons, in their order.</summary>
    private static readonly (string Word, string Reason)[] Words =
        [("complained", Reasons.Complained), ("unsubscribed", Reasons.Unsubscribed), ("bounced", Reasons.Bounced)];

    /// <summary>Positions in <see cref="Words"/>.</summary>
    private readonly Dictionary<string, int> reasons = new(StringComparer.Ordinal);

    /// <summary>Lines read.</summary>
    public long LineCount { get; private set; }

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
    public static SuppressionList Read(EmailOptions options, StageContext stage, KeyRing ring, CancellationToken cancellation)
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
        using var keys = new AddressKeys(ring);
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
    public string? ReasonOf(string mailboxKey) => reasons.TryGetValue(mailboxKey, out int reason) ? Words[reason].Reason : null;

    /// <summary>Takes a line in. The address lives in buffers on the stack only.</summary>
    /// <returns>What is wrong with the line, without its content; null for a good one.</returns>
    private string? Add(RecordSource source, AddressKeys keys)
    {
        ReadOnlySpan<byte> address = source[Address], key = source[MailboxKey], word = source[Reason];
        int reason = 0;
        while (reason < Words.Length && !Ascii.EqualsIgnoreCase(word, Words[reason].Word))
            reason++;
        if (reason == Words.Length)
            return "has a reason other than unsubscribed, bounced and complained";
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
            if (!keys.IsKey(key, source[KeyId]))
                return "has a mailbox_key that was not made with this key ring";
            Add(Encoding.ASCII.GetString(key), reason);
        }
        return null;
    }

    private void Add(string mailboxKey, int reason) =>
        reasons[mailboxKey] = Math.Min(reason, reasons.GetValueOrDefault(mailboxKey, Words.Length));
}
