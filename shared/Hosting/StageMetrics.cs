namespace Pipeline.Hosting;

/// <summary>A metric as CloudWatch knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">One of CloudWatch's units.</param>
public sealed record StageMetric(string Name, string Unit);

/// <summary>
/// The metrics that stages write, by stage: the one place for their names, whoever writes, plots or watches them. A stage that lacks what a share is
/// of does not write it.
/// </summary>
public static class StageMetrics
{
    /// <summary>The usual namespace.</summary>
    public const string Namespace = "Pipeline";

    /// <summary>The one dimension: the stage's name, for example <c>load</c>.</summary>
    public const string StageDimension = "Stage";

    /// <summary>1 for an end with the output in place, written now or before, 0 for any other end. Of inject: the night's success.</summary>
    public static readonly StageMetric Succeeded = new("Succeeded", "Count");

    /// <summary>1 for an end with an exit code above 0, 0 for any other end.</summary>
    public static readonly StageMetric Failed = new("Failed", "Count");

    /// <summary>How long the stage took.</summary>
    public static readonly StageMetric Duration = new("Duration", "Seconds");

    /// <summary>The most memory the process had.</summary>
    public static readonly StageMetric PeakMemory = new("PeakMemory", "Megabytes");

    /// <summary>The same as a share of what the task or machine has.</summary>
    public static readonly StageMetric PeakMemoryShare = new("PeakMemoryShare", "Percent");

    /// <summary>Rows that came in.</summary>
    public static readonly StageMetric RowsIn = new("RowsIn", "Count");

    /// <summary>Rows kept.</summary>
    public static readonly StageMetric RowsKept = new("RowsKept", "Count");

    /// <summary>Rows dropped, for whatever reason.</summary>
    public static readonly StageMetric RowsDropped = new("RowsDropped", "Count");

    /// <summary>Rows that came in, by second.</summary>
    public static readonly StageMetric RowsPerSecond = new("RowsPerSecond", "Count/Second");

    /// <summary>Load: lines of the interactions that could not be read, of all.</summary>
    public static readonly StageMetric RejectShare = new("RejectShare", "Percent");

    /// <summary>Train: recommendations that do not come from the model, of all.</summary>
    public static readonly StageMetric FallbackShare = new("FallbackShare", "Percent");

    /// <summary>Email: lines of the customer file in quarantine, of all.</summary>
    public static readonly StageMetric QuarantineShare = new("QuarantineShare", "Percent");

    /// <summary>Shares of counters of the manifest: the metric, of which part, of which whole, and whether the part is what is left of the whole.</summary>
    private static readonly IReadOnlyList<(StageMetric Metric, string Part, string Whole, bool IsRest)> Shares =
    [
        (RejectShare, "rejected", "rows_in", false),
        (FallbackShare, "recommendations_sar", "recommendations", true),
        (QuarantineShare, "quarantined", "customer_lines", false),
    ];

    /// <summary>The metrics of a stage that did its work.</summary>
    internal static IEnumerable<(StageMetric Metric, double Value)> Of(Counters counters, TimeSpan elapsed)
    {
        yield return (RowsIn, counters.RowsIn);
        yield return (RowsKept, counters.RowsKept);
        yield return (RowsDropped, counters.Dropped.Values.Sum());
        yield return (RowsPerSecond, Math.Round(counters.RowsIn / Math.Max(elapsed.TotalSeconds, 0.001)));
        IReadOnlyDictionary<string, long> all = counters.ToDictionary();
        foreach ((StageMetric metric, string part, string whole, bool isRest) in Shares)
        {
            if (all.TryGetValue(part, out long some) && all.TryGetValue(whole, out long of) && of > 0)
                yield return (metric, Math.Round(100.0 * (isRest ? of - some : some) / of, 3));
        }
    }
}
