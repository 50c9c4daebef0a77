namespace Pipeline.Storage.Tests;

/// <summary>A real store under a process that is killed at a certain deletion: whatever comes after does not happen.</summary>
internal sealed class StoreThatDiesAtDelete(IObjectStore store, int survivedDeletes) : IObjectStore
{
    private int left = survivedDeletes;

    public string Location => store.Location;

    public string Describe(string key) => store.Describe(key);

    public ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellation) => store.ReadAsync(key, cancellation);

    public ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) => store.WriteAsync(key, content, cancellation);

    public ValueTask<bool> TryWriteNewAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) => store.TryWriteNewAsync(key, content, cancellation);

    public ValueTask<LocalCopy> GetAsync(string key, CancellationToken cancellation) => store.GetAsync(key, cancellation);

    public ValueTask<PendingObject> CreateAsync(string key, CancellationToken cancellation) => store.CreateAsync(key, cancellation);

    public ValueTask<WorkingFile> OpenAsync(string key, CancellationToken cancellation) => store.OpenAsync(key, cancellation);

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation) => store.ListAsync(prefix, cancellation);

    public ValueTask DeleteAsync(string key, CancellationToken cancellation) =>
        left-- > 0 ? store.DeleteAsync(key, cancellation) : throw new Death();

    public ValueTask<ILease?> TryAcquireLeaseAsync(string prefix, CancellationToken cancellation) => store.TryAcquireLeaseAsync(prefix, cancellation);

    public sealed class Death : Exception;
}
