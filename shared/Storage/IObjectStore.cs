namespace Pipeline.Storage;

/// <summary>
/// Named objects under one root, read and written whole. Keys are relative paths with <c>/</c>. An object appears under its key
/// complete or not at all. Thread-safe.
/// </summary>
public interface IObjectStore
{
    /// <summary>The root as the user wrote it, for messages.</summary>
    string Location { get; }

    /// <summary>The root and a key in one text, for messages.</summary>
    string Describe(string key);

    /// <summary>The content of a small object, null where there is none.</summary>
    ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellation);

    /// <summary>Writes a small object, replacing one that is there.</summary>
    ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>A local file with the object's content, for engines that open files by path. Dispose it when done.</summary>
    /// <exception cref="StorageException"><see cref="StorageFault.NotFound"/> where there is no such object.</exception>
    ValueTask<LocalCopy> GetAsync(string key, CancellationToken cancellation);

    /// <summary>Starts an object: a local path to write to, put under its key by <see cref="PendingObject.CommitAsync"/>.</summary>
    ValueTask<PendingObject> CreateAsync(string key, CancellationToken cancellation);

    /// <summary>The keys under a prefix that ends with <c>/</c>, or all under an empty one, at any depth, leases left out. In no particular order.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Removes an object; one that is not there is no error.</summary>
    ValueTask DeleteAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// Takes the lease of a prefix, which one process at a time can hold; null when another holds it. It ends when it is disposed or
    /// when its process dies, however that happens.
    /// </summary>
    ValueTask<IAsyncDisposable?> TryAcquireLeaseAsync(string prefix, CancellationToken cancellation);
}

/// <summary>A local file with an object's content.</summary>
/// <param name="path">Where it is.</param>
/// <param name="isTemporary">Whether it was made for this and goes with the disposal; false where the store's own file is used in place.</param>
public sealed class LocalCopy(string path, bool isTemporary) : IDisposable
{
    /// <summary>Where it is. Not to be changed.</summary>
    public string Path { get; } = path;

    /// <summary>Removes the file if it was made for this.</summary>
    public void Dispose()
    {
        if (isTemporary)
            File.Delete(Path);
    }
}

/// <summary>An object being written. Disposed before <see cref="CommitAsync"/> it leaves nothing.</summary>
public abstract class PendingObject : IAsyncDisposable
{
    /// <summary>The local file to write.</summary>
    public abstract string Path { get; }

    /// <summary>Puts what was written under the object's key. Call once, last.</summary>
    public abstract ValueTask CommitAsync(CancellationToken cancellation);

    /// <summary>Removes what was written if it was not committed.</summary>
    public abstract ValueTask DisposeAsync();
}
