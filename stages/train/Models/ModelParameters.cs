using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;
using Pipeline.Hosting;

namespace Pipeline.Train;

/// <summary>What the models were fitted with.</summary>
internal sealed record ModelParameters
{
    /// <summary>Path below the stage folder.</summary>
    public const string Path = "model/parameters.json";

    /// <summary>The version of the file's format.</summary>
    public const string CurrentContract = "model-parameters/2";

    /// <summary>Version the file was written in.</summary>
    public required string Contract { get; init; }

    /// <summary>Version of the code that fitted.</summary>
    public required string Code { get; init; }

    public required string Similarity { get; init; }

    public required string CoOccurrence { get; init; }

    public required int MinSupport { get; init; }

    public required double? HalfLifeDays { get; init; }

    public required DateTimeOffset ReferenceTime { get; init; }

    public required int Users { get; init; }

    public required int Items { get; init; }

    /// <summary>Neighbours kept of each item in the written similarities.</summary>
    public required int Neighbours { get; init; }

    /// <summary>Fewest customers who have both items of a written pair.</summary>
    public required int MinGroup { get; init; }

    /// <summary>Customers of each model, by its name.</summary>
    public required IReadOnlyDictionary<string, int> Models { get; init; }

    public static ModelParameters Of(ModelSet models, int neighbours, int minGroup) => new()
    {
        Contract = CurrentContract,
        Code = CodeVersion.Of(Assembly.GetExecutingAssembly()),
        Similarity = models.All.Options.Similarity.ToString().ToLowerInvariant(),
        CoOccurrence = models.All.Options.CoOccurrenceUnit.ToString().ToLowerInvariant(),
        MinSupport = models.All.Options.MinSupport,
        HalfLifeDays = models.All.Options.HalfLifeDays,
        ReferenceTime = DateTimeOffset.UnixEpoch.AddMicroseconds(models.All.ReferenceTime),
        Users = models.All.UserCount,
        Items = models.All.ItemCount,
        Neighbours = neighbours,
        MinGroup = minGroup,
        Models = new OrderedDictionary<string, int>(
            [new(ModelNames.All, models.All.UserCount), .. models.Groups.Select(group => KeyValuePair.Create(group.Name, group.Users.Length))]),
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ModelParametersJson.Default.ModelParameters);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(ModelParameters))]
internal sealed partial class ModelParametersJson : JsonSerializerContext;
