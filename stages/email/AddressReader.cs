using System.Security.Cryptography;
using Pipeline.Keys;

namespace Pipeline.Email;

/// <summary>
/// Decrypts addresses, for the sender of the mails: it takes the provider's keys, the key store and what the cells are bound to. Each data key is
/// unwrapped once. Dispose it to wipe the keys. Not thread-safe.
/// </summary>
/// <param name="store">Has the data keys and the salts.</param>
/// <param name="keys">Unwraps the data keys.</param>
/// <param name="context">Exactly what they are bound to; see <see cref="AddressCell.ContextOf"/>.</param>
internal sealed class AddressReader(KeyStore store, IKeyProvider keys, EncryptionContext context) : IDisposable
{
    /// <summary>Most data keys that are open at once; a file has one or a few, so more are no file of ours.</summary>
    public const int MaxDataKeys = 64;

    private readonly Dictionary<string, DataKey> open = new(StringComparer.Ordinal);

    /// <summary>Decrypts a cell. All of it is verified before any of it is given out.</summary>
    /// <param name="cell">The cell as base64.</param>
    /// <param name="userId">The customer, UTF-8.</param>
    /// <param name="subjectKey">The customer's subject key.</param>
    /// <param name="salt">The customer's salt.</param>
    /// <exception cref="CryptographicException">It is no cell, has been changed, or belongs to another customer, row, run or key; nothing is given out.</exception>
    public byte[] Decrypt(string cell, ReadOnlySpan<byte> userId, string subjectKey, ReadOnlySpan<byte> salt)
    {
        ReadOnlySpan<byte> whole = Decode(cell);
        DataKey dataKey = Open(AddressCell.DataKeyIdOf(whole));
        Span<byte> commitment = stackalloc byte[AddressCell.CommitmentBytes];
        using AesGcm cipher = AddressCell.NewCipher(dataKey, salt, commitment);
        // AES-GCM alone would open a text made to open under two keys.
        if (!CryptographicOperations.FixedTimeEquals(commitment, whole.Slice(AddressCell.CommitmentAt, AddressCell.CommitmentBytes)))
            throw new CryptographicException("The encrypted address is not under the key of this customer.");
        ReadOnlySpan<byte> ordinal = whole.Slice(AddressCell.OrdinalAt, sizeof(long));
        Span<byte> nonce = stackalloc byte[AddressCell.NonceBytes];
        AddressCell.WriteNonce(ordinal, nonce);
        byte[] file = AddressCell.BindFile(dataKey.IdBytes, context);
        ReadOnlySpan<byte> bound = AddressCell.Bind(file, ordinal, userId, subjectKey, new byte[AddressCell.BoundLength(file, userId, subjectKey)]);
        var address = new byte[whole.Length - AddressCell.Overhead];
        cipher.Decrypt(nonce, whole[AddressCell.TextAt..^AddressCell.TagBytes], whole[^AddressCell.TagBytes..], address, bound);
        return address;
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        foreach (DataKey key in open.Values)
            key.Dispose();
    }

    private static byte[] Decode(string cell)
    {
        var bytes = new byte[cell.Length];
        if (!Convert.TryFromBase64String(cell, bytes, out int length)
            || length is <= AddressCell.Overhead or > AddressCell.Overhead + EmailAddress.MaxLength
            || bytes[0] != AddressCell.Format)
        {
            throw new CryptographicException("This is no encrypted address.");
        }
        // The decoder passes over blanks and spare bits; a cell has one spelling only.
        return Convert.ToBase64String(bytes, 0, length) == cell ? bytes[..length] : throw new CryptographicException("This is no encrypted address.");
    }

    private DataKey Open(string id)
    {
        if (open.TryGetValue(id, out DataKey? key))
            return key;
        if (open.Count == MaxDataKeys)
            throw new CryptographicException($"There are more than {MaxDataKeys} data keys behind one file.");
        return open[id] = store.OpenDataKey(keys, id, context);
    }
}
