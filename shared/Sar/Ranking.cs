namespace Pipeline.Sar;

/// <summary>
/// One list in rank order: score descending, equal scores by rising index. The arrays belong to the caller.
/// </summary>
/// <param name="indices">Item (or user) index by rank, the best first.</param>
/// <param name="scores">Score by rank, parallel to <paramref name="indices"/>, finite.</param>
public sealed class Ranking(int[] indices, double[] scores)
{
    /// <summary>Item (or user) index by rank, the best first.</summary>
    public int[] Indices { get; } = indices;

    /// <summary>Score by rank, finite, never rising.</summary>
    public double[] Scores { get; } = scores;

    /// <summary>Length of the list; 0 where nothing qualifies.</summary>
    public int Count => Indices.Length;
}
