using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Keys;
using Pipeline.Records;
using Pipeline.Tables;

namespace Pipeline.Email;

/// <summary>The customer file in; keys and ciphertext out, and who may be mailed.</summary>
internal static class EmailStage
{
    public static readonly StageDefinition<EmailOptions> Definition = new()
    {
        Stage = Stages.Email,
        Summary = "Turns addresses into keys and ciphertext and says who may be mailed. No address leaves it.",
        Parse = EmailOptions.Parse,
        Run = RunAsync,
        FurtherInputs = IdentifyKeys,
    };

    /// <summary>Makes the ring where there is none, and names the keys: others give other outputs. The key service is not asked for that.</summary>
    private static Dictionary<string, string> IdentifyKeys(EmailOptions options, ILogger log)
    {
        if (options.Keys.KeyRing is { } ring && LocalKeyRing.CreateIfMissing(ring))
            log.LogWarning("made a new key ring '{key_ring}': keep it safe, without it no run's addresses can be read again", ring);
        return new Dictionary<string, string> { ["keys"] = options.Keys.Identify() };
    }

    private static async Task RunAsync(EmailOptions options, StageContext stage, CancellationToken cancellation)
    {
        CrashDumps.Forbid();
        using IKeyProvider provider = options.Keys.Open();
        KeyStore store = options.Keys.OpenStore();
        // An erasure changes the suppression list and the store: all of it comes before this run reads them, or after it stored its salts.
        using IDisposable turn = store.Lock();
        SuppressionList suppressions = SuppressionList.Read(options, stage, provider, cancellation);
        RecipientTable recipients = await RecipientTable.ReadAsync(stage, cancellation);
        long reference = options.ReferenceTime ?? recipients.NewestInteraction;
        SuppressionList.CheckAge(options, stage, reference);
        ConsentLedger consents = await ReadCustomersAsync(options, stage, provider, store, suppressions, recipients, reference, cancellation);
        turn.Dispose();
        PastSends pastSends = PastSends.Read(options, stage, provider, recipients, reference - (long)(options.PerDays * RecipientTable.MicrosPerDay), cancellation);
        recipients.Exclude(suppressions, consents, pastSends);
        recipients.WithholdPoorLists();
        recipients.KeepOneOfEachMailbox();
        recipients.WithholdFromControlGroup();
        stage.Counters.Set("suppression_lines", suppressions.LineCount);
        stage.Counters.Set("past_send_lines", pastSends.LineCount);
        await recipients.WriteAsync(stage, provider, options, reference, cancellation);
        if (options.Platform is { } platform)
        {
            await platform.WriteAsync(
                stage, recipients.HashesToMail(), options.LegalBasis!, reference, RecipientTable.ExpiryOf(options, reference), cancellation);
        }
    }

    private static async Task<ConsentLedger> ReadCustomersAsync(
        EmailOptions options, StageContext stage, IKeyProvider provider, KeyStore store, SuppressionList suppressions, RecipientTable recipients,
        long reference, CancellationToken cancellation)
    {
        await using TableOutput quarantine = stage.Write(Quarantine.DataSet);
        long lines = 0;
        var counts = new CustomerCounts();
        var consents = new ConsentLedger(reference);
        if (options.Customers is null)
        {
            stage.Log.LogWarning("no customer file was given (--customers): nobody is mailed");
        }
        else
        {
            var settings = new RecordSettings { Delimiter = options.Delimiter };
            using RecordSource source = RecordSource.Open(options.Customers, settings, options.Columns, "customer-columns");
            if (IsWithoutConsents(source))
                stage.Log.LogWarning("the customer file has no column for consent (--customer-columns consent=...): everybody counts as consenting");
            string name = Path.GetFileName(options.Customers);
            using var keys = new AddressKeys(provider);
            using SubjectSalts salts = store.FindSalts(recipients.Users);
            using var cipher = new AddressCipher(
                store, provider, AddressCell.ContextOf(stage.Run.Name, options.Keys.Tenant), RecipientTable.TimeOf(reference));
            using var batch = new AddressBatch(recipients, suppressions, keys, salts, cipher, options.Platform, stage.Threads);
            stage.Progress.Start("reading customers", source.Length, "bytes");
            while (source.Read())
            {
                if (source.Fault is not null)
                {
                    counts.AddMalformed(source.Fault, source.Number);
                    HeedUnreadable(source, consents, keys);
                    await QuarantineAsync(quarantine, name, source.Number, default, source.Fault, fieldKey: null, cancellation);
                    continue;
                }
                lines++;
                string? reason = ReadCustomer(source, recipients, consents, keys, batch, counts);
                if (reason is not null)
                {
                    // Only customers the run knows are named: whatever else stands in that column may be an address.
                    bool isKnown = recipients.Users.Find(source[CustomerFile.User]) >= 0;
                    string? fieldKey = source[CustomerFile.Email] is { IsEmpty: false } field ? keys.FieldKey(field) : null;
                    await QuarantineAsync(
                        quarantine, name, source.Number, isKnown ? source[CustomerFile.User] : default, reason, fieldKey, cancellation);
                }
                if (lines % 1000 == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                    stage.Progress.Report(source.Position);
                }
            }
            batch.Complete();
            // Only who has a cell gets a salt, and has it before the cell is written.
            store.AddSalts(recipients.Users, salts);
        }
        await AddressGate.RunAsync(options, counts, stage, cancellation);
        await quarantine.CompleteAsync(cancellation);
        stage.Counters.Set("customer_lines", lines);
        stage.Counters.Set("customer_lines_malformed", counts.Malformed);
        stage.Counters.Set("customers_without_list", counts.WithoutList);
        stage.Counters.Set("addresses_valid", counts.Valid);
        stage.Counters.Set("addresses_nonconforming", counts.NonConforming);
        stage.Counters.Set("addresses_invalid", counts.Invalid);
        stage.Counters.Set("quarantined", quarantine.RowCount);
        return consents;
    }

