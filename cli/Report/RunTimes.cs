using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Cli.Run;
using Pipeline.Flow;

namespace Pipeline.Cli.Report;

/// <summary>What a stage took on this machine.</summary>
/// <param name="Seconds">Wall time.</param>
/// <param name="PeakMb">Most memory of its process, in MiB.</param>
/// <param name="RowsPerSecond">Rows in, by second.</param>
internal sealed record StageTime(double Seconds, long PeakMb, long RowsPerSecond);

/// <summary>
/// What the stages took, which their manifests don't tell, for a manifest is the same however long it took. A stage that was passed over keeps
/// the figures of when it worked.
/// </summary>
internal sealed class RunTimes
{
    /// <summary>Its place in the run.</summary>
    public const string FileName = "times.json";

    private readonly Dictionary<string, StageTime> now = [];

    /// <summary>Whether a stage worked.</summary>
    public bool Any => now.Count > 0;

    /// <summary>Notes the end of a stage.</summary>
    public void Note(FlowStage stage, StageLine end) =>
        now[stage.Stage.Name] = new StageTime(end.Number("seconds"), (long)end.Number("peak_mb"), (long)end.Number("rows_per_second"));

    /// <summary>The file's content: these, and those of the file before that are not among these.</summary>
    public byte[] ToJson(byte[]? before)
    {
        IReadOnlyDictionary<string, StageTime> old = Parse(before);
        var all = new OrderedDictionary<string, StageTime>();
        foreach (string stage in NightlyFlow.Stages.Select(stage => stage.Stage.Name))
            if ((now.GetValueOrDefault(stage) ?? old.GetValueOrDefault(stage)) is { } time)
                all[stage] = time;
        return JsonSerializer.SerializeToUtf8Bytes(all, RunTimesJson.Default.OrderedDictionaryStringStageTime);
    }

    /// <summary>Reads a file; nothing of anything else, since the figures decide nothing.</summary>
    public static IReadOnlyDictionary<string, StageTime> Parse(byte[]? json)
    {
        try
        {
            return json is null ? new() : JsonSerializer.Deserialize(json, RunTimesJson.Default.OrderedDictionaryStringStageTime) ?? new();
        }
        catch (JsonException)
        {
            return new OrderedDictionary<string, StageTime>();
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(OrderedDictionary<string, StageTime>))]
internal sealed partial class RunTimesJson : JsonSerializerContext;
