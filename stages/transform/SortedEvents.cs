namespace Pipeline.Transform;

/// <summary>The events that have a weight, in order of user, item, time and event, as row numbers of the table; 4 bytes a row.</summary>
internal sealed class SortedEvents
{
    private readonly int[] rows;

    private SortedEvents(int[] rows, Numbering users, Numbering items)
    {
        this.rows = rows;
        Users = users;
        Items = items;
    }

    /// <summary>Numbers the users that have such an event.</summary>
    public Numbering Users { get; }

    /// <summary>Numbers the items that have such an event.</summary>
    public Numbering Items { get; }

    /// <summary>Events with a weight.</summary>
    public int Count => rows.Length;

    /// <summary>Row of the n-th event in order.</summary>
    public int this[int n] => rows[n];

    /// <summary>A counting sort by user, then a comparison sort of each user's few rows. O(n + sum of n_u log n_u).</summary>
    public static SortedEvents Of(EventTable events, double[] weights, int threads, CancellationToken cancellation)
    {
        var hasUser = new bool[events.UserIds.Count];
        var hasItem = new bool[events.ItemIds.Count];
        int count = 0;
        for (int row = 0; row < events.Count; row++)
        {
            if (weights[events.Event[row]] == 0)
                continue;
            hasUser[events.User[row]] = hasItem[events.Item[row]] = true;
            count++;
        }
        var users = new Numbering(events.UserIds, hasUser);
        var items = new Numbering(events.ItemIds, hasItem);

        var starts = new int[users.Count + 1];
        for (int row = 0; row < events.Count; row++)
        {
            if (weights[events.Event[row]] > 0)
                starts[users.IndexOf(events.User[row]) + 1]++;
        }
        for (int user = 0; user < users.Count; user++)
            starts[user + 1] += starts[user];

        var rows = new int[count];
        int[] next = starts[..^1];
        for (int row = 0; row < events.Count; row++)
        {
            if (weights[events.Event[row]] > 0)
                rows[next[users.IndexOf(events.User[row])]++] = row;
        }

        int Compare(int a, int b)
        {
            int order = items.IndexOf(events.Item[a]).CompareTo(items.IndexOf(events.Item[b]));
            if (order == 0)
                order = events.Time[a].CompareTo(events.Time[b]);
            // By name, not by number: numbers depend on which event the file happens to begin with.
            return order != 0 ? order : events.EventNames[events.Event[a]].SequenceCompareTo(events.EventNames[events.Event[b]]);
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, users.Count, parallel, user => rows.AsSpan(starts[user]..starts[user + 1]).Sort(Compare));
        return new SortedEvents(rows, users, items);
    }
}
