namespace Pipeline.Sar;

/// <summary>How far a score summed in lanes can be from the exact one.</summary>
/// <param name="IsSigned">Whether similarities below 0 occur.</param>
/// <param name="Term">Relative error of one similarity.</param>
/// <param name="LargestSimilarity">Largest magnitude of a similarity.</param>
internal sealed record LaneError(bool IsSigned, double Term, double LargestSimilarity)
{
    private const double Rounding = 1.0 / (1 << 23);

    /// <summary>Twice the relative error of a sum of so many terms; each term is rounded a few times, each addition once.</summary>
    public float Share(int terms) => (float)(2 * (Term + (terms + 16) * Rounding));

    /// <summary>The error of lanes and kind for the counts at hand.</summary>
    public static LaneError Of<TLanes, TKind>(SimilarityKind kind, CoOccurrenceIndex index)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKind : IKind
    {
        double largest = index.Labels.Count == 0 ? 1 : index.Labels.Counts[0];
        double information = Math.Log2(Math.Max(index.ItemCounts.Length, 2)) + 2 * Math.Log2(Math.Max(largest, 2));
        return new LaneError(TKind.IsSigned, TLanes.QuotientError, kind switch
        {
            SimilarityKind.CoOccurrence => largest,
            SimilarityKind.Mutual => information,
            SimilarityKind.Lexicographers => information * largest,
            _ => 1,
        });
    }
}
