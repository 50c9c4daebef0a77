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

    private const int TokensAtOnce = 8192;

    private readonly List<Recipient> recipients = [];
    private readonly CellStore cells = new();
    private long[] lastTimes = [];
    private bool[] isControl = [];
    private string?[] verdicts = [];

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

    /// <summary>Sets the recipient at a position of <see cref="Users"/> with the encrypted address.</summary>
    public void Set(int user, Recipient recipient, EncryptedAddress encrypted) => recipients[user] = recipient with { Cell = cells.Add(encrypted.Cell) };

    /// <summary>
    /// Reads who has a list and whether it is worth a mail, when they last did anything, and in which arm they are. Until the customer file says
    /// otherwise, nobody is a customer.
    /// </summary>
    public static async Task<RecipientTable> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        var table = new RecipientTable();
        TableSchema columns = Recommendations.Schema.Select(Recommendations.UserId);
        await foreach (ColumnBatch batch in stage.ReadAsync(Recommendations.DataSet, columns, cancellation))
        {
            TextColumn users = batch.Text(Recommendations.UserId);
            for (int row = 0; row < batch.Count; row++)
            {
                // The rows of a list stand together.
                if (row > 0 && users[row].SequenceEqual(users[row - 1]))
                    continue;
                if (table.Users.Add(users[row]) == table.recipients.Count)
                    table.recipients.Add(new Recipient(Reasons.NoCustomer));
            }
        }
        await table.ReadLastTimesAsync(stage, cancellation);
        await table.ReadArmsAsync(stage, cancellation);
        await table.ReadVerdictsAsync(stage, cancellation);
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
            if (recipients[user].Mailbox.IsThere && !consents.IsGiven(Users[user]))
                refused.Add(recipients[user].MailboxKey!);
        }
        for (int user = 0; user < recipients.Count; user++)
        {
            if (recipients[user].MailboxKey is not { } mailbox)
                continue;
            string? previous = recipients[user].PreviousMailboxKey;
            string? reason = suppressions.ReasonOf(mailbox, previous)
                ?? (refused.Contains(mailbox) ? Reasons.NoConsent : pastSends.IsFull(mailbox, previous) ? Reasons.FrequencyCap : null);
            recipients[user] = recipients[user] with { Reason = reason };
        }
    }

    /// <summary>
    /// Takes the mail from those whose list is not worth one. Comes before one customer is chosen for each mailbox, so that another one with a good
    /// list gets the mail.
    /// </summary>
    public void WithholdPoorLists()
    {
        for (int user = 0; user < recipients.Count; user++)
        {
            if (recipients[user].Reason is null && verdicts[user] is { } verdict)
                recipients[user] = recipients[user] with { Reason = verdict };
        }
    }

    /// <summary>
    /// Of several customers with one mailbox who may be mailed, keeps the one who did something last, among equals the one whose id comes
    /// first by its bytes. The others are in that one's arm, for what reaches their mailbox is that one's mail or none.
    /// </summary>
    public void KeepOneOfEachMailbox()
    {
        var kept = new Dictionary<KeyedHash, int>();
        for (int user = 0; user < recipients.Count; user++)
        {
            if (recipients[user] is not { Reason: null, Mailbox: { IsThere: true } mailbox } || kept.TryAdd(mailbox, user))
                continue;
            int other = kept[mailbox];
            int loser = IsBefore(user, other) ? other : user;
            kept[mailbox] = user + other - loser;
            recipients[loser] = recipients[loser] with { Reason = Reasons.DuplicateMailbox };
        }
        for (int user = 0; user < recipients.Count; user++)
        {
            if (recipients[user] is { Reason: Reasons.DuplicateMailbox, Mailbox: { IsThere: true } mailbox })
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
    /// <param name="keys">The keys of the rows.</param>
    /// <param name="options">How long rows and tokens are good.</param>
    /// <param name="reference">Microseconds since 1970 UTC from which that counts.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task WriteAsync(StageContext stage, IKeyProvider keys, EmailOptions options, long reference, CancellationToken cancellation)
    {
        long expiresAt = ExpiryOf(options, reference);
        TimeSpan lifetime = TimeSpan.FromDays(options.ExpiresAfterDays + options.UnsubscribeDays);
        KeyVersion version = keys.CurrentMac();
        using var tokens = new UnsubscribeTokens(keys);
        await using TableOutput table = stage.Write(Recipients.DataSet);
        ColumnBatch batch = table.Batch;
        var made = new string?[TokensAtOnce];
        for (int user = 0; user < Users.Count; user++)
        {
            Recipient recipient = recipients[user];
            bool isSent = recipient.Reason is null;
            if (user % TokensAtOnce == 0)
                MakeTokens(tokens, user, made, TimeOf(reference), lifetime, stage.Threads);
            int row = batch.Count;
            batch.Text(Recipients.UserId).Append(Users[user]);
            batch.Text(Recipients.SubjectKey).Append(recipient.SubjectKey);
            batch.Text(Recipients.MailboxKey).Append(recipient.MailboxKey);
            batch.Text(Recipients.PreviousSubjectKey).Append(recipient.PreviousSubjectKey);
            batch.Text(Recipients.PreviousMailboxKey).Append(recipient.PreviousMailboxKey);
            batch.Text(Recipients.EmailCiphertext).Append(recipient.Cell.Length > 0 ? Convert.ToBase64String(cells[recipient.Cell]) : null);
            batch.Text(Recipients.DataKeyId).Append(recipient.Cell.Length > 0 ? AddressCell.DataKeyIdOf(cells[recipient.Cell]) : null);
            batch.Text(Recipients.UnsubscribeToken).Append(made[user % TokensAtOnce]);
            batch.Text(Recipients.KeyId).Append(recipient.Mailbox.IsThere ? version.KeyId : null);
            batch.Values<int>(Recipients.KeyVersion)[row] = version.Number;
            batch.Text(Recipients.HashAlgorithm).Append(AddressKeys.Algorithm);
            batch.Text(Recipients.Profile).Append(NormalisationProfile.Internal.Name);
            batch.Text(Recipients.Arm).Append(isControl[user] ? Arms.Control : Arms.Treatment);
            batch.Values<bool>(Recipients.Send)[row] = isSent;
            batch.Text(Recipients.Reason).Append(recipient.Reason);
            batch.Values<long>(Recipients.CreatedAt)[row] = reference;
            batch.Values<long>(Recipients.ExpiresAt)[row] = expiresAt;
            batch.Text(Recipients.RunId).Append(stage.Run.Name);
            await table.NextRowAsync(cancellation);

            stage.Counters.RowsIn++;
            if (isSent)
                stage.Counters.RowsKept++;
            else
                stage.Counters.Drop(recipient.Reason!);
        }
        await table.CompleteAsync(cancellation);
    }

    /// <summary>A time from microseconds since 1970 UTC.</summary>
    public static DateTimeOffset TimeOf(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>Makes the tokens of the customers from one on, as many as fit, null for those who are not mailed.</summary>
    private void MakeTokens(UnsubscribeTokens tokens, int start, string?[] made, DateTimeOffset issued, TimeSpan lifetime, int threads) =>
        Parallel.For(0, Math.Min(made.Length, recipients.Count - start), new ParallelOptions { MaxDegreeOfParallelism = threads }, n =>
            made[n] = recipients[start + n] is { Reason: null } recipient ? tokens.Create(recipient.MailboxKey!, issued, lifetime) : null);

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

    /// <summary>Reads who is not to be mailed for the list's sake, each with the verdict.</summary>
    private async Task ReadVerdictsAsync(StageContext stage, CancellationToken cancellation)
    {
        verdicts = new string?[recipients.Count];
        TableSchema columns = Verdicts.Schema.Select(Verdicts.UserId, Verdicts.Verdict);
        await foreach (ColumnBatch batch in stage.ReadAsync(Verdicts.DataSet, columns, cancellation))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                int user = Users.Find(batch.Text(Verdicts.UserId)[row]);
                if (user >= 0 && !Ascii.Equals(batch.Text(Verdicts.Verdict)[row], Verdicts.Send))
                    verdicts[user] = string.Intern(batch.Text(Verdicts.Verdict).GetString(row)!);
            }
        }
    }
}

/// <summary>A customer with a list.</summary>
/// <param name="Reason">Why no mail may go out; null where one may.</param>
/// <param name="Subject">The subject key; none where there is no valid address, as all that follow, and where the mailbox is erased.</param>
/// <param name="Mailbox">The mailbox's key.</param>
/// <param name="PreviousSubjectKey">The subject key of the version before; null outside of the window of a rotation, too.</param>
/// <param name="PreviousMailboxKey">The mailbox's key of that version.</param>
/// <param name="Cell">Where the encrypted address is; nowhere where the mailbox is erased, too.</param>
/// <param name="PlatformHash">The address hashed for a platform; null where none gets any.</param>
internal readonly record struct Recipient(
    string? Reason, KeyedHash Subject = default, KeyedHash Mailbox = default, string? PreviousSubjectKey = null, string? PreviousMailboxKey = null,
    CellPlace Cell = default, byte[]? PlatformHash = null)
{
    /// <summary>The subject key as it is written.</summary>
    public string? SubjectKey => Subject.IsThere ? Subject.ToString() : null;

    /// <summary>The mailbox's key as it is written.</summary>
    public string? MailboxKey => Mailbox.IsThere ? Mailbox.ToString() : null;
}
