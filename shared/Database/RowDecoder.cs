using System.Buffers.Binary;

namespace Pipeline.Database;

/// <summary>Finds the rows in what PostgreSQL's binary COPY gives back, for their checksum; see <see cref="RowEncoder"/>. Not thread-safe.</summary>
internal sealed class RowDecoder
{
    private byte[] buffer = new byte[256 * 1024];
    private int filled;
    private bool isInRows;

    /// <summary>Checksum of all rows so far.</summary>
    public RowChecksum Checksum { get; } = new();

    /// <summary>Reads the next bytes.</summary>
    /// <returns>Whether there can be more.</returns>
    /// <exception cref="EndOfStreamException">The bytes end within a row.</exception>
    public async ValueTask<bool> ReadAsync(Stream copy, CancellationToken cancellation)
    {
        if (filled == buffer.Length)
            Array.Resize(ref buffer, 2 * buffer.Length);
        int read = await copy.ReadAsync(buffer.AsMemory(filled), cancellation).ConfigureAwait(false);
        filled += read;
        int used = Decode(buffer.AsSpan(0, filled));
        filled -= used;
        buffer.AsSpan(used, filled).CopyTo(buffer);
        if (read == 0 && !(isInRows && buffer.AsSpan(0, filled).SequenceEqual(RowEncoder.Trailer.Span)))
            throw new EndOfStreamException("The database ended its rows in the middle of one.");
        return read > 0;
    }

    /// <summary>Adds all whole rows.</summary>
    /// <returns>Bytes up to the first that is not whole.</returns>
    private int Decode(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        if (!isInRows)
        {
            if (bytes.Length < RowEncoder.Header.Length)
                return 0;
            isInRows = true;
            at = RowEncoder.Header.Length;
        }
        while (LengthOf(bytes[at..]) is var length and > 0)
        {
            Checksum.Add(bytes.Slice(at, length));
            at += length;
        }
        return at;
    }

    /// <summary>Bytes of the row that starts here; 0 where it is not whole, or the trailer.</summary>
    private static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(short))
            return 0;
        int fields = BinaryPrimitives.ReadInt16BigEndian(bytes);
        if (fields < 0)
            return 0;
        int at = sizeof(short);
        for (; fields > 0; fields--)
        {
            if (bytes.Length - at < sizeof(int))
                return 0;
            int length = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(bytes[at..]));
            at += sizeof(int);
            if (bytes.Length - at < length)
                return 0;
            at += length;
        }
        return at;
    }
}
