using System.Diagnostics;
using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.Keys;

/// <summary>Files and folders that only their owner may use.</summary>
internal static class OwnersFiles
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Starts the name of a file being written.</summary>
    private const string TemporaryMark = ".writing-";

    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    /// <summary>Refuses a file or folder that others than its owner can use.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="noun">What it is, for the message.</param>
    public static void RefuseOthers(string path, string noun)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new StageException(
                ExitCode.Usage, $"The {noun} '{path}' can be used by others than its owner.",
                $"chmod {(Directory.Exists(path) ? "700" : "600")} '{path}', and ask who did.");
        }
    }

    /// <summary>Makes a folder and those above it where they are missing.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, FolderMode700);
    }

    /// <summary>Puts a file in its place complete or not at all, replacing one that is there: written beside it, flushed, moved.</summary>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = FileMode600;
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, TemporaryMark + Path.GetFileName(path));
        try
        {
            File.Delete(temporary);
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "write", path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>
    /// Waits until this process alone has the lock of that name, which goes when it is closed or the process is killed. The file stays:
    /// removed, it would let two processes lock two files of the same name.
    /// </summary>
    /// <returns>The lock; null when another process has it all the while.</returns>
    /// <exception cref="StorageException">The file cannot be made.</exception>
    public static FileStream? TakeTurn(string path, TimeSpan longestWait)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = FileMode600;
        for (long start = Stopwatch.GetTimestamp(); ; Thread.Sleep(TimeSpan.FromMilliseconds(10)))
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException e) when (LocalObjectStore.IsLockedByAnother(e))
            {
                if (Stopwatch.GetElapsedTime(start) >= longestWait)
                    return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageException.From(e, "lock", path);
            }
        }
    }

    /// <summary>Removes what killed processes left half written in a folder; call it where nobody else writes there.</summary>
    /// <exception cref="StorageException">It cannot be removed.</exception>
    public static void RemoveLeftovers(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, TemporaryMark + "*"))
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageException.From(e, "delete", path);
            }
        }
    }

    /// <summary>Reads a file; null where there is none.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static byte[]? Read(string path, string noun)
    {
        try
        {
            RefuseOthers(path, noun);
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "read", path);
        }
    }
}
