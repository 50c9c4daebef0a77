using Pipeline.Hosting;

namespace Pipeline.Keys;

/// <summary>
/// Where the keys come from: a local key ring or AWS KMS. Two families, each with versions of its own: keys for keyed hashes, and keys that
/// wrap data keys. All operations are per process or per file, never per row. Dispose it to wipe its secrets. Not thread-safe.
/// </summary>
/// <remarks>
/// Every operation ends in a <see cref="StageException"/> where the keys cannot be had: <see cref="ExitCode.Usage"/> if they are refused,
/// disabled or not the configured ones, <see cref="ExitCode.Unavailable"/> if they may be had later, <see cref="ExitCode.InputRefused"/> if
/// what is to be unwrapped was changed or belongs to another context.
/// </remarks>
public interface IKeyProvider : IDisposable
{
    /// <summary>The provider in messages, for example <c>the key ring 'ring.json'</c>.</summary>
    string Description { get; }

    /// <summary>
    /// Versions of the keys for keyed hashes, oldest first, at most <see cref="KeyVersions.Most"/>: the last is current, one before it is the
    /// previous one in the window of a rotation.
    /// </summary>
    IReadOnlyList<KeyVersion> MacVersions { get; }

    /// <summary>Versions of the keys that wrap data keys, oldest first; new data keys are wrapped with the last. Only these unwrap.</summary>
    IReadOnlyList<KeyVersion> WrappingVersions { get; }

    /// <summary>The key of a purpose, for HMAC-SHA-256. The caller disposes it.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="version">One of <see cref="MacVersions"/>.</param>
    SecretKey MacKey(KeyPurpose purpose, KeyVersion version);

    /// <summary>Makes a data key. The caller disposes it.</summary>
    /// <param name="context">What it is bound to.</param>
    /// <param name="wrapped">The data key as it may be stored.</param>
    SecretKey GenerateDataKey(EncryptionContext context, out WrappedKey wrapped);

    /// <summary>Opens a wrapped data key. The caller disposes it.</summary>
    /// <param name="wrapped">The wrapped key.</param>
    /// <param name="context">Exactly what it is bound to.</param>
    SecretKey Unwrap(WrappedKey wrapped, EncryptionContext context);

    /// <summary>Wraps a data key with the current wrapping key instead of the one it has. Nothing that it encrypts is touched.</summary>
    /// <param name="wrapped">The wrapped key.</param>
    /// <param name="context">Exactly what it is bound to.</param>
    WrappedKey Rewrap(WrappedKey wrapped, EncryptionContext context);
}

/// <summary>A data key under a wrapping key: worth nothing without that.</summary>
/// <param name="KeyId">The <see cref="KeyVersion.KeyId"/> of the wrapping key.</param>
/// <param name="KeyVersion">The number of its version.</param>
/// <param name="Content">What the provider made of it; another provider cannot read it.</param>
public sealed record WrappedKey(string KeyId, int KeyVersion, byte[] Content);

/// <summary>What is asked of a provider's versions in several places.</summary>
public static class KeyVersions
{
    /// <summary>Most versions at once: the current and the previous one. The previous one is retired before there can be another.</summary>
    public const int Most = 2;

    /// <summary>The version new hashes are made with.</summary>
    public static KeyVersion CurrentMac(this IKeyProvider keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.MacVersions[^1];
    }

    /// <summary>The version before, in the window of a rotation; null outside of one.</summary>
    public static KeyVersion? PreviousMac(this IKeyProvider keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.MacVersions.Count > 1 ? keys.MacVersions[^2] : null;
    }

    /// <summary>Whether a data key is wrapped with the key that wraps new ones.</summary>
    public static bool IsCurrent(this IKeyProvider keys, WrappedKey wrapped)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(wrapped);
        return wrapped.KeyId == keys.WrappingVersions[^1].KeyId;
    }
}
