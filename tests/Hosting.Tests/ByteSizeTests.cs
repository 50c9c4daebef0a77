namespace Pipeline.Hosting.Tests;

internal sealed class ByteSizeTests
{
    [TestCase("1", 1)]
    [TestCase("512MB", 512_000_000)]
    [TestCase("4GB", 4_000_000_000)]
    [TestCase("1.5 gb", 1_500_000_000)]
    [TestCase("2KB", 2_000)]
    [TestCase("2KiB", 2_048)]
    [TestCase("1MiB", 1_048_576)]
    [TestCase("3gib", 3_221_225_472)]
    [TestCase("70B", 70)]
    public void Size_is_read_as_people_write_it(string text, long bytes)
    {
        Assert.That(ByteSize.TryParse(text, out long read), Is.True);
        Assert.That(read, Is.EqualTo(bytes));
    }

    [TestCase(1, "0.01KB")]
    [TestCase(70_000, "70KB")]
    [TestCase(170_004_001, "170.01MB")]
    [TestCase(4_000_000_000, "4GB")]
    [TestCase(1_234_567_890_123, "1234.57GB")]
    public void Size_is_written_rounded_up_and_read_again(long bytes, string text)
    {
        Assert.That(ByteSize.Text(bytes), Is.EqualTo(text));
        Assert.That(ByteSize.TryParse(text, out long read), Is.True);
        Assert.That(read, Is.GreaterThanOrEqualTo(bytes));
    }

    [TestCase("")]
    [TestCase("GB")]
    [TestCase("0")]
    [TestCase("0.4B")]
    [TestCase("-1GB")]
    [TestCase("4TB")]
    [TestCase("4,5GB")]
    [TestCase("NaN")]
    [TestCase("99999999999GB")]
    public void Anything_else_is_no_size(string text) => Assert.That(ByteSize.TryParse(text, out _), Is.False);
}
