using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Keys;

namespace Pipeline.Email;

/// <summary>
/// Keyed hashes of addresses (HMAC-SHA-256, RFC 2104): equal for equal addresses, useless to whoever has not the key. Written as
/// <c>v1.</c>, with the version of the keys, and base64url. In the window of a rotation there are those of two versions. Dispose it to wipe
/// the keys. Thread-safe until then.
/// </summary>
internal sealed class AddressKeys : IDisposable
{
    /// <summary>Name of the algorithm, for the column beside the hashes.</summary>
    public const string Algorithm = "HMAC-SHA-256";

    private readonly Version current;
    private readonly Version? previous;

    /// <param name="keys">The keys; not needed any more afterwards.</param>
    public AddressKeys(IKeyProvider keys)
    {
        current = new Version(keys, keys.CurrentMac());
        previous = keys.PreviousMac() is { } version ? new Version(keys, version) : null;
    }

    /// <summary>The key for joins: of the address by the profile <see cref="NormalisationProfile.Internal"/>.</summary>
    public string SubjectKey(EmailAddress address) => current.SubjectKey(address);

    /// <summary>The same of the version before; null outside of the window of a rotation.</summary>
    public string? PreviousSubjectKey(EmailAddress address) => previous?.SubjectKey(address);

    /// <summary>The key for suppression and one mail per mailbox: of the address by <see cref="NormalisationProfile.Mailbox"/>.</summary>
    public string MailboxKey(EmailAddress address) => current.MailboxKey(address);

    /// <summary>The same of the version before; null outside of the window of a rotation.</summary>
    public string? PreviousMailboxKey(EmailAddress address) => previous?.MailboxKey(address);

    /// <summary>Whether a text is a key of ours as far as can be told, of a version there is; one made otherwise would equal none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keyId">The id of the keys it is said to be made with; empty for nothing said.</param>
    public bool IsKey(ReadOnlySpan<byte> text, ReadOnlySpan<byte> keyId) => current.IsKey(text, keyId) || (previous is not null && previous.IsKey(text, keyId));

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        current.Dispose();
        previous?.Dispose();
    }

    /// <summary>The keys of one version.</summary>
    private sealed class Version(IKeyProvider keys, KeyVersion version) : IDisposable
    {
        private readonly SecretKey joinKey = keys.MacKey(KeyPurpose.Join, version);
        private readonly SecretKey mailboxKey = keys.MacKey(KeyPurpose.Mailbox, version);
        private readonly string keyId = version.KeyId;
        private readonly string prefix = $"v{version.Number}.";

        public string SubjectKey(EmailAddress address) => Of(joinKey, "join\0"u8, address.Normalised);

        public string MailboxKey(EmailAddress address)
        {
            Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
            return Of(mailboxKey, "mbox\0"u8, NormalisationProfile.Mailbox.Normalise(address, buffer));
        }

        public bool IsKey(ReadOnlySpan<byte> text, ReadOnlySpan<byte> madeWith)
        {
            if (!(madeWith.IsEmpty || Ascii.Equals(madeWith, keyId)))
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

        public void Dispose()
        {
            joinKey.Dispose();
            mailboxKey.Dispose();
        }

        private string Of(SecretKey key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> address)
        {
            Span<byte> message = stackalloc byte[label.Length + address.Length];
            label.CopyTo(message);
            address.CopyTo(message[label.Length..]);
            Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
            HMACSHA256.HashData(key.Bytes, message, mac);
            return prefix + Base64Url.EncodeToString(mac);
        }
    }
}
