using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Pipeline.Keys;

/// <summary>
/// Makes and checks unsubscribe tokens: 90 bytes signed with HMAC-SHA-256 under a key of their own, written as 120 characters of base64url.
/// New ones are of the current version of the keys; those of the previous one are good as long as that is there. The layout stands in the
/// README of <c>stages/email</c>, for others to check tokens with. The same arguments give the same token. Dispose it to wipe the keys.
/// Thread-safe until then.
/// </summary>
public sealed class UnsubscribeTokens : IDisposable
{
    /// <summary>Length of every token, in characters. There are no spare bits: one content has one spelling.</summary>
    public const int Length = Bytes / 3 * 4;

    private const byte Format = 1;
    private const byte PurposeUnsubscribe = 1;

    // Format and purpose are a byte each; numbers are big-endian.
    private const int VersionAt = 2;
    private const int NameAt = VersionAt + sizeof(int);
    private const int IssuedAt = NameAt + KeyVersion.NameDigits / 2;
    private const int LifetimeAt = IssuedAt + sizeof(long);
    private const int MailboxAt = LifetimeAt + sizeof(uint);
    private const int SignatureAt = MailboxAt + HMACSHA256.HashSizeInBytes;
    private const int Bytes = SignatureAt + HMACSHA256.HashSizeInBytes;

    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private readonly Signer[] signers;

    /// <summary>Creates a maker and checker.</summary>
    /// <param name="keys">The keys; not needed any more afterwards.</param>
    public UnsubscribeTokens(IKeyProvider keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        signers = [.. keys.MacVersions.Select(version => new Signer(version, version.Name(), keys.MacKey(KeyPurpose.Unsubscribe, version)))];
    }

    private static ReadOnlySpan<byte> Label => "pipeline/token\0"u8;

    /// <summary>Makes a token.</summary>
    /// <param name="mailboxKey">The mailbox's key under the current version of the same keys.</param>
    /// <param name="issued">The run's reference time; parts of a second do not count.</param>
    /// <param name="lifetime">How long it is accepted from then on, in whole seconds up to 136 years, and not beyond the year 9999.</param>
    /// <exception cref="ArgumentException">It is no mailbox key of this version.</exception>
    public string Create(string mailboxKey, DateTimeOffset issued, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(mailboxKey);
        Span<byte> token = stackalloc byte[Bytes];
        token[0] = Format;
        token[1] = PurposeUnsubscribe;
        Signer signer = signers[^1];
        BinaryPrimitives.WriteInt32BigEndian(token[VersionAt..], signer.Version.Number);
        signer.Name.CopyTo(token[NameAt..]);
        long second = issued.ToUnixTimeSeconds();
        BinaryPrimitives.WriteInt64BigEndian(token[IssuedAt..], second);
        BinaryPrimitives.WriteUInt32BigEndian(
            token[LifetimeAt..], checked((uint)Math.Min(lifetime.Ticks / TimeSpan.TicksPerSecond, LastSecond - second)));
        if (!mailboxKey.StartsWith(signer.Prefix, StringComparison.Ordinal)
            || !TryDecode(mailboxKey.AsSpan(signer.Prefix.Length), token[MailboxAt..SignatureAt]))
        {
            throw new ArgumentException($"This is no mailbox key of version {signer.Version.Number}.", nameof(mailboxKey));
        }
        signer.Sign(token[..SignatureAt], token[SignatureAt..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>Checks a token.</summary>
    /// <param name="text">What claims to be one; anything at all.</param>
    /// <param name="now">The time it has to be good at.</param>
    /// <param name="token">What it says; null unless it is authentic: <see cref="TokenVerdict.Valid"/> or <see cref="TokenVerdict.Expired"/>.</param>
    public TokenVerdict Check(ReadOnlySpan<char> text, DateTimeOffset now, out UnsubscribeToken? token)
    {
        token = null;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text.Length != Length || !TryDecode(text, bytes) || bytes[0] != Format || bytes[1] != PurposeUnsubscribe)
            return TokenVerdict.Malformed;
        if (FindSigner(BinaryPrimitives.ReadInt32BigEndian(bytes[VersionAt..]), bytes[NameAt..IssuedAt]) is not { } signer)
            return TokenVerdict.UnknownKey;
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        signer.Sign(bytes[..SignatureAt], signature);
        if (!CryptographicOperations.FixedTimeEquals(signature, bytes[SignatureAt..]))
            return TokenVerdict.Forged;
        long issued = BinaryPrimitives.ReadInt64BigEndian(bytes[IssuedAt..]);
        token = new UnsubscribeToken(
            signer.Prefix + Base64Url.EncodeToString(bytes[MailboxAt..SignatureAt]), signer.Version.KeyId, signer.Version.Number,
            DateTimeOffset.FromUnixTimeSeconds(issued),
            DateTimeOffset.FromUnixTimeSeconds(issued + BinaryPrimitives.ReadUInt32BigEndian(bytes[LifetimeAt..])));
        return now < token.Expires ? TokenVerdict.Valid : TokenVerdict.Expired;
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        foreach (Signer signer in signers)
            signer.Key.Dispose();
    }

    /// <summary>Whether a text is base64url of exactly so many bytes.</summary>
    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes) =>
        Base64Url.DecodeFromChars(text, bytes, out _, out int written) == OperationStatus.Done && written == bytes.Length;

    private Signer? FindSigner(int version, ReadOnlySpan<byte> name)
    {
        foreach (Signer signer in signers)
        {
            if (signer.Version.Number == version && name.SequenceEqual(signer.Name))
                return signer;
        }
        return null;
    }

    /// <summary>A version's key.</summary>
    private sealed record Signer(KeyVersion Version, byte[] Name, SecretKey Key)
    {
        /// <summary>What stands before the hash in a mailbox key of this version.</summary>
        public string Prefix { get; } = $"v{Version.Number}.";

        public void Sign(ReadOnlySpan<byte> content, Span<byte> signature)
        {
            Span<byte> message = stackalloc byte[Label.Length + content.Length];
            Label.CopyTo(message);
            content.CopyTo(message[Label.Length..]);
            HMACSHA256.HashData(Key.Bytes, message, signature);
        }
    }
}
