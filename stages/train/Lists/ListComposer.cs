namespace Pipeline.Train;

/// <summary>
/// Makes one customer's list after the other: the first products offered that the customer has not had. Call <see cref="Begin"/>, offer candidates until
/// <see cref="IsSatisfied"/>, then <see cref="Complete"/>. Owns its scratch (4 bytes a product) and is not thread-safe: one for each worker.
/// </summary>
/// <param name="k">Places of a list.</param>
/// <param name="items">Products there are.</param>
internal sealed class ListComposer(int k, int items)
{
    private readonly List<ListRow> rows = [];

    // Invariant: a product is barred or in the list exactly when its mark is that of the list being made.
    private readonly int[] marks = new int[items];
    private int mark;

    /// <summary>Whether the list is full.</summary>
    public bool IsSatisfied => rows.Count == k;

    /// <summary>Begins a list.</summary>
    /// <param name="seen">What the customer has had.</param>
    public void Begin(ReadOnlySpan<int> seen)
    {
        rows.Clear();
        mark++;
        foreach (int item in seen)
            marks[item] = mark;
    }

    /// <summary>Offers the next candidate. One that may not be offered, or was already, changes nothing.</summary>
    public void Offer(Candidate candidate)
    {
        if (marks[candidate.Item] == mark)
            return;
        marks[candidate.Item] = mark;
        rows.Add(new ListRow(candidate.Item, candidate.Score, candidate.Source, candidate.Because));
    }

    /// <summary>Makes the list.</summary>
    /// <returns>Best place first; good until the next list is begun.</returns>
    public IReadOnlyList<ListRow> Complete() => rows;
}
