namespace Pipeline.Sar;

public sealed partial class SarModel
{
    private const int ItemsPerChunk = 16;

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
        ItemColumn column = TakeColumn(item);
        for (int n = 0; n < history.Length; n++)
            contributions[n] = new Contribution(history[n], column.TryGet(history[n], out double similarity) ? affinity[n] * similarity : 0);
        PutBack(column);
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
        ItemColumn column = TakeColumn(item);
        int because = LargestContributor(Affinity.Row(user), column);
        PutBack(column);
        return because;
    }

    /// <summary>
    /// <see cref="Because(int, int)"/> for every recommendation of many lists, parallel to <see cref="RecommendationLists.Items"/>. Costs
    /// O(history length) a recommendation, and each recommended item is counted once. Any number of threads gives the same result.
    /// </summary>
    /// <param name="lists">Lists of this model's users.</param>
    /// <param name="threads">Most threads to use; 0: as many as there are processors. Changes speed only.</param>
    /// <param name="minUsers">
    /// Fewest distinct users of the model who must have both items for one to be named as the reason for the other; 1 or more. What a pair of fewer
    /// contributes stays in the score and is named nowhere: -1 if nothing else contributes.
    /// </param>
    /// <param name="cancellation">Stops between blocks of lists.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The lists name a user or an item that this model doesn't have, or <paramref name="minUsers"/> is below 1.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public int[] Because(RecommendationLists lists, int threads = 0, int minUsers = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(lists);
        ArgumentOutOfRangeException.ThrowIfLessThan(minUsers, 1);
        foreach (int user in lists.Users)
            CheckUser(user);
        foreach (int item in lists.Items)
            CheckItem(item);

        // By item, so that each column is counted once.
        long[] starts = CountingSort.Starts(lists.Items, ItemCount);
        int[] users = new int[lists.Items.Length], places = new int[lists.Items.Length];
        for (int list = 0; list < lists.Count; list++)
            for (long at = lists.Starts[list]; at < lists.Starts[list + 1]; at++)
            {
                long to = starts[lists.Items[at]]++;
                (users[to], places[to]) = (lists.Users[list], (int)at);
            }
        CountingSort.Rewind(starts);

        int[] because = new int[lists.Items.Length];
        CoOccurrenceIndex? people = minUsers > 1 ? IndexOfUsers(threads, cancellation) : null;
        Workers.Run(ItemCount, ItemsPerChunk, threads, () => (Counter: stored is null ? NewCounter() : null, Shared: NewSharedCounter(people, minUsers)), (scratch, chunk) =>
        {
            for (int item = chunk.Start; item < chunk.End; item++)
            {
                if (starts[item] == starts[item + 1])
                    continue;
                var column = new ItemColumn(this, scratch.Counter, item, scratch.Shared);
                for (long at = starts[item]; at < starts[item + 1]; at++)
                    because[places[at]] = LargestContributor(Affinity.Row(users[at]), column);
                column.Forget();
            }
        }, cancellation);
        return because;
    }

    private static int LargestContributor(SparseRow history, ItemColumn column)
    {
        int best = -1;
        double largest = 0;
        for (int n = 0; n < history.Count; n++)
        {
            if (history.Values[n] == 0 || !column.TryGet(history.Indices[n], out double similarity))
                continue;
            double contribution = history.Values[n] * similarity;
            if (best < 0 || contribution > largest)
                (best, largest) = (history.Indices[n], contribution);
        }
        return best;
    }

    private ItemColumn TakeColumn(int item) => new(this, stored is null ? TakeCounter() : null, item);

    private void PutBack(ItemColumn column)
    {
        column.Forget();
        spareCounter = column.Counter ?? spareCounter;
    }

    /// <summary>
    /// How similar the items of a history are to one item: looked up in what is stored, or counted once for all of them; where asked for,
    /// only those that enough users share with it.
    /// </summary>
    private readonly struct ItemColumn
    {
        private readonly SarModel model;
        private readonly int item, label;
        private readonly SharedCounter? shared;

        public ItemColumn(SarModel model, RowCounter? counter, int item, SharedCounter? shared = null)
        {
            this.model = model;
            this.item = item;
            this.shared = shared;
            Counter = counter;
            label = counter is null ? -1 : model.index!.Labels.Labels[item];
            if (label >= 0)
                counter!.Count(label);
            shared?.Count(item);
        }

        public RowCounter? Counter { get; }

        /// <summary>Whether a history item and the item are similar, and how much.</summary>
        public bool TryGet(int historyItem, out double similarity)
        {
            similarity = 0;
            if (shared is not null && !shared.IsShared(historyItem))
                return false;
            if (Counter is not null)
                return label >= 0 && Counter.TryGet(label, model.index!.Labels.Labels[historyItem], out similarity);
            var (others, values) = model.stored!.Row(historyItem);
            int at = others.BinarySearch(item);
            if (at >= 0)
                similarity = values[at];
            return at >= 0;
        }

        public void Forget()
        {
            Counter?.Clear();
            shared?.Clear();
        }
    }
}
