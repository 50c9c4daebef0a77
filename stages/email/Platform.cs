using System.Security.Cryptography;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Email;

/// <summary>
/// An advertising platform to which addresses may be made known as it wants them: SHA-256 without a key of the address by the platform's own
/// profile. Whoever guesses an address can check it against such a hash, so that it is as good as the address; nothing of it is made unless
/// a platform and a legal basis are named.
/// </summary>
internal sealed class Platform
{
    private readonly Func<byte[], string> encode;

    private Platform(string name, NormalisationProfile profile, string hashAlgorithm, Func<byte[], string> encode)
    {
        Name = name;
        Profile = profile;
        HashAlgorithm = hashAlgorithm;
        this.encode = encode;
    }

    /// <summary>The platforms there are.</summary>
    public static IReadOnlyList<Platform> All { get; } =
    [
        new("meta", NormalisationProfile.Meta, "sha-256/hex", Convert.ToHexStringLower),
        new("google", NormalisationProfile.Google, "sha-256/hex", Convert.ToHexStringLower),
        new("uid2", NormalisationProfile.Uid2, "sha-256/base64", Convert.ToBase64String),
    ];

    /// <summary>The name people type.</summary>
    public string Name { get; }

    /// <summary>How it wants addresses written before they are hashed.</summary>
    public NormalisationProfile Profile { get; }

    /// <summary>The hash, and how it is written.</summary>
    public string HashAlgorithm { get; }

    /// <summary>The hash of an address, in bytes.</summary>
    public byte[] Hash(EmailAddress address)
    {
        Span<byte> buffer = stackalloc byte[EmailAddress.MaxLength];
        return SHA256.HashData(Profile.Normalise(address, buffer));
    }

    /// <summary>Writes the table for the platform. Its order is that of the hashes, each of which is in it once: it tells nothing of our customers.</summary>
    /// <param name="stage">Where to.</param>
    /// <param name="hashes">The hashes of those who may be mailed.</param>
    /// <param name="legalBasis">Why their addresses may be made known.</param>
    /// <param name="reference">The reference time, microseconds since 1970 UTC.</param>
    /// <param name="expiresAt">From when on the rows must not be used.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task WriteAsync(
        StageContext stage, IEnumerable<byte[]> hashes, string legalBasis, long reference, long expiresAt, CancellationToken cancellation)
    {
        string[] texts = [.. hashes.Select(encode).Distinct().Order(StringComparer.Ordinal)];
        await using TableOutput table = stage.Write(PlatformHashes.DataSet);
        ColumnBatch batch = table.Batch;
        foreach (string text in texts)
        {
            int row = batch.Count;
            batch.Text(PlatformHashes.Platform).Append(Name);
            batch.Text(PlatformHashes.AddressHash).Append(text);
            batch.Text(PlatformHashes.HashAlgorithm).Append(HashAlgorithm);
            batch.Text(PlatformHashes.Profile).Append(Profile.Name);
            batch.Text(PlatformHashes.LegalBasis).Append(legalBasis);
            batch.Values<long>(PlatformHashes.CreatedAt)[row] = reference;
            batch.Values<long>(PlatformHashes.ExpiresAt)[row] = expiresAt;
            await table.NextRowAsync(cancellation);
        }
        await table.CompleteAsync(cancellation);
        stage.Counters.Set("platform_hashes", texts.Length);
    }
}
