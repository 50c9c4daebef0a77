using Pipeline.Sar;

namespace Pipeline.Models;

/// <summary>
/// A way to recommend: whatever learns from interactions and then makes lists can stand beside the others in an evaluation. Thread-safe. The
/// same interactions in any order give the same lists, whatever the number of threads.
/// </summary>
public interface IRecommender
{
    /// <summary>What it is called in tables, its settings included; no two in a comparison share a name.</summary>
    string Name { get; }

    /// <summary>Learns.</summary>
    /// <param name="training">What users did.</param>
    /// <param name="threads">Most threads; 0: one per processor. Changes speed only.</param>
    /// <param name="cancellation">Stops it.</param>
    IRecommenderModel Fit(Interactions training, int threads, CancellationToken cancellation);
}

/// <summary>What was learned. Immutable, thread-safe.</summary>
public interface IRecommenderModel
{
    /// <summary>A list for each of the users, in their order, best first: at most <paramref name="k"/> items that the user has not had.</summary>
    /// <param name="users">Users, by their indices in the training; each once.</param>
    /// <param name="k">Longest list, 1 or more. Lists may be shorter, or empty.</param>
    /// <param name="threads">Most threads; 0: one per processor. Changes speed only.</param>
    /// <param name="cancellation">Stops it.</param>
    RecommendationLists Recommend(ReadOnlyMemory<int> users, int k, int threads, CancellationToken cancellation);
}
