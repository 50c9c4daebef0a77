using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Keys;

namespace Pipeline.Email;

/// <summary>
/// Keyed hashes of addresses (HMAC-SHA-256, RFC 2104): equal for equal addresses, useless to whoever has not the key. Written as
/// <c>v1.</c> and base64url. Dispose it to wipe the keys. Not thread-safe.
/// </summary>
internal sealed class AddressKeys(KeyRing ring) : IDisposable
{
    private readonly byte[] joinKey = ring.Derive("join", []);
    private readonly byte[] mailboxKey = ring.Derive("mailbox", []);
    private readonly byte[] quarantineKey = ring.Derive("quarantine", []);
    private readonly string prefix = $"v{ring.Version}.";

    /// <summary>The key for joins: of the address by the profile <see cref="NormalisationProfile.Internal"/>.</summary>
    public string SubjectKey(EmailAddress address) => Of(joinKey, "join\0"u8, address.Normalised);

    /// <summary>The key for suppression and one mail per mailbox: of the address by <see cref="NormalisationProfile.Mailbox"/>.</summary>
    public string MailboxKey(EmailAddress address)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        return Of(mailboxKey, "mbox\0"u8, NormalisationProfile.Mailbox.Normalise(address, buffer));
    }

    /// <summary>Whether a text is a key of ours as far as can be told; one made otherwise would equal none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keyId">The ring it is said to be made with; empty for nothing said.</param>
    public bool IsKey(ReadOnlySpan<byte> text, ReadOnlySpan<byte> keyId)
    {
        if (!(keyId.IsEmpty || Ascii.Equals(keyId, ring.KeyId)))
            return false;
        if (text.Length <= prefix.Length || !Ascii.Equals(text[..prefix.Length], prefix))
            return false;
        ReadOnlySpan<byte> encoded = text[prefix.Length..];
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        // The last character has bits to spare: only the spelling that we write is one of ours.
        return encoded.Length == Base64Url.GetEncodedLength(mac.Length)
            && Base64Url.DecodeFromUtf8(encoded, mac, out _, out int written) == OperationStatus.Done
            && written == mac.Length
            && encoded.SequenceEqual(Base64Url.EncodeToUtf8(mac));
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(joinKey);
        CryptographicOperations.ZeroMemory(mailboxKey);
        CryptographicOperations.ZeroMemory(quarantineKey);
    }

    /// <summary>The key of what stands where an address is expected, whatever it is, by which it is known again in the quarantine.</summary>
    /// <param name="field">The field as it stands in the file, of any length.</param>
    public string FieldKey(ReadOnlySpan<byte> field)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, quarantineKey);
        hash.AppendData("quarantine\0"u8);
        hash.AppendData(field);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hash.GetHashAndReset(mac);
        return prefix + Base64Url.EncodeToString(mac);
    }

    private string Of(byte[] key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> address)
    {
        Span<byte> message = stackalloc byte[label.Length + address.Length];
        label.CopyTo(message);
        address.CopyTo(message[label.Length..]);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, message, mac);
        return prefix + Base64Url.EncodeToString(mac);
    }
}
