using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Hosting;

namespace Pipeline.Keys;

/// <summary>
/// Keys for everything about addresses in a local file that only its owner can read. From the ring's secret each purpose gets a key of its own by
/// HKDF-SHA-256 (RFC 5869), so that no key serves two. Dispose it to wipe the secret from memory.
/// </summary>
public sealed class KeyRing : IDisposable
{
    /// <summary>Size of the secret and of every key, in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>Size of <see cref="Name"/>, in bytes.</summary>
    internal const int NameBytes = 8;

    private const int CurrentFormat = 1;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly byte[] secret;

    private KeyRing(byte[] secret, int version)
    {
        this.secret = secret;
        Version = version;
        Name = Derive("key-id", [])[..NameBytes];
        KeyId = "local:" + Convert.ToHexStringLower(Name);
    }

    /// <summary>Where the ring lies unless it is said otherwise.</summary>
    public static string DefaultPath => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "pipeline", "keyring.json");

    /// <summary>Names the ring without telling anything about its secret.</summary>
    public string KeyId { get; }

    /// <summary>What <see cref="KeyId"/> spells.</summary>
    internal byte[] Name { get; }

    /// <summary>Version of the keys, from 1.</summary>
    public int Version { get; }

    /// <summary>Makes a ring with a fresh secret where there is none.</summary>
    /// <returns>Whether one was made.</returns>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: it cannot be made.</exception>
    public static bool CreateIfMissing(string path) => Guarded(path, () => !File.Exists(path) && Create(path));

    /// <summary>Opens the ring.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: it cannot be read, others can read it, or it is no key ring.</exception>
    public static KeyRing Open(string path) => Guarded(path, () => Read(path));

    /// <summary>The key of a purpose.</summary>
    /// <param name="purpose">Name of the purpose.</param>
    /// <param name="salt">Further input that makes the key unique; empty for the one key of the purpose.</param>
    public byte[] Derive(string purpose, ReadOnlySpan<byte> salt)
    {
        var key = new byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt, Encoding.UTF8.GetBytes($"pipeline/{purpose}/v{Version}"));
        return key;
    }

    /// <summary>Wipes the secret.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(secret);

    private static T Guarded<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StageException(ExitCode.Usage, $"The key ring '{path}' cannot be opened: {e.Message}", "Name another file with --key-ring.", e);
        }
    }

    /// <summary>Makes a ring under a lock, so that of several processes that start at once one makes it and the others find it.</summary>
    /// <returns>Whether this one made it.</returns>
    private static bool Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using FileStream turn = TakeTurn($"{path}.lock");
        if (File.Exists(path))
            return false;
        byte[] fresh = RandomNumberGenerator.GetBytes(KeyBytes);
        var file = new KeyRingFile { Format = CurrentFormat, Version = 1, Secret = Convert.ToBase64String(fresh) };
        CryptographicOperations.ZeroMemory(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;

        // Written whole beside its place and moved there, so that a killed process leaves no half ring that would lock everybody out.
        string temporary = $"{path}.new";
        File.Delete(temporary);
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(JsonSerializer.SerializeToUtf8Bytes(file, KeyRingJson.Default.KeyRingFile));
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: false);
        }
        finally
        {
            File.Delete(temporary);
        }
        return true;
    }

    /// <summary>Waits until this process alone has the lock, which goes when it is closed or the process is killed.</summary>
    private static FileStream TakeTurn(string path)
    {
        for (long start = Stopwatch.GetTimestamp(); ; Thread.Sleep(TimeSpan.FromMilliseconds(10)))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(start) < LongestWait)
            {
                // Another process has it.
            }
        }
    }

    private static KeyRing Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw new StageException(ExitCode.Usage, $"The key ring '{path}' can be used by others than its owner.", $"chmod 600 '{path}', and ask who did.");
        KeyRingFile? file;
        byte[]? secret = null;
        try
        {
            file = JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyRingJson.Default.KeyRingFile);
            secret = Convert.FromBase64String(file?.Secret ?? "");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            file = null;
        }
        return file is { Format: CurrentFormat, Version: >= 1 } && secret?.Length == KeyBytes
            ? new KeyRing(secret, file.Version)
            : throw new StageException(ExitCode.Usage, $"'{path}' is no key ring of format {CurrentFormat}.", "Name another file with --key-ring; the old keys are needed to read old runs.");
    }
}

/// <summary>The ring's file.</summary>
internal sealed record KeyRingFile
{
    public required int Format { get; init; }

    public required int Version { get; init; }

    /// <summary>The secret, base64.</summary>
    public required string Secret { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(KeyRingFile))]
internal sealed partial class KeyRingJson : JsonSerializerContext;
