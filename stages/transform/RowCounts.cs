namespace Pipeline.Transform;

/// <summary>How many rows each user has: 12 bytes a user. Thread-safe for different users.</summary>
/// <param name="read">By rank, as many as were read.</param>
internal sealed class RowCounts(int[] read)
{
    /// <summary>Rows read.</summary>
    public int[] Read => read;

    /// <summary>Rows kept so far: all that were read, until the rules have been at them.</summary>
    public int[] Kept { get; } = new int[read.Length];

    /// <summary>Rows held out.</summary>
    public int[] HeldOut { get; } = new int[read.Length];
}
