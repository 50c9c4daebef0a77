using Pipeline.Storage.S3;

namespace Pipeline.Storage;

/// <summary>A run: one numbered folder per stage in an object store. Thread-safe.</summary>
/// <param name="store">Where the run lies.</param>
public sealed class RunFolder(IObjectStore store)
{
    /// <summary>Where the run lies.</summary>
    public IObjectStore Store { get; } = store;

    /// <summary>The run's own name: the last part of its place. What belongs to the run is bound to it, so a run may be moved but not renamed.</summary>
    public string Name { get; } = NameOf(store.Location);

    /// <summary>Opens the run at a place the user named.</summary>
    /// <param name="location">A local folder, made on the first write, or <c>s3://BUCKET/FOLDER</c>.</param>
    /// <param name="s3">How S3 is used; null for the defaults.</param>
    /// <exception cref="StorageException"><see cref="StorageFault.NotUsable"/>: a scheme that no store here speaks, or a file.</exception>
    public static RunFolder Open(string location, S3Settings? s3 = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        if (S3ObjectStore.IsPlace(location))
            return new RunFolder(new S3ObjectStore(location, s3 ?? new S3Settings()));
        int scheme = location.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0)
            throw new StorageException(StorageFault.NotUsable, $"'{location}' cannot be opened: runs are kept in local folders and in S3 (s3://BUCKET/FOLDER), '{location[..scheme]}' is not supported.");
        if (File.Exists(location))
            throw new StorageException(StorageFault.NotUsable, $"'{location}' is a file: name a folder for the run.");
        return new RunFolder(new LocalObjectStore(location));
    }

    /// <summary>The runs below a place that the user named, at any depth, in which a stage finished, in order of their names.</summary>
    /// <param name="location">A folder of runs, or a run.</param>
    /// <param name="folder">The stage's folder, for example <c>04-addressed</c>.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <returns>Each run under its name: the path below the place; <c>.</c> for the place itself.</returns>
    /// <exception cref="StorageException"><see cref="StorageFault.NotFound"/>: there is nothing at the place, as after a slip of the pen.</exception>
    public static async Task<IReadOnlyList<(string Name, RunFolder Run)>> FindAsync(string location, string folder, CancellationToken cancellation)
    {
        IObjectStore store = Open(location).Store;
        IReadOnlyList<string> keys = await store.ListAsync("", cancellation).ConfigureAwait(false);
        if (keys.Count == 0)
            throw new StorageException(StorageFault.NotFound, $"'{store.Location}' holds nothing: name the folder the runs lie in.");
        string manifest = $"{folder}/{Manifest.FileName}";
        return
        [
            .. keys.Where(key => key == manifest || key.EndsWith("/" + manifest, StringComparison.Ordinal))
                .Select(key => key[..^manifest.Length].TrimEnd('/'))
                .Order(StringComparer.Ordinal)
                .Select(name => name.Length == 0 ? (".", new RunFolder(store)) : (name, Open($"{location.TrimEnd('/')}/{name}"))),
        ];
    }

    /// <summary>The output of a stage that finished.</summary>
    /// <param name="folder">Its folder, for example <c>01-loaded</c>.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="StorageException">
    /// <see cref="StorageFault.NotFound"/>: there is no manifest, the stage did not finish here. <see cref="StorageFault.Damaged"/>: the manifest cannot be read.
    /// </exception>
    public async Task<StageInput> OpenStageAsync(string folder, CancellationToken cancellation)
    {
        string key = $"{folder}/{Manifest.FileName}";
        byte[] json = await Store.ReadAsync(key, cancellation).ConfigureAwait(false)
            ?? throw new StorageException(StorageFault.NotFound, $"'{Store.Describe(folder)}' holds no finished output: run the stage that writes it first.");
        Manifest manifest = Manifest.TryParse(json, Store.Describe(key))
            ?? throw new StorageException(StorageFault.Damaged, $"'{Store.Describe(key)}' is not a whole manifest: run the stage that writes it again with --overwrite.");
        return new StageInput(Store, folder, manifest, Hashing.Of(json));
    }

    /// <summary>Takes the lease of a stage's folder and prepares it for writing.</summary>
    /// <returns>Null when another process is writing the folder.</returns>
    public async Task<StageOutput?> TryBeginStageAsync(string folder, CancellationToken cancellation)
    {
        ILease? lease = await Store.TryAcquireLeaseAsync(folder, cancellation).ConfigureAwait(false);
        return lease is null ? null : new StageOutput(Store, folder, lease);
    }

    /// <summary>The name of a run at a place.</summary>
    public static string NameOf(string location)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        string path = location.Contains("://", StringComparison.Ordinal) ? location : Path.GetFullPath(location);
        return Path.GetFileName(path.TrimEnd('/', Path.DirectorySeparatorChar));
    }
}
