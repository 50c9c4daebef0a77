using System.Text;

namespace Pipeline.Records;

/// <summary>A text file, gzip where the content is, as a stream of UTF-8.</summary>
internal static class TextInput
{
    /// <summary>Largest record in bytes; a longer one ends the reading, for the file then is hardly what it is taken for.</summary>
    public const int MaxRecordBytes = 16 * 1024 * 1024;

    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 128 * 1024, FileOptions.SequentialScan);

    /// <summary>The file's text; a byte order mark stays in it.</summary>
    /// <param name="file">The file, which the stream takes over.</param>
    /// <param name="encoding">How it is written; null for UTF-8.</param>
    /// <exception cref="RecordException">It is written in another way.</exception>
    public static Stream Decode(FileStream file, Encoding? encoding)
    {
        Stream bytes = Decompressed(file);
        if (encoding is not null)
            return Encoding.CreateTranscodingStream(bytes, encoding, Encoding.UTF8);
        byte[] start = new byte[2];
        int count = bytes.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (count == 2 && start is [0xff, 0xfe] or [0xfe, 0xff])
            throw new RecordException(isContent: false, $"'{file.Name}' is written in UTF-16: save it as UTF-8, or name its encoding, utf-16.");
        if (bytes != file)
            return new Concatenation(new MemoryStream(start, 0, count), bytes);
        file.Position = 0;
        return file;
    }

    /// <summary>The sentence for a file that cannot be read; null for an exception that is not the file's fault.</summary>
    public static RecordException? Explain(string path, Exception exception) => exception switch
    {
        RecordException e => e,
        InvalidDataException e => new(true, $"'{path}' is cut off or damaged: its gzip data does not decompress to the end. Copy it again.", e),
        UnauthorizedAccessException e when Directory.Exists(path) => new(false, $"'{path}' is a folder: name a file.", e),
        UnauthorizedAccessException e => new(false, $"'{path}' cannot be read: no permission.", e),
        IOException e => new(false, $"'{path}' cannot be read: {e.Message}", e),
        _ => null,
    };

    private static Stream Decompressed(FileStream file)
    {
        // The content tells, not the name: exports get renamed.
        Span<byte> start = stackalloc byte[2];
        int count = file.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        file.Position = 0;
        // The first byte alone is a gzip file cut off after it: no text is that.
        return count > 0 && start[..count].SequenceEqual(((ReadOnlySpan<byte>)[0x1f, 0x8b])[..count]) ? new GzipInput(file) : file;
    }
}
