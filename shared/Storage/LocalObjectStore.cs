namespace Pipeline.Storage;

/// <summary>Objects as files of a folder. Written as a temporary file beside the final one, flushed to the disk, then renamed.</summary>
/// <param name="root">The folder; made on the first write.</param>
public sealed class LocalObjectStore(string root) : IObjectStore
{
    private const string LeaseName = ".lease";

    /// <summary>Starts the name of a file being written. What a killed process left under such a name is listed like any object, so that it gets removed.</summary>
    private const string TemporaryMark = ".writing-";

    private readonly string root = Path.GetFullPath(root);

    /// <inheritdoc/>
    public string Location { get; } = root;

    /// <inheritdoc/>
    public string Describe(string key) => Path.Combine(Location, key.Replace('/', Path.DirectorySeparatorChar));

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(key), cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "read", Describe(key));
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        PendingObject pending = await CreateAsync(key, cancellation).ConfigureAwait(false);
        await using (pending.ConfigureAwait(false))
        {
            try
            {
                await File.WriteAllBytesAsync(pending.Path, content, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageException.From(e, "write", Describe(key));
            }
            await pending.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryWriteNewAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        PendingObject pending = await CreateAsync(key, cancellation).ConfigureAwait(false);
        await using (pending.ConfigureAwait(false))
        {
            try
            {
                await File.WriteAllBytesAsync(pending.Path, content, cancellation).ConfigureAwait(false);
                FlushToDisk(pending.Path);
                // Without overwriting, which the system decides, whoever else writes it.
                File.Move(pending.Path, PathOf(key), overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(PathOf(key)))
            {
                return await ReadAsync(key, cancellation).ConfigureAwait(false) is { } there && there.AsSpan().SequenceEqual(content.Span);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageException.From(e, "write", Describe(key));
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<LocalCopy> GetAsync(string key, CancellationToken cancellation)
    {
        string path = PathOf(key);
        return File.Exists(path)
            ? ValueTask.FromResult(new LocalCopy(path))
            : throw new StorageException(StorageFault.NotFound, $"'{Describe(key)}' does not exist.");
    }

    /// <inheritdoc/>
    public ValueTask<PendingObject> CreateAsync(string key, CancellationToken cancellation)
    {
        string path = PathOf(key);
        MakeFolder(Path.GetDirectoryName(path)!);
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, TemporaryMark + Path.GetFileName(path));
        return ValueTask.FromResult<PendingObject>(new PendingFile(temporary, path, Describe(key)));
    }

    /// <summary>The file itself: each change of it is one in the store.</summary>
    public ValueTask<WorkingFile> OpenAsync(string key, CancellationToken cancellation) => ValueTask.FromResult(new WorkingFile(Describe(key)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        string folder = PathOf(prefix);
        if (!Directory.Exists(folder))
            return ValueTask.FromResult<IReadOnlyList<string>>([]);
        try
        {
            return ValueTask.FromResult<IReadOnlyList<string>>(
            [
                .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                    .Where(path => Path.GetFileName(path) != LeaseName)
                    .Select(path => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/')),
            ]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "list", Describe(prefix));
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken cancellation)
    {
        try
        {
            File.Delete(PathOf(key));
        }
        catch (DirectoryNotFoundException)
        {
            // No folder, no object.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "delete", Describe(key));
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Locks a file in the folder. The operating system drops the lock with the process, so a killed run leaves none behind; the
    /// file itself stays, because removing it would let two processes lock two files of the same name.
    /// </summary>
    public ValueTask<ILease?> TryAcquireLeaseAsync(string prefix, CancellationToken cancellation)
    {
        string path = Path.Combine(PathOf(prefix), LeaseName);
        MakeFolder(Path.GetDirectoryName(path)!);
        try
        {
            return ValueTask.FromResult<ILease?>(new FileLease(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)));
        }
        catch (IOException e) when (IsLockedByAnother(e))
        {
            return ValueTask.FromResult<ILease?>(null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "write", Describe(prefix));
        }
    }

    /// <summary>Whether another's lock is the reason that a file could not be opened; any other means that nobody can take the lease, now or later.</summary>
    public static bool IsLockedByAnother(IOException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        const int linuxWouldBlock = 11, macWouldBlock = 35;
        const int windowsSharing = unchecked((int)0x80070020), windowsLock = unchecked((int)0x80070021);
        return exception.HResult is linuxWouldBlock or macWouldBlock or windowsSharing or windowsLock;
    }

    private string PathOf(string key)
    {
        if (!ObjectKey.IsValid(key))
            throw new ArgumentException($"'{key}' is no key: it must be a path below the root.", nameof(key));
        return Path.Combine(root, key.Replace('/', Path.DirectorySeparatorChar));
    }

    private void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string place = Path.Combine(Location, Path.GetRelativePath(root, folder));
            throw FileInTheWay(folder) is { } file
                ? new StorageException(StorageFault.NotUsable, $"Cannot create the folder '{place}': '{file}' is a file.", e)
                : StorageException.From(e, "create the folder", place);
        }
    }

    private static string? FileInTheWay(string? folder)
    {
        while (folder is not null && !File.Exists(folder))
            folder = Path.GetDirectoryName(folder);
        return folder;
    }

    /// <summary>Without it a power cut may leave the name with nothing behind it.</summary>
    private static void FlushToDisk(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>The operating system keeps it until it is given back.</summary>
    private sealed class FileLease(FileStream file) : ILease
    {
        public bool IsHeld => true;

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }

    private sealed class PendingFile(string temporary, string final, string description) : PendingObject
    {
        public override string Path => temporary;

        public override ValueTask CommitAsync(CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                FlushToDisk(temporary);
                File.Move(temporary, final, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageException.From(e, "write", description);
            }
            return ValueTask.CompletedTask;
        }

        public override ValueTask DisposeAsync()
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Whatever keeps it from going must not hide why the object was given up; it is listed, so it goes with the next clearing.
            }
            return ValueTask.CompletedTask;
        }
    }
}
