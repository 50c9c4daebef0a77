using System.Text.Json;

namespace Pipeline.Cli.Tests.Evaluate;

/// <summary>What <c>evaluate --output json</c> printed.</summary>
internal sealed class ReportReader(string json)
{
    private readonly JsonElement root = JsonDocument.Parse(json).RootElement;

    /// <summary>The models, in order.</summary>
    public IEnumerable<string> Models => root.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()!);

    /// <summary>The sentences about the input.</summary>
    public string[] Notes => [.. root.GetProperty("notes").EnumerateArray().Select(n => n.GetString()!)];

    /// <summary>A figure of everybody, or of a group.</summary>
    public double Value(string model, string metric, string group = "all") => Model(model).GetProperty("figures").EnumerateArray()
        .First(f => f.GetProperty("metric").GetString() == metric && f.GetProperty("group").GetString() == group).GetProperty("value").GetDouble();

    /// <summary>The comparison of a figure with the model that all are tested against.</summary>
    public JsonElement Test(string model, string metric) =>
        Model(model).GetProperty("tests").EnumerateArray().First(t => t.GetProperty("metric").GetString() == metric);

    /// <summary>Everything that may not differ from run to run: all but seconds and memory.</summary>
    public string Stable => string.Join('\n', root.GetProperty("models").EnumerateArray()
        .Select(m => $"{m.GetProperty("name")} {m.GetProperty("figures")} {m.GetProperty("tests")}"));

    private JsonElement Model(string name) => root.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("name").GetString() == name);
}
