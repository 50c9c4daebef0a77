using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Storage;

/// <summary>
/// What a stage wrote and from what: the commit of a stage folder, written last. Without a valid one the folder is not an output.
/// It holds no time and no path outside the run, so the same work gives the same bytes.
/// </summary>
public sealed record Manifest
{
    /// <summary>Writes quotation marks as such: people read this file, and no browser does.</summary>
    private static readonly ManifestJson Readable =
        new(new JsonSerializerOptions(ManifestJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The file's name in the stage folder.</summary>
    public const string FileName = "_manifest.json";

    /// <summary>Version of this format. A manifest of another version is not read.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version the manifest was written in.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Name of the stage.</summary>
    public required string Stage { get; init; }

    /// <summary>Identifies code, options and inputs together; see <see cref="Storage.Fingerprint"/>. Equal fingerprints mean equal outputs.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Version of the code that wrote it.</summary>
    public required string Code { get; init; }

    /// <summary>The options that decide the result, as they would be typed.</summary>
    public required SortedDictionary<string, string> Options { get; init => field = Ordinal(value); }

    /// <summary>SHA-256 of each input: the manifests of the stage folders read, and the files named by options.</summary>
    public required SortedDictionary<string, string> Inputs { get; init => field = Ordinal(value); }

    /// <summary>The files, by path.</summary>
    public required IReadOnlyList<ManifestFile> Files { get; init; }

    /// <summary>Rows and other figures: <c>rows_in = rows_kept + dropped_*</c>.</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }

    /// <summary>
    /// SHA-256 of files whose bytes differ from run to run because they hold randomised ciphertext, by path. Kept apart so that all
    /// the rest of the manifest repeats.
    /// </summary>
    public SortedDictionary<string, string> Randomised { get; init => field = Ordinal(value); } = new(StringComparer.Ordinal);

    /// <summary>SHA-256 of a file's content, lower-case hexadecimal.</summary>
    public string HashOf(ManifestFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Sha256 ?? Randomised[file.Path];
    }

    /// <summary>The manifest as indented JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Readable.Manifest);

    /// <summary>Reads a manifest; null when the content is not a whole manifest.</summary>
    /// <param name="json">The content of the file.</param>
    /// <param name="place">Where it stands, for the message.</param>
    /// <exception cref="StorageException"><see cref="StorageFault.Damaged"/>: written in another format version.</exception>
    public static Manifest? TryParse(ReadOnlySpan<byte> json, string place)
    {
        try
        {
            // The version first and alone: a manifest of another one may have another shape.
            ManifestVersion? version = JsonSerializer.Deserialize(json, ManifestJson.Default.ManifestVersion);
            if (version is not null && version.Format != CurrentFormat)
            {
                throw new StorageException(
                    StorageFault.Damaged,
                    $"'{place}' is a manifest of format {version.Format}, this version reads format {CurrentFormat}: start a new run folder.");
            }
            Manifest? manifest = JsonSerializer.Deserialize(json, ManifestJson.Default.Manifest);
            return manifest is not null && manifest.Files.All(manifest.IsUsable) ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a file lies in the stage folder and has a hash.</summary>
    private bool IsUsable(ManifestFile? file) =>
        file is not null && ObjectKey.IsValid(file.Path) && (file.Sha256 is not null || Randomised.ContainsKey(file.Path));

    /// <summary>The same entries in an order that no culture decides.</summary>
    private static SortedDictionary<string, string> Ordinal(SortedDictionary<string, string> entries) => new(entries, StringComparer.Ordinal);
}

/// <summary>A file of a stage's output.</summary>
public sealed record ManifestFile
{
    /// <summary>Path below the stage folder, with <c>/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Contract of a table, for example <c>interactions/1</c>; null for other files.</summary>
    public string? Contract { get; init; }

    /// <summary>Rows of a table; null for other files.</summary>
    public long? Rows { get; init; }

    /// <summary>Size in bytes; null for a file listed in <see cref="Manifest.Randomised"/>.</summary>
    public long? Bytes { get; init; }

    /// <summary>SHA-256 of the content; null for a file listed in <see cref="Manifest.Randomised"/>.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>What every version of the format has.</summary>
internal sealed record ManifestVersion
{
    public required int Format { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ManifestVersion))]
internal sealed partial class ManifestJson : JsonSerializerContext;
