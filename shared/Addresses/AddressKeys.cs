using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Keys;

namespace Pipeline.Addresses;

/// <summary>
/// Keyed hashes of addresses (HMAC-SHA-256, RFC 2104): equal for equal addresses, useless to whoever has not the key. Written as
/// <c>v1.</c>, with the version of the keys, and base64url. In the window of a rotation there are those of two versions. Dispose it to wipe
/// the keys. Thread-safe until then.
/// </summary>
public sealed class AddressKeys : IDisposable
{
    /// <summary>Name of the algorithm, for the column beside the hashes.</summary>
    public const string Algorithm = "HMAC-SHA-256";

    private readonly Version current;
    private readonly Version? previous;

    /// <summary>Derives the keys of the versions there are.</summary>
    /// <param name="keys">The keys; not needed any more afterwards.</param>
    public AddressKeys(IKeyProvider keys)
    {
        current = new Version(keys, keys.CurrentMac());
        previous = keys.PreviousMac() is { } version ? new Version(keys, version) : null;
    }

    /// <summary>The key for joins: of the address by the profile <see cref="NormalisationProfile.Internal"/>.</summary>
    public string SubjectKey(EmailAddress address) => SubjectHash(address).ToString();

    /// <summary>The same before it is written out.</summary>
    public KeyedHash SubjectHash(EmailAddress address) => current.SubjectHash(address);

    /// <summary>The same of the version before; null outside of the window of a rotation.</summary>
    public string? PreviousSubjectKey(EmailAddress address) => previous?.SubjectHash(address).ToString();

    /// <summary>The key for suppression and one mail per mailbox: of the address by <see cref="NormalisationProfile.Mailbox"/>.</summary>
    public string MailboxKey(EmailAddress address) => MailboxHash(address).ToString();

    /// <summary>The same before it is written out.</summary>
    public KeyedHash MailboxHash(EmailAddress address) => current.MailboxHash(address);

    /// <summary>The same of the version before; null outside of the window of a rotation.</summary>
    public string? PreviousMailboxKey(EmailAddress address) => previous?.MailboxHash(address).ToString();

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

    /// <summary>The key of what stands where an address is expected, whatever it is, by which it is known again in the quarantine.</summary>
    /// <param name="field">The field as it stands in the file, of any length.</param>
    public string FieldKey(ReadOnlySpan<byte> field) => current.FieldHash(field).ToString();

    /// <summary>The keys of one version.</summary>
    private sealed class Version(IKeyProvider keys, KeyVersion version) : IDisposable
    {
        private readonly Hasher join = new(keys.MacKey(KeyPurpose.Join, version));
        private readonly Hasher mailbox = new(keys.MacKey(KeyPurpose.Mailbox, version));
        private readonly Hasher quarantine = new(keys.MacKey(KeyPurpose.Quarantine, version));
        private readonly string keyId = version.KeyId;
        private readonly string prefix = $"v{version.Number}.";

        public KeyedHash SubjectHash(EmailAddress address) => Of(join, "join\0"u8, address.Normalised);

        public KeyedHash FieldHash(ReadOnlySpan<byte> field) => Of(quarantine, "quarantine\0"u8, field);

        public KeyedHash MailboxHash(EmailAddress address)
        {
            Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
            return Of(mailbox, "mbox\0"u8, NormalisationProfile.Mailbox.Normalise(address, buffer));
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
            join.Dispose();
            mailbox.Dispose();
            quarantine.Dispose();
        }

        private KeyedHash Of(Hasher hasher, ReadOnlySpan<byte> label, ReadOnlySpan<byte> address)
        {
            Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
            hasher.Hash(label, address, mac);
            return new KeyedHash(version.Number, mac);
        }
    }

    /// <summary>HMAC-SHA-256 under one key, set up once for each thread: that is half of what a hash costs.</summary>
    private sealed class Hasher(SecretKey key) : IDisposable
    {
        private readonly ThreadLocal<IncrementalHash> hashes = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Bytes), trackAllValues: true);

        public void Hash(ReadOnlySpan<byte> label, ReadOnlySpan<byte> address, Span<byte> mac)
        {
            IncrementalHash hash = hashes.Value!;
            hash.AppendData(label);
            hash.AppendData(address);
            hash.GetHashAndReset(mac);
        }

        public void Dispose()
        {
            foreach (IncrementalHash hash in hashes.Values)
                hash.Dispose();
            hashes.Dispose();
            key.Dispose();
        }
    }
}

/// <summary>A keyed hash with the version of its key, as a value: a million of them are no objects.</summary>
public readonly record struct KeyedHash
{
    private readonly UInt128 high;
    private readonly UInt128 low;
    private readonly int version;

    internal KeyedHash(int version, ReadOnlySpan<byte> mac)
    {
        this.version = version;
        high = BinaryPrimitives.ReadUInt128BigEndian(mac);
        low = BinaryPrimitives.ReadUInt128BigEndian(mac[16..]);
    }

    /// <summary>Whether there is one; the default value is none.</summary>
    public bool IsThere => version > 0;

    /// <summary>The bits are random already.</summary>
    public override int GetHashCode() => (int)low;

    /// <summary>As it is written: <c>v</c>, the version, a dot and base64url.</summary>
    public override string ToString()
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt128BigEndian(mac, high);
        BinaryPrimitives.WriteUInt128BigEndian(mac[16..], low);
        Span<char> text = stackalloc char[64];
        int length = Base64Url.EncodeToChars(mac, text);
        return string.Create(CultureInfo.InvariantCulture, $"v{version}.{text[..length]}");
    }
}
