using System.Text;

namespace Pipeline.Records.Tests;

public sealed class JsonLinesSourceTests : RecordTests
{
    private string Lines(string content) => Write(content, "a.jsonl");

    [Test]
    public void Properties_are_found_by_name_whatever_their_order()
    {
        string path = Lines("""
            {"User":"ann","Item":"tea"}
            {"x":{"User":"no"},"Item":"milk","y":[1,{"Item":2}],"User":"bob"}
            """);

        Assert.That(ReadAll(path), Is.EqualTo(new[] { "1: ann|tea", "2: bob|milk" }));
    }

    [Test]
    public void Values_are_as_they_are_written_but_for_escapes()
    {
        string path = Lines("""
            {"User":12.50,"Item":true}
            {"User":1e5,"Item":null}
            {"User":"a\"b\\cé\ud83d\ude00\t","Item":"  größe "}
            {"\u0055ser":"","Item":-0}
            """);

        Assert.That(ReadAll(path), Is.EqualTo(new[] { "1: 12.50|true", "2: 1e5|", "3: a\"b\\cé😀|größe", "4: |-0" }));
    }

    [TestCase("", "2! ")]
    [TestCase("ann,tea", "2! invalid_json")]
    [TestCase("[\"ann\"]", "2! invalid_json")]
    [TestCase("\"ann\"", "2! invalid_json")]
    [TestCase("{\"User\":\"ann\",\"Item\":\"tea", "2! invalid_json")]
    [TestCase("{\"User\":\"ann\",\"Item\":\"tea\"", "2! invalid_json")]
    [TestCase("{\"User\":\"ann\",\"Item\":\"tea\"} {}", "2! invalid_json")]
    [TestCase("{\"User\":\"ann\",\"Item\":NaN}", "2! invalid_json")]
    [TestCase("{\"User\":\"ann\",\"Item\":\"\\ud83d\"}", "2! invalid_json")]
    [TestCase("{\"User\":\"ann\",\"User\":\"bob\",\"Item\":\"tea\"}", "2! duplicate_property")]
    [TestCase("{\"User\":\"ann\",\"Item\":[\"tea\"]}", "2! nested_value")]
    [TestCase("{\"User\":\"ann\",\"Item\":{}}", "2! nested_value")]
    [TestCase("{\"User\":\"ann\",\"Item\":\"a\\u0000b\"}", "2! nul_byte")]
    [TestCase("{\"User\":\"ann\",\"Item\":\"a\0b\"}", "2! nul_byte")]
    public void Line_that_is_no_usable_object_costs_itself_only(string line, string expected)
    {
        const string good = "{\"User\":\"u\",\"Item\":\"i\"}";

        string[] faults = expected == "2! " ? [] : [expected];
        Assert.That(ReadAll(Lines($"{good}\n{line}\n{good}\n")), Is.EqualTo((string[])["1: u|i", .. faults, "3: u|i"]));
    }

    /// <summary>Up to the fault, and nothing of the line before.</summary>
    [TestCase("{\"User\":\"ann\",\"Item\":[\"tea\"]}", "ann|")]
    [TestCase("{\"User\":\"ann\",\"Item\":\"tea\",\"Item\":\"milk\"}", "ann|tea")]
    [TestCase("{\"Item\":\"tea\",\"User\":{}}", "|tea")]
    [TestCase("{\"User\":\"ann\",\"Item\":\"a\0b\"}", "ann|")]
    [TestCase("no object", "|")]
    public void Fields_of_a_faulty_record_are_made_out_as_far_as_they_go(string line, string expected) =>
        Assert.That(GuessAll(Lines($"{{\"User\":\"u\",\"Item\":\"i\"}}\n{line}\n")), Is.EqualTo(new[] { expected }));

