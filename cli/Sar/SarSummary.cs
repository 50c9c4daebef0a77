using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Cli.Sar;

/// <summary>What the command did, its last line on stdout.</summary>
/// <param name="Rows">Interactions read.</param>
/// <param name="Users">Distinct users.</param>
/// <param name="Items">Distinct items.</param>
/// <param name="ReadSeconds">Reading the interactions and numbering the ids.</param>
/// <param name="FitSeconds">Fitting the model.</param>
/// <param name="RecommendSeconds">Working out the lists; writing them is in none of the three.</param>
/// <param name="PeakMb">Most memory the process has had, in units of 10^6 bytes.</param>
internal sealed record SarSummary(
    int Rows, int Users, int Items, double ReadSeconds, double FitSeconds, double RecommendSeconds, double PeakMb)
{
    public string ToJson() => JsonSerializer.Serialize(this, SarSummaryJson.Default.SarSummary);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SarSummary))]
internal sealed partial class SarSummaryJson : JsonSerializerContext;
