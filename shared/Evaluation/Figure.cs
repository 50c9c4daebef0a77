namespace Pipeline.Evaluation;

/// <summary>One number of an evaluation.</summary>
/// <param name="Metric">Its name, one of <see cref="MetricNames"/>.</param>
/// <param name="K">Length the lists were cut to.</param>
/// <param name="Group"><see cref="All"/>, or a group as <c>segment=loyal</c>.</param>
/// <param name="Value">The figure; null where it is not defined (nothing to divide by), never NaN.</param>
/// <param name="Low">Lower end of its interval; null without one.</param>
/// <param name="High">Upper end of its interval.</param>
/// <param name="Users">Users it was taken over: those of the group with held-out items or a list.</param>
public sealed record Figure(string Metric, int K, string Group, double? Value, double? Low, double? High, int Users)
{
    /// <summary>The group of everybody.</summary>
    public const string All = "all";

    /// <summary>The name with the length in place of k: <c>ndcg@10</c>, <c>coverage</c> figures as <c>gini@10</c>.</summary>
    public string ShortName => ShortNameOf(Metric, K);

    /// <summary>As <see cref="ShortName"/>.</summary>
    public static string ShortNameOf(string metric, int k)
    {
        ArgumentNullException.ThrowIfNull(metric);
        const string atK = "_at_k";
        // Two metrics differ in nothing but this ending.
        bool keeps = metric is MetricNames.MapAtK;
        return keeps || !metric.EndsWith(atK, StringComparison.Ordinal) ? $"{metric}@{k}" : $"{metric[..^atK.Length]}@{k}";
    }
}
