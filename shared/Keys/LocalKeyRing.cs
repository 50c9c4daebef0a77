using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.Keys;

/// <summary>
/// Keys from secrets in a local file that only its owner can read, for development: it refuses to be used in the cloud. Each version of the
/// keys has a secret, from which HKDF-SHA-256 makes the keys for hashes and the key that wraps data keys.
/// </summary>
public sealed class LocalKeyRing : IKeyProvider
{
    private const int FirstFormat = 1, CurrentFormat = 2;
    private const string Provider = "local", WrappingPurpose = "wrap";
    private const int NonceBytes = 12, TagBytes = 16;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly MacRoot[] roots;

    private LocalKeyRing(string path, MacRoot[] roots)
    {
        this.roots = roots;
        Description = $"the key ring '{path}'";
        MacVersions = [.. roots.Select(root => root.Version)];
    }

    /// <summary>Where the ring lies unless it is said otherwise.</summary>
    public static string DefaultPath => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "pipeline", "keyring.json");

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public IReadOnlyList<KeyVersion> MacVersions { get; }

    /// <summary>The same versions as <see cref="MacVersions"/>.</summary>
    public IReadOnlyList<KeyVersion> WrappingVersions => MacVersions;

    /// <summary>Makes a ring with a fresh secret where there is none.</summary>
    /// <returns>Whether one was made.</returns>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: it cannot be made, or this is the cloud.</exception>
    public static bool CreateIfMissing(string path) => Guarded(path, () => !File.Exists(path) && Create(path));

    /// <summary>Opens the ring.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: it cannot be read, others can read it, it is no key ring, or this is the cloud.</exception>
    public static LocalKeyRing Open(string path) => Guarded(path, () =>
    {
        KeyRingFile file = Read(path);
        try
        {
            return new LocalKeyRing(path, [.. file.Keys.Select(key => new MacRoot(Provider, key.Version, new SecretKey(key.Secret)))]);
        }
        finally
        {
            file.Wipe();
        }
    });

    /// <summary>Adds a version with a fresh secret: from now on it is the current one, and the one before is the previous one.</summary>
    /// <returns>The number of the new version.</returns>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: there is a previous version already, or as <see cref="Open"/>.</exception>
    public static int AddVersion(string path) => Guarded(path, () => Change(path, keys => keys.Count < KeyVersions.Most
        ? [.. keys, KeyRingSecret.New(keys[^1].Version + 1)]
        : throw new StageException(
            ExitCode.Usage, $"The key ring '{path}' has the versions {keys[0].Version} and {keys[^1].Version} already.", $"Retire version {keys[0].Version} first.")))[^1];

    /// <summary>Removes the previous version for good. What was made with it alone cannot be joined or opened again.</summary>
    /// <param name="path">The ring.</param>
    /// <param name="version">The number of the version.</param>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: it is not the previous version, or as <see cref="Open"/>.</exception>
    public static void RemoveVersion(string path, int version) => Guarded(path, () => Change(path, keys =>
        keys.Count > 1 && keys[0].Version == version
            ? keys[1..]
            : throw new StageException(
                ExitCode.Usage, $"Version {version} is not the previous one of the key ring '{path}', which has {string.Join(" and ", keys.Select(key => key.Version))}.")));

    /// <inheritdoc/>
    public SecretKey MacKey(KeyPurpose purpose, KeyVersion version) => RootOf(version.Number, version.KeyId).Derive(purpose.Word());

    /// <inheritdoc/>
    public SecretKey GenerateDataKey(EncryptionContext context, out WrappedKey wrapped)
    {
        SecretKey key = SecretKey.Random();
        wrapped = Wrap(key, context);
        return key;
    }

    /// <inheritdoc/>
    public SecretKey Unwrap(WrappedKey wrapped, EncryptionContext context)
    {
        ArgumentNullException.ThrowIfNull(wrapped);
        ArgumentNullException.ThrowIfNull(context);
        ReadOnlySpan<byte> content = wrapped.Content;
        if (content.Length != NonceBytes + SecretKey.Length + TagBytes)
            throw Changed();
        using AesGcm cipher = NewCipher(RootOf(wrapped.KeyVersion, wrapped.KeyId));
        byte[] key = GC.AllocateUninitializedArray<byte>(SecretKey.Length, pinned: true);
        try
        {
            cipher.Decrypt(content[..NonceBytes], content[NonceBytes..^TagBytes], content[^TagBytes..], key, context.ToBytes());
            return new SecretKey(key);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw Changed(e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }

        StageException Changed(Exception? cause = null) => new(
            ExitCode.InputRefused, "A data key cannot be unwrapped: it was changed, or it belongs to another run, stage, table or tenant.",
            "Restore the key store from its copy.", cause);
    }

    /// <inheritdoc/>
    public WrappedKey Rewrap(WrappedKey wrapped, EncryptionContext context)
    {
        using SecretKey key = Unwrap(wrapped, context);
        return Wrap(key, context);
    }

    /// <summary>Wipes the secrets.</summary>
    public void Dispose()
    {
        foreach (MacRoot root in roots)
            root.Dispose();
    }

    /// <summary>
    /// Nonce, AES-256-GCM ciphertext and tag. The nonce may be random: a wrapping key wraps a data key or so for each run, and NIST SP 800-38D,
    /// section 8.3, allows 2^32.
    /// </summary>
    private WrappedKey Wrap(SecretKey key, EncryptionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        MacRoot root = roots[^1];
        var content = new byte[NonceBytes + SecretKey.Length + TagBytes];
        RandomNumberGenerator.Fill(content.AsSpan(0, NonceBytes));
        using AesGcm cipher = NewCipher(root);
        cipher.Encrypt(content.AsSpan(0, NonceBytes), key.Bytes, content.AsSpan(NonceBytes, SecretKey.Length), content.AsSpan()[^TagBytes..], context.ToBytes());
        return new WrappedKey(root.Version.KeyId, root.Version.Number, content);
    }

    private static AesGcm NewCipher(MacRoot root)
    {
        using SecretKey key = root.Derive(WrappingPurpose);
        return new AesGcm(key.Bytes, TagBytes);
    }

    private MacRoot RootOf(int version, string keyId) =>
        roots.FirstOrDefault(root => root.Version.Number == version && root.Version.KeyId == keyId)
        ?? throw new StageException(
            ExitCode.Usage, $"{keyId} version {version} is not in {Description}, which has {string.Join(" and ", MacVersions.Select(v => $"{v.KeyId} version {v.Number}"))}.",
            "Name the ring it was made with by --key-ring, or restore that from its copy.");

    private static T Guarded<T>(string path, Func<T> action)
    {
        CloudProfile.RefuseLocalKeys();
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageException { Fault: not StorageFault.Unavailable })
        {
            throw new StageException(ExitCode.Usage, $"The key ring '{path}' cannot be opened: {e.Message}", "Name another file with --key-ring.", e);
        }
    }

    /// <summary>Makes a ring under a lock, so that of several processes that start at once one makes it and the others find it.</summary>
    /// <returns>Whether this one made it.</returns>
    private static bool Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using FileStream turn = TakeTurn(path);
        if (File.Exists(path))
            return false;
        Write(path, [KeyRingSecret.New(1)]);
        return true;
    }

    /// <summary>Writes the ring with other keys.</summary>
    /// <returns>The numbers of the versions there are now.</returns>
    private static int[] Change(string path, Func<List<KeyRingSecret>, List<KeyRingSecret>> change)
    {
        using FileStream turn = TakeTurn(path);
        KeyRingFile file = Read(path);
        try
        {
            List<KeyRingSecret> keys = change(file.Keys);
            Write(path, keys);
            return [.. keys.Select(key => key.Version)];
        }
        finally
        {
            file.Wipe();
        }
    }

    /// <summary>Writes the ring and wipes the keys.</summary>
    private static void Write(string path, List<KeyRingSecret> keys)
    {
        var file = new KeyRingFile { Format = CurrentFormat, Keys = keys };
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(file, KeyRingJson.Default.KeyRingFile);
        try
        {
            OwnersFiles.Write(Path.GetFullPath(path), json);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
            file.Wipe();
        }
    }

    private static FileStream TakeTurn(string path)
    {
        string full = Path.GetFullPath(path);
        return OwnersFiles.TakeTurn(Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.lock"), LongestWait)
            ?? throw new StageException(ExitCode.LeaseHeld, $"Another process is changing the key ring '{path}'.", "Wait until it ends, or stop it.");
    }

    private static KeyRingFile Read(string path)
    {
        OwnersFiles.RefuseOthers(path, "key ring");
        byte[] json = File.ReadAllBytes(path);
        KeyRingFile? file;
        try
        {
            file = JsonSerializer.Deserialize(json, KeyRingJson.Default.KeyRingFile);
            if (file is { Format: FirstFormat, Version: { } version, Secret: { } secret, Keys.Count: 0 })
                file = new KeyRingFile { Format = CurrentFormat, Keys = [new KeyRingSecret { Version = version, Secret = secret }] };
        }
        catch (JsonException)
        {
            file = null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
        return file is { Format: CurrentFormat } && file.IsUsable()
            ? file
            : throw new StageException(
                ExitCode.Usage, $"'{path}' is no key ring of format {FirstFormat} or {CurrentFormat}.",
                "Name another file with --key-ring; the old keys are needed to read old runs.");
    }
}

/// <summary>The ring's file. Secrets are bytes, never strings, so that they can be wiped.</summary>
internal sealed record KeyRingFile
{
    public required int Format { get; init; }

    /// <summary>The keys, oldest version first; none in format 1.</summary>
    public List<KeyRingSecret> Keys { get; init => field = value ?? []; } = [];

    /// <summary>The one version of format 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Version { get; init; }

    /// <summary>Its secret.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Secret { get; init; }

    /// <summary>Whether it holds keys of ascending versions from 1, as many as there may be, each of the right length.</summary>
    public bool IsUsable() =>
        Keys is { Count: >= 1 and <= KeyVersions.Most }
        && Keys.All(key => key is { Version: >= 1, Secret.Length: SecretKey.Length })
        && Keys.Zip(Keys.Skip(1)).All(pair => pair.First.Version < pair.Second.Version);

    public void Wipe()
    {
        foreach (KeyRingSecret key in Keys)
            CryptographicOperations.ZeroMemory(key.Secret);
    }
}

/// <summary>A version of the keys in the ring's file.</summary>
internal sealed record KeyRingSecret
{
    public required int Version { get; init; }

    /// <summary>The secret, base64 in the file.</summary>
    public required byte[] Secret { get; init; }

    public static KeyRingSecret New(int version) => new() { Version = version, Secret = RandomNumberGenerator.GetBytes(SecretKey.Length) };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true)]
[JsonSerializable(typeof(KeyRingFile))]
internal sealed partial class KeyRingJson : JsonSerializerContext;
