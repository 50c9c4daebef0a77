using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Hosting;

namespace Pipeline.Infra;

/// <summary>Puts the settings together from the places they are taken from.</summary>
internal static class SettingsReader
{
    /// <summary>Begins the name of an environment variable.</summary>
    public const string Prefix = "PIPELINE_INFRA_";

    /// <summary>The key of the context that names the environment.</summary>
    public const string EnvironmentKey = "environment";

    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Reads the settings of the environment that the context names.</summary>
    /// <param name="folder">The folder of the environments' files.</param>
    /// <param name="context">A value of the CDK's context by its name, null where there is none.</param>
    /// <param name="variables">The environment variables.</param>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: lists every mistake.</exception>
    public static Settings Read(string folder, Func<string, string?> context, IDictionary variables)
    {
        string[] environments = [.. Directory.GetFiles(folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];
        string environment = context(EnvironmentKey) ?? variables[Prefix + Upper(EnvironmentKey)] as string ?? "dev";
        if (!environments.Contains(environment))
            throw Wrong($"There is no environment '{environment}': known are {string.Join(", ", environments)}.", "Choose one with '-c environment=NAME'.");

        JsonObject json = ParseObject(File.ReadAllText(Path.Combine(folder, environment + ".json")), $"environments/{environment}.json");
        JsonPropertyInfo[] known = [.. Form.GetTypeInfo(typeof(Settings)).Properties.Where(property => property.Get is not null)];
        foreach (JsonPropertyInfo property in known)
        {
            string variable = Prefix + Upper(property.Name);
            if (context(property.Name) is { } given)
                json[property.Name] = Value(property, given, $"-c {property.Name}");
            else if (variables[variable] is string { Length: > 0 } fromVariable)
                json[property.Name] = Value(property, fromVariable, variable);
        }
        string[] unknown =
        [
            .. variables.Keys.Cast<string>().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name != Prefix + Upper(EnvironmentKey)
                && known.All(property => name != Prefix + Upper(property.Name))).Order(StringComparer.Ordinal),
        ];

        Settings settings = Deserialize(json, environment) with { Environment = environment };
        string[] mistakes = [.. unknown.Select(name => $"{name} is no setting."), .. settings.Mistakes()];
        return mistakes.Length == 0 ? settings : throw Wrong(string.Join(' ', mistakes), "See infra/README.md.");
    }

    private static string Upper(string name) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(name);

    private static JsonNode? Value(JsonPropertyInfo property, string text, string place)
    {
        if (property.PropertyType == typeof(string))
            return text.Length == 0 ? null : JsonValue.Create(text);
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            throw Wrong($"{place} '{text}' is no value that fits.", "Lists and objects are written as JSON.");
        }
    }

    private static JsonObject ParseObject(string text, string place)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject
                ?? throw new JsonException("it is no object");
        }
        catch (JsonException e)
        {
            throw Wrong($"{place} cannot be read: {e.Message}", null);
        }
    }

    private static Settings Deserialize(JsonObject json, string environment)
    {
        try
        {
            return json.Deserialize<Settings>(Form)!;
        }
        catch (JsonException e)
        {
            throw Wrong($"The settings of '{environment}' cannot be read: {e.Message}", "See infra/README.md.");
        }
    }

    private static StageException Wrong(string message, string? hint) => new(ExitCode.Usage, message, hint);
}
