namespace Pipeline.Storage;

/// <summary>
/// A stage's folder while the stage writes it: holds the lease, collects the files, and commits them all at once by writing the
/// manifest last. Disposed without <see cref="CommitAsync"/> the folder has no manifest. Not thread-safe.
/// </summary>
public sealed class StageOutput : IAsyncDisposable
{
    /// <summary>Says why the last attempt failed; stands beside the manifest's place, for those who see nothing but the run.</summary>
    public const string ErrorFileName = "error.json";

    private readonly IObjectStore store;
    private readonly string folder;
    private readonly ILease lease;
    private readonly List<ManifestFile> files = [];
    private readonly SortedDictionary<string, string> randomised = new(StringComparer.Ordinal);

    internal StageOutput(IObjectStore store, string folder, ILease lease)
    {
        this.store = store;
        this.folder = folder;
        this.lease = lease;
    }

    /// <summary>Removes everything in the folder, the manifest first: what a killed run left, or an output that is to be replaced.</summary>
    public async Task ClearAsync(CancellationToken cancellation)
    {
        RequireLease();
        await store.DeleteAsync($"{folder}/{Manifest.FileName}", cancellation).ConfigureAwait(false);
        foreach (string key in await store.ListAsync($"{folder}/", cancellation).ConfigureAwait(false))
            await store.DeleteAsync(key, cancellation).ConfigureAwait(false);
        files.Clear();
        randomised.Clear();
    }

    /// <summary>Starts a file. Hand it to <see cref="AddAsync"/> when it is written.</summary>
    /// <param name="path">Path below the stage folder, with <c>/</c>.</param>
    /// <param name="cancellation">Stops the creation.</param>
    public ValueTask<PendingObject> CreateAsync(string path, CancellationToken cancellation) =>
        store.CreateAsync($"{folder}/{path}", cancellation);

    /// <summary>Puts a written file in its place and notes it for the manifest.</summary>
    /// <param name="pending">The file; disposed by the caller.</param>
    /// <param name="path">The path it was created with.</param>
    /// <param name="contract">Contract of a table, null for other files.</param>
    /// <param name="rows">Rows of a table, null for other files.</param>
    /// <param name="isRandomised">Whether its bytes differ from run to run by design.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task AddAsync(
        PendingObject pending, string path, string? contract, long? rows, bool isRandomised, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(pending);
        string hash = await Hashing.OfFileAsync(pending.Path, cancellation).ConfigureAwait(false);
        long bytes = new FileInfo(pending.Path).Length;
        RequireLease();
        await pending.CommitAsync(cancellation).ConfigureAwait(false);
        if (isRandomised)
            randomised.Add(path, hash);
        files.Add(new ManifestFile
        {
            Path = path,
            Contract = contract,
            Rows = rows,
            Bytes = isRandomised ? null : bytes,
            Sha256 = isRandomised ? null : hash,
        });
    }

    /// <summary>Writes the manifest, where there must be none: from here on the folder is an output.</summary>
    /// <param name="manifest">Everything but the files, which are those added.</param>
    /// <param name="cancellation">Stops the work before the commit.</param>
    public async Task CommitAsync(Manifest manifest, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        Manifest whole = manifest with { Files = [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)], Randomised = randomised };
        RequireLease();
        if (!await store.TryWriteNewAsync($"{folder}/{Manifest.FileName}", whole.ToJson(), cancellation).ConfigureAwait(false))
            throw new StorageException(StorageFault.Unavailable, $"'{store.Describe(folder)}' has got a manifest of another process meanwhile: start again to see whether it is the same.");
    }

    /// <summary>Removes the word of an earlier failure.</summary>
    public ValueTask ForgetErrorAsync(CancellationToken cancellation) => store.DeleteAsync($"{folder}/{ErrorFileName}", cancellation);

    /// <summary>Makes sure that nobody else may be writing the folder.</summary>
    private void RequireLease()
    {
        if (!lease.IsHeld)
            throw new StorageException(StorageFault.Unavailable, $"The lease of '{store.Describe(folder)}' was lost, for it could not be renewed in time: another process may be writing there.");
    }

    /// <summary>Gives the lease back.</summary>
    public ValueTask DisposeAsync() => lease.DisposeAsync();
}
