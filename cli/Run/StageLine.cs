using System.Text.Json;
using Pipeline.Hosting;

namespace Pipeline.Cli.Run;

/// <summary>A line of a stage's log, as far as this program cares.</summary>
/// <param name="EventId">Which of <see cref="LogEvents"/>; 0 for any other line.</param>
/// <param name="Level">How serious.</param>
/// <param name="Message">The line for people.</param>
/// <param name="Values">The named values.</param>
internal sealed record StageLine(int EventId, string Level, string Message, IReadOnlyDictionary<string, JsonElement> Values)
{
    /// <summary>Reads a line; null when it is not one of the log.</summary>
    public static StageLine? TryParse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            var values = root.TryGetProperty("State", out JsonElement state)
                ? state.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone())
                : [];
            return new StageLine(
                root.GetProperty(nameof(EventId)).GetInt32(), root.GetProperty("LogLevel").GetString()!, root.GetProperty(nameof(Message)).GetString()!, values);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A value as a number, 0 where there is none.</summary>
    public double Number(string name) => Values.TryGetValue(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    /// <summary>A value as text, empty where there is none.</summary>
    public string Text(string name) => Values.TryGetValue(name, out JsonElement value) ? value.ToString() : "";
}
