using System.Collections;
using System.Text.Json.Nodes;
using Amazon.CDK;
using Pipeline.Testing;

namespace Pipeline.Infra.Tests;

/// <summary>The template of an environment as it is synthesized, with references written so that people can compare them.</summary>
internal sealed class Template
{
    private const int HashLength = 8;

    private static readonly Lazy<Template> DevTemplate = new(() => Synthesize(Read("dev"))), ProdTemplate = new(() => Synthesize(Read("prod")));

    private readonly JsonObject resources;

    private Template(byte[] bytes)
    {
        Bytes = bytes;
        resources = JsonNode.Parse(bytes)!["Resources"]!.AsObject();
    }

    public static Template Dev => DevTemplate.Value;

    public static Template Prod => ProdTemplate.Value;

    public byte[] Bytes { get; }

    /// <summary>The settings of an environment, with values as if given on the command line.</summary>
    public static Settings Read(string environment, params (string Name, string Value)[] context) => SettingsReader.Read(
        Path.Combine(AppContext.BaseDirectory, "environments"),
        name => name == SettingsReader.EnvironmentKey ? environment : context.FirstOrDefault(pair => pair.Name == name).Value,
        new Hashtable());

    public static Template Synthesize(Settings settings)
    {
        using var folder = new TempFolder();
        var app = new App(new AppProps
        {
            Outdir = folder.Path,
            AnalyticsReporting = false,
            Context = new Dictionary<string, object> { ["@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy"] = true },
        });
        _ = new PipelineStack(app, settings);
        app.Synth();
        return new Template(File.ReadAllBytes(folder.File($"pipeline-{settings.Environment}.template.json")));
    }

    /// <summary>The resources of a type by their logical ids.</summary>
    public IReadOnlyList<(string Id, JsonNode Properties)> OfType(string type) =>
        [.. resources.Where(r => (string)r.Value!["Type"]! == type).Select(r => (r.Key, r.Value!["Properties"]!))];

    /// <summary>The resource of a type whose name begins so.</summary>
    public (string Id, JsonNode Properties) Single(string type, string name = "") => OfType(type).Single(r => r.Id.StartsWith(name, StringComparison.Ordinal));

    /// <summary>All resources.</summary>
    public IEnumerable<(string Id, JsonNode Resource)> All => resources.Select(r => (r.Key, r.Value!));

    /// <summary>A value as text; what is known only when it is deployed stands in braces, without CDK's hash.</summary>
    public static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonObject o when o.ContainsKey("Ref") => "{" + Name((string)o["Ref"]!) + "}",
        JsonObject o when o.ContainsKey("Fn::GetAtt") => "{" + Name((string)o["Fn::GetAtt"]![0]!) + "." + (string)o["Fn::GetAtt"]![1]! + "}",
        JsonObject o when o.ContainsKey("Fn::Join") => string.Join((string)o["Fn::Join"]![0]!, o["Fn::Join"]![1]!.AsArray().Select(Text)),
        JsonArray list => string.Join(", ", list.Select(Text)),
        JsonValue value => value.ToString(),
        _ => node.ToJsonString(),
    };

    /// <summary>The statements of a role's own policies and of what CDK added to it, each row an action on a resource.</summary>
    public IReadOnlyList<string> RowsOf(string role) =>
    [
        .. OfType("AWS::IAM::Policy").Where(p => p.Properties["Roles"]!.AsArray().Any(r => Text(r) == "{" + role + "}"))
            .SelectMany(p => p.Properties["PolicyDocument"]!["Statement"]!.AsArray()).SelectMany(s => Rows(s!)).Order(StringComparer.Ordinal),
    ];

    public static IEnumerable<string> Rows(JsonNode statement)
    {
        string condition = statement["Condition"] is not JsonObject tests ? "" : string.Concat(
            tests.Select(test => " if " + test.Key + " " + string.Join(" and ", test.Value!.AsObject().Select(key => $"{key.Key} {Text(key.Value)}"))));
        string effect = (string)statement["Effect"]! == "Allow" ? "" : "DENY ";
        return from action in Values(statement["Action"]!)
               from resource in Values(statement["Resource"]!)
               select $"{effect}{Text(action)} on {Text(resource)}{condition}";
    }

    public static IEnumerable<JsonNode> Values(JsonNode node) => node is JsonArray list ? list.Select(item => item!) : [node];

    /// <summary>A logical id without the hash that CDK ends it with.</summary>
    public static string Name(string id) =>
        id.StartsWith("AWS::", StringComparison.Ordinal) ? id["AWS::".Length..]
        : id.Length > HashLength && id[^HashLength..].All(c => char.IsAsciiHexDigitUpper(c) || char.IsAsciiDigit(c)) ? id[..^HashLength] : id;
}
