using System.Text.Unicode;

namespace Pipeline.Records;

/// <summary>
/// UTF-8 text on its way to a reader, looked through for bytes that do not belong there. A whole buffer is looked through much faster than
/// record by record, and hardly ever has any.
/// </summary>
/// <param name="inner">The text; taken over.</param>
/// <param name="isDecoded">Whether it was UTF-8 only after decoding, which leaves U+FFFD where it failed.</param>
internal sealed class CheckedText(Stream inner, bool isDecoded) : ForwardStream
{
    private long read;

    /// <summary>
    /// How far into the text there may be something wrong: a record that begins at this offset or behind it needs no look of its own. A
    /// character that two buffers share makes both suspect, which costs a closer look and nothing else.
    /// </summary>
    public long SuspectEnd { get; private set; }

    public override int Read(Span<byte> destination)
    {
        int count = inner.Read(destination);
        read += count;
        ReadOnlySpan<byte> text = destination[..count];
        // Most text is plain ASCII, which a single look tells.
        bool isPlain = !text.ContainsAnyExceptInRange((byte)1, (byte)127);
        if (!isPlain && (isDecoded || text.Contains((byte)0) || !Utf8.IsValid(text)))
            SuspectEnd = read;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
