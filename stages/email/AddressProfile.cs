using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Email;

/// <summary>How many addresses of the customer file could be used, left in the run so that a later one can be compared with it.</summary>
internal sealed record AddressProfile
{
    /// <summary>The file's name in the stage folder.</summary>
    public const string FileName = "addresses.json";

    private const string CurrentContract = "addresses/1";

    /// <summary>Name and version of the file's form.</summary>
    public required string Contract { get; init; }

    /// <summary>Addresses looked at: one for each customer of the file, and one for each malformed line.</summary>
    public required long Addresses { get; init; }

    /// <summary>Those that cannot be used, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Invalid { get; init; }

    /// <summary>Those that cannot be used.</summary>
    [JsonIgnore]
    public long InvalidCount => Invalid.Values.Sum();

    /// <summary>
    /// The share of those that cannot be used, to be compared with another. One of each kind is taken to be there besides, so that a file
    /// without fault is not infinitely better than one with a single fault.
    /// </summary>
    [JsonIgnore]
    public decimal ComparableShare => (InvalidCount + 1m) / (Addresses + 1m);

    /// <summary>What the counts come to.</summary>
    public static AddressProfile Of(CustomerCounts counts) => new()
    {
        Contract = CurrentContract,
        Addresses = counts.Valid + counts.NonConforming + counts.Invalid + counts.Malformed,
        Invalid = counts.Reasons.ToDictionary(r => r.Key, r => r.Value.Count),
    };

    /// <summary>Reads what <see cref="ToJson"/> wrote; null for anything else, other versions included.</summary>
    public static AddressProfile? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, AddressJson.Default.AddressProfile) is { Contract: CurrentContract, Addresses: >= 0 } profile
                && profile.Invalid.Values.All(count => count >= 0) ? profile : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The file's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, AddressJson.Default.AddressProfile);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AddressProfile))]
internal sealed partial class AddressJson : JsonSerializerContext;
