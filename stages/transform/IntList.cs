namespace Pipeline.Transform;

/// <summary>Many integers, appended one behind the other and then read piece by piece.</summary>
/// <param name="capacity">Most there can be.</param>
internal sealed class IntList(long capacity)
{
    private readonly int[] values = new int[capacity];

    public int Count { get; private set; }

    public void Add(int value) => values[Count++] = value;

    /// <summary>Some of them.</summary>
    public ReadOnlySpan<int> Read(long start, int length) => values.AsSpan((int)start, length);
}
