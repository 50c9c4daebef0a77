using System.Buffers.Text;
using System.Security.Cryptography;
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
    private readonly string prefix = $"v{ring.Version}.";

    /// <summary>The key for joins: of the address by the profile <see cref="NormalisationProfile.Internal"/>.</summary>
    public string SubjectKey(EmailAddress address) => Of(joinKey, "join\0"u8, address.Normalised);

    /// <summary>The key for suppression and one mail per mailbox: of the address by <see cref="NormalisationProfile.Mailbox"/>.</summary>
    public string MailboxKey(EmailAddress address)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        return Of(mailboxKey, "mbox\0"u8, NormalisationProfile.Mailbox.Normalise(address, buffer));
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(joinKey);
        CryptographicOperations.ZeroMemory(mailboxKey);
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
