using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Evaluation;
using Pipeline.Storage;

namespace Pipeline.Cli.Evaluate;

/// <summary>What came out of measuring a run's model on days that it was not trained on: the run's <c>evaluation.json</c>.</summary>
/// <param name="Fingerprint">Of everything that decides the figures: what transform made, the settings, the code.</param>
/// <param name="HoldoutDays">Days held out.</param>
/// <param name="K">Length of the lists.</param>
/// <param name="Users">Customers who were measured.</param>
/// <param name="ColdUsers">Those of them without training.</param>
/// <param name="Sar">Figures of the model.</param>
/// <param name="Popular">Figures of what is popular.</param>
/// <param name="NdcgAgainstPopular">Mean of the customers' differences in NDCG.</param>
/// <param name="PValue">Of the paired t-test on them.</param>
internal sealed record HoldoutRecord(
    string Fingerprint, double HoldoutDays, int K, int Users, int ColdUsers, IReadOnlyList<Figure> Sar, IReadOnlyList<Figure> Popular,
    double NdcgAgainstPopular, double? PValue)
{
    /// <summary>Its place in the run.</summary>
    public const string Key = "evaluation.json";

    /// <summary>The figure that gates go by.</summary>
    [JsonIgnore]
    public double Ndcg => Sar.Single(f => f.Metric == MetricNames.Ndcg).Value!.Value;

    /// <summary>That of popularity.</summary>
    [JsonIgnore]
    public double PopularNdcg => Popular.Single(f => f.Metric == MetricNames.Ndcg).Value!.Value;

    /// <summary>The record of a run; null where there is none that can be read.</summary>
    public static async Task<HoldoutRecord?> ReadAsync(RunFolder run, CancellationToken cancellation)
    {
        try
        {
            return await run.Store.ReadAsync(Key, cancellation) is { } json ? JsonSerializer.Deserialize(json, HoldoutRecordJson.Default.HoldoutRecord) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it into a run.</summary>
    public ValueTask WriteAsync(RunFolder run, CancellationToken cancellation) =>
        run.Store.WriteAsync(Key, JsonSerializer.SerializeToUtf8Bytes(this, HoldoutRecordJson.Default.HoldoutRecord), cancellation);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(HoldoutRecord))]
internal sealed partial class HoldoutRecordJson : JsonSerializerContext;
