using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Load;

/// <summary>What the interactions look like at a glance.</summary>
internal sealed record Profile
{
    /// <summary>The file's name in the stage folder.</summary>
    public const string FileName = "profile.json";

    /// <summary>Lines of data in the file.</summary>
    public required long Lines { get; init; }

    /// <summary>Lines kept as interactions.</summary>
    public required long Interactions { get; init; }

    /// <summary>Lines not kept, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }

    /// <summary>Distinct customers.</summary>
    public required int Users { get; init; }

    /// <summary>Distinct products.</summary>
    public required int Items { get; init; }

    /// <summary>Time of the first interaction, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Time of the last interaction, UTC.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Interactions by event.</summary>
    public required IReadOnlyDictionary<string, long> Events { get; init; }

    /// <summary>Money taken, returns taken off.</summary>
    public required double Revenue { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ProfileJson.Default.Profile);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(Profile))]
internal sealed partial class ProfileJson : JsonSerializerContext;

/// <summary>Builds the profile row by row.</summary>
internal sealed class ProfileBuilder
{
    private readonly TextIndex users = new(), items = new(), events = new();
    private readonly List<long> eventCounts = [];
    private long from = long.MaxValue, to = long.MinValue;
    private double revenue;

    /// <summary>Takes a row into account.</summary>
    public void Add(ColumnBatch batch, int row)
    {
        users.Add(batch.Text(Interactions.UserId)[row]);
        items.Add(batch.Text(Interactions.ItemId)[row]);
        int happened = events.Add(batch.Text(Interactions.Event)[row]);
        if (happened == eventCounts.Count)
            eventCounts.Add(0);
        eventCounts[happened]++;
        long time = batch.Values<long>(Interactions.Time)[row];
        from = Math.Min(from, time);
        to = Math.Max(to, time);
        revenue += batch.Values<double>(Interactions.Revenue)[row];
    }

    /// <summary>The profile of the rows seen.</summary>
    public Profile ToProfile(Counters counters) => new()
    {
        Lines = counters.RowsIn,
        Interactions = counters.RowsKept,
        Dropped = counters.Dropped,
        Users = users.Count,
        Items = items.Count,
        From = DateTimeOffset.UnixEpoch.AddTicks(from * TimeSpan.TicksPerMicrosecond),
        To = DateTimeOffset.UnixEpoch.AddTicks(to * TimeSpan.TicksPerMicrosecond),
        Events = new SortedDictionary<string, long>(
            Enumerable.Range(0, events.Count).ToDictionary(e => Encoding.UTF8.GetString(events[e]), e => eventCounts[e]), StringComparer.Ordinal),
        Revenue = revenue,
    };
}
