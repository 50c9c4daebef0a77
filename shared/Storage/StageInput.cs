namespace Pipeline.Storage;

/// <summary>The finished output of a stage, read through its manifest: only what that lists, and only if it is unchanged. Thread-safe.</summary>
public sealed class StageInput
{
    private readonly IObjectStore store;
    private readonly string folder;

    internal StageInput(IObjectStore store, string folder, Manifest manifest, string manifestHash)
    {
        this.store = store;
        this.folder = folder;
        Manifest = manifest;
        ManifestHash = manifestHash;
    }

    /// <summary>What the stage wrote.</summary>
    public Manifest Manifest { get; }

    /// <summary>SHA-256 of the manifest, which goes into the fingerprint of whatever reads this.</summary>
    public string ManifestHash { get; }

    /// <summary>The files of a data set: the one file, or the parts below a folder in order of their names.</summary>
    /// <param name="path">Path below the stage folder: a file's, or a folder's that ends with <c>/</c>.</param>
    public IReadOnlyList<ManifestFile> FilesOf(string path) =>
        [.. Manifest.Files
            .Where(f => path.EndsWith('/') ? f.Path.StartsWith(path, StringComparison.Ordinal) : f.Path == path)
            .OrderBy(f => f.Path, StringComparer.Ordinal)];

    /// <summary>Gets a file and checks its hash. Dispose the copy when done.</summary>
    /// <exception cref="StorageException"><see cref="StorageFault.Damaged"/>: it is missing or not what the manifest says.</exception>
    public async Task<LocalCopy> GetAsync(ManifestFile file, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        string key = $"{folder}/{file.Path}";
        LocalCopy? copy = null;
        try
        {
            copy = await store.GetAsync(key, cancellation).ConfigureAwait(false);
            if (await Hashing.OfFileAsync(copy.Path, cancellation).ConfigureAwait(false) == Manifest.HashOf(file))
                return copy;
        }
        catch (StorageException e) when (e.Fault == StorageFault.NotFound)
        {
            throw Damaged("is missing, though its manifest lists it", e);
        }
        catch
        {
            copy?.Dispose();
            throw;
        }
        copy.Dispose();
        throw Damaged("is not what its manifest says", null);

        StorageException Damaged(string how, Exception? cause) =>
            new(StorageFault.Damaged, $"'{store.Describe(key)}' {how}: run {Manifest.Stage} again with --overwrite.", cause);
    }

    /// <summary>Whether every file is there and unchanged.</summary>
    public async Task<bool> IsIntactAsync(CancellationToken cancellation)
    {
        foreach (ManifestFile file in Manifest.Files)
        {
            try
            {
                (await GetAsync(file, cancellation).ConfigureAwait(false)).Dispose();
            }
            catch (StorageException e) when (e.Fault == StorageFault.Damaged)
            {
                return false;
            }
        }
        return true;
    }
}
