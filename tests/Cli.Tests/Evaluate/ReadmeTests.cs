using Pipeline.Cli.Commands;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Evaluate;

/// <summary>The page says what the commands do.</summary>
public class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Checkout.Root, "cli", "Evaluate", "README.md"));

    [Test]
    public void The_example_prints_what_stands_there()
    {
        using var folder = new TempFolder();
        string truth = folder.Write("truth.csv", Block("With truth.csv")), predictions = folder.Write("predictions.csv", Block("and predictions.csv"));
        string[] command = Block("this command").Trim().Replace("truth.csv", truth, StringComparison.Ordinal).Replace("predictions.csv", predictions, StringComparison.Ordinal).Split(' ');
        Assert.That(command[..2], Is.EqualTo(new[] { "./pipeline", "metrics" }));
        string printed = CliTool.MustRun(MetricsCommand.Create(), command[2..]).Output;
        Assert.That(printed.TrimEnd(), Is.EqualTo(Block("prints").TrimEnd()));
    }

    [Test]
    public void Every_option_stands_there()
    {
        foreach (System.CommandLine.Command command in new[] { MetricsCommand.Create(), EvaluateCommand.Create(), TuneCommand.Create() })
            foreach (System.CommandLine.Option option in command.Options)
                Assert.That(Text, Does.Contain($"`{option.Name}").Or.Contain($" `{option.Name}"), $"{command.Name} {option.Name}");
    }

    /// <summary>The indented block behind some words, without its indent.</summary>
    private static string Block(string words) => string.Concat(Text[(Text.IndexOf(words, StringComparison.Ordinal) + words.Length)..].Split('\n')
        .SkipWhile(line => !line.StartsWith("    ", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith("    ", StringComparison.Ordinal))
        .Select(line => line[4..] + "\n"));
}
