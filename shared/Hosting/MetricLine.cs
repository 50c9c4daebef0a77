using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>
/// A stage's metrics as one line in CloudWatch's embedded metric format, which the log's agent turns into metrics: no call, no permission. Holds figures
/// and the names of stage and run, nothing of any customer.
/// </summary>
public static partial class MetricLine
{
    private const string Root = "_aws";

    /// <summary>What a namespace must look like, for messages.</summary>
    internal const string NamespaceForm = "must be up to 255 letters, digits and . - _ / # :, not begin with a colon or AWS/, and say where the metrics go, such as Pipeline";

    /// <summary>Whether a line of a stage's output holds metrics.</summary>
    public static bool IsOne(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.StartsWith($"{{\"{Root}\":", StringComparison.Ordinal);
    }

    /// <summary>Whether CloudWatch takes a name for a namespace.</summary>
    internal static bool IsNamespace(string name) => Namespaces.IsMatch(name) && !name.StartsWith("AWS/", StringComparison.Ordinal);

    /// <summary>Writes the metrics of a stage's end to standard output, if they are wanted.</summary>
    /// <param name="host">What the stage was told.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="code">How it ended.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="counters">What it counted; null where it did not do its work.</param>
    internal static void Write(HostOptions host, StageContract stage, int code, TimeSpan elapsed, Counters? counters = null)
    {
        if (host.Metrics is null)
            return;
        using Process process = Process.GetCurrentProcess();
        long peak = process.PeakWorkingSet64, available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        (StageMetric, double)[] metrics =
        [
            (StageMetrics.Succeeded, code == 0 ? 1 : 0),
            (StageMetrics.Failed, code == 0 ? 0 : 1),
            (StageMetrics.Duration, Math.Round(elapsed.TotalSeconds, 3)),
            (StageMetrics.PeakMemory, peak / (1024 * 1024)),
            (StageMetrics.PeakMemoryShare, Math.Round(100.0 * peak / available, 1)),
            .. counters is null ? [] : StageMetrics.Of(counters, elapsed),
        ];
        Console.Out.WriteLine(ToJson(host.Metrics, stage.Name, RunFolder.NameOf(host.Run), code, TimeProvider.System.GetUtcNow(), metrics));
        Console.Out.Flush();
    }

    internal static string ToJson(
        string space, string stage, string run, int code, DateTimeOffset time, IReadOnlyList<(StageMetric Metric, double Value)> metrics)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(Root);
            json.WriteNumber("Timestamp", time.ToUnixTimeMilliseconds());
            json.WriteStartArray("CloudWatchMetrics");
            json.WriteStartObject();
            json.WriteString("Namespace", space);
            json.WriteStartArray("Dimensions");
            json.WriteStartArray();
            json.WriteStringValue(StageMetrics.StageDimension);
            json.WriteEndArray();
            json.WriteEndArray();
            json.WriteStartArray("Metrics");
            foreach ((StageMetric metric, _) in metrics)
            {
                json.WriteStartObject();
                json.WriteString("Name", metric.Name);
                json.WriteString("Unit", metric.Unit);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteString(StageMetrics.StageDimension, stage);
            // Whoever named a run after an address did it against all advice.
            if (!run.Contains('@', StringComparison.Ordinal))
                json.WriteString("Run", run);
            json.WriteNumber("ExitCode", code);
            foreach ((StageMetric metric, double value) in metrics)
                json.WriteNumber(metric.Name, value);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [GeneratedRegex("^[A-Za-z0-9._/#-][A-Za-z0-9._/#:-]{0,254}$", RegexOptions.CultureInvariant)]
    private static partial Regex Namespaces { get; }
}
