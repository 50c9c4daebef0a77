namespace Pipeline.Sar;

/// <summary>
/// The best <c>k</c> of many offers, by the one order used everywhere: score descending, equal scores by rising index. A bounded heap
/// with the worst on top: O(log k) an accepted offer, one comparison a refused one. The order is total, so the order of the offers
/// leaves no trace. One worker's scratch, 12 bytes a place.
/// </summary>
internal sealed class TopK(int k)
{
    // Invariant: nobody in indices[..Count] is worse than its parent at (n - 1) / 2.
    private readonly int[] indices = new int[k];
    private readonly double[] scores = new double[k];

    public int Count { get; private set; }

    public bool IsFull => Count == indices.Length;

    /// <summary>The score that an offer must beat or equal once it is full; only then.</summary>
    public double Worst => scores[0];

    /// <summary>Whether an offer would get in now.</summary>
    public bool Admits(int index, double score) => !IsFull || (k > 0 && IsBetter(index, score, indices[0], scores[0]));

    /// <summary>Takes an offer that <see cref="Admits"/> lets in; the worst makes room for it. Each index may be offered once.</summary>
    public void Push(int index, double score)
    {
        if (IsFull)
            SinkFromTop(index, score);
        else
            RiseFromEnd(index, score);
    }

    /// <summary>Empties it into the spans, best first; both are at least <see cref="Count"/> long.</summary>
    public void DrainTo(Span<int> toIndices, Span<double> toScores)
    {
        while (Count > 0)
        {
            int last = Count - 1;
            (toIndices[last], toScores[last]) = (indices[0], scores[0]);
            Count = last;
            if (last > 0)
                SinkFromTop(indices[last], scores[last]);
        }
    }

    /// <summary>Empties it into a list of its own.</summary>
    public Ranking ToRanking()
    {
        var ranking = new Ranking(new int[Count], new double[Count]);
        DrainTo(ranking.Indices, ranking.Scores);
        return ranking;
    }

    private static bool IsBetter(int index, double score, int otherIndex, double otherScore) =>
        score > otherScore || (score == otherScore && index < otherIndex);

    private void RiseFromEnd(int index, double score)
    {
        int at = Count++;
        for (int parent; at > 0 && IsBetter(indices[parent = (at - 1) / 2], scores[parent], index, score); at = parent)
            (indices[at], scores[at]) = (indices[parent], scores[parent]);
        (indices[at], scores[at]) = (index, score);
    }

    private void SinkFromTop(int index, double score)
    {
        int at = 0;
        for (int child; (child = 2 * at + 1) < Count; at = child)
        {
            if (child + 1 < Count && IsBetter(indices[child], scores[child], indices[child + 1], scores[child + 1]))
                child++;
            if (!IsBetter(index, score, indices[child], scores[child]))
                break;
            (indices[at], scores[at]) = (indices[child], scores[child]);
        }
        (indices[at], scores[at]) = (index, score);
    }
}
