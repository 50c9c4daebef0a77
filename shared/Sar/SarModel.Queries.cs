namespace Pipeline.Sar;

public sealed partial class SarModel
{
    /// <summary>
    /// The items most users have, each with its number of distinct users (<see cref="ItemUsers"/>: raw, without the support rule). Weights
    /// and decay play no part. An item that nobody has is left out. O(items log k).
    /// </summary>
    /// <param name="k">Most items; 1 or more.</param>
    /// <param name="allowed">Which items may appear, one flag per item; empty: all.</param>
    /// <exception cref="ArgumentException">The mask doesn't fit the items.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public Ranking PopularItems(int k, ReadOnlySpan<bool> allowed = default)
    {
        TopK top = NewTop(k, ItemCount);
        RecommendOptions.CheckMask(allowed, ItemCount, nameof(allowed));
        for (int item = 0; item < ItemCount; item++)
            if (itemUsers[item] > 0 && (allowed.IsEmpty || allowed[item]) && top.Admits(item, itemUsers[item]))
                top.Push(item, itemUsers[item]);
        return top.ToRanking();
    }

    /// <summary>
    /// The users who have most items, each with its number of distinct items. Weights and decay play no part. A user without interactions
    /// is left out. O(users log k).
    /// </summary>
    /// <param name="k">Most users; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public Ranking PopularUsers(int k)
    {
        TopK top = NewTop(k, UserCount);
        for (int user = 0; user < UserCount; user++)
            if (Affinity.Row(user).Count is > 0 and int items && top.Admits(user, items))
                top.Push(user, items);
        return top.ToRanking();
    }

    /// <summary>The items most similar to an item, itself left out; only stored similarities, which may be negative for some kinds.</summary>
    /// <param name="item">Item index.</param>
    /// <param name="k">Most items; 1 or more.</param>
    /// <param name="allowed">Which items may appear, one flag per item; empty: all.</param>
    /// <exception cref="ArgumentException">The mask doesn't fit the items.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item, or <paramref name="k"/> is below 1.</exception>
    public Ranking SimilarItems(int item, int k, ReadOnlySpan<bool> allowed = default)
    {
        CheckItem(item);
        RecommendOptions.CheckMask(allowed, ItemCount, nameof(allowed));
        TopK top = NewTop(k, ItemCount);
        var (others, values) = SimilarityRow(item);
        for (int n = 0; n < others.Length; n++)
            if (others[n] != item && (allowed.IsEmpty || allowed[others[n]]) && top.Admits(others[n], values[n]))
                top.Push(others[n], values[n]);
        return top.ToRanking();
    }

    /// <summary>
    /// The users most similar to a user: dot product of their affinities, not normalised, weights and decay included. The user is left out,
    /// and so is everybody who shares no item with a non-zero affinity on both sides. O(all pairs).
    /// </summary>
    /// <param name="user">User index.</param>
    /// <param name="k">Most users; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user, or <paramref name="k"/> is below 1.</exception>
    public Ranking SimilarUsers(int user, int k)
    {
        CheckUser(user);
        TopK top = NewTop(k, UserCount);
        double[] mine = new double[ItemCount];
        var (myItems, myWeights) = Affinity.Row(user);
        for (int n = 0; n < myItems.Length; n++)
            mine[myItems[n]] = myWeights[n];

        for (int other = 0; other < UserCount; other++)
            if (other != user && TryDot(mine, Affinity.Row(other), out double product) && top.Admits(other, product))
                top.Push(other, product);
        return top.ToRanking();
    }

    /// <summary>The product in item order; false if no term has two factors other than 0.</summary>
    private static bool TryDot(double[] dense, SparseRow row, out double product)
    {
        bool overlaps = false;
        product = 0;
        for (int n = 0; n < row.Count; n++)
        {
            double left = dense[row.Indices[n]], right = row.Values[n];
            overlaps |= left != 0 && right != 0;
            product += left * right;
        }
        return overlaps;
    }

    private static TopK NewTop(int k, int candidates)
    {
        RecommendOptions.CheckK(k, nameof(k));
        return new TopK(Math.Min(k, candidates));
    }
}
