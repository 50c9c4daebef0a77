using System.Buffers.Binary;
using System.Security.Cryptography;
using Pipeline.Keys;

namespace Pipeline.Email;

/// <summary>
/// Encrypts addresses, a cell each, with AES-256-GCM under a key that takes the file's data key and the customer's salt to make. A cell opens
/// only together with the run, row, customer and subject key it was made for; see <see cref="AddressCell"/> for its layout. A data key that has
/// reached a limit is followed by the next. Dispose it to wipe the keys. Thread-safe.
/// </summary>
internal sealed class AddressCipher : IDisposable
{
    private const int ShortBound = 1024;

    private readonly KeyStore store;
    private readonly IKeyProvider keys;
    private readonly EncryptionContext context;
    private readonly DateTimeOffset created;
    private readonly DataKeyLimits limits;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly List<FileKey> files = [];

    /// <summary>Creates a cipher for one file. It makes its first data key when it is first used.</summary>
    /// <param name="store">Keeps the data keys.</param>
    /// <param name="keys">Wraps them.</param>
    /// <param name="context">What they are bound to; see <see cref="AddressCell.ContextOf"/>.</param>
    /// <param name="created">The run's reference time.</param>
    /// <param name="limits">Other limits than <see cref="DataKeyLimits.Default"/>, for tests.</param>
    /// <param name="clock">Another clock than the system's, for tests.</param>
    public AddressCipher(
        KeyStore store, IKeyProvider keys, EncryptionContext context, DateTimeOffset created, DataKeyLimits? limits = null, TimeProvider? clock = null)
    {
        this.store = store;
        this.keys = keys;
        this.context = context;
        this.created = created;
        this.limits = limits ?? DataKeyLimits.Default;
        this.clock = clock ?? TimeProvider.System;
    }

    /// <summary>Encrypts an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="userId">The customer, UTF-8.</param>
    /// <param name="subjectKey">The customer's subject key.</param>
    /// <param name="salt">The customer's salt.</param>
    public EncryptedAddress Encrypt(EmailAddress address, ReadOnlySpan<byte> userId, string subjectKey, ReadOnlySpan<byte> salt)
    {
        ReadOnlySpan<byte> text = address.Normalised;
        FileKey file = Use(text.Length, out long ordinal);
        var cell = new byte[AddressCell.Overhead + text.Length];
        cell[0] = AddressCell.Format;
        file.Key.IdBytes.CopyTo(cell.AsSpan(AddressCell.IdAt));
        Span<byte> row = cell.AsSpan(AddressCell.OrdinalAt, sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(row, ordinal);
        Span<byte> nonce = stackalloc byte[AddressCell.NonceBytes];
        AddressCell.WriteNonce(row, nonce);
        int boundLength = AddressCell.BoundLength(file.Bound, userId, subjectKey);
        ReadOnlySpan<byte> bound = AddressCell.Bind(
            file.Bound, row, userId, subjectKey, boundLength <= ShortBound ? stackalloc byte[ShortBound] : new byte[boundLength]);
        using AesGcm cipher = AddressCell.NewCipher(file.Key, salt, cell.AsSpan(AddressCell.CommitmentAt, AddressCell.CommitmentBytes));
        cipher.Encrypt(nonce, text, cell.AsSpan(AddressCell.TextAt, text.Length), cell.AsSpan()[^AddressCell.TagBytes..], bound);
        return new EncryptedAddress(cell, file.Key.Id);
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        foreach (FileKey file in files)
            file.Key.Dispose();
    }

    /// <summary>Takes an ordinal of the current data key, or of the next one where that has reached a limit.</summary>
    private FileKey Use(int length, out long ordinal)
    {
        lock (gate)
        {
            if (files.Count > 0 && files[^1].Key.TryUse(length, out ordinal))
                return files[^1];
            NewDataKey key = store.CreateDataKey(keys, context, created, limits, clock);
            // Those before are wiped at the end: another thread may be using one.
            files.Add(new FileKey(key, AddressCell.BindFile(key.IdBytes, context)));
            return key.TryUse(length, out ordinal) ? files[^1] : throw new InvalidOperationException("The limits of a data key do not allow one cell.");
        }
    }

    private sealed record FileKey(NewDataKey Key, byte[] Bound);
}

/// <summary>An encrypted address.</summary>
/// <param name="Cell">The cell; written as base64.</param>
/// <param name="DataKeyId">The data key it is encrypted under.</param>
internal readonly record struct EncryptedAddress(byte[] Cell, string DataKeyId);
