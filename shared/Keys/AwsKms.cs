using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Pipeline.Hosting;

namespace Pipeline.Keys;

/// <summary>
/// Keys in AWS KMS. The secret of a version of the keys for hashes is what the version's HMAC key makes of a fixed message: one call for each
/// version and process, and nothing secret is stored anywhere else. Data keys are generated and unwrapped by a symmetric key, a call for
/// each. Only the keys that were configured are used, by their ARNs; credentials come from the default chain of the AWS SDK.
/// </summary>
public sealed class AwsKms : IKeyProvider
{
    private const string Provider = "kms";

    private readonly IReadOnlyList<KmsKey> macKeys;
    private readonly KmsCalls calls;
    private MacRoot[]? roots;

    /// <summary>Creates the provider. Nothing is asked of KMS before it is needed.</summary>
    /// <param name="macKeys">HMAC keys (HMAC_256), oldest version first.</param>
    /// <param name="dataKeys">Symmetric keys in the same region, oldest version first; none where only hashes are to be checked.</param>
    public AwsKms(IReadOnlyList<KmsKey> macKeys, IReadOnlyList<KmsKey> dataKeys)
    {
        ArgumentNullException.ThrowIfNull(macKeys);
        ArgumentNullException.ThrowIfNull(dataKeys);
        if (macKeys.Count == 0)
            throw new ArgumentException("There must be a key for hashes.", nameof(macKeys));
        this.macKeys = macKeys;
        calls = new KmsCalls(macKeys[0].Region);
        WrappingVersions = [.. dataKeys.Select(key => new KeyVersion(key.Version, key.Arn))];
    }

    /// <inheritdoc/>
    public string Description => "AWS KMS";

    /// <inheritdoc/>
    public IReadOnlyList<KeyVersion> MacVersions => [.. Roots.Select(root => root.Version)];

    /// <inheritdoc/>
    public IReadOnlyList<KeyVersion> WrappingVersions { get; }

    private MacRoot[] Roots => roots ??= [.. macKeys.Select(key => new MacRoot(Provider, key.Version, GenerateSecret(key)))];

    /// <inheritdoc/>
    public SecretKey MacKey(KeyPurpose purpose, KeyVersion version) =>
        (Roots.FirstOrDefault(root => root.Version == version)
            ?? throw new ArgumentException("This is no version of these keys.", nameof(version))).Derive(purpose.Word());

    /// <inheritdoc/>
    public SecretKey GenerateDataKey(EncryptionContext context, out WrappedKey wrapped)
    {
        KeyVersion current = WrappingVersions[^1];
        GenerateDataKeyResponse response = calls.Invoke("GenerateDataKey", current.KeyId, (kms, cancellation) => kms.GenerateDataKeyAsync(
            new GenerateDataKeyRequest { KeyId = current.KeyId, KeySpec = DataKeySpec.AES_256, EncryptionContext = Pairs(context) }, cancellation));
        SecretKey key = Take(response.Plaintext);
        Require(response.KeyId, current.KeyId, key);
        wrapped = new WrappedKey(current.KeyId, current.Number, response.CiphertextBlob.ToArray());
        return key;
    }

    /// <inheritdoc/>
    public SecretKey Unwrap(WrappedKey wrapped, EncryptionContext context)
    {
        RequireAllowed(wrapped);
        using var content = new MemoryStream(wrapped.Content);
        DecryptResponse response = calls.Invoke("Decrypt", wrapped.KeyId, (kms, cancellation) => kms.DecryptAsync(
            new DecryptRequest
            {
                KeyId = wrapped.KeyId,
                CiphertextBlob = content,
                EncryptionContext = Pairs(context),
                EncryptionAlgorithm = EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT,
            }, cancellation));
        SecretKey key = Take(response.Plaintext);
        Require(response.KeyId, wrapped.KeyId, key);
        return key;
    }

    /// <inheritdoc/>
    public WrappedKey Rewrap(WrappedKey wrapped, EncryptionContext context)
    {
        RequireAllowed(wrapped);
        KeyVersion current = WrappingVersions[^1];
        using var content = new MemoryStream(wrapped.Content);
        ReEncryptResponse response = calls.Invoke("ReEncrypt", wrapped.KeyId, (kms, cancellation) => kms.ReEncryptAsync(
            new ReEncryptRequest
            {
                CiphertextBlob = content,
                SourceKeyId = wrapped.KeyId,
                SourceEncryptionContext = Pairs(context),
                DestinationKeyId = current.KeyId,
                DestinationEncryptionContext = Pairs(context),
            }, cancellation));
        Require(response.KeyId, current.KeyId, null);
        return new WrappedKey(current.KeyId, current.Number, response.CiphertextBlob.ToArray());
    }

    /// <summary>Wipes the secrets.</summary>
    public void Dispose()
    {
        foreach (MacRoot root in roots ?? [])
            root.Dispose();
        calls.Dispose();
    }

    private SecretKey GenerateSecret(KmsKey key)
    {
        using var message = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"pipeline/keys/v{key.Version}"));
        GenerateMacResponse response = calls.Invoke("GenerateMac", key.Arn, (kms, cancellation) => kms.GenerateMacAsync(
            new GenerateMacRequest { KeyId = key.Arn, MacAlgorithm = MacAlgorithmSpec.HMAC_SHA_256, Message = message }, cancellation));
        SecretKey secret = Take(response.Mac);
        Require(response.KeyId, key.Arn, secret);
        return secret;
    }

    private static Dictionary<string, string> Pairs(EncryptionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new Dictionary<string, string>(context.Pairs);
    }

    /// <summary>Takes a key out of a response and wipes it there. The text of the response that the SDK read stays until memory is reused.</summary>
    private static SecretKey Take(MemoryStream content)
    {
        Span<byte> bytes = stackalloc byte[SecretKey.Length];
        try
        {
            int length = content.Length == bytes.Length ? content.Read(bytes) : 0;
            return length == bytes.Length
                ? new SecretKey(bytes)
                : throw new StageException(ExitCode.Usage, $"AWS KMS gave a key of {content.Length} bytes, not {bytes.Length}.", "The HMAC key must be of the spec HMAC_256.");
        }
        finally
        {
            bytes.Clear();
            content.Position = 0;
            content.Write(bytes[..(int)Math.Min(content.Length, bytes.Length)]);
        }
    }

    /// <summary>Makes sure that KMS used the key that was asked for, which it names by its ARN or its id.</summary>
    private static void Require(string used, string asked, SecretKey? key)
    {
        if (used == asked || asked.EndsWith($"/{used}", StringComparison.Ordinal))
            return;
        key?.Dispose();
        throw new StageException(ExitCode.Usage, $"AWS KMS used the key {used} where {asked} was asked for.", "Name keys by the ARNs of the keys themselves.");
    }

    /// <summary>There is no discovery: what another key wrapped is not even shown to KMS.</summary>
    private void RequireAllowed(WrappedKey wrapped)
    {
        ArgumentNullException.ThrowIfNull(wrapped);
        if (WrappingVersions.All(version => version.KeyId != wrapped.KeyId))
        {
            throw new StageException(
                ExitCode.Usage, $"A data key is wrapped with {wrapped.KeyId}, which is not among the keys of --kms-data-key.",
                "Name that key, too, or restore the key store from its copy.");
        }
    }
}
