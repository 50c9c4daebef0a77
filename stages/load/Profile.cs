using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Load;

/// <summary>What the data look like at a glance; the same for any order of the lines.</summary>
internal sealed record Profile
{
    /// <summary>The file's name in the stage folder.</summary>
    public const string FileName = "profile.json";

    /// <summary>The version of the file's format.</summary>
    public const string CurrentContract = "profile/1";

    /// <summary>Version the file was written in.</summary>
    public required string Contract { get; init; }

    /// <summary>Whether there is enough to learn from.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Lines of data in the file.</summary>
    public required long Lines { get; init; }

    /// <summary>Lines kept as interactions.</summary>
    public required long Interactions { get; init; }

    /// <summary>Lines left out on request, by wish.</summary>
    public required IReadOnlyDictionary<string, long> Excluded { get; init; }

    /// <summary>Lines rejected, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Rejected { get; init; }

    /// <summary>Distinct customers.</summary>
    public required long Users { get; init; }

    /// <summary>Customers with at least <see cref="Verdicts.PurchasesOfBuyer"/> purchases.</summary>
    public required long UsersWithTwoPurchases { get; init; }

    /// <summary>Distinct products.</summary>
    public required long Items { get; init; }

    /// <summary>Time of the first interaction, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Time of the last interaction, UTC.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Interactions by event.</summary>
    public required IReadOnlyDictionary<string, long> Events { get; init; }

    /// <summary>Money taken, returns taken off.</summary>
    public required double Revenue { get; init; }

    /// <summary>Interactions with an item that the user had before, as a share of all; see <see cref="RepeatCounter"/> for how exact it is.</summary>
    public required double RepeatShare { get; init; }

    /// <summary>Interactions of a user.</summary>
    public required Activity UserActivity { get; init; }

    /// <summary>Interactions of an item.</summary>
    public required Activity ItemActivity { get; init; }

    /// <summary>The catalogue; null where there is none.</summary>
    public required CatalogueProfile? Catalogue { get; init; }

    /// <summary>Lines rejected as a share of all.</summary>
    [JsonIgnore]
    public decimal RejectShare => Rejected.Values.Sum() / (decimal)Lines;

    /// <summary>Reads what <see cref="ToJson"/> wrote; null for anything else, other versions included.</summary>
    public static Profile? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            Profile? profile = JsonSerializer.Deserialize(json, LoadJson.Default.Profile);
            return profile is { Contract: CurrentContract, Lines: > 0, Interactions: > 0, Users: > 0, Items: > 0 } ? profile : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The file's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, LoadJson.Default.Profile);
}

/// <summary>What became of the catalogue's lines.</summary>
/// <param name="Lines">Lines of data in the file.</param>
/// <param name="Products">Lines kept as products.</param>
/// <param name="Rejected">Lines rejected, by reason.</param>
internal sealed record CatalogueProfile(long Lines, long Products, IReadOnlyDictionary<string, long> Rejected);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Profile))]
[JsonSerializable(typeof(Drift))]
internal sealed partial class LoadJson : JsonSerializerContext;