    [Test]
    public void Invalid_UTF_8_costs_its_line()
    {
        byte[] content = [.. "{\"User\":\"a"u8, 0xE9, .. "\",\"Item\":1}\n{\"User\":\"b\",\"Item\":2}\n"u8];

        Assert.That(ReadAll(Write(content, "a.jsonl")), Is.EqualTo(new[] { "1! invalid_utf8", "2: b|2" }));
    }

    [Test]
    public void Lines_may_end_in_either_way_with_blank_ones_between_and_a_byte_order_mark_before()
    {
        Assert.That(
            ReadAll(Lines("\uFEFF{\"User\":1,\"Item\":2}\r\n\r\n  \n{\"User\":3,\"Item\":4}")), Is.EqualTo(new[] { "1: 1|2", "4: 3|4" }));
    }

    [Test]
    public void Gzip_and_other_encodings_are_read_too()
    {
        Assert.That(ReadAll(Write(Gzip("\uFEFF{\"User\":1,\"Item\":2}\n"), "a.jsonl.gz")), Is.EqualTo(new[] { "1: 1|2" }));
        Assert.That(
            ReadAll(Write(Encoding.Latin1.GetBytes("{\"User\":\"é\",\"Item\":2}\n"), "b.jsonl"), new RecordSettings { Encoding = Encoding.Latin1 }),
            Is.EqualTo(new[] { "1: é|2" }));
    }

    [Test]
    public void Record_says_itself_what_it_has_unless_the_column_was_asked_for_by_name()
    {
        string path = Lines("{\"User\":1,\"Price\":2}\n{\"User\":1}\n{\"User\":1,\"Item\":null,\"Price\":null}\n");
        RecordColumn[] columns = [new("user", "User", true), new("item", "Item", false), new("price", "Price", true), new("event", "event", false) { Constant = "view" }];
        using RecordSource source = RecordSource.Open(path, new RecordSettings(), columns, "columns");

        var has = new List<string>();
        while (source.Read())
            has.Add(string.Join(' ', Enumerable.Range(0, 4).Select(c => source.Has(c))));

        Assert.That(has, Is.EqualTo(new[] { "True False True True", "True False True True", "True True True True" }));
    }

    [Test]
    public void Property_that_was_asked_for_and_is_in_no_line_is_refused_at_the_end()
    {
        string path = Lines("{\"User\":1}\n{\"User\":2}\n");

        Assert.That(Refused(path, isContent: false).Message, Is.EqualTo($"'{path}' has no property 'Item' (item) in any line: name the columns with --columns."));
    }

    [Test]
    public void Empty_file_is_refused() => Assert.That(Refused(Lines(""), isContent: true).Message, Does.Contain("is empty: it must have a JSON object"));

    [Test]
    public void Line_of_ten_megabytes_is_read_and_one_over_the_limit_ends_the_reading()
    {
        string large = new('x', 10 * 1024 * 1024);
        Assert.That(ReadAll(Lines($"{{\"User\":\"{large}\",\"Item\":1}}\n{{\"User\":2,\"Item\":3}}\n"))[^1], Is.EqualTo("2: 2|3"));

        string tooLarge = new('x', 40 * 1024 * 1024);
        Assert.That(Refused(Lines($"{{\"User\":1,\"Item\":1}}\n{{\"User\":\"{tooLarge}\"}}\n"), isContent: true).Message, Does.Contain("line 2 is longer than"));
    }

    [Test]
    public void Line_numbers_stay_exact_over_many_buffers()
    {
        var random = new Random(1);
        var content = new StringBuilder();
        var expected = new List<string>();
        for (int line = 1; line < 40_000; line++)
        {
            string user = new('u', random.Next(1, 60));
            bool isGood = random.Next(5) > 0;
            content.Append(isGood ? $"{{\"Item\":{line},\"User\":\"{user}\"}}\n" : $"{{\"Item\":{line},\"User\"\n");
            expected.Add(isGood ? $"{line}: {user}|{line}" : $"{line}! invalid_json");
        }

        Assert.That(ReadAll(Lines(content.ToString())), Is.EqualTo(expected));
    }
}
