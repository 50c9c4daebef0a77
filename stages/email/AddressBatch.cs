using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Pipeline.Keys;

namespace Pipeline.Email;

/// <summary>
/// Addresses of customers that wait to be hashed and encrypted, some thousand at a time on all threads. The only place where an address outlives
/// its line; it is wiped as soon as it is encrypted. Not thread-safe.
/// </summary>
/// <param name="recipients">Takes the results.</param>
/// <param name="keys">Makes the hashes.</param>
/// <param name="salts">The customers' salts, by their positions.</param>
/// <param name="cipher">Encrypts.</param>
/// <param name="threads">Threads to work with.</param>
internal sealed class AddressBatch(RecipientTable recipients, AddressKeys keys, SubjectSalts salts, AddressCipher cipher, int threads) : IDisposable
{
    private const int Capacity = 4096, Slice = 256;

    private readonly ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads };
    private readonly byte[] texts = GC.AllocateUninitializedArray<byte>(Capacity * EmailAddress.MaxLength, pinned: true);
    private readonly Entry[] entries = new Entry[Capacity];
    private readonly (Recipient Recipient, EncryptedAddress Encrypted)[] results = new (Recipient, EncryptedAddress)[Capacity];
    private int count;

    /// <summary>Takes a customer's address in.</summary>
    /// <param name="user">The customer's position.</param>
    /// <param name="address">The address.</param>
    public void Add(int user, EmailAddress address)
    {
        if (count == Capacity)
            Complete();
        address.Normalised.CopyTo(texts.AsSpan(count * EmailAddress.MaxLength));
        entries[count++] = new Entry(user, address.Normalised.Length, address.Local.Length);
    }

    /// <summary>Hands over what is waiting.</summary>
    public void Complete()
    {
        int slices = (count + Slice - 1) / Slice;
        try
        {
            Parallel.For(0, slices, parallel, slice =>
            {
                for (int n = slice * Slice; n < Math.Min(count, (slice + 1) * Slice); n++)
                    results[n] = Work(n);
            });
        }
        catch (AggregateException e)
        {
            // Such as keys that cannot be had: the sentence must arrive as it is.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        for (int n = 0; n < count; n++)
            recipients.Set(entries[n].User, results[n].Recipient, results[n].Encrypted);
        Wipe();
    }

    /// <summary>Wipes what is waiting.</summary>
    public void Dispose() => Wipe();

    private (Recipient, EncryptedAddress) Work(int n)
    {
        Entry entry = entries[n];
        var address = new EmailAddress(texts.AsSpan(n * EmailAddress.MaxLength, entry.Length), entry.LocalLength);
        KeyedHash subject = keys.SubjectHash(address);
        var recipient = new Recipient(null, subject, keys.MailboxHash(address), keys.PreviousSubjectKey(address), keys.PreviousMailboxKey(address));
        return (recipient, cipher.Encrypt(address, recipients.Users[entry.User], subject.ToString(), salts[entry.User]));
    }

    private void Wipe()
    {
        CryptographicOperations.ZeroMemory(texts.AsSpan(0, count * EmailAddress.MaxLength));
        count = 0;
    }

    private readonly record struct Entry(int User, int Length, int LocalLength);
}
