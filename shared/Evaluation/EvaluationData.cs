using Pipeline.Sar;

namespace Pipeline.Evaluation;

/// <summary>
/// What is measured: lists, what came true, and what the lists were made from. Users and items are indices common to all three. Immutable.
/// </summary>
public sealed class EvaluationData
{
    private readonly int[] listOfUser;

    /// <summary>Checks and holds the three. O(all pairs).</summary>
    /// <param name="truth">Users x items: the rating of each held-out pair, 0 or more.</param>
    /// <param name="lists">The lists, at most one a user; a user without a list and one with an empty list are the same.</param>
    /// <param name="training">Users x items: the pairs the lists were made from; null where they are not known.</param>
    /// <exception cref="ArgumentException">The shapes differ, a rating is below 0, a user has two lists or a list an item twice.</exception>
    public EvaluationData(SparseMatrix truth, RecommendationLists lists, SparseMatrix? training = null)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(lists);
        if (training is not null && (training.Rows != truth.Rows || training.Columns != truth.Columns))
            throw new ArgumentException($"The training is {training.Rows} x {training.Columns}, the truth {truth.Rows} x {truth.Columns}.", nameof(training));
        foreach (double rating in truth.Values)
            if (rating < 0)
                throw new ArgumentException($"A rating is {rating}: it must be 0 or more.", nameof(truth));
        Truth = truth;
        Lists = lists;
        Training = training;
        listOfUser = IndexLists(lists, truth.Rows, truth.Columns);
    }

    /// <summary>Users x items: the rating of each held-out pair.</summary>
    public SparseMatrix Truth { get; }

    /// <summary>The lists.</summary>
    public RecommendationLists Lists { get; }

    /// <summary>Users x items: the pairs the lists were made from; null where they are not known.</summary>
    public SparseMatrix? Training { get; }

    /// <summary>What each cell of <see cref="Truth"/> brought, parallel to its values; empty where it is not known.</summary>
    public ReadOnlyMemory<double> Revenue
    {
        get;
        init => field = value.IsEmpty || value.Length == Truth.Count
            ? value : throw new ArgumentException($"There are {value.Length} revenues for {Truth.Count} held-out pairs.", nameof(value));
    }

    /// <summary>Price of each item, null where there is none; empty where none is known.</summary>
    public ReadOnlyMemory<double?> Prices
    {
        get;
        init => field = value.IsEmpty || value.Length == Truth.Columns
            ? value : throw new ArgumentException($"There are {value.Length} prices for {Truth.Columns} items.", nameof(value));
    }

    /// <summary>The first <paramref name="k"/> items of a user's list; empty without one.</summary>
    public ReadOnlySpan<int> ListOf(int user, int k)
    {
        if (listOfUser[user] < 0)
            return [];
        ReadOnlySpan<int> items = Lists.ItemsOf(listOfUser[user]);
        return items.Length > k ? items[..k] : items;
    }

    /// <summary>Users with held-out items or a list, rising: those whom anything can be said about.</summary>
    internal int[] MeasuredUsers() =>
        [.. Enumerable.Range(0, Truth.Rows).Where(user => Truth.Row(user).Count > 0 || !ListOf(user, 1).IsEmpty)];

    private static int[] IndexLists(RecommendationLists lists, int users, int items)
    {
        int[] listOfUser = new int[users], lastList = new int[items];
        Array.Fill(listOfUser, -1);
        for (int list = 0; list < lists.Count; list++)
        {
            int user = lists.Users[list];
            if (listOfUser[user] >= 0)
                throw new ArgumentException($"User {user} has two lists.", nameof(lists));
            listOfUser[user] = list;
            foreach (int item in lists.ItemsOf(list))
            {
                if (lastList[item] == list + 1)
                    throw new ArgumentException($"The list of user {user} has item {item} twice.", nameof(lists));
                lastList[item] = list + 1;
            }
        }
        return listOfUser;
    }
}
