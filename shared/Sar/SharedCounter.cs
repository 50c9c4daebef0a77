namespace Pipeline.Sar;

/// <summary>
/// Which items enough distinct users have together with one item, whatever the unit of co-occurrence and however similar the two are. One worker's
/// scratch: 8 bytes an item.
/// </summary>
/// <param name="users">The items of each user.</param>
/// <param name="minUsers">Fewest users; 1 or more.</param>
internal sealed class SharedCounter(CoOccurrenceIndex users, int minUsers)
{
    private static readonly SarOptions Counts = new() { Similarity = SimilarityKind.CoOccurrence };

    private readonly RowCounter counter = new(users, Counts with { MinSupport = minUsers }, kept: null);
    private int label = -1;

    /// <summary>Counts the users of an item; <see cref="Clear"/> ends it.</summary>
    public void Count(int item)
    {
        label = users.Labels.Labels[item];
        if (label >= 0)
            counter.Count(label);
    }

    /// <summary>Whether enough users have another item together with the counted one.</summary>
    public bool IsShared(int other) =>
        label >= 0 && users.Labels.Labels[other] is >= 0 and var otherLabel && counter.TryGet(label, otherLabel, out _);

    /// <summary>Forgets the item.</summary>
    public void Clear()
    {
        if (label >= 0)
            counter.Clear();
        label = -1;
    }
}
