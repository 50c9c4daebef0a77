namespace Pipeline.Keys;

/// <summary>A version of the keys.</summary>
/// <param name="Number">From 1; a newer version has a higher one.</param>
/// <param name="KeyId">
/// Names the secret behind it without telling anything about it. Of keys for hashes <c>local:</c> or <c>kms:</c> and 16 hexadecimal digits;
/// of wrapping keys in KMS the key's ARN.
/// </param>
public sealed record KeyVersion(int Number, string KeyId)
{
    /// <summary>Digits behind the colon of <see cref="KeyId"/>.</summary>
    internal const int NameDigits = 16;

    /// <summary>What the digits of <see cref="KeyId"/> spell; only keys for hashes have it.</summary>
    internal byte[] Name() => Convert.FromHexString(KeyId.AsSpan()[^NameDigits..]);
}
