namespace Pipeline.Sar;

/// <summary>What one item of a user's history adds to the score of another item.</summary>
/// <param name="Item">The item of the history.</param>
/// <param name="Value">Affinity of the user to it, times its similarity to the scored item; 0 where the two are not similar.</param>
public readonly record struct Contribution(int Item, double Value);
