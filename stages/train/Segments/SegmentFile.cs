using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Train;

/// <summary>
/// The JSON file of segments: <c>{ "segments": [ { "name": "new", "frequency": { "max": 1 }, "recency_days": { "max": 30 } }, ... ] }</c>. All
/// mistakes in it are found at once.
/// </summary>
internal sealed partial class SegmentFile
{
    private const string Segments = "segments", Name = "name", Min = "min", Max = "max";
    private const string DefaultResource = "default-segments.json";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly List<string> mistakes = [];

    /// <summary>Letters, digits and hyphens: a segment's name is a word in lists, tables and databases.</summary>
    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="content">The file, UTF-8.</param>
    /// <param name="mistakes">What is wrong with it, each the rest of a sentence that begins with the file.</param>
    /// <returns>Its rules; without meaning where there are mistakes.</returns>
    public static SegmentRules Parse(ReadOnlyMemory<byte> content, out IReadOnlyList<string> mistakes)
    {
        var file = new SegmentFile();
        var rules = new SegmentRules(file.Read(content));
        mistakes = file.mistakes;
        return rules;
    }

    /// <summary>The rules that are built in.</summary>
    public static SegmentRules ReadDefault()
    {
        using Stream resource = typeof(SegmentFile).Assembly.GetManifestResourceStream(DefaultResource)!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        SegmentRules rules = Parse(content.ToArray(), out IReadOnlyList<string> mistakes);
        return mistakes.Count == 0 ? rules : throw new InvalidOperationException(string.Join(' ', mistakes));
    }

    private List<SegmentRule> Read(ReadOnlyMemory<byte> content)
    {
        var rules = new List<SegmentRule>();
        ReadOnlySpan<byte> mark = [0xef, 0xbb, 0xbf];
        try
        {
            using JsonDocument json = JsonDocument.Parse(content.Span.StartsWith(mark) ? content[mark.Length..] : content, Strict);
            JsonElement root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Any(p => p.Name != Segments)
                || !root.TryGetProperty(Segments, out JsonElement segments) || segments.ValueKind != JsonValueKind.Array)
            {
                mistakes.Add($"must hold an object with one property, \"{Segments}\", a list");
                return rules;
            }
            foreach (JsonElement segment in segments.EnumerateArray())
                rules.Add(ReadSegment(segment, rules));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The exception's own text quotes the file. The second is half of a surrogate pair as an escape.
            string place = e is JsonException { LineNumber: { } line } ? $" (line {line + 1})" : "";
            mistakes.Add($"is no usable JSON{place}, or has a property twice");
            return rules;
        }
        if (rules.Count == 0)
            mistakes.Add("names no segment");
        else if (rules[^1].Conditions.Count > 0)
            mistakes.Add("must end with a segment without conditions, for whoever is left");
        return rules;
    }

    private SegmentRule ReadSegment(JsonElement segment, List<SegmentRule> before)
    {
        int number = before.Count + 1;
        string name = "";
        var conditions = new List<SegmentCondition>();
        if (segment.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add($"segment {number} is no object");
            return new SegmentRule(name, conditions);
        }
        int known = mistakes.Count;
        foreach (JsonProperty property in segment.EnumerateObject())
        {
            if (property.Name == Name && property.Value.ValueKind == JsonValueKind.String)
                name = property.Value.GetString()!;
            else if (CustomerMeasures.ByName.ContainsKey(property.Name))
                conditions.Add(ReadCondition(number, property));
            else if (property.Name != Name)
                mistakes.Add($"segment {number} has the unknown property \"{property.Name}\": known are {Name}, {string.Join(", ", CustomerMeasures.ByName.Keys)}");
        }
        if (!NameForm.IsMatch(name))
            mistakes.Add($"segment {number} needs a \"{Name}\" of up to 40 lower-case letters, digits and hyphens");
        else if (name == Grouping.Other)
            mistakes.Add($"segment {number} must not be named {Grouping.Other}: that is for segments of too few customers");
        else if (before.Exists(rule => rule.Name == name))
            mistakes.Add($"segment {number} has the name {name} of another one");
        if (mistakes.Count == known && before.Count > 0 && before[^1].Conditions.Count == 0 && before[^1].Name.Length > 0)
            mistakes.Add($"segment {number} is never reached: {before[^1].Name} before it has no conditions");
        return new SegmentRule(name, conditions);
    }

    private SegmentCondition ReadCondition(int number, JsonProperty property)
    {
        double min = double.NegativeInfinity, max = double.PositiveInfinity;
        bool isRange = property.Value.ValueKind == JsonValueKind.Object && property.Value.EnumerateObject().Any();
        if (isRange)
        {
            foreach (JsonProperty limit in property.Value.EnumerateObject())
            {
                isRange &= limit.Name is Min or Max && limit.Value.ValueKind == JsonValueKind.Number && double.IsFinite(limit.Value.GetDouble());
                if (!isRange)
                    break;
                (min, max) = limit.Name == Min ? (limit.Value.GetDouble(), max) : (min, limit.Value.GetDouble());
            }
        }
        if (!isRange)
            mistakes.Add($"segment {number}: {property.Name} must be an object with a number for \"{Min}\", \"{Max}\" or both");
        else if (min > max)
            mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"segment {number}: {property.Name} has a {Min} of {min}, above its {Max} of {max}"));
        return new SegmentCondition(property.Name, min, max);
    }
}
