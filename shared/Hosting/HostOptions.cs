using Pipeline.Storage.S3;

namespace Pipeline.Hosting;

/// <summary>What every stage can be told, whatever it does.</summary>
internal sealed record HostOptions
{
    /// <summary>The run's folder.</summary>
    public required string Run { get; init; }

    /// <summary>Whether an output of other inputs, options or code is replaced.</summary>
    public required bool Overwrite { get; init; }

    /// <summary>Threads to work with; changes only speed.</summary>
    public required int Threads { get; init; }

    /// <summary>Seconds between progress lines in the log.</summary>
    public required double ProgressSeconds { get; init; }

    /// <summary>How S3 is used, where the run lies there.</summary>
    public required S3Settings S3 { get; init; }

    /// <summary>Namespace in CloudWatch of the metrics on standard output; null where none are wanted.</summary>
    public required string? Metrics { get; init; }

    public static HostOptions Parse(OptionReader options)
    {
        HostOptions read = Read(options);
        if (read.Metrics is not { } name || MetricLine.IsNamespace(name))
            return read;
        options.Mistake($"--metrics '{name}' {MetricLine.NamespaceForm}.");
        return read with { Metrics = null };
    }

    private static HostOptions Read(OptionReader options) => new()
    {
        Run = options.Text("run", "FOLDER", "The run: the folder that holds one numbered folder per stage, here or as s3://BUCKET/FOLDER.", decides: false),
        Overwrite = options.Flag("overwrite", "Replace an output that was made from other inputs, options or code.", decides: false),
        Threads = options.Integer(
            "threads", "Threads to work with. Changes only speed.", Math.Min(Environment.ProcessorCount, 1024), min: 1, max: 1024, decides: false),
        ProgressSeconds = options.Number(
            "progress-seconds", "Seconds between progress lines in the log.", 10, min: 0.05, max: 3600, decides: false),
        S3 = new S3Settings
        {
            KmsKey = options.OptionalText(
                "s3-kms-key", "ARN", "The key in AWS KMS that S3 encrypts a run there with, by a bucket key. Without it the bucket's own encryption holds.", decides: false),
        },
        Metrics = options.OptionalText(
            "metrics", "NAMESPACE",
            $"Write metrics to stdout as a line in CloudWatch's embedded metric format, under this namespace, usually {StageMetrics.Namespace}. Without it there are none.",
            decides: false),
    };
}
