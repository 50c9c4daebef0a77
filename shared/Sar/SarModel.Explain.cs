namespace Pipeline.Sar;

public sealed partial class SarModel
{
    private const int ListsPerChunk = 1024;

    /// <summary>
    /// Why an item has its score for a user: the contribution <c>affinity * similarity</c> of every item in the user's history, largest
    /// first, equal ones by rising item index. Added up they give the score before normalising; in the order of the items even its last bit.
    /// </summary>
    /// <param name="user">User index.</param>
    /// <param name="item">Item index; it need not be one that would be recommended.</param>
    /// <returns>As many contributions as the user has distinct items; those of items not similar to <paramref name="item"/> are 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user or item.</exception>
    public Contribution[] Explain(int user, int item)
    {
        CheckUser(user);
        CheckItem(item);
        var (history, affinity) = Affinity.Row(user);
        var contributions = new Contribution[history.Length];
        for (int n = 0; n < history.Length; n++)
            contributions[n] = new Contribution(history[n], affinity[n] * Similarity[history[n], item]);
        Array.Sort(contributions, (x, y) => x.Value != y.Value ? y.Value.CompareTo(x.Value) : x.Item.CompareTo(y.Item));
        return contributions;
    }

    /// <summary>
    /// The item of the user's history that contributes most to the score of an item ("because you bought ..."); equal contributions: the
    /// lower item index. -1 if nothing in the history contributes: no stored similarity, or only affinities of 0.
    /// </summary>
    /// <param name="user">User index.</param>
    /// <param name="item">Item index.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user or item.</exception>
    public int Because(int user, int item)
    {
        CheckUser(user);
        CheckItem(item);
        return LargestContributor(Affinity.Row(user), item);
    }

    /// <summary>
    /// <see cref="Because(int, int)"/> for every recommendation of many lists, parallel to <see cref="RecommendationLists.Items"/>. Costs
    /// O(history length * log(similarity row)) a recommendation, a small part of the scoring. Any number of threads gives the same result.
    /// </summary>
    /// <param name="lists">Lists of this model's users.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="cancellation">Stops between blocks of lists.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lists name a user or an item that this model doesn't have.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public int[] Because(RecommendationLists lists, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(lists);
        int[] because = new int[lists.Items.Length];
        Workers.Run(lists.Count, ListsPerChunk, threads, () => 0, (_, chunk) =>
        {
            for (int list = chunk.Start; list < chunk.End; list++)
                for (long at = lists.Starts[list]; at < lists.Starts[list + 1]; at++)
                    because[at] = Because(lists.Users[list], lists.Items[at]);
        }, cancellation);
        return because;
    }

    private int LargestContributor(SparseRow history, int item)
    {
        int best = -1;
        double largest = 0;
        for (int n = 0; n < history.Count; n++)
        {
            long at = Similarity.Find(history.Indices[n], item);
            if (at < 0 || history.Values[n] == 0)
                continue;
            double contribution = history.Values[n] * Similarity.Values[(int)at];
            if (best < 0 || contribution > largest)
                (best, largest) = (history.Indices[n], contribution);
        }
        return best;
    }
}
