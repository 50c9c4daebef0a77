using System.Text;
using System.Text.Unicode;

namespace Pipeline.Tables.DuckDb;

/// <summary>What can be told about a file without the library, and more clearly; and the sentences for what the library tells.</summary>
internal static class ParquetFile
{
    // Four bytes at either end, and before the last four the length of the footer.
    private const int MagicSize = 4;
    private const int SmallestSize = 3 * MagicSize;

    /// <summary>Refuses what is no whole Parquet file by its size, its first and its last bytes.</summary>
    /// <exception cref="TableException">The file is refused.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
            throw new TableException($"'{path}' is a folder, where a Parquet file is expected: name a file in it.");
        if (!File.Exists(path))
            throw new TableException($"'{path}' does not exist.");
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length == 0)
                throw new TableException($"'{path}' is empty (0 bytes), not a Parquet file: write it again.");
            Span<byte> head = stackalloc byte[MagicSize], tail = stackalloc byte[MagicSize];
            head.Clear();
            file.ReadAtLeast(head, MagicSize, throwOnEndOfStream: false);
            if (head.SequenceEqual("PARE"u8))
                throw new TableException($"'{path}' is an encrypted Parquet file, which cannot be read: write it without encryption.");
            if (!head.SequenceEqual("PAR1"u8))
                throw new TableException($"'{path}' is not a Parquet file.");
            bool whole = file.Length >= SmallestSize;
            if (whole)
            {
                file.Seek(-MagicSize, SeekOrigin.End);
                file.ReadExactly(tail);
                whole = tail.SequenceEqual("PAR1"u8);
            }
            if (!whole)
                throw new TableException($"'{path}' is truncated: it begins as a Parquet file but has no end; write or copy it again.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TableException($"'{path}' cannot be opened: {e.Message}", e);
        }
    }

    public static TableException CannotRead(string path, DuckDbException cause) => new(
        cause.Fault switch
        {
            // The library's words hold the text, which may be personal.
            _ when cause.Message.Contains("Invalid string encoding", StringComparison.Ordinal) => $"'{path}' has text that is not UTF-8: write it again as UTF-8.",
            DuckDbFault.OutOfMemory => $"Reading '{path}' needs more than the memory limit: raise it. ({cause.Message})",
            _ => $"'{path}' cannot be read, it may be damaged: {cause.Message}",
        },
        cause)
    {
        IsDiskFull = cause.Fault == DuckDbFault.DiskFull,
        IsOutOfMemory = cause.Fault == DuckDbFault.OutOfMemory,
    };

    /// <summary>The sentence for a file that was being written under another name, which tells the reader nothing.</summary>
    public static TableException CannotWrite(string path, string unfinished, Exception cause)
    {
        DuckDbFault? fault = (cause as DuckDbException)?.Fault;
        string message = fault switch
        {
            DuckDbFault.DiskFull => $"'{path}' cannot be written, the disk is full: free some space or choose another folder.",
            DuckDbFault.OutOfMemory => $"Writing '{path}' needs more than the memory limit: raise it. ({cause.Message})",
            _ => $"'{path}' cannot be written: {cause.Message.Replace(unfinished, path, StringComparison.Ordinal)}",
        };
        return new(message, cause) { IsDiskFull = fault == DuckDbFault.DiskFull, IsOutOfMemory = fault == DuckDbFault.OutOfMemory };
    }

    /// <summary>Refuses text that is not UTF-8, which would make a file that no reader takes.</summary>
    /// <exception cref="TableException">A text is not UTF-8.</exception>
    public static void CheckUtf8(string path, Column column, TextColumn text, int start, int length, long rowsBefore)
    {
        // Most texts are ASCII, which needs one look only. Others have to be looked at one by one: halves of a character next to each
        // other would pass as a whole.
        ReadOnlySpan<byte> bytes = text.Bytes(start, length, out _);
        if (Ascii.IsValid(bytes))
            return;
        for (int row = start; row < start + length; row++)
            if (!Utf8.IsValid(text[row]))
                throw new TableException(
                    $"'{path}' cannot be written: column '{column.Name}' has text that is not UTF-8 in row {rowsBefore + row + 1}.");
    }
}
