using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Sar;

namespace Pipeline.Train;

/// <summary>What the model was fitted with.</summary>
internal sealed record ModelParameters
{
    /// <summary>Path below the stage folder.</summary>
    public const string Path = "model/parameters.json";

    public required string Similarity { get; init; }

    public required string CoOccurrence { get; init; }

    public required int MinSupport { get; init; }

    public required double? HalfLifeDays { get; init; }

    public required DateTimeOffset ReferenceTime { get; init; }

    public required int Users { get; init; }

    public required int Items { get; init; }

    /// <summary>Neighbours kept of each item in the written similarities.</summary>
    public required int Neighbours { get; init; }

    public static ModelParameters Of(SarModel model, int neighbours) => new()
    {
        Similarity = model.Options.Similarity.ToString().ToLowerInvariant(),
        CoOccurrence = model.Options.CoOccurrenceUnit.ToString().ToLowerInvariant(),
        MinSupport = model.Options.MinSupport,
        HalfLifeDays = model.Options.HalfLifeDays,
        ReferenceTime = DateTimeOffset.UnixEpoch.AddMicroseconds(model.ReferenceTime),
        Users = model.UserCount,
        Items = model.ItemCount,
        Neighbours = neighbours,
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ModelParametersJson.Default.ModelParameters);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(ModelParameters))]
internal sealed partial class ModelParametersJson : JsonSerializerContext;
