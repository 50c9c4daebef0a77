using System.Text.Json.Nodes;

namespace Pipeline.Infra.Tests;

/// <summary>A task definition of the template, as far as running it goes.</summary>
internal sealed record StageTemplate
{
    public required string Id { get; init; }

    public required JsonNode Properties { get; init; }

    public JsonNode Container => Properties["ContainerDefinitions"]!.AsArray().Single()!;

    public IReadOnlyDictionary<string, string> Environment =>
        Container[nameof(Environment)]!.AsArray().ToDictionary(v => (string)v!["Name"]!, v => Template.Text(v!["Value"]));

    /// <summary>Variables whose values ECS takes from secrets, with the secrets' references.</summary>
    public IReadOnlyDictionary<string, string> Secrets =>
        Container[nameof(Secrets)]?.AsArray().ToDictionary(v => (string)v!["Name"]!, v => Template.Text(v!["ValueFrom"])) ?? [];

    public required string LogGroup { get; init; }

    public string LogPrefix => (string)Container["LogConfiguration"]!["Options"]!["awslogs-stream-prefix"]!;

    /// <summary>All of them by the name of the stage.</summary>
    public static IReadOnlyDictionary<string, StageTemplate> All(Template template) => template.OfType("AWS::ECS::TaskDefinition").Select(definition =>
    {
        string group = (string)definition.Properties["ContainerDefinitions"]![0]!["LogConfiguration"]!["Options"]!["awslogs-group"]!["Ref"]!;
        return new StageTemplate
        {
            Id = definition.Id,
            Properties = definition.Properties,
            LogGroup = (string)template.Single("AWS::Logs::LogGroup", group).Properties["LogGroupName"]!,
        };
    }).ToDictionary(task => task.LogPrefix);
}
