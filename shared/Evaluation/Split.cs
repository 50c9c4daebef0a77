using Pipeline.Sar;

namespace Pipeline.Evaluation;

/// <summary>Interactions to learn from and interactions to be measured against. Users and items keep their indices in both.</summary>
/// <param name="Training">To learn from.</param>
/// <param name="Truth">Held out.</param>
/// <param name="Cut">The moment that divides them, microseconds since 1970 UTC; null where it is not one moment for all.</param>
public sealed record Split(Interactions Training, Interactions Truth, long? Cut)
{
    /// <summary>
    /// The held-out pairs that the user has not got in training, with their weights: lists hold nothing the user has, so that a pair seen again
    /// could not be hit by anybody.
    /// </summary>
    public SparseMatrix NewPairs()
    {
        SparseMatrix seen = PairTable.Of(Training), held = PairTable.WithWeights(Truth);
        List<int> users = [], items = [];
        List<double> weights = [];
        for (int user = 0; user < held.Rows; user++)
            for (int n = 0; n < held.Row(user).Count; n++)
                if (seen.Find(user, held.Row(user).Indices[n]) < 0)
                {
                    users.Add(user);
                    items.Add(held.Row(user).Indices[n]);
                    weights.Add(held.Row(user).Values[n]);
                }
        return PairTable.Of(held.Rows, held.Columns, [.. users], [.. items], [.. weights]);
    }
}

/// <summary>A split that cannot be made, or would leave one side empty: one sentence for whoever asked for it.</summary>
public sealed class SplitException(string message) : Exception(message);
