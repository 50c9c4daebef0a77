using Pipeline.Sar;

namespace Pipeline.Models;

/// <summary>Which items each user has had, without weights: what the simple models need. Immutable. O(rows) to make.</summary>
internal sealed class History
{
    private readonly int[] starts, items;

    private History(int[] starts, int[] items, int[] itemUsers)
    {
        this.starts = starts;
        this.items = items;
        ItemUsers = itemUsers;
    }

    public int UserCount => starts.Length - 1;

    /// <summary>Distinct users of each item.</summary>
    public int[] ItemUsers { get; }

    /// <summary>The distinct items of a user, rising.</summary>
    public ReadOnlySpan<int> Of(int user) => items.AsSpan(starts[user], starts[user + 1] - starts[user]);

    public bool Has(int user, int item) => Of(user).BinarySearch(item) >= 0;

    public static History Of(Interactions training)
    {
        int[] rowStarts = new int[training.UserCount + 1];
        foreach (int user in training.Users.Span)
            rowStarts[user + 1]++;
        for (int user = 0; user < training.UserCount; user++)
            rowStarts[user + 1] += rowStarts[user];
        int[] next = rowStarts[..^1], sorted = new int[training.Count];
        for (int row = 0; row < training.Count; row++)
            sorted[next[training.Users.Span[row]]++] = training.Items.Span[row];
        int[] starts = new int[rowStarts.Length], itemUsers = new int[training.ItemCount];
        int filled = 0;
        for (int user = 0; user < training.UserCount; user++)
        {
            Span<int> own = sorted.AsSpan(rowStarts[user], rowStarts[user + 1] - rowStarts[user]);
            own.Sort();
            int last = -1;
            foreach (int item in own)
            {
                if (item == last)
                    continue;
                // Written at or before what is read.
                sorted[filled++] = last = item;
                itemUsers[item]++;
            }
            starts[user + 1] = filled;
        }
        return new History(starts, sorted[..filled], itemUsers);
    }
}
