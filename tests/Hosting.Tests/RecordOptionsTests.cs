using Pipeline.Contracts;
using Pipeline.Records;

namespace Pipeline.Hosting.Tests;

public sealed class RecordOptionsTests
{
    private static readonly RecordColumn[] Wanted = [new("user", "user_id", true), new("price", "price", false)];

    private static StageCommand<(IReadOnlyList<RecordColumn> Columns, char Delimiter)> Parse(params string[] args) =>
        StageCommand<(IReadOnlyList<RecordColumn>, char)>.Parse(
            ["--run", "r", .. args],
            new StageDefinition<(IReadOnlyList<RecordColumn>, char)>
            {
                Stage = new StageContract("test", "00-test"),
                Summary = "Tests.",
                Parse = o => (o.Columns("columns", "h", Wanted), o.Delimiter()),
                Run = (_, _, _) => Task.CompletedTask,
            })!;

    [Test]
    public void Columns_have_our_names_until_others_are_given() => Assert.That(Parse().Stage.Columns, Is.EqualTo(Wanted));

    [Test]
    public void Column_that_was_named_must_be_there_and_the_others_stay_as_they_are()
    {
        Assert.That(Parse("--columns", "price=Unit Price").Stage.Columns, Is.EqualTo(
            new RecordColumn[] { new("user", "user_id", true), new("price", "Unit Price", true) }));
    }

    [TestCase(";", ';')]
    [TestCase("\\t", '\t')]
    [TestCase("\t", '\t')]
    public void Delimiter_is_one_character(string text, char delimiter) => Assert.That(Parse("--delimiter", text).Stage.Delimiter, Is.EqualTo(delimiter));

    [TestCase("")]
    [TestCase(";;")]
    [TestCase("\"")]
    [TestCase("\n")]
    [TestCase("ä")]
    public void Anything_else_is_a_mistake(string text)
    {
        Assert.That(() => Parse("--delimiter", text), Throws.TypeOf<StageUsageException>()
            .With.Message.EqualTo($"--delimiter '{text}' must be one ASCII character, or \\t."));
    }
}
