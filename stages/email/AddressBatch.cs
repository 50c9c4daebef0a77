using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Pipeline.Keys;

namespace Pipeline.Email;

/// <summary>
/// Addresses of customers that wait to be hashed and encrypted, some thousand at a time on all threads, while the next are read. The only place
/// where an address outlives its line; it is wiped as soon as it is encrypted. Not thread-safe.
/// </summary>
/// <param name="recipients">Takes the results; nobody may add users meanwhile.</param>
/// <param name="suppressions">Says whose mailboxes are erased: they are not encrypted.</param>
/// <param name="keys">Makes the hashes.</param>
/// <param name="salts">The customers' salts, by their positions; drawn for those who need one.</param>
/// <param name="cipher">Encrypts.</param>
/// <param name="platform">Gets hashes of its own; null for none.</param>
/// <param name="threads">Threads to work with.</param>
internal sealed class AddressBatch(
    RecipientTable recipients, SuppressionList suppressions, AddressKeys keys, SubjectSalts salts, AddressCipher cipher, Platform? platform, int threads) : IDisposable
{
    private const int Slice = 256;

    private readonly ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads };
    private Waiting filling = new(), working = new();
    private Task work = Task.CompletedTask;

    /// <summary>Takes a customer's address in.</summary>
    /// <param name="user">The customer's position.</param>
    /// <param name="address">The address.</param>
    public void Add(int user, EmailAddress address)
    {
        if (filling.IsFull)
            Start();
        filling.Add(user, address);
    }

    /// <summary>Hands over everything that was taken in.</summary>
    public void Complete()
    {
        Start();
        Finish();
    }

    /// <summary>Wipes what is waiting.</summary>
    public void Dispose()
    {
        // What became of the work is of no interest any more, but it must not go on with keys that are wiped.
        work.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        filling.Wipe();
        working.Wipe();
    }

    /// <summary>Hands over what was worked on and starts with what was filled since.</summary>
    private void Start()
    {
        Finish();
        (filling, working) = (working, filling);
        Waiting started = working;
        work = Task.Run(() => Work(started));
    }

    private void Finish()
    {
        work.GetAwaiter().GetResult();
        for (int n = 0; n < working.Count; n++)
        {
            if (working.Results[n].Encrypted is { } encrypted)
                recipients.Set(working.Entries[n].User, working.Results[n].Recipient, encrypted);
            else
                recipients[working.Entries[n].User] = working.Results[n].Recipient;
        }
        working.Wipe();
    }

    private void Work(Waiting waiting)
    {
        try
        {
            Parallel.For(0, (waiting.Count + Slice - 1) / Slice, parallel, slice =>
            {
                for (int n = slice * Slice; n < Math.Min(waiting.Count, (slice + 1) * Slice); n++)
                    waiting.Results[n] = Work(waiting.Entries[n].User, waiting.AddressAt(n));
            });
        }
        catch (AggregateException e)
        {
            // Such as keys that cannot be had: the sentence must arrive as it is.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private (Recipient, EncryptedAddress?) Work(int user, EmailAddress address)
    {
        KeyedHash mailbox = keys.MailboxHash(address);
        string? previousMailbox = keys.PreviousMailboxKey(address);
        // Of the erased no more is kept than the list has anyway, by which it can follow a rotation of the keys.
        if (suppressions.HasErased && suppressions.ReasonOf(mailbox.ToString(), previousMailbox) == Reasons.Erased)
            return (new Recipient(Reasons.Erased, Mailbox: mailbox, PreviousMailboxKey: previousMailbox), null);
        KeyedHash subject = keys.SubjectHash(address);
        var recipient = new Recipient(
            null, subject, mailbox, keys.PreviousSubjectKey(address), previousMailbox, PlatformHash: platform?.Hash(address));
        return (recipient, cipher.Encrypt(address, recipients.Users[user], subject.ToString(), salts.Ensure(user)));
    }

    /// <summary>Some thousand addresses and what becomes of them.</summary>
    private sealed class Waiting
    {
        private const int Capacity = 4096;

        private readonly byte[] texts = GC.AllocateUninitializedArray<byte>(Capacity * EmailAddress.MaxLength, pinned: true);

        public int Count { get; private set; }

        public bool IsFull => Count == Capacity;

        public Entry[] Entries { get; } = new Entry[Capacity];

        public (Recipient Recipient, EncryptedAddress? Encrypted)[] Results { get; } = new (Recipient, EncryptedAddress?)[Capacity];

        public void Add(int user, EmailAddress address)
        {
            address.Normalised.CopyTo(texts.AsSpan(Count * EmailAddress.MaxLength));
            Entries[Count++] = new Entry(user, address.Normalised.Length, address.Local.Length);
        }

        public EmailAddress AddressAt(int n) => new(texts.AsSpan(n * EmailAddress.MaxLength, Entries[n].Length), Entries[n].LocalLength);

        public void Wipe()
        {
            CryptographicOperations.ZeroMemory(texts.AsSpan(0, Count * EmailAddress.MaxLength));
            Count = 0;
        }
    }

    private readonly record struct Entry(int User, int Length, int LocalLength);
}
