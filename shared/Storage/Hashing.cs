using System.Security.Cryptography;

namespace Pipeline.Storage;

/// <summary>SHA-256 of files and texts, as lower-case hexadecimal.</summary>
public static class Hashing
{
    /// <summary>Hash of a local file, read front to back in bounded memory.</summary>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public static async Task<string> OfFileAsync(string path, CancellationToken cancellation)
    {
        try
        {
            FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan | FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
                return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "read", path);
        }
    }

    /// <summary>Hash of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
