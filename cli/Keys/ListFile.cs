using System.Text;
using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.Cli.Keys;

/// <summary>
/// Changes a file that others read and write, too: it is written whole beside its place and moved there, so that a process killed at any moment
/// leaves the old file or the new one, and never over what another process wrote meanwhile.
/// </summary>
internal static class ListFile
{
    private const int MaxAttempts = 10;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Whether there is a file with something in it.</summary>
    public static bool IsThere(string path) => File.Exists(path) && new FileInfo(path).Length > 0;

    /// <summary>Refuses a file that is not plain text.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: it is Parquet or gzip.</exception>
    public static void RefuseUnlessText(string path)
    {
        if (!IsThere(path))
            return;
        Span<byte> start = stackalloc byte[4];
        start.Clear();
        using FileStream file = File.OpenRead(path);
        file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (start.SequenceEqual("PAR1"u8) || start[..2].SequenceEqual((ReadOnlySpan<byte>)[0x1f, 0x8b]))
            throw new StageException(ExitCode.Usage, $"'{path}' is Parquet or gzip, and no line of that can be changed.", "Name a list of plain CSV or JSON lines, which the email stage reads as well.");
    }

    /// <summary>Changes a file of text, or makes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="change">Gets the bytes there are as Latin-1, which keeps any, or null where there is no file or nothing in it; gives what is to be there, or null for no change. May be called again.</param>
    /// <exception cref="StorageException">It cannot be written.</exception>
    /// <exception cref="StageException">It is not plain text, or others keep changing it.</exception>
    public static void Change(string path, Func<string?, string?> change)
    {
        RefuseUnlessText(path);
        try
        {
            for (int attempt = 0; attempt < MaxAttempts; attempt++)
            {
                Stamp before = Stamp.Of(path);
                string? content = change(IsThere(path) ? Encoding.Latin1.GetString(File.ReadAllBytes(path)) : null);
                if (TryReplace(path, content, before))
                    return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, "write", path);
        }
        throw new StageException(ExitCode.Unavailable, $"'{path}' keeps changing while it is to be changed here.", "Start it again when nobody writes the file.");
    }

    /// <returns>False where another process has changed the file since it was read.</returns>
    private static bool TryReplace(string path, string? content, Stamp before)
    {
        // A link stays one: what it points to is replaced.
        string final = File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName : path;
        string temporary = final + ".new";
        try
        {
            // Left by a process that was killed.
            File.Delete(temporary);
            if (content is null)
                return true;
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = File.Exists(final) ? File.GetUnixFileMode(final) : OwnerOnly;
            using (var file = new FileStream(temporary, options))
            {
                file.Write(Encoding.Latin1.GetBytes(content));
                file.Flush(flushToDisk: true);
            }
            if (Stamp.Of(path) != before)
                return false;
            File.Move(temporary, final, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>By what a change of a file shows.</summary>
    private readonly record struct Stamp(bool Exists, long Length, DateTime Written)
    {
        public static Stamp Of(string path)
        {
            var file = new FileInfo(path);
            return file.Exists ? new Stamp(true, file.Length, file.LastWriteTimeUtc) : default;
        }
    }
}
