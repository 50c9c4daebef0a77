using System.Text;

namespace Pipeline.Records.Tests;

public sealed class EncodingTests : RecordTests
{
    private static RecordSettings In(string encoding) => new() { Encoding = RecordSettings.FindEncoding(encoding) };

    [TestCase("windows-1252", "€ £ é")]
    [TestCase("iso-8859-1", "£ é")]
    [TestCase("ISO-8859-15", "€ é")]
    [TestCase("utf-16", "€ 😀")]
    [TestCase("utf-16BE", "€ 😀")]
    [TestCase("utf-8", "€ 😀")]
    [TestCase("shift_jis", "日本")]
    public void Text_is_read_in_the_encoding_stated(string name, string text)
    {
        Encoding encoding = RecordSettings.FindEncoding(name) ?? Encoding.UTF8;
        byte[] content = [.. encoding.Preamble, .. encoding.GetBytes($"User,Item\n{text},1\n\"x\ny,{text}\n{text},2\n")];

        string[] expected = [$"2: {text}|1", "3! malformed_quotes", $"4: y|{text}", $"5: {text}|2"];
        Assert.That(ReadAll(Write(content), In(name)), Is.EqualTo(expected));
        Assert.That(ReadAll(Write(Gzip(content)), In(name)), Is.EqualTo(expected));
    }

    [Test]
    public void What_the_encoding_does_not_know_costs_its_line()
    {
        byte[] content = [.. Encoding.Unicode.GetBytes("User,Item\nann,"), 0x00, 0xd8, .. Encoding.Unicode.GetBytes("\nbob,tea\n")];

        Assert.That(ReadAll(Write(content), In("utf-16")), Is.EqualTo(new[] { "2! invalid_encoding", "3: bob|tea" }));
    }

    [TestCase("utf-16")]
    [TestCase("utf-16BE")]
    public void UTF_16_that_says_so_is_not_taken_for_UTF_8(string name)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        string path = Write([.. encoding.Preamble, .. encoding.GetBytes("User,Item\nann,tea\n")]);

        Assert.That(Refused(path, isContent: false).Message, Is.EqualTo($"'{path}' is written in UTF-16: save it as UTF-8, or name its encoding, utf-16."));
    }

    [Test]
    public void UTF_16_that_does_not_say_so_is_refused_for_its_NUL_bytes()
    {
        Assert.That(Refused(Write(Encoding.Unicode.GetBytes("User,Item\nann,tea\n")), isContent: true).Message, Does.Contain("has NUL bytes in its header"));
    }

    [Test]
    public void NUL_byte_costs_its_line()
    {
        Assert.That(ReadAll(Write("User,Item\nann,te\0a\nbob,milk\n")), Is.EqualTo(new[] { "2! nul_byte", "3: bob|milk" }));
    }

    [Test]
    public void Unknown_encoding_is_refused() => Assert.That(() => RecordSettings.FindEncoding("utf-9"), Throws.ArgumentException);
}
