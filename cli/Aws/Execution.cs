using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Cli.Aws;

/// <summary>An execution of the state machine.</summary>
/// <param name="Arn">Its ARN.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.</param>
/// <param name="Started">When it began.</param>
/// <param name="Ended">When it ended; null as long as it runs.</param>
internal sealed record Execution(string Arn, string Name, string Status, DateTimeOffset Started, DateTimeOffset? Ended)
{
    /// <summary>Whether it goes on.</summary>
    public bool IsRunning => Status == "RUNNING";

    /// <summary>Whether its run went live.</summary>
    public bool IsSuccess => Status == "SUCCEEDED";

    /// <summary>How long it took, or takes until now.</summary>
    public TimeSpan Took(DateTimeOffset now) => (Ended ?? now) - Started;

    /// <summary>Reads what Step Functions lists.</summary>
    public static Execution Read(JsonNode? node) => new(
        (string)node!["executionArn"]!, (string)node["name"]!, (string)node["status"]!, Time(node["startDate"])!.Value, Time(node["stopDate"]));

    /// <summary>A time as this protocol writes it: seconds since 1970.</summary>
    internal static DateTimeOffset? Time(JsonNode? node) => node is null
        ? null
        : DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(node.ToString(), CultureInfo.InvariantCulture));
}
