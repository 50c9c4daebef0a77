namespace Pipeline.Sar;

/// <summary>
/// Scores one user after the other: <c>score[j] = sum of affinity[i] * similarity[i, j]</c> over the history, then the best k. One
/// worker's scratch: 13 bytes an item (25 when normalising) and 12 a place in the list. O(sum of the history's similarity rows).
/// </summary>
internal sealed class UserScorer
{
    private readonly ISimilarityRows similarity;
    private readonly RecommendOptions options;
    private readonly (double Min, double Max) affinityRange;
    private readonly ScoreBoard scores;
    private readonly ScoreBoard? unityScores;
    private readonly bool[] barred;
    private readonly TopK top;

    /// <summary>Scratch for the given options, which must be valid for the similarity.</summary>
    public UserScorer(ISimilarityRows similarity, RecommendOptions options, (double Min, double Max) affinityRange)
    {
        this.similarity = similarity;
        this.options = options;
        this.affinityRange = affinityRange;
        int items = similarity.Columns;
        scores = new ScoreBoard(items);
        unityScores = options.Normalize ? new ScoreBoard(items) : null;
        top = new TopK(Math.Min(options.K, items));
        barred = new bool[items];
        for (int item = 0; item < items; item++)
            barred[item] = !IsAllowed(item);
    }

    /// <summary>Length of the list of the user scored last, until it is drained.</summary>
    public int Count => top.Count;

    /// <summary>Scores a user; the list waits in the scorer until <see cref="DrainTo"/>.</summary>
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<double> affinity, ReadOnlySpan<double> unity)
    {
        // Invariant: between two users, barred holds exactly what is not allowed; during one, the history too unless it may be shown.
        scores.Fill(history, affinity, similarity);
        unityScores?.Fill(history, unity, similarity);
        if (!options.IncludeSeen)
        {
            foreach (int item in history)
                barred[item] = true;
            scores.Withdraw(history);
        }

        scores.OfferTo(top, barred);
        if (options.ZeroScores)
            FillWithZeroScores();

        if (!options.IncludeSeen)
            foreach (int item in history)
                barred[item] = !IsAllowed(item);
    }

    /// <summary>Writes the list of the user scored last, best first, and forgets it.</summary>
    public void DrainTo(Span<int> items, Span<double> itemScores)
    {
        top.DrainTo(items, itemScores);
        if (unityScores is not null)
            Normalize(itemScores);
    }

    /// <summary>The list of the user scored last, as one of its own.</summary>
    public Ranking ToRanking()
    {
        var ranking = new Ranking(new int[Count], new double[Count]);
        DrainTo(ranking.Indices, ranking.Scores);
        return ranking;
    }

    private bool IsAllowed(int item) => options.Allowed.IsEmpty || options.Allowed.Span[item];

    // Fillers come by rising index, so once one is refused all later ones would be.
    private void FillWithZeroScores()
    {
        for (int item = 0; item < barred.Length && top.Admits(item, 0); item++)
            if (!scores.IsTouched(item) && !barred[item])
                top.Push(item, 0);
    }

    // Applied to the finished list: rounding may make two scores equal, but cannot change their order.
    private void Normalize(Span<double> itemScores)
    {
        (double min, double max) = unityScores!.Range();
        (double lowest, double highest) = affinityRange;
        double lo = lowest * min, hi = highest * max;
        foreach (ref double score in itemScores)
            score = hi > lo ? (score - lo) / (hi - lo) * (highest - lowest) + lowest : lowest;
    }
}