    /// <summary>Whether the file says nothing of consent. Where a record names its own fields and leaves it out, that is no consent.</summary>
    private static bool IsWithoutConsents(RecordSource source) => source.HasColumns && !source.Has(CustomerFile.Consent);

    /// <summary>
    /// Takes a malformed line for a no, of the customer it seems to name and to the mailbox it seems to hold: it may be one, and of a yes
    /// nobody could say whose it is.
    /// </summary>
    private static void HeedUnreadable(RecordSource source, ConsentLedger consents, AddressKeys keys)
    {
        if (IsWithoutConsents(source))
            return;
        ReadOnlySpan<byte> user = source.Guess(CustomerFile.User);
        consents.AddUnreadable(user);
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        if (AddressParser.Parse(source.Guess(CustomerFile.Email), buffer, out EmailAddress address, out _) != AddressVerdict.Invalid)
            consents.AddRefusal(user, keys.MailboxKey(address));
    }

    /// <summary>Takes a line's customer in. The address lives in a buffer on the stack and in the batch only.</summary>
    /// <returns>The rule the line breaks; null for a good line.</returns>
    private static string? ReadCustomer(
        RecordSource source, RecipientTable recipients, ConsentLedger consents, AddressKeys keys, AddressBatch batch, CustomerCounts counts)
    {
        ReadOnlySpan<byte> user = source[CustomerFile.User];
        bool isConsenting = IsWithoutConsents(source) || CustomerFile.IsConsent(source[CustomerFile.Consent]);
        bool isFirst = !consents.Knows(user);
        isConsenting = consents.Add(user, isConsenting, source[CustomerFile.ConsentDate]);

        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        AddressVerdict verdict = AddressParser.Parse(source[CustomerFile.Email], buffer, out EmailAddress address, out string? rule);
        if (!isConsenting && verdict != AddressVerdict.Invalid)
            consents.AddRefusal(user, keys.MailboxKey(address));
        // A no holds for its mailbox even where it is nobody's.
        if (user.IsEmpty)
            return "missing_user";
        // The first line gives the address.
        if (!isFirst)
            return "duplicate_user";
        counts.Add(verdict, rule, source.Number);
        int position = recipients.Users.Find(user);
        if (position < 0)
        {
            counts.WithoutList++;
        }
        else if (verdict == AddressVerdict.Invalid)
        {
            recipients[position] = new Recipient(Reasons.InvalidAddress);
        }
        else
        {
            batch.Add(position, address);
        }
        return verdict == AddressVerdict.Invalid ? rule : null;
    }

    private static ValueTask QuarantineAsync(
        TableOutput table, string source, long line, ReadOnlySpan<byte> user, string reason, string? fieldKey, CancellationToken cancellation)
    {
        ColumnBatch batch = table.Batch;
        batch.Text(Quarantine.Source).Append(source);
        batch.Values<long>(Quarantine.Line)[batch.Count] = line;
        if (user.IsEmpty)
            batch.Text(Quarantine.UserId).AppendNull();
        else
            batch.Text(Quarantine.UserId).Append(user);
        batch.Text(Quarantine.Reason).Append(reason);
        batch.Text(Quarantine.FieldKey).Append(fieldKey);
        return table.NextRowAsync(cancellation);
    }
}
