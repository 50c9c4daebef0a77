using Microsoft.Win32.SafeHandles;
using Pipeline.Storage;

namespace Pipeline.Transform;

/// <summary>
/// A file for what does not fit the memory, in the system's temporary folder and for nobody but this user. It has no name there once it is
/// open: the operating system takes it away with the process, however that ends. Thread-safe.
/// </summary>
internal sealed class SpillFile : IDisposable
{
    private readonly string folder = Path.GetTempPath();
    private readonly FileStream stream;
    private readonly SafeFileHandle file;
    private long allocated;

    public SpillFile()
    {
        try
        {
            stream = Open(Path.Combine(folder, $"pipeline-transform-{Guid.NewGuid():N}"));
            file = stream.SafeFileHandle;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e, "create");
        }
    }

    /// <summary>Sets a section of the file apart.</summary>
    /// <returns>Where it begins.</returns>
    public long Allocate(long bytes) => Interlocked.Add(ref allocated, bytes) - bytes;

    /// <summary>Writes bytes to a place in a section.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (IOException e)
        {
            throw Fault(e, "write");
        }
    }

    /// <summary>Reads bytes that were written before.</summary>
    public void Read(long offset, Span<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                int read = RandomAccess.Read(file, bytes, offset);
                if (read == 0)
                    throw new InvalidOperationException("A temporary file is shorter than what was written to it.");
                offset += read;
                bytes = bytes[read..];
            }
        }
        catch (IOException e)
        {
            throw Fault(e, "read");
        }
    }

    public void Dispose() => stream.Dispose();

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (OperatingSystem.IsWindows())
            options.Options = FileOptions.DeleteOnClose;
        else
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }

    private StorageException Fault(Exception cause, string action) => StorageException.From(cause, $"{action} a temporary file in", folder);
}
