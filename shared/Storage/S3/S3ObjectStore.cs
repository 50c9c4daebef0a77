namespace Pipeline.Storage.S3;

/// <summary>
/// Objects below a prefix of a bucket. Engines that need files get local copies (see <see cref="TempArea"/>), one for each object that is read or
/// written at the moment.
/// </summary>
public sealed class S3ObjectStore : IObjectStore
{
    private const string LeaseName = ".lease";

    private readonly S3Objects objects;
    private readonly string prefix;

    /// <summary>Creates the store. Nothing is asked of S3 before it is needed.</summary>
    /// <param name="location">A place such as <c>s3://BUCKET/FOLDER</c>.</param>
    /// <param name="settings">How S3 is used.</param>
    /// <exception cref="StorageException"><see cref="StorageFault.NotUsable"/>: it is no such place.</exception>
    public S3ObjectStore(string location, S3Settings settings)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(settings);
        S3Location place = S3Location.Parse(location);
        Location = location;
        objects = new S3Objects(place.Bucket, settings);
        prefix = place.Key.Length == 0 ? "" : place.Key + "/";
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>Whether a text names a place in S3 rather than a local one.</summary>
    public static bool IsPlace(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(S3Location.Scheme, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public string Describe(string key) => $"{Location.TrimEnd('/')}/{key}";

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellation) =>
        (await objects.ReadAsync(KeyOf(key), cancellation).ConfigureAwait(false))?.Bytes;

    /// <inheritdoc/>
    public ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        new(objects.WriteAsync(KeyOf(key), content, cancellation));

    /// <inheritdoc/>
    public async ValueTask<bool> TryWriteNewAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        await objects.WriteNewAsync(KeyOf(key), content, cancellation).ConfigureAwait(false) is not null;

    /// <inheritdoc/>
    public async ValueTask<LocalCopy> GetAsync(string key, CancellationToken cancellation)
    {
        string whole = KeyOf(key);
        TempFile file = NewFile(key);
        try
        {
            await new S3Download(objects, whole, file.Path).RunAsync(cancellation).ConfigureAwait(false);
            return new LocalCopy(file.Path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<PendingObject> CreateAsync(string key, CancellationToken cancellation) =>
        ValueTask.FromResult<PendingObject>(new PendingUpload(objects, KeyOf(key), NewFile(key)));

    /// <inheritdoc/>
    public async ValueTask<WorkingFile> OpenAsync(string key, CancellationToken cancellation)
    {
        string whole = KeyOf(key);
        TempFile file = NewFile(key);
        try
        {
            if (await objects.HeadAsync(whole, cancellation).ConfigureAwait(false) is not null)
                await new S3Download(objects, whole, file.Path).RunAsync(cancellation).ConfigureAwait(false);
            return new WorkingFile(file.Path, token => new S3Upload(objects, whole, file.Path).RunAsync(token), file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        IReadOnlyList<string> keys = await objects.ListAsync(KeyOf(prefix), cancellation).ConfigureAwait(false);
        return [.. keys.Where(key => NameOf(key) != LeaseName).Select(key => key[this.prefix.Length..])];
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken cancellation) => new(objects.DeleteAsync(KeyOf(key), cancellation));

    /// <inheritdoc/>
    public async ValueTask<ILease?> TryAcquireLeaseAsync(string prefix, CancellationToken cancellation) =>
        await S3Lease.TryTakeAsync(objects, KeyOf($"{prefix}/{LeaseName}"), cancellation).ConfigureAwait(false);

    private static TempFile NewFile(string key) => TempArea.NewFile(NameOf(key));

    private static string NameOf(string key) => key[(key.LastIndexOf('/') + 1)..];

    private string KeyOf(string key) => ObjectKey.IsValid(key)
        ? prefix + key
        : throw new ArgumentException($"'{key}' is no key: it must be a path below the root.", nameof(key));

    private sealed class PendingUpload(S3Objects objects, string key, TempFile file) : PendingObject
    {
        public override string Path => file.Path;

        public override async ValueTask CommitAsync(CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            await new S3Upload(objects, key, file.Path).RunAsync(cancellation).ConfigureAwait(false);
        }

        public override ValueTask DisposeAsync()
        {
            file.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
