using Pipeline.Cli.Sar;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Sar;

public class ReadmeTests
{
    private const string Indent = "    ";

    private static readonly string Text = File.ReadAllText(Path.Combine(Checkout.Root, "cli", "Sar", "README.md"));

    [Test]
    public void Example_gives_what_the_page_says()
    {
        using var folder = new TempFolder();
        string shop = folder.Write("shop.csv", BlockAfter("With shop.csv:")), recs = folder.File("recs.csv");
        string[] command = BlockAfter("this command").Replace("shop.csv", shop, StringComparison.Ordinal).Replace("recs.csv", recs, StringComparison.Ordinal)
            .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.That(command[..2], Is.EqualTo(new[] { "./pipeline", "sar" }));
        StageResult result = SarTool.MustRun(command[2..]);
        Assert.That(File.ReadAllText(recs), Is.EqualTo(BlockAfter("writes recs.csv:")));
        Assert.That(result.Output.Split("read_seconds")[0], Is.EqualTo(BlockAfter("one JSON object").Split("read_seconds")[0]));
    }

    [Test]
    public void Every_option_is_on_the_page() =>
        Assert.That(new SarFlags().All.Select(option => option.Name).Where(name => !Text.Contains($"`{name}", StringComparison.Ordinal)), Is.Empty);

    private static string BlockAfter(string words)
    {
        Assert.That(Text, Does.Contain(words));
        string[] lines = Text[(Text.IndexOf(words, StringComparison.Ordinal) + words.Length)..].Split('\n');
        return string.Concat(
            lines.SkipWhile(line => !line.StartsWith(Indent, StringComparison.Ordinal)).TakeWhile(line => line.StartsWith(Indent, StringComparison.Ordinal))
                .Select(line => line[Indent.Length..] + "\n"));
    }
}
