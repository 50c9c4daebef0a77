using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Hosting;

/// <summary>A stage's command line, understood.</summary>
internal sealed class StageCommand<TOptions>
{
    private StageCommand(HostOptions host, TOptions stage, OptionReader reader)
    {
        Host = host;
        Stage = stage;
        Reader = reader;
    }

    public HostOptions Host { get; }

    public TOptions Stage { get; }

    public OptionReader Reader { get; }

    /// <summary>
    /// Understands the arguments. Prints and returns null where there is nothing more to do: help, or the list of options and
    /// mistakes as JSON, which the person's tool asks each stage for before it starts the first.
    /// </summary>
    public static StageCommand<TOptions>? Parse(string[] args, StageDefinition<TOptions> definition)
    {
        var reader = new OptionReader();
        HostOptions.Parse(reader);
        definition.Parse(reader);

        var root = new RootCommand(definition.Summary);
        foreach (Option option in reader.Declared)
            root.Options.Add(option);
        var describe = new Option<bool>("--" + StageDescription.Flag) { Hidden = true };
        root.Options.Add(describe);

        ParseResult result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is not null and not System.CommandLine.Invocation.ParseErrorAction)
        {
            result.Invoke();
            return null;
        }

        reader.Begin(result);
        var command = new StageCommand<TOptions>(HostOptions.Parse(reader), definition.Parse(reader), reader);
        IReadOnlyList<string> mistakes = [.. result.Errors.Select(e => e.Message), .. reader.Mistakes];
        if (result.GetValue(describe))
        {
            var description = new StageDescription(definition.Stage.Name, definition.Summary, reader.Descriptions, mistakes);
            Console.Out.WriteLine(JsonSerializer.Serialize(description, StageDescriptionJson.Default.StageDescription));
            return null;
        }
        if (mistakes.Count > 0)
        {
            throw new StageUsageException(
                new StageException(ExitCode.Usage, string.Join(" ", mistakes), $"See '{definition.Stage.Name} --help'."),
                string.IsNullOrWhiteSpace(command.Host.Run) ? null : command.Host);
        }
        return command;
    }
}

/// <summary>A wrong command line, with what every stage can be told if it names a run, so that the error can be left there.</summary>
internal sealed class StageUsageException(StageException exception, HostOptions? host) : Exception(exception.Message, exception)
{
    public StageException Usage { get; } = exception;

    public HostOptions? Host { get; } = host;
}

/// <summary>What a stage answers to <c>--describe-options</c>: its options, and what is wrong with those it was given.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Summary">What it does, in a sentence.</param>
/// <param name="Options">The options it knows.</param>
/// <param name="Mistakes">What is wrong with the values it got, a sentence each.</param>
public sealed record StageDescription(
    string Stage, string Summary, IReadOnlyList<OptionDescription> Options, IReadOnlyList<string> Mistakes)
{
    /// <summary>The flag that asks for it, without its dashes.</summary>
    public const string Flag = "describe-options";

    /// <summary>Reads a stage's answer.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static StageDescription Parse(string json) =>
        JsonSerializer.Deserialize(json, StageDescriptionJson.Default.StageDescription) ?? throw new JsonException("A stage described itself as null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StageDescription))]
internal sealed partial class StageDescriptionJson : JsonSerializerContext;
