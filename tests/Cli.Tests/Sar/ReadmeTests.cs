using Pipeline.Cli.Sar;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Sar;

public class ReadmeTests
{
    private const string Indent = "    ";

    private static readonly string Text = File.ReadAllText(Path.Combine(Checkout.Root, "cli", "Sar", "README.md"));

    [TestCase("shop.csv", "With shop.csv:", "prints one JSON object, its last line on stdout", "recs.csv")]
    [TestCase("orders.csv", "with orders.csv", null, "filled.csv")]
    public void Example_gives_what_the_page_says(string input, string inputWords, string? summaryWords, string output)
    {
        using var folder = new TempFolder();
        folder.Write(input, BlockAfter(inputWords));
        string[] command = [.. BlockAfter("this command", after: inputWords)
            .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word == input || word == output ? folder.File(word) : word)];
        Assert.That(command[..2], Is.EqualTo(new[] { "./pipeline", "sar" }));
        StageResult result = SarTool.MustRun(command[2..]);
        Assert.That(File.ReadAllText(folder.File(output)), Is.EqualTo(BlockAfter($"writes {output}:")));
        if (summaryWords is not null)
            Assert.That(result.Output.Split("read_seconds")[0], Is.EqualTo(BlockAfter(summaryWords).Split("read_seconds")[0]));
    }

    [Test]
    public void Every_option_is_on_the_page() =>
        Assert.That(new SarFlags().All.Select(option => option.Name).Where(name => !Text.Contains($"`{name}", StringComparison.Ordinal)), Is.Empty);

    private static string BlockAfter(string words, string after = "")
    {
        string text = Text[Text.IndexOf(after, StringComparison.Ordinal)..];
        Assert.That(text, Does.Contain(words));
        string[] lines = text[(text.IndexOf(words, StringComparison.Ordinal) + words.Length)..].Split('\n');
        return string.Concat(
            lines.SkipWhile(line => !line.StartsWith(Indent, StringComparison.Ordinal)).TakeWhile(line => line.StartsWith(Indent, StringComparison.Ordinal))
                .Select(line => line[Indent.Length..] + "\n"));
    }
}
