namespace Pipeline.Sar;

/// <summary>Within what two items must meet to count as having occurred together.</summary>
public enum CoOccurrenceUnit
{
    /// <summary>Everything one user ever did: each user counts once for a pair of items. The default, and what the reference does.</summary>
    User,

    /// <summary>
    /// One basket of one user: the rows with the user's same basket number (<see cref="Interactions.Baskets"/>), and among rows without a
    /// number those at the same time. Says what is bought together rather than by the same people; a user counts once for every basket.
    /// Affinity, and what is seen, stay the user's.
    /// </summary>
    Basket,
}
