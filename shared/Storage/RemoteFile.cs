using Pipeline.Storage.S3;

namespace Pipeline.Storage;

/// <summary>
/// A file in S3 that a program reads as a local one. Where the copy will be is known before it is made, so that it can be handed around like any path.
/// </summary>
public sealed class RemoteFile : IDisposable
{
    private readonly S3Location place;
    private readonly TempFile file;

    private RemoteFile(S3Location place, TempFile file)
    {
        this.place = place;
        this.file = file;
    }

    /// <summary>Where it lies, as <c>s3://BUCKET/KEY</c>.</summary>
    public string Location => place.ToString();

    /// <summary>Where its copy is or will be, under the same name.</summary>
    public string Path => file.Path;

    /// <summary>Whether a text names a file elsewhere rather than a local one.</summary>
    public static bool IsRemote(string text) => S3ObjectStore.IsPlace(text);

    /// <summary>All files whose places begin with a text, at any depth.</summary>
    /// <param name="prefix">For example <c>s3://BUCKET/exports/2026-</c>.</param>
    /// <exception cref="StorageException">They cannot be listed.</exception>
    public static IReadOnlyList<string> List(string prefix)
    {
        S3Location start = S3Location.Parse(prefix);
        // A slash at the end is part of what they begin with.
        string key = start.Key.Length > 0 && prefix.EndsWith('/') ? start.Key + "/" : start.Key;
        // Options are read before anything else happens, so a thread may wait.
        IReadOnlyList<string> keys = new S3Objects(start.Bucket, new S3Settings()).ListAsync(key, CancellationToken.None).GetAwaiter().GetResult();
        return [.. keys.Select(found => new S3Location(start.Bucket, found).ToString())];
    }

    /// <summary>Names a file. Nothing is read yet.</summary>
    /// <param name="location">Where it lies.</param>
    public static RemoteFile At(string location)
    {
        S3Location place = S3Location.Parse(location);
        return new RemoteFile(place, TempArea.NewFile(place.Key[(place.Key.LastIndexOf('/') + 1)..]));
    }

    /// <summary>Makes the copy.</summary>
    /// <exception cref="StorageException">The file is not there, or cannot be read.</exception>
    public Task DownloadAsync(CancellationToken cancellation) =>
        new S3Download(new S3Objects(place.Bucket, new S3Settings()), place.Key, Path).RunAsync(cancellation);

    /// <summary>Removes the copy.</summary>
    public void Dispose() => file.Dispose();
}
