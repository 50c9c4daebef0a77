using NUnit.Framework;
using Pipeline.Contracts;
using Pipeline.Hosting;

namespace Pipeline.Testing;

/// <summary>A stage's page for people, held to what the stage does.</summary>
/// <param name="stage">The stage.</param>
public sealed class Readme(StageContract stage)
{
    private const string Indent = "    ";

    private readonly string text = File.ReadAllText(Path.Combine(Checkout.Root, "stages", stage.Name, "README.md"));

    /// <summary>The indented block behind some words, without its indent.</summary>
    public string BlockAfter(string words)
    {
        Assert.That(text, Does.Contain(words));
        string[] lines = text[(text.IndexOf(words, StringComparison.Ordinal) + words.Length)..].Split('\n');
        return string.Concat(lines.SkipWhile(line => !IsIndented(line)).TakeWhile(IsIndented).Select(line => line[Indent.Length..] + "\n"));

        static bool IsIndented(string line) => line.StartsWith(Indent, StringComparison.Ordinal);
    }

    /// <summary>Fails the test unless the table of options has every option of the stage, and no other, with its default.</summary>
    public void MustListTheOptions()
    {
        // A long default is written in pieces, so that the table can break it.
        string[] rows = [.. text.Replace("` `", "", StringComparison.Ordinal).Split('\n').Where(line => line.StartsWith("| `--", StringComparison.Ordinal))];
        StageDescription described = StageDescription.Parse(StageRunner.Run(stage, [$"--{StageDescription.Flag}"]).Output);
        Assert.That(rows.Select(row => row.Split(' ', '`')[2]), Is.EquivalentTo(described.Options.Select(option => "--" + option.Name)));
        foreach (OptionDescription option in described.Options.Where(option => option.Name != "threads"))
        {
            string row = rows.Single(row => row.StartsWith($"| `--{option.Name}{(option.IsFlag ? "`" : " ")}", StringComparison.Ordinal));
            int start = option.Help.IndexOf("Default: ", StringComparison.Ordinal);
            string expected = start >= 0 ? $"`{option.Help[(start + "Default: ".Length)..^1]}`"
                : option.IsFlag ? "off"
                : option.Help.EndsWith("Required.", StringComparison.Ordinal) ? "required" : "none";
            Assert.That(row.Split(" | ")[1], Is.EqualTo(expected), option.Name);
        }
    }
}
