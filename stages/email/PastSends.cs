using System.Text;
using Pipeline.Hosting;
using Pipeline.Keys;
using Pipeline.Records;

namespace Pipeline.Email;

/// <summary>
/// How many mails each mailbox got lately. Holds keys, never an address. A line that cannot be read stops the stage: it may be the mail
/// after which there must be no more.
/// </summary>
internal sealed class PastSends
{
    private readonly Dictionary<string, int> sends = new(StringComparer.Ordinal);
    private readonly int limit;

    private PastSends(int limit) => this.limit = limit;

    /// <summary>Lines read.</summary>
    public long LineCount { get; private set; }

    /// <summary>Reads the file; without one nobody was mailed before.</summary>
    /// <param name="options">The options.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="provider">The keys.</param>
    /// <param name="recipients">The customers with their mailboxes: a mail to a customer went to that.</param>
    /// <param name="since">The time after which mails count, microseconds since 1970 UTC. There is no end: the newest interaction may be older than the last mail.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: a line cannot be read.</exception>
    public static PastSends Read(
        EmailOptions options, StageContext stage, IKeyProvider provider, RecipientTable recipients, long since, CancellationToken cancellation)
    {
        var past = new PastSends(options.MaxSends);
        if (options.PastSends is null)
            return past;
        var settings = new RecordSettings { Delimiter = options.Delimiter };
        using RecordSource source = RecordSource.Open(options.PastSends, settings, options.PastSendColumns, "past-send-columns");
        using var keys = new AddressKeys(provider);
        stage.Progress.Start("reading past sends", source.Length, "bytes");
        while (source.Read())
        {
            if ((source.Fault is { } fault ? $"is malformed ({fault})" : past.Add(source, keys, recipients, since)) is { } mistake)
            {
                throw new StageException(
                    ExitCode.InputRefused, $"In the past sends '{Path.GetFileName(options.PastSends)}', {source.Place} {mistake}.",
                    "Correct the line: as long as it is unknown who was mailed, nobody is.");
            }
            if (++past.LineCount % 1000 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                stage.Progress.Report(source.Position);
            }
        }
        return past;
    }

    /// <summary>Whether a mailbox got as many mails as it may.</summary>
    /// <param name="mailboxKey">Its key.</param>
    /// <param name="previousKey">Its key of the version before, in the window of a rotation: some mails may be known by that.</param>
    public bool IsFull(string mailboxKey, string? previousKey)
    {
        int count = sends.GetValueOrDefault(mailboxKey) + (previousKey is null ? 0 : sends.GetValueOrDefault(previousKey));
        return count > 0 && count >= limit;
    }

    /// <summary>Takes a line in.</summary>
    /// <returns>What is wrong with the line, without its content; null for a good one.</returns>
    private string? Add(RecordSource source, AddressKeys keys, RecipientTable recipients, long since)
    {
        ReadOnlySpan<byte> user = source[PastSendFile.User], key = source[PastSendFile.MailboxKey];
        if (!FieldParser.TryTime(source[PastSendFile.Time], out long time))
            return "has a time that is not ISO 8601, such as 2026-11-20T02:00:00Z";
        if (user.IsEmpty && key.IsEmpty)
            return "names neither a user_id nor a mailbox_key";
        if (!key.IsEmpty && !keys.IsKey(key, source[PastSendFile.KeyId]))
            return "has a mailbox_key that was not made with these keys";
        if (time <= since)
            return null;
        string? mailbox = null;
        if (!key.IsEmpty)
            mailbox = Encoding.ASCII.GetString(key);
        else if (recipients.Users.Find(user) is var position and >= 0)
            mailbox = recipients[position].MailboxKey;
        if (mailbox is not null)
            sends[mailbox] = sends.GetValueOrDefault(mailbox) + 1;
        return null;
    }
}
