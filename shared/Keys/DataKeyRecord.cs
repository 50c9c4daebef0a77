using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Keys;

/// <summary>What the key store holds of a data key: a small JSON file. None of it is secret to whoever has not the wrapping key.</summary>
public sealed record DataKeyRecord
{
    internal const int CurrentFormat = 1;

    /// <summary>Version of this layout.</summary>
    public required int Format { get; init; }

    /// <summary>The data key's id, 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>How cells are encrypted with it.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The data key under a wrapping key.</summary>
    public required WrappedKey Wrapped { get; init; }

    /// <summary>Tells whether what is unwrapped is the key: see <see cref="DataKey"/>.</summary>
    public required byte[] Commitment { get; init; }

    /// <summary>What it is bound to.</summary>
    public required EncryptionContext Context { get; init; }

    /// <summary>Reference time of the run it was made for.</summary>
    public required DateTimeOffset Created { get; init; }

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, DataKeyJson.Default.DataKeyRecord);

    /// <summary>Reads a file; null for anything but a whole record.</summary>
    internal static DataKeyRecord? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            DataKeyRecord? record = JsonSerializer.Deserialize(json, DataKeyJson.Default.DataKeyRecord);
            return record is { Format: CurrentFormat, Commitment.Length: SecretKey.Length } && DataKey.IsId(record.Id) ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DataKeyRecord))]
internal sealed partial class DataKeyJson : JsonSerializerContext;
