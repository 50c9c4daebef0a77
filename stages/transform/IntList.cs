using System.Runtime.InteropServices;

namespace Pipeline.Transform;

/// <summary>
/// Many integers, appended one behind the other and then read piece by piece: in memory, or in a file where there is one, with the same
/// calls. Not thread-safe.
/// </summary>
internal sealed class IntList
{
    private const int BufferLength = 1 << 14;

    private readonly SpillFile? file;
    private readonly long offset;

    // All there are, or what has yet to go to the file.
    private readonly int[] last;
    private int lastCount;
    private int[] piece = [];

    /// <param name="file">Where they go; null for memory.</param>
    /// <param name="capacity">Most there can be.</param>
    public IntList(SpillFile? file, long capacity)
    {
        this.file = file;
        offset = file?.Allocate(capacity * sizeof(int)) ?? 0;
        last = new int[file is null ? capacity : BufferLength];
    }

    public long Count { get; private set; }

    public void Add(int value)
    {
        if (lastCount == last.Length)
            Flush();
        last[lastCount++] = value;
        Count++;
    }

    /// <summary>Some of them; valid until the next call.</summary>
    public ReadOnlySpan<int> Read(long start, int length)
    {
        if (file is null)
            return last.AsSpan((int)start, length);
        Flush();
        if (length > piece.Length)
            piece = new int[Math.Max(length, 2 * piece.Length)];
        Span<int> values = piece.AsSpan(0, length);
        file.Read(offset + start * sizeof(int), MemoryMarshal.AsBytes(values));
        return values;
    }

    private void Flush()
    {
        if (lastCount > 0)
            file!.Write(offset + (Count - lastCount) * sizeof(int), MemoryMarshal.AsBytes(last.AsSpan(0, lastCount)));
        lastCount = 0;
    }
}
