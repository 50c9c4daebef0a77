namespace Pipeline.Sar;

/// <summary>
/// A list of recommended items for each of many users, list after list: list <c>n</c> is for <c>Users[n]</c> and owns positions
/// <c>Starts[n]</c> up to <c>Starts[n + 1]</c> of the items and scores. Within a list: score descending, equal scores by rising item
/// index. The arrays belong to the caller. Memory: 12 bytes a recommendation (24 while the lists are put together) and 12 a user.
/// </summary>
/// <param name="users">User index of each list, in the order asked for.</param>
/// <param name="starts">Where each list starts, and at the end the number of recommendations.</param>
/// <param name="items">Item index of each recommendation.</param>
/// <param name="scores">Score of each recommendation, finite.</param>
public sealed class RecommendationLists(int[] users, long[] starts, int[] items, double[] scores)
{
    /// <summary>User index of each list, in the order asked for.</summary>
    public int[] Users { get; } = users;

    /// <summary>Where each list starts, one longer than <see cref="Users"/>; the last is the number of recommendations.</summary>
    public long[] Starts { get; } = starts;

    /// <summary>Item index of each recommendation.</summary>
    public int[] Items { get; } = items;

    /// <summary>Score of each recommendation, finite.</summary>
    public double[] Scores { get; } = scores;

    /// <summary>Number of lists; a list may be empty.</summary>
    public int Count => Users.Length;

    /// <summary>The items of list <paramref name="list"/> (a position in <see cref="Users"/>), best first.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such list.</exception>
    public ReadOnlySpan<int> ItemsOf(int list) => Items.AsSpan((int)Starts[list], Length(list));

    /// <summary>The scores of list <paramref name="list"/> (a position in <see cref="Users"/>), parallel to its items.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such list.</exception>
    public ReadOnlySpan<double> ScoresOf(int list) => Scores.AsSpan((int)Starts[list], Length(list));

    private int Length(int list) => (int)(Starts[list + 1] - Starts[list]);
}
