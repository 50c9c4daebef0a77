using Pipeline.Hosting;

namespace Pipeline.Keys;

/// <summary>Where the keys come from, as the operator says it: a local key ring or AWS KMS; and where the key store is.</summary>
public sealed record KeyOptions
{
    /// <summary>File of the local key ring; null where the keys are in KMS.</summary>
    public required string? KeyRing { get; init; }

    /// <summary>Keys in KMS behind the keys for hashes, oldest version first; none with a local key ring.</summary>
    public IReadOnlyList<KmsKey> MacKeys { get; init; } = [];

    /// <summary>Keys in KMS that wrap data keys, oldest version first; none with a local key ring.</summary>
    public IReadOnlyList<KmsKey> DataKeys { get; init; } = [];

    /// <summary>Folder of the key store.</summary>
    public required string KeyStore { get; init; }

    /// <summary>Whose data it is, part of every <see cref="EncryptionContext"/>.</summary>
    public string Tenant { get; init; } = DefaultTenant;

    /// <summary>The tenant where nobody names one.</summary>
    public const string DefaultTenant = "default";

    /// <summary>Names the keys that decide hashes, without asking for them: a key's content never changes.</summary>
    /// <exception cref="StageException">The key ring cannot be opened.</exception>
    public string Identify()
    {
        if (KeyRing is null)
            return string.Join(" and ", MacKeys.Select(key => $"{key.Arn} version {key.Version}"));
        using LocalKeyRing ring = LocalKeyRing.Open(KeyRing);
        return string.Join(" and ", ring.MacVersions.Select(version => $"{version.KeyId} version {version.Number}"));
    }

    /// <summary>Opens the provider.</summary>
    /// <exception cref="StageException">See <see cref="IKeyProvider"/>.</exception>
    public IKeyProvider Open() => KeyRing is null ? new AwsKms(MacKeys, DataKeys) : LocalKeyRing.Open(KeyRing);

    /// <summary>Opens the keys for keyed hashes only, which is all that checking takes.</summary>
    /// <param name="ring">File of the local key ring; null for the default, unless there is a key in KMS.</param>
    /// <param name="macKey">Keys in KMS as typed; null for a local ring.</param>
    /// <exception cref="StageException">Both are named, or the keys cannot be had; see <see cref="IKeyProvider"/>.</exception>
    public static IKeyProvider OpenMacKeys(string? ring, string? macKey)
    {
        if (macKey is null)
            return LocalKeyRing.Open(ring ?? LocalKeyRing.DefaultPath);
        if (ring is not null)
            throw new StageException(ExitCode.Usage, "--key-ring and --kms-mac-key exclude each other.", "Give the one that the tokens were made with.");
        return KmsKey.TryParse(macKey, out IReadOnlyList<KmsKey> keys) is { } fault
            ? throw new StageException(ExitCode.Usage, $"--kms-mac-key '{macKey}' {fault}.", $"It must be {KmsKey.Form}.")
            : new AwsKms(keys, []);
    }

    /// <summary>Opens the key store.</summary>
    public KeyStore OpenStore() => Keys.KeyStore.Open(KeyStore);

    /// <summary>The options of a stage.</summary>
    public static KeyOptions Parse(OptionReader options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string? ring = options.OptionalText(
            "key-ring", "FILE",
            "The keys for addresses, readable by its owner only; made with fresh keys where there is none. Not for the cloud. Without it and without KMS: pipeline/keyring.json in the user's configuration folder.",
            decides: false);
        string? macKey = options.OptionalText(
            "kms-mac-key", "ARN", $"Instead of a key ring, the HMAC key in AWS KMS behind all keyed hashes: {KmsKey.Form}. Needs --kms-data-key and --key-store.", decides: false);
        string? dataKey = options.OptionalText(
            "kms-data-key", "ARN", $"The symmetric key in AWS KMS that wraps data keys: {KmsKey.Form}. Needs --kms-mac-key.", decides: false);
        string? store = options.OptionalText(
            "key-store", "FOLDER",
            "Wrapped data keys and a salt for each customer, for its owner only, outside of all runs; made where there is none. Without it: keystore beside the key ring.",
            decides: false);
        string tenant = options.Text("tenant", "NAME", "Whose data it is; bound to every data key. Names no person.", DefaultTenant);

        foreach (string mistake in Check(ring, macKey, dataKey, store))
            options.Mistake(mistake);
        return From(ring, macKey, dataKey, store, tenant);
    }

    /// <summary>What is wrong with the options as typed, a sentence each.</summary>
    public static IEnumerable<string> Check(string? ring, string? macKey, string? dataKey, string? store)
    {
        if (macKey is null && dataKey is null)
            yield break;
        if (ring is not null)
            yield return "--key-ring and KMS exclude each other: give either --key-ring, or --kms-mac-key and --kms-data-key.";
        if (macKey is null)
            yield return "--kms-data-key needs --kms-mac-key.";
        if (dataKey is null)
            yield return "--kms-mac-key needs --kms-data-key.";
        if (store is null)
            yield return "Keys in KMS need --key-store: the folder that keeps the wrapped data keys.";
        IReadOnlyList<KmsKey> macKeys = [], dataKeys = [];
        if (macKey is not null && KmsKey.TryParse(macKey, out macKeys) is { } macFault)
            yield return $"--kms-mac-key '{macKey}' {macFault}: it must be {KmsKey.Form}.";
        if (dataKey is not null && KmsKey.TryParse(dataKey, out dataKeys) is { } dataFault)
            yield return $"--kms-data-key '{dataKey}' {dataFault}: it must be {KmsKey.Form}.";
        if (macKeys.Concat(dataKeys).DistinctBy(key => key.Region).Count() > 1)
            yield return "The keys of --kms-mac-key and --kms-data-key must be in one region.";
    }

    /// <summary>The options, once <see cref="Check"/> found nothing wrong with them.</summary>
    public static KeyOptions From(string? ring, string? macKey, string? dataKey, string? store, string? tenant = null)
    {
        IReadOnlyList<KmsKey> macKeys = [], dataKeys = [];
        if (macKey is not null)
            KmsKey.TryParse(macKey, out macKeys);
        if (dataKey is not null)
            KmsKey.TryParse(dataKey, out dataKeys);
        ring = macKey is not null || dataKey is not null ? null : ring ?? LocalKeyRing.DefaultPath;
        return new KeyOptions
        {
            KeyRing = ring,
            MacKeys = macKeys,
            DataKeys = dataKeys,
            KeyStore = store ?? (ring is null ? "" : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(ring))!, "keystore")),
            Tenant = tenant ?? DefaultTenant,
        };
    }
}
