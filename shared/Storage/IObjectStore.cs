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

    /// <summary>Writes a small object where there is none.</summary>
    /// <returns>Whether there is one with this content now; false where there is one with another, which stays.</returns>
    ValueTask<bool> TryWriteNewAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>A local file with the object's content, for engines that open files by path. Dispose it when done.</summary>
    /// <exception cref="StorageException"><see cref="StorageFault.NotFound"/> where there is no such object.</exception>
    ValueTask<LocalCopy> GetAsync(string key, CancellationToken cancellation);

    /// <summary>Starts an object: a local path to write to, put under its key by <see cref="PendingObject.CommitAsync"/>.</summary>
    ValueTask<PendingObject> CreateAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// A local file with the object's content, or not there if there is no such object, for engines that change files in place. What they did
    /// counts from <see cref="WorkingFile.SaveAsync"/> on at the latest. Dispose it when done.
    /// </summary>
    ValueTask<WorkingFile> OpenAsync(string key, CancellationToken cancellation);

    /// <summary>The keys under a prefix that ends with <c>/</c>, or all under an empty one, at any depth, leases left out. In no particular order.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Removes an object; one that is not there is no error.</summary>
    ValueTask DeleteAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// Takes the lease of a prefix, which one process at a time can hold; null when another holds it. It ends when it is disposed or
    /// when its process dies, however that happens: at once in a folder, within a minute in S3.
    /// </summary>
    ValueTask<ILease?> TryAcquireLeaseAsync(string prefix, CancellationToken cancellation);
}

/// <summary>The right of one process to write below a prefix.</summary>
public interface ILease : IAsyncDisposable
{
    /// <summary>Whether it is still held. Where it was lost, because the store could not be reached for too long, another may be writing.</summary>
    bool IsHeld { get; }
}

/// <summary>A local file with an object's content.</summary>
/// <param name="path">Where it is.</param>
/// <param name="owner">Removes it where it was made for this; null where the store's own file is used in place.</param>
public sealed class LocalCopy(string path, IDisposable? owner = null) : IDisposable
{
    /// <summary>Where it is. Not to be changed.</summary>
    public string Path { get; } = path;

    /// <summary>Removes the file if it was made for this.</summary>
    public void Dispose() => owner?.Dispose();
}

/// <summary>A local file that an engine changes in place.</summary>
/// <param name="path">Where it is.</param>
/// <param name="save">Puts it in the store; null where the store's own file is used in place.</param>
/// <param name="owner">Removes it where it was made for this.</param>
public sealed class WorkingFile(string path, Func<CancellationToken, Task>? save = null, IDisposable? owner = null) : IDisposable
{
    /// <summary>Where it is, or will be.</summary>
    public string Path { get; } = path;

    /// <summary>Makes what was done to the file part of the store. The engine must have closed it.</summary>
    public Task SaveAsync(CancellationToken cancellation) => save?.Invoke(cancellation) ?? Task.CompletedTask;

    /// <summary>Removes the file if it was made for this.</summary>
    public void Dispose() => owner?.Dispose();
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
