using System.Text;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Keys;
using Pipeline.Tables;

namespace Pipeline.Email;

/// <summary>What the customer file says of each customer with a list, without any address: keys, ciphertext and the reason not to mail.</summary>
internal sealed class RecipientTable
{
    /// <summary>Microseconds of a day.</summary>
    public const double MicrosPerDay = 86_400e6;

    private readonly List<Recipient> recipients = [];
    private long[] lastTimes = [];
    private bool[] isControl = [];

    /// <summary>The customers, in order of their lists.</summary>
    public TextIndex Users { get; } = new();

    /// <summary>Time of the newest interaction of any user, with a list or without.</summary>
    public long NewestInteraction { get; private set; } = long.MinValue;

    /// <summary>The recipient at a position of <see cref="Users"/>.</summary>
    public Recipient this[int user]
    {
        get => recipients[user];
        set => recipients[user] = value;
    }

    /// <summary>Reads who has a list, when they last did anything, and in which arm they are. Until the customer file says otherwise, nobody is a customer.</summary>
    public static async Task<RecipientTable> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        var table = new RecipientTable();
        TableSchema columns = Recommendations.Schema.Select(Recommendations.UserId);
        await foreach (ColumnBatch batch in stage.ReadAsync(Recommendations.DataSet, columns, cancellation))
        {
            TextColumn users = batch.Text(Recommendations.UserId);
            for (int row = 0; row < batch.Count; row++)
            {
                if (table.Users.Add(users[row]) == table.recipients.Count)
                    table.recipients.Add(new Recipient(Reasons.NoCustomer));
            }
        }
        await table.ReadLastTimesAsync(stage, cancellation);
        await table.ReadArmsAsync(stage, cancellation);
        return table;
    }

    /// <summary>
    /// Gives the reasons that lie in the mailbox, by their order in <see cref="Reasons"/>: they hold for every customer behind it. Where
    /// there is no mailbox there is a reason already.
    /// </summary>
    public void Exclude(SuppressionList suppressions, ConsentLedger consents, PastSends pastSends)
    {
        HashSet<string> refused = consents.RefusedMailboxes();
        for (int user = 0; user < recipients.Count; user++)
        {
            if (recipients[user].MailboxKey is { } mailbox && !consents.IsGiven(Users[user]))
                refused.Add(mailbox);
        }
        for (int user = 0; user < recipients.Count; user++)
        {
            if (recipients[user].MailboxKey is not { } mailbox)
                continue;
            string? reason = suppressions.ReasonOf(mailbox)
                ?? (refused.Contains(mailbox) ? Reasons.NoConsent : pastSends.IsFull(mailbox) ? Reasons.FrequencyCap : null);
            recipients[user] = recipients[user] with { Reason = reason };
        }
    }

    /// <summary>
    /// Of several customers with one mailbox who may be mailed, keeps the one who did something last, among equals the one whose id comes
    /// first by its bytes. The others are in that one's arm, for what reaches their mailbox is that one's mail or none.
    /// </summary>
    public void KeepOneOfEachMailbox()
    {
        var kept = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int user = 0; user < recipients.Count; user++)
        {
            if (recipients[user] is not { Reason: null, MailboxKey: { } mailbox } || kept.TryAdd(mailbox, user))
                continue;
            int other = kept[mailbox];
            int loser = IsBefore(user, other) ? other : user;
            kept[mailbox] = user + other - loser;
            recipients[loser] = recipients[loser] with { Reason = Reasons.DuplicateMailbox };
        }
        for (int user = 0; user < recipients.Count; user++)
        {
            if (recipients[user] is { Reason: Reasons.DuplicateMailbox, MailboxKey: { } mailbox })
                isControl[user] = isControl[kept[mailbox]];
        }
    }

    /// <summary>Takes the mail from those in the control group. Comes last, so that the group is made of customers who would be mailed otherwise.</summary>
    public void WithholdFromControlGroup()
    {
        for (int user = 0; user < recipients.Count; user++)
        {
            if (recipients[user].Reason is null && isControl[user])
                recipients[user] = recipients[user] with { Reason = Reasons.ControlGroup };
        }
    }

    /// <summary>From when on rows must not be used, microseconds since 1970 UTC.</summary>
    public static long ExpiryOf(EmailOptions options, long reference) => reference + (long)(options.ExpiresAfterDays * MicrosPerDay);

    /// <summary>The platform's hashes of those who are mailed; none where no platform gets any.</summary>
    public IEnumerable<byte[]> HashesToMail() => recipients.Where(r => r.Reason is null).Select(r => r.PlatformHash).OfType<byte[]>();

    /// <summary>Writes the table, in order of the lists.</summary>
    /// <param name="stage">Where to.</param>
    /// <param name="ring">The keys of the rows.</param>
    /// <param name="options">How long rows and tokens are good.</param>
    /// <param name="reference">Microseconds since 1970 UTC from which that counts.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task WriteAsync(StageContext stage, KeyRing ring, EmailOptions options, long reference, CancellationToken cancellation)
    {
        long expiresAt = ExpiryOf(options, reference);
        TimeSpan lifetime = TimeSpan.FromDays(options.ExpiresAfterDays + options.UnsubscribeDays);
        using var tokens = new UnsubscribeTokens(ring);
        await using TableOutput table = stage.Write(Recipients.DataSet);
        ColumnBatch batch = table.Batch;
        for (int user = 0; user < Users.Count; user++)
        {
            Recipient recipient = recipients[user];
            bool isSent = recipient.Reason is null;
            int row = batch.Count;
            batch.Text(Recipients.UserId).Append(Users[user]);
            batch.Text(Recipients.SubjectKey).Append(recipient.SubjectKey);
            batch.Text(Recipients.MailboxKey).Append(recipient.MailboxKey);
            batch.Text(Recipients.EmailCiphertext).Append(recipient.Ciphertext);
            batch.Text(Recipients.UnsubscribeToken).Append(isSent ? tokens.Create(recipient.MailboxKey!, TimeOf(reference), lifetime) : null);
            batch.Text(Recipients.KeyId).Append(recipient.Ciphertext is null ? null : ring.KeyId);
            batch.Values<int>(Recipients.KeyVersion)[row] = ring.Version;
            batch.Text(Recipients.Profile).Append(NormalisationProfile.Internal.Name);
            batch.Text(Recipients.Arm).Append(isControl[user] ? Arms.Control : Arms.Treatment);
            batch.Values<bool>(Recipients.Send)[row] = isSent;
            batch.Text(Recipients.Reason).Append(recipient.Reason);
            batch.Values<long>(Recipients.ExpiresAt)[row] = expiresAt;
            await table.NextRowAsync(cancellation);

            stage.Counters.RowsIn++;
            if (isSent)
                stage.Counters.RowsKept++;
            else
                stage.Counters.Drop(recipient.Reason!);
        }
        await table.CompleteAsync(cancellation);
    }

    private static DateTimeOffset TimeOf(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    private bool IsBefore(int user, int other) =>
        lastTimes[user] != lastTimes[other] ? lastTimes[user] > lastTimes[other] : Users[user].SequenceCompareTo(Users[other]) < 0;

    private async Task ReadLastTimesAsync(StageContext stage, CancellationToken cancellation)
    {
        lastTimes = new long[recipients.Count];
        TableSchema columns = Contracts.Users.Schema.Select(Contracts.Users.UserId, Contracts.Users.LastTime);
        await foreach (ColumnBatch batch in stage.ReadAsync(Contracts.Users.DataSet, columns, cancellation))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                long time = batch.Values<long>(Contracts.Users.LastTime)[row];
                NewestInteraction = Math.Max(NewestInteraction, time);
                if (Users.Find(batch.Text(Contracts.Users.UserId)[row]) is var user and >= 0)
                    lastTimes[user] = time;
            }
        }
    }

    private async Task ReadArmsAsync(StageContext stage, CancellationToken cancellation)
    {
        isControl = new bool[recipients.Count];
        TableSchema columns = Segments.Schema.Select(Segments.UserId, Segments.Arm);
        await foreach (ColumnBatch batch in stage.ReadAsync(Segments.DataSet, columns, cancellation))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                if (Users.Find(batch.Text(Segments.UserId)[row]) is var user and >= 0)
                    isControl[user] = Ascii.Equals(batch.Text(Segments.Arm)[row], Arms.Control);
            }
        }
    }
}

/// <summary>A customer with a list.</summary>
/// <param name="Reason">Why no mail may go out; null where one may.</param>
/// <param name="SubjectKey">Null where there is no valid address, as are the next two.</param>
/// <param name="MailboxKey">The mailbox's key.</param>
/// <param name="Ciphertext">The encrypted address.</param>
/// <param name="PlatformHash">The address hashed for a platform; null where none gets any.</param>
internal readonly record struct Recipient(
    string? Reason, string? SubjectKey = null, string? MailboxKey = null, string? Ciphertext = null, byte[]? PlatformHash = null);
