namespace Pipeline.Infra;

/// <summary>The metrics of the stages that are watched, under the names they are written with.</summary>
internal static class MetricNames
{
    /// <summary>What tells the stages apart.</summary>
    public const string Stage = "Stage";

    /// <summary>Of every stage.</summary>
    public const string RowsIn = "RowsIn", Duration = "Duration", PeakMemoryShare = "PeakMemoryShare";

    /// <summary>Of load, train and email.</summary>
    public const string RejectShare = "RejectShare", FallbackShare = "FallbackShare", QuarantineShare = "QuarantineShare";

    /// <summary>Where the metrics of an environment are in CloudWatch.</summary>
    public static string NamespaceOf(string environment) => $"Pipeline/{environment}";
}
