using System.Diagnostics;
using Pipeline.Models;
using Pipeline.Sar;

namespace Pipeline.Evaluation;

/// <summary>What became of one model in an experiment.</summary>
/// <param name="Name">The model.</param>
/// <param name="Result">Its figures.</param>
/// <param name="FitSeconds">Wall time of learning.</param>
/// <param name="RecommendSeconds">Wall time of making the lists.</param>
public sealed record ModelOutcome(string Name, EvaluationResult Result, double FitSeconds, double RecommendSeconds);

/// <summary>
/// Models under the same conditions: the same training, the same users, lists of the same length (short ones go on with popular items, as those
/// that are sent do), full catalogue. The users are those with held-out items that are new to them. Thread-safe.
/// </summary>
public sealed class Experiment
{
    private readonly Split split;
    private readonly EvaluationOptions options;
    private readonly SparseMatrix seen;
    private readonly int[] users;
    private readonly int longest;
    private readonly RecommendationLists popular;

    /// <summary>Prepares. O(rows).</summary>
    /// <exception cref="SplitException">No user has anything new held out.</exception>
    public Experiment(Split split, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.split = split;
        this.options = options;
        seen = PairTable.Of(split.Training);
        Truth = split.NewPairs();
        users = [.. Enumerable.Range(0, Truth.Rows).Where(user => Truth.Row(user).Count > 0)];
        if (users.Length == 0)
            throw new SplitException("All that is held out, its users have in training already: there is nothing a list could hit.");
        longest = options.Ks.Max();
        popular = new PopularRecommender().Fit(split.Training, options.Threads, default).Recommend(users, longest, options.Threads, default);
    }

    /// <summary>Users x items: what lists are measured against.</summary>
    public SparseMatrix Truth { get; }

    /// <summary>Users who are measured.</summary>
    public int UserCount => users.Length;

    /// <summary>How many of them are cold: without training.</summary>
    public int ColdUserCount => users.Count(user => seen.Row(user).Count == 0);

    /// <summary>Lets a model learn, makes its lists and measures them.</summary>
    public ModelOutcome Run(IRecommender recommender, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(recommender);
        long started = Stopwatch.GetTimestamp();
        IRecommenderModel model = recommender.Fit(split.Training, options.Threads, cancellation);
        double fit = Stopwatch.GetElapsedTime(started).TotalSeconds;
        started = Stopwatch.GetTimestamp();
        RecommendationLists lists = model.Recommend(users, longest, options.Threads, cancellation);
        double recommend = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var data = new EvaluationData(Truth, ListFill.Complete(lists, popular, longest), seen);
        return new ModelOutcome(recommender.Name, Evaluator.Evaluate(data, options, cancellation), fit, recommend);
    }
}
