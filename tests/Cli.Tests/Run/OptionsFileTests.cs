using Pipeline.Cli.Run;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Run;

public class OptionsFileTests
{
    private TempFolder folder = null!;

    [SetUp]
    public void Open() => folder = new TempFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void What_is_typed_wins_over_the_file()
    {
        string path = folder.Write("best.options", "# for people\n\nhalf-life-days=14\r\nsimilarity = no, this has blanks\ntop-k=20\n");
        Dictionary<string, string> flags = OptionsFile.Under(new() { ["options"] = path, ["top-k"] = "5", ["run"] = "r" });
        Assert.That(flags, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["half-life-days"] = "14",
            ["similarity"] = "no, this has blanks",
            ["top-k"] = "5",
            ["run"] = "r",
        }));
    }

    [Test]
    public void Without_a_file_nothing_changes()
    {
        Dictionary<string, string> flags = new() { ["run"] = "r" };
        Assert.That(OptionsFile.Under(flags), Is.SameAs(flags));
    }

    [Test]
    public void What_is_written_is_read()
    {
        string path = folder.Write("x.options", OptionsFile.Write("Found by looking.", [("min-support", "3"), ("similarity", "lift")]));
        Assert.That(OptionsFile.Under(new() { ["options"] = path }), Is.EquivalentTo(new Dictionary<string, string> { ["min-support"] = "3", ["similarity"] = "lift" }));
    }

    [TestCase("top-k 20", "line 1 is not an option and its value, as in half-life-days=14.")]
    [TestCase("--top-k=20", "line 1 is not an option and its value")]
    [TestCase("# one\ntop-k=1\ntop-k=2", "line 3: top-k is given twice.")]
    [TestCase("options=other", "line 1: options cannot stand in a file of options.")]
    public void A_line_that_is_no_option_is_said(string content, string sentence)
    {
        string path = folder.Write("bad.options", content);
        Assert.That(
            () => OptionsFile.Under(new() { ["options"] = path }),
            Throws.TypeOf<StageException>().With.Property(nameof(StageException.Code)).EqualTo(ExitCode.Usage).And.Message.StartsWith($"'{path}' {sentence}"));
    }

    [Test]
    public void A_file_that_is_not_there_is_said() => Assert.That(
        () => OptionsFile.Under(new() { ["options"] = folder.File("nowhere") }),
        Throws.TypeOf<StageException>().With.Message.StartsWith($"--options '{folder.File("nowhere")}' cannot be read:"));
}
