using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>The published schema takes exactly the documents that the reader takes.</summary>
public class RulesSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Checkout.Root, "stages", "train", "rules.schema.json"))).RootElement;

    private static readonly string[] Values =
    [
        "true", "false", "null", "-1", "-0.5", "0", "0.5", "1", "2", "1.5", "2147483647", "2147483648", "1e300", "\"\"", "\"kettle\"", "[]", "[\"a\"]",
        "[\"a\", \"b\"]", "[\"a\", \"a\"]", "[\"\"]", "[1]", "{}",
    ];

    /// <summary>Each value in each place, alone: what the one takes, the other takes.</summary>
    [Test]
    public void Schema_and_reader_agree_on_every_value_in_every_place()
    {
        int good = 0, bad = 0;
        foreach (string value in Values)
        {
            foreach (string document in Places(Schema).Append("colour").SelectMany(name => Documents(Schema, name, value)).Append(value))
            {
                bool isGood = AssertAgree(document);
                good += isGood ? 1 : 0;
                bad += isGood ? 0 : 1;
            }
        }
        Assert.That(good, Is.GreaterThan(40));
        Assert.That(bad, Is.GreaterThan(200));
    }

    [Test]
    public void Example_in_the_README_is_valid_and_has_every_rule()
    {
        string example = new Readme(Stages.Train).BlockAfter("## Rules");
        Assert.That(AssertAgree(example), Is.True);
        Assert.That(JsonDocument.Parse(example).RootElement.EnumerateObject().Select(rule => rule.Name), Is.EquivalentTo(Places(Schema).Where(name => name != "$schema")));
    }

    /// <summary>Documents of several random rules, seeded.</summary>
    [Test]
    public void Schema_and_reader_agree_on_whole_documents()
    {
        string[] names = [.. Places(Schema)];
        Gen<string> documents =
            from chosen in Gen.SubListOf(names)
            from members in Gen.CollectToList(chosen, name => Gen.Elements(Documents(Schema, name, "\"x\"").Concat(Values.SelectMany(value => Documents(Schema, name, value)))))
            select Merged(members);
        Prop.ForAll(Arb.From(documents), document =>
        {
            AssertAgree(document);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(new Replay(new Rnd(20261120), null)));
    }

    private static bool AssertAgree(string document)
    {
        bool isValid = IsValid(Schema, JsonDocument.Parse(document).RootElement);
        IReadOnlyList<string> mistakes = RulesFile.Parse(Encoding.UTF8.GetBytes(document)).Mistakes;
        Assert.That(mistakes.Count == 0, Is.EqualTo(isValid), $"{document}: {string.Join(' ', mistakes)}");
        return isValid;
    }

    /// <summary>The names of the top.</summary>
    private static IEnumerable<string> Places(JsonElement schema) => schema.GetProperty("properties").EnumerateObject().Select(p => p.Name);

    /// <summary>Documents with a value as the named property, and as each property of it beside what that needs.</summary>
    private static IEnumerable<string> Documents(JsonElement schema, string name, string value)
    {
        yield return $$"""{ "{{name}}": {{value}} }""";
        if (!schema.GetProperty("properties").TryGetProperty(name, out JsonElement property) || !Resolved(property).TryGetProperty("properties", out JsonElement inner))
            yield break;
        string[] needed = [.. Resolved(property).TryGetProperty("required", out JsonElement required) ? required.EnumerateArray().Select(r => r.GetString()!) : []];
        foreach (string member in inner.EnumerateObject().Select(p => p.Name).Append("colour"))
        {
            string others = string.Concat(needed.Where(n => n != member).Select(n => $", \"{n}\": {(n == "items" ? "[\"x\"]" : "1")}"));
            yield return $$"""{ "{{name}}": { "{{member}}": {{value}}{{others}} } }""";
        }
    }

    private static string Merged(IEnumerable<string> documents)
    {
        var all = new JsonObject();
        foreach (string document in documents)
        {
            foreach ((string name, JsonNode? value) in JsonNode.Parse(document)!.AsObject())
                all[name] = value?.DeepClone();
        }
        return all.ToJsonString();
    }

    /// <summary>As much of JSON Schema as the file uses; anything else in it fails the test.</summary>
    private static bool IsValid(JsonElement schema, JsonElement value)
    {
        schema = Resolved(schema);
        bool isNumber = value.ValueKind == JsonValueKind.Number, isText = value.ValueKind == JsonValueKind.String;
        bool isValid = true;
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            isValid &= keyword.Name switch
            {
                "$schema" or "$defs" or "title" or "description" or "default" or "required" => true,
                "type" => keyword.Value.GetString() switch
                {
                    "object" => value.ValueKind == JsonValueKind.Object && HasRequired(schema, value),
                    "array" => value.ValueKind == JsonValueKind.Array,
                    "string" => isText,
                    "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                    "number" => isNumber,
                    "integer" => isNumber && double.IsInteger(value.GetDouble()),
                    _ => throw new NotSupportedException(keyword.ToString()),
                },
                "properties" or "additionalProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(member =>
                    schema.GetProperty("properties").TryGetProperty(member.Name, out JsonElement one) && IsValid(one, member.Value)),
                "items" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().All(one => IsValid(keyword.Value, one)),
                "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= keyword.Value.GetInt32(),
                "uniqueItems" => value.ValueKind != JsonValueKind.Array
                    || value.EnumerateArray().Select(one => one.GetRawText()).Distinct().Count() == value.GetArrayLength(),
                "minLength" => !isText || value.GetString()!.Length >= keyword.Value.GetInt32(),
                "minimum" => !isNumber || value.GetDouble() >= keyword.Value.GetDouble(),
                "exclusiveMinimum" => !isNumber || value.GetDouble() > keyword.Value.GetDouble(),
                "maximum" => !isNumber || value.GetDouble() <= keyword.Value.GetDouble(),
                _ => throw new NotSupportedException(keyword.ToString()),
            };
        }
        return isValid;
    }

    private static bool HasRequired(JsonElement schema, JsonElement value) =>
        !schema.TryGetProperty("required", out JsonElement required) || required.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));

    private static JsonElement Resolved(JsonElement schema) => schema.TryGetProperty("$ref", out JsonElement reference)
        ? Schema.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]) : schema;
}
