namespace Pipeline.Train;

/// <summary>
/// Makes one customer's list after the other from candidates in the order of the fallback chain: call <see cref="Begin"/>, offer candidates with
/// <see cref="Offer"/> until <see cref="IsSatisfied"/>, then <see cref="Complete"/>. The same candidates give the same list. Owns its scratch
/// (8 bytes a product) and is not thread-safe: one for each worker.
/// </summary>
/// <remarks>
/// <para><b>Order.</b> Pinned products have their places first, spread evenly over the list from its top: those among the candidates in
/// their order, then the others as the rules name them. The other places are filled in the order of the candidates, each with the first one
/// that the cap on its category lets in; the last of them are kept for new arrivals where the list has too few. Where no candidate is new, the
/// newest products of the shop are taken. A list is shorter than wanted only when nothing more fits.</para>
/// <para><b>Diversity.</b> With a share d above 0, a place goes to the candidate of the first step of the chain still to be used up with the highest
/// (1 - d) x score / best score of that step - d x likeness to the most alike product in the list so far: maximal marginal relevance with lambda = 1 - d
/// (J. Carbonell, J. Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing summaries", SIGIR 1998).
/// A later step of the chain never passes an earlier one. Equal values: the candidate that came first.</para>
/// <para><b>Score.</b> SAR adds up affinity x similarity over the history, so that whoever buys much has high scores. It is divided by the
/// customer's affinities added up: what is left is the similarity of the product to what the customer has, averaged with the affinities as
/// weights. That is in [0, 1] with Jaccard, cosine or inclusion, and does not fade with the time since the last purchase: it can be compared
/// between customers. Other sources count customers, which is the same for all as it stands.</para>
/// </remarks>
/// <param name="plan">What holds for all lists.</param>
internal sealed class ListComposer(ListPlan plan)
{
    // Of each product what it is to this customer: barred or offered; anything else is left from the customers before.
    private readonly int[] marks = new int[plan.Allowed.Length];
    private readonly int[] inPool = new int[plan.Categories], inList = new int[plan.Categories];
    private readonly List<Candidate> pool = [];
    private readonly List<Candidate> pinned = [], chosen = [];
    private readonly List<ListRow> rows = [];
    private double[] likeness = [];
    private bool[] isTaken = [];
    // Score of the first candidate of each source, the best one.
    private readonly double[] bestScores = new double[(int)ListSource.Pinned + 1];
    private int barred, offered, placeable, first;
    private double historyWeight;

    /// <summary>Candidates of all customers so far that came when their category had its share already.</summary>
    public long OverCategory { get; private set; }

    /// <summary>Whether more candidates cannot make the list better.</summary>
    public bool IsSatisfied => placeable >= plan.K && pool.Count >= plan.PoolSize;

    /// <summary>Begins a list.</summary>
    /// <param name="user">The customer's index.</param>
    /// <param name="seen">What the customer has had; offered again only when it is due.</param>
    /// <param name="weight">What personal scores are divided by: the customer's affinities added up, or 1 to leave them; 0 makes them 0.</param>
    public void Begin(int user, ReadOnlySpan<int> seen, double weight)
    {
        historyWeight = weight;
        barred += 2;
        offered = barred + 1;
        placeable = first = 0;
        pool.Clear();
        pinned.Clear();
        chosen.Clear();
        Array.Clear(inPool);
        Array.Clear(inList);
        foreach (int item in seen)
            marks[item] = barred;
        foreach (int item in plan.Due.Of(user))
            marks[item] = 0;
    }

    /// <summary>Offers the next candidate. One that may not be offered, or was already, changes nothing.</summary>
    public void Offer(Candidate candidate)
    {
        int item = candidate.Item;
        if (!plan.Allowed[item] || marks[item] == barred || marks[item] == offered)
            return;
        marks[item] = offered;
        int category = plan.Category[item];
        if (category >= 0)
        {
            bool isOver = inPool[category] >= plan.MaxPerCategory;
            if (isOver)
                OverCategory++;
            if (inPool[category] >= plan.MaxPerCategoryInPool)
                return;
            inPool[category]++;
            placeable -= isOver ? 1 : 0;
        }
        placeable++;
        if (pool.Count == 0 || pool[^1].Source != candidate.Source)
            bestScores[(int)candidate.Source] = candidate.Score;
        pool.Add(candidate);
    }

    /// <summary>Makes the list.</summary>
    /// <returns>Best place first; good until the next list is begun.</returns>
    public IReadOnlyList<ListRow> Complete()
    {
        if (isTaken.Length < pool.Count)
            (isTaken, likeness) = (new bool[pool.Count], new double[pool.Count]);
        Array.Clear(isTaken);
        Array.Clear(likeness);
        TakePinned();
        TakeOthers();
        Arrange();
        return rows;
    }

