using System.Text;
using System.Text.Json;

namespace Pipeline.Train;

/// <summary>
/// Reads rules from JSON, strictly: every property that is unknown, given twice or of another form than <c>rules.schema.json</c> says is a
/// mistake, and all of them are reported together.
/// </summary>
internal sealed class RulesFile
{
    private readonly List<string> mistakes = [];

    private RulesFile() { }

    /// <summary>Reads rules.</summary>
    /// <param name="json">The file's content, UTF-8.</param>
    /// <returns>The rules, and what is wrong with the form, a sentence each; where anything is, the rules are of no use.</returns>
    public static (ListRules Rules, IReadOnlyList<string> Mistakes) Parse(ReadOnlyMemory<byte> json)
    {
        var file = new RulesFile();
        return (file.Read(json), file.mistakes);
    }

    /// <summary>Reads the file of an option and reports all that is wrong with it, contradictions included.</summary>
    /// <param name="path">The file.</param>
    /// <param name="k">Products in a list.</param>
    /// <param name="report">Told a sentence for each mistake.</param>
    public static ListRules Read(string path, int k, Action<string> report)
    {
        try
        {
            (ListRules rules, IReadOnlyList<string> mistakes) = Parse(File.ReadAllBytes(path));
            foreach (string mistake in mistakes.Count > 0 ? mistakes : rules.Contradictions(k))
                report($"--rules '{Path.GetFileName(path)}': {mistake}");
            return rules;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report($"--rules '{path}' cannot be read: {e.Message}");
            return new ListRules();
        }
    }

    private ListRules Read(ReadOnlyMemory<byte> json)
    {
        var rules = new ListRules();
        if (json.Span.StartsWith(Encoding.UTF8.Preamble))
            json = json[Encoding.UTF8.Preamble.Length..];
        try
        {
            using var document = JsonDocument.Parse(json);
            ReadObject(document.RootElement, "", new()
            {
                ["$schema"] = (value, place) => ReadText(value, place),
                ["in_stock"] = (value, place) => rules = rules with { InStock = ReadTruth(value, place) },
                ["available"] = (value, place) => rules = rules with { Available = ReadTruth(value, place) },
                ["exclude"] = (value, place) => rules = rules with { Exclude = ReadNames(value, place) },
                ["include"] = (value, place) => rules = rules with { Include = ReadNames(value, place) },
                ["price"] = (value, place) => ReadObject(value, place, new()
                {
                    ["min"] = (min, at) => rules = rules with { PriceMin = ReadNumber(min, at, 0) },
                    ["max"] = (max, at) => rules = rules with { PriceMax = ReadNumber(max, at, 0) },
                }),
                ["max_per_category"] = (value, place) => rules = rules with { MaxPerCategory = ReadInteger(value, place, 1) },
                ["new_arrivals"] = (value, place) => rules = rules with { NewArrivals = ReadNewArrivals(value, place) },
                ["pinned"] = (value, place) => rules = rules with { Pinned = ReadPinned(value, place) },
                ["repurchase"] = (value, place) => rules = rules with { Repurchase = ReadRepurchase(value, place) },
            });
        }
        catch (JsonException e)
        {
            mistakes.Add($"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} is not JSON.");
        }
        catch (InvalidOperationException)
        {
            // Only met where a text is taken, by an escape such as \ud800.
            mistakes.Add("a text has an escape of half a character.");
        }
        return rules;
    }

    private NewArrivalRule ReadNewArrivals(JsonElement value, string place)
    {
        double withinDays = 0;
        int atLeast = 1;
        ReadObject(value, place, new()
        {
            ["within_days"] = (days, at) => withinDays = ReadNumber(days, at, 0),
            ["at_least"] = (count, at) => atLeast = ReadInteger(count, at, 1),
        }, "within_days");
        return new NewArrivalRule(withinDays, atLeast);
    }

    private PinnedRule ReadPinned(JsonElement value, string place)
    {
        IReadOnlyList<string> items = [];
        decimal share = 0;
        ReadObject(value, place, new()
        {
            ["items"] = (list, at) => items = ReadList(list, at),
            ["share"] = (number, at) => share = ReadShare(number, at),
        }, "items", "share");
        return new PinnedRule(items, share);
    }

    private RepurchaseRule ReadRepurchase(JsonElement value, string place)
    {
        double afterDays = 0;
        int minCustomers = RepurchaseRule.DefaultMinCustomers;
        ReadObject(value, place, new()
        {
            ["after_days"] = (days, at) => afterDays = ReadPositive(days, at),
            ["min_customers"] = (count, at) => minCustomers = ReadInteger(count, at, 0),
        }, "after_days");
        return new RepurchaseRule(afterDays, minCustomers);
    }

    private Names ReadNames(JsonElement value, string place)
    {
        IReadOnlyList<string> items = [], categories = [];
        ReadObject(value, place, new()
        {
            ["items"] = (list, at) => items = ReadList(list, at),
            ["categories"] = (list, at) => categories = ReadList(list, at),
        });
        return new Names(items, categories);
    }

    private void ReadObject(JsonElement value, string place, Dictionary<string, Action<JsonElement, string>> members, params IReadOnlyList<string> required)
    {
        string prefix = place.Length == 0 ? "" : place + ".";
        if (value.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add(place.Length == 0 ? "the file must be a JSON object." : $"'{place}' must be an object.");
            return;
        }
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            string at = prefix + property.Name;
            if (!members.TryGetValue(property.Name, out Action<JsonElement, string>? read))
                mistakes.Add($"'{at}' is unknown; known are {string.Join(", ", members.Keys.Where(name => name[0] != '$'))}.");
            else if (!given.Add(property.Name))
                mistakes.Add($"'{at}' is given twice.");
            else
                read(property.Value, at);
        }
        foreach (string name in required.Where(name => !given.Contains(name)))
            mistakes.Add($"'{prefix}{name}' is missing.");
    }

    private string[] ReadList(JsonElement value, string place)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            mistakes.Add($"'{place}' must be a list of at least one text.");
            return [];
        }
        string[] texts = [.. value.EnumerateArray().Select((one, n) => ReadText(one, $"{place}[{n}]"))];
        foreach (IGrouping<string, string> twice in texts.Where(text => text.Length > 0).GroupBy(text => text).Where(group => group.Count() > 1))
            mistakes.Add($"'{place}' has '{twice.Key}' twice.");
        return texts;
    }

    private string ReadText(JsonElement value, string place)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
            return text;
        mistakes.Add($"'{place}' must be a text that is not empty.");
        return "";
    }

    private bool ReadTruth(JsonElement value, string place)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        mistakes.Add($"'{place}' must be true or false.");
        return false;
    }

    private int ReadInteger(JsonElement value, string place, int min)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= min)
            return number;
        mistakes.Add($"'{place}' must be a whole number, at least {min}.");
        return min;
    }

    private double ReadNumber(JsonElement value, string place, double min)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) && number >= min)
            return number;
        mistakes.Add($"'{place}' must be a number, at least {min}.");
        return min;
    }

    private double ReadPositive(JsonElement value, string place)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) && number > 0)
            return number;
        mistakes.Add($"'{place}' must be a number above 0.");
        return 1;
    }

    private decimal ReadShare(JsonElement value, string place)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal share) && share is > 0 and <= 1)
            return share;
        mistakes.Add($"'{place}' must be a number above 0 and at most 1.");
        return 0;
    }
}
