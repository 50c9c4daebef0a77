using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace Pipeline.Testing;

/// <summary>The rules of CloudWatch's embedded metric format, as its specification states them.</summary>
public static class MetricFormat
{
    private const int MostMetrics = 100, MostDimensions = 30, MostBytes = 256 * 1024;

    private static readonly HashSet<string> Units =
    [
        "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits", "Gigabits",
        "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second",
        "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", "None",
    ];

    /// <summary>The lines of an output that are meant as metrics.</summary>
    public static string[] LinesOf(string output) => [.. output.Split('\n').Where(line => line.Contains("\"_aws\"", StringComparison.Ordinal))];

    /// <summary>Fails the test unless a line keeps all rules.</summary>
    /// <returns>The values by the names of the metrics.</returns>
    public static IReadOnlyDictionary<string, double> Read(string line)
    {
        Assert.That(Encoding.UTF8.GetByteCount(line), Is.LessThan(MostBytes));
        Assert.That(line, Does.Not.Contain('\n'));
        JsonElement root = JsonElement.Parse(line), aws = root.GetProperty("_aws");
        var now = DateTimeOffset.UtcNow;
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(aws.GetProperty("Timestamp").GetInt64()), Is.InRange(now.AddHours(-1), now.AddMinutes(1)), "milliseconds since 1970");
        var values = new Dictionary<string, double>();
        foreach (JsonElement directive in aws.GetProperty("CloudWatchMetrics").EnumerateArray())
        {
            Assert.That(directive.GetProperty("Namespace").GetString(), Has.Length.InRange(1, 1024));
            foreach (JsonElement set in directive.GetProperty("Dimensions").EnumerateArray())
            {
                Assert.That(set.GetArrayLength(), Is.LessThanOrEqualTo(MostDimensions));
                foreach (string name in set.EnumerateArray().Select(d => d.GetString()!))
                    Assert.That(root.GetProperty(name).GetString(), Has.Length.InRange(1, 1024), name);
            }
            Assert.That(directive.GetProperty("Metrics").GetArrayLength(), Is.InRange(1, MostMetrics));
            foreach (JsonElement metric in directive.GetProperty("Metrics").EnumerateArray())
            {
                string name = metric.GetProperty("Name").GetString()!;
                Assert.That(name, Has.Length.InRange(1, 1024));
                Assert.That(Units, Does.Contain(metric.GetProperty("Unit").GetString()), name);
                Assert.That(values.TryAdd(name, root.GetProperty(name).GetDouble()), Is.True, $"{name} twice");
                Assert.That(double.IsFinite(values[name]), Is.True, name);
            }
        }
        return values;
    }
}
