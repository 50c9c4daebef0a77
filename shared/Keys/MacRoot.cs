namespace Pipeline.Keys;

/// <summary>A version's secret, from which each purpose gets a key of its own by HKDF-SHA-256 (RFC 5869). Dispose it to wipe the secret.</summary>
internal sealed class MacRoot : IDisposable
{
    private readonly SecretKey secret;

    /// <param name="provider">What the key id starts with.</param>
    /// <param name="number">Number of the version.</param>
    /// <param name="secret">The secret, disposed with this object.</param>
    public MacRoot(string provider, int number, SecretKey secret)
    {
        this.secret = secret;
        using SecretKey name = secret.Derive($"pipeline/key-id/v{number}");
        Version = new KeyVersion(number, $"{provider}:{Convert.ToHexStringLower(name.Bytes)[..KeyVersion.NameDigits]}");
    }

    public KeyVersion Version { get; }

    /// <summary>The key of a purpose, of those in <see cref="KeyPurposes"/> or the provider's own.</summary>
    public SecretKey Derive(string purpose) => secret.Derive($"pipeline/{purpose}/v{Version.Number}");

    public void Dispose() => secret.Dispose();
}
