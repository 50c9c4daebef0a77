using System.IO.Compression;

namespace Pipeline.Records;

/// <summary>
/// Decompresses gzip and fails where the file is cut off. <see cref="GZipStream"/> takes the end of a cut-off file for the end of the
/// data. So a further gzip member with a known mark is put behind the file: a whole file decompresses to its data and the mark, a
/// cut-off one to something that does not end with the mark, or to an error. Works with files of several members, too.
/// </summary>
internal sealed class GzipInput : ForwardStream
{
    private static readonly byte[] Mark = "\u0001end-of-gzip-in\u0002"u8.ToArray();
    private static readonly byte[] MarkMember = Compress(Mark);

    private readonly GZipStream inflater;
    private readonly byte[] buffer = new byte[128 * 1024];
    private int start, end;
    private bool isEnd;

    public GzipInput(Stream compressed) =>
        inflater = new GZipStream(new Concatenation(compressed, new MemoryStream(MarkMember)), CompressionMode.Decompress);

    /// <summary>Invariant: the last <c>Mark.Length</c> bytes inflated so far are still in the buffer, for they may be the mark.</summary>
    /// <exception cref="InvalidDataException">The file is cut off or damaged.</exception>
    public override int Read(Span<byte> destination)
    {
        while (!isEnd && end - start <= Mark.Length)
            Fill();
        int available = end - start - Mark.Length;
        int count = Math.Min(available, destination.Length);
        buffer.AsSpan(start, count).CopyTo(destination);
        start += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inflater.Dispose();
        base.Dispose(disposing);
    }

    private void Fill()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        int count = inflater.Read(buffer, end, buffer.Length - end);
        end += count;
        if (count > 0)
            return;
        isEnd = true;
        if (!buffer.AsSpan(start, end - start).SequenceEqual(Mark))
            throw new InvalidDataException("The gzip data is cut off.");
    }

    private static byte[] Compress(byte[] content)
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        return member.ToArray();
    }
}
