using Pipeline.Cli.Run;

namespace Pipeline.Cli.Tests.Run;

internal sealed class StageLineTests
{
    private const string Progress =
        """{"Timestamp":"2026-11-20T09:15:22.903Z","EventId":1,"LogLevel":"Information","Category":"Pipeline.load","Message":"reading: 5 of 9 bytes","State":{"step":"reading","done":5,"total":9,"unit":"bytes"},"Scopes":[]}""";

    [Test]
    public void Line_of_the_log_is_understood()
    {
        StageLine line = StageLine.TryParse(Progress)!;
        Assert.Multiple(() =>
        {
            Assert.That((line.EventId, line.Level, line.Message), Is.EqualTo((1, "Information", "reading: 5 of 9 bytes")));
            Assert.That((line.Number("done"), line.Number("total"), line.Text("step")), Is.EqualTo((5d, 9d, "reading")));
            Assert.That((line.Number("step"), line.Number("none"), line.Text("none")), Is.EqualTo((0d, 0d, "")));
        });
    }

    [TestCase("")]
    [TestCase("Unhandled exception.")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"EventId":"one","LogLevel":"Information","Message":""}""")]
    public void Anything_else_is_not(string line) => Assert.That(StageLine.TryParse(line), Is.Null);
}