    private void TakePinned()
    {
        if (plan.Pinned.Length == 0)
            return;
        for (int n = 0; n < pool.Count && pinned.Count < plan.PinnedPlaces; n++)
        {
            if (plan.Pinned.Contains(pool[n].Item) && HasRoom(pool[n].Item))
                Take(n, pinned);
        }
        foreach (int item in plan.Pinned)
        {
            if (pinned.Count == plan.PinnedPlaces)
                break;
            if (marks[item] != barred && HasRoom(item) && !pinned.Exists(one => one.Item == item))
                Add(new Candidate(item, 0, ListSource.Pinned, -1), pinned);
        }
    }

    private void TakeOthers()
    {
        int places = plan.K - pinned.Count;
        int missing = plan.AtLeastNew == 0 ? 0 : plan.AtLeastNew - pinned.Count(one => plan.IsNew[one.Item]);
        while (chosen.Count < places)
        {
            bool mustBeNew = missing >= places - chosen.Count;
            int best = Best(mustBeNew);
            if (best >= 0)
                Take(best, chosen);
            else if (missing <= 0 || !TryAddNewArrival())
            {
                // Without a new arrival left the place is free again.
                if (!mustBeNew)
                    return;
                missing = 0;
                continue;
            }
            if (missing > 0 && plan.IsNew[chosen[^1].Item])
                missing--;
        }
    }

    private bool TryAddNewArrival()
    {
        for (int n = 0; n < plan.NewArrivals.Count; n++)
        {
            int item = plan.NewArrivals.Indices[n];
            if (marks[item] == barred || !HasRoom(item) || IsInList(item))
                continue;
            Add(new Candidate(item, plan.NewArrivals.Scores[n], ListSource.NewArrival, -1), chosen);
            return true;
        }
        return false;
    }

    /// <summary>Position in the pool of the candidate that gets the next place; -1 where none fits. O(1) on average, O(candidates) with diversity.</summary>
    private int Best(bool mustBeNew)
    {
        // Invariant: nothing before this position can be taken, for a category that is full stays full.
        while (first < pool.Count && !CanTake(first))
            first++;
        int best = -1;
        double bestValue = 0;
        for (int n = first; n < pool.Count; n++)
        {
            if (best >= 0 && pool[n].Source != pool[best].Source)
                break;
            if (!CanTake(n) || (mustBeNew && !plan.IsNew[pool[n].Item]))
                continue;
            if (plan.Diversity == 0)
                return n;
            double bestScore = bestScores[(int)pool[n].Source], relevance = bestScore > 0 ? Math.Clamp(pool[n].Score / bestScore, 0, 1) : 0;
            double value = (1 - plan.Diversity) * relevance - plan.Diversity * likeness[n];
            if (best < 0 || value > bestValue)
                (best, bestValue) = (n, value);
        }
        return best;
    }

    private bool CanTake(int n) => !isTaken[n] && HasRoom(pool[n].Item);

    private bool HasRoom(int item) => plan.Category[item] is var category && (category < 0 || inList[category] < plan.MaxPerCategory);

    private bool IsInList(int item) => chosen.Exists(one => one.Item == item) || pinned.Exists(one => one.Item == item);

    private void Take(int n, List<Candidate> places)
    {
        isTaken[n] = true;
        Candidate one = pool[n];
        if (places == pinned)
            one = one with { Source = ListSource.Pinned, Score = ListRow.IsPersonalSource(one.Source) ? Scaled(one) : 0 };
        Add(one, places);
    }

    private void Add(Candidate candidate, List<Candidate> places)
    {
        places.Add(candidate);
        if (plan.Category[candidate.Item] is >= 0 and var category)
            inList[category]++;
        if (plan.Diversity == 0)
            return;
        for (int n = 0; n < pool.Count; n++)
        {
            if (!isTaken[n])
                likeness[n] = Math.Max(likeness[n], plan.Likeness.Between(pool[n].Item, candidate.Item));
        }
    }

    /// <summary>Puts pinned product number p of P at place floor(p x length / P), and the others around them.</summary>
    private void Arrange()
    {
        rows.Clear();
        int length = pinned.Count + chosen.Count, next = 0;
        for (int place = 0, p = 0; place < length; place++)
        {
            bool isPinned = p < pinned.Count && place == (int)((long)p * length / pinned.Count);
            Candidate one = isPinned ? pinned[p++] : chosen[next++];
            rows.Add(new ListRow(one.Item, Scaled(one), one.Source, one.Because));
        }
    }

    private double Scaled(Candidate one) => !ListRow.IsPersonalSource(one.Source) ? one.Score : historyWeight > 0 ? one.Score / historyWeight : 0;
}
