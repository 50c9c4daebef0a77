namespace Pipeline.Sar;

public sealed partial class SarModel
{
    /// <summary>
    /// A user's affinities added up, in item order. A score divided by it is the similarity of the item to the user's history, averaged with the
    /// affinities as weights: comparable between users who have much and little, and whose last interaction is near or far. O(history length).
    /// </summary>
    /// <param name="user">User index.</param>
    /// <returns>0 for a user without interactions; with negative weights it can be negative.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user.</exception>
    public double TotalAffinity(int user)
    {
        double total = 0;
        foreach (double affinity in Affinity.Row(user).Values)
            total += affinity;
        return total;
    }
}
