namespace Pipeline.Hosting.Tests;

internal sealed class RowLimitTests
{
    [TestCase("5%", 5, 100, false)]
    [TestCase("5%", 6, 100, true)]
    [TestCase("5%", 1, 19, true)]
    [TestCase("5%", 1, 20, false)]
    [TestCase("0.1%", 1, 1000, false)]
    [TestCase("0.1%", 1, 999, true)]
    [TestCase("100%", 7, 7, false)]
    [TestCase("0%", 0, 7, false)]
    [TestCase("0%", 1, 7, true)]
    [TestCase("3", 3, 4, false)]
    [TestCase("3", 4, 4000, true)]
    [TestCase("0", 0, 4, false)]
    [TestCase("0", 1, 4, true)]
    public void Limit_is_exceeded_by_what_is_more(string text, long rows, long of, bool expected)
    {
        Assert.That(RowLimit.TryParse(text, out RowLimit limit), Is.True);
        Assert.That(limit.IsExceededBy(rows, of), Is.EqualTo(expected));
        Assert.That(limit.ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("%")]
    [TestCase("-1")]
    [TestCase("-5%")]
    [TestCase("101%")]
    [TestCase("0.05")]
    [TestCase("5 %%")]
    [TestCase("5,5%")]
    [TestCase("many")]
    [TestCase("99999999999999999999")]
    [TestCase("99999999999999999999999999999999%")]
    public void Anything_else_is_no_limit(string text) => Assert.That(RowLimit.TryParse(text, out _), Is.False);

    [Test]
    public void Share_is_written_as_people_read_it()
    {
        Assert.That(Percentage.ToText(0.24927), Is.EqualTo("24.9%"));
        Assert.That(Percentage.ToText(0.025m), Is.EqualTo("2.5%"));
        Assert.That(Percentage.ToSignedText(-0.5), Is.EqualTo("-50.0%"));
        Assert.That(Percentage.ToSignedText(0.001), Is.EqualTo("+0.1%"));
        Assert.That(Percentage.ToSignedText(0), Is.EqualTo("0.0%"));
    }
}
