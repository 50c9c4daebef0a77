namespace Pipeline.Storage;

/// <summary>
/// A folder of this process for copies of objects, below the system's folder for temporary files (TMPDIR), for its owner only. It goes with the
/// process; what a killed process left goes when the next one makes its own. Thread-safe.
/// </summary>
internal sealed class TempArea : IDisposable
{
    private const string Prefix = "pipeline-s3-", LockName = ".lock";

    private static readonly Lazy<TempArea> OfProcess = new(() =>
    {
        var area = new TempArea(Path.GetTempPath());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => area.Dispose();
        return area;
    });

    private readonly string folder;
    private readonly FileStream held;
    private int count;

    /// <summary>Makes the folder.</summary>
    /// <param name="place">Where.</param>
    internal TempArea(string place)
    {
        folder = Path.Combine(place, $"{Prefix}{Guid.NewGuid():N}");
        try
        {
            Sweep(place);
            MakeFolder(folder);
            held = OpenLock(folder, FileMode.CreateNew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "make a folder for copies from S3 (TMPDIR) in", place);
        }
    }

    /// <summary>A place for a file of the given name in a folder of its own, which is made.</summary>
    public static TempFile NewFile(string name)
    {
        TempArea area = OfProcess.Value;
        string path = Path.Combine(area.folder, $"{Interlocked.Increment(ref area.count)}");
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "make a folder for copies from S3 (TMPDIR):", path);
        }
        return new TempFile(Path.Combine(path, name));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Remove(folder);
        held.Dispose();
    }

    /// <summary>Removes the folders of processes that are gone: nobody holds their locks any more.</summary>
    private static void Sweep(string place)
    {
        foreach (string other in Directory.EnumerateDirectories(place, Prefix + "*"))
        {
            try
            {
                using FileStream unheld = OpenLock(other, FileMode.Open);
                Remove(other);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process works there, or another user owns it.
            }
        }
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStream OpenLock(string folder, FileMode mode) => new(Path.Combine(folder, LockName), mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes with the next sweep.
        }
    }
}

/// <summary>A local file for a while, in a folder of its own that goes with it, so that whatever a program lays beside it goes, too.</summary>
/// <param name="path">Where it is.</param>
internal sealed class TempFile(string path) : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes with the process at the latest; nothing that is under way need fail for that.
        }
    }
}
