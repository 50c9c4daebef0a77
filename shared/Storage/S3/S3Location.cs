using System.Text.RegularExpressions;

namespace Pipeline.Storage.S3;

/// <summary>A place in S3, written <c>s3://BUCKET/KEY</c>.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The key of an object, or of a folder without the slash at its end; empty for the whole bucket.</param>
internal sealed partial record S3Location(string Bucket, string Key)
{
    /// <summary>Begins every such place.</summary>
    public const string Scheme = "s3://";

    /// <summary>As it is written.</summary>
    public override string ToString() => Key.Length == 0 ? Scheme + Bucket : $"{Scheme}{Bucket}/{Key}";

    /// <summary>Reads a place.</summary>
    /// <exception cref="StorageException"><see cref="StorageFault.NotUsable"/>: it is none.</exception>
    public static S3Location Parse(string text)
    {
        string rest = text[Scheme.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string bucket = slash < 0 ? rest : rest[..slash], key = slash < 0 ? "" : rest[(slash + 1)..].TrimEnd('/');
        return BucketName.IsMatch(bucket) && (key.Length == 0 || key.Split('/').All(part => part is not ("" or "." or "..")))
            ? new S3Location(bucket, key)
            : throw new StorageException(StorageFault.NotUsable, $"'{text}' is no place in S3: write s3://BUCKET/FOLDER.");
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex BucketName { get; }
}
