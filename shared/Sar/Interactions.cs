namespace Pipeline.Sar;

/// <summary>
/// What users did: one row per interaction, in four parallel columns (five with baskets) of equal length. Rows may come in any order and repeat: the rows
/// of a (user, item) pair are added up for the affinity and count once for co-occurrence.
/// </summary>
/// <remarks>
/// Legal and meaningful: no rows, no users, no items, one user, one item, and users or items without any row. The columns are kept,
/// not copied: don't change them while a fit reads them. Reading is thread-safe.
/// </remarks>
public sealed class Interactions
{
    /// <summary>
    /// Largest weight in magnitude. So far below the end of <see cref="double"/> that no sum or product of a fit or a score can overflow.
    /// </summary>
    public const double MaxWeight = 1e100;

    /// <summary>Checks and holds the four columns. O(rows).</summary>
    /// <param name="userCount">Users there are; indices run from 0 to one less. 0 or more.</param>
    /// <param name="itemCount">Items there are; indices run from 0 to one less. 0 or more.</param>
    /// <param name="users">User index of each row.</param>
    /// <param name="items">Item index of each row.</param>
    /// <param name="weights">Weight of each row; finite, at most <see cref="MaxWeight"/> in magnitude; zero and negative are legal.</param>
    /// <param name="times">Time of each row, microseconds since 1970-01-01 UTC; every value is legal.</param>
    /// <param name="baskets">Basket number of each row, unique within its user; -1: none. Empty: no row has one.</param>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or a row holds an index or a weight out of range.</exception>
    public Interactions(
        int userCount, int itemCount,
        ReadOnlyMemory<int> users, ReadOnlyMemory<int> items, ReadOnlyMemory<double> weights, ReadOnlyMemory<long> times,
        ReadOnlyMemory<int> baskets = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(userCount);
        ArgumentOutOfRangeException.ThrowIfNegative(itemCount);
        if (items.Length != users.Length || weights.Length != users.Length || times.Length != users.Length)
            throw new ArgumentException(
                $"The columns differ in length: {users.Length} users, {items.Length} items, {weights.Length} weights, {times.Length} times.");
        if (!baskets.IsEmpty && baskets.Length != users.Length)
            throw new ArgumentException($"The columns differ in length: {users.Length} users, {baskets.Length} baskets.", nameof(baskets));
        foreach (int basket in baskets.Span)
            ArgumentOutOfRangeException.ThrowIfLessThan(basket, -1, nameof(baskets));
        CheckIndices(users.Span, userCount, nameof(users), "user");
        CheckIndices(items.Span, itemCount, nameof(items), "item");
        CheckWeights(weights.Span);
        UserCount = userCount;
        ItemCount = itemCount;
        Users = users;
        Items = items;
        Weights = weights;
        Times = times;
        Baskets = baskets;
    }

    /// <summary>Users there are, with or without rows.</summary>
    public int UserCount { get; }

    /// <summary>Items there are, with or without rows.</summary>
    public int ItemCount { get; }

    /// <summary>Rows there are.</summary>
    public int Count => Users.Length;

    /// <summary>User index of each row, 0 to <see cref="UserCount"/> - 1.</summary>
    public ReadOnlyMemory<int> Users { get; }

    /// <summary>Item index of each row, 0 to <see cref="ItemCount"/> - 1.</summary>
    public ReadOnlyMemory<int> Items { get; }

    /// <summary>Weight of each row, finite.</summary>
    public ReadOnlyMemory<double> Weights { get; }

    /// <summary>Time of each row, microseconds since 1970-01-01 UTC.</summary>
    public ReadOnlyMemory<long> Times { get; }

    /// <summary>
    /// Basket number of each row, -1 without; empty if no row has one. Used only with <see cref="CoOccurrenceUnit.Basket"/>.
    /// </summary>
    public ReadOnlyMemory<int> Baskets { get; }

    /// <summary>Bytes of the columns: 24 a row, 28 with baskets.</summary>
    public long Bytes => (Baskets.IsEmpty ? 24L : 28L) * Count;

    /// <summary>Time of the newest row; null without rows. O(rows).</summary>
    public long? NewestTime()
    {
        if (Count == 0)
            return null;
        long newest = long.MinValue;
        foreach (long time in Times.Span)
            newest = Math.Max(newest, time);
        return newest;
    }

    /// <summary>
    /// These rows and then others, as new columns (the same ones if there is nothing to add), with the users and items of the others. Where
    /// only one side has baskets, the rows of the other have none. O(rows).
    /// </summary>
    internal Interactions Append(Interactions more)
    {
        if ((long)Count + more.Count > Array.MaxLength)
            throw new InvalidOperationException(
                $"{Count} and {more.Count} interactions are more than {Array.MaxLength}, the most there can be. Leave out old ones and fit anew.");
        bool hasBaskets = !Baskets.IsEmpty || !more.Baskets.IsEmpty;
        return new Interactions(
            more.UserCount, more.ItemCount, Join(Users, more.Users), Join(Items, more.Items), Join(Weights, more.Weights), Join(Times, more.Times),
            hasBaskets ? Join(BasketsOrNone(this), BasketsOrNone(more)) : default);

        static ReadOnlyMemory<int> BasketsOrNone(Interactions data)
        {
            if (!data.Baskets.IsEmpty)
                return data.Baskets;
            int[] none = new int[data.Count];
            Array.Fill(none, -1);
            return none;
        }
    }

    private static ReadOnlyMemory<T> Join<T>(ReadOnlyMemory<T> rows, ReadOnlyMemory<T> more)
    {
        if (more.IsEmpty)
            return rows;
        T[] joined = new T[rows.Length + more.Length];
        rows.CopyTo(joined);
        more.CopyTo(joined.AsMemory(rows.Length));
        return joined;
    }

    private static void CheckIndices(ReadOnlySpan<int> indices, int count, string name, string noun)
    {
        for (int row = 0; row < indices.Length; row++)
            if ((uint)indices[row] >= (uint)count)
                throw new ArgumentOutOfRangeException(
                    name, indices[row], $"Row {row}: {noun} index {indices[row]} is not one of the {count} from 0 on.");
    }

    private static void CheckWeights(ReadOnlySpan<double> weights)
    {
        for (int row = 0; row < weights.Length; row++)
            if (!(Math.Abs(weights[row]) <= MaxWeight))
                throw new ArgumentOutOfRangeException(
                    nameof(weights), weights[row], $"Row {row}: the weight is not a number from -{MaxWeight} to {MaxWeight}.");
    }
}
