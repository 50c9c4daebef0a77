using System.Text;

namespace Pipeline.Records.Tests;

public sealed class CsvSourceRecordsTests : RecordTests
{
    [TestCase("User,Item\nann,tea\nbob,milk\n")]
    [TestCase("User,Item\r\nann,tea\r\nbob,milk\r\n")]
    [TestCase("User,Item\rann,tea\rbob,milk\r")]
    [TestCase("User,Item\r\nann,tea\nbob,milk\r")]
    [TestCase("User,Item\nann,tea\rbob,milk")]
    public void Lines_may_end_in_any_way(string content) => Assert.That(ReadAll(Write(content)), Is.EqualTo(new[] { "2: ann|tea", "3: bob|milk" }));

    [Test]
    public void Blank_lines_are_passed_over_and_counted()
    {
        Assert.That(
            ReadAll(Write("User,Item\n\nann,tea\n\r\n\nbob,milk\n\n")), Is.EqualTo(new[] { "3: ann|tea", "6: bob|milk" }));
    }

    [Test]
    public void Quoted_fields_may_hold_delimiters_and_doubled_quotes()
    {
        Assert.That(
            ReadAll(Write("User,Item\n\"ann, the first\",\"12\"\" tray\"\n\"\",\"\"\"\"\n")),
            Is.EqualTo(new[] { "2: ann, the first|12\" tray", "3: |\"" }));
    }

    [Test]
    public void Blanks_around_values_are_trimmed_inside_quotes_too()
    {
        Assert.That(ReadAll(Write("User,Item\n  ann\t,\"  tea \"\n")), Is.EqualTo(new[] { "2: ann|tea" }));
    }

    [Test]
    public void Text_beyond_ASCII_comes_as_it_is()
    {
        Assert.That(ReadAll(Write("User,Item\njosé,größe 😀\n")), Is.EqualTo(new[] { "2: josé|größe 😀" }));
    }

    [TestCase("an\"n,tea", "malformed_quotes")]
    [TestCase("\"ann\"x,tea", "malformed_quotes")]
    [TestCase("\"ann,tea", "malformed_quotes")]
    [TestCase("ann,\"tea", "malformed_quotes")]
    [TestCase("ann", "wrong_field_count")]
    [TestCase("ann,tea,more", "wrong_field_count")]
    [TestCase("ann,tea,", "wrong_field_count")]
    public void Line_that_cannot_be_cut_into_fields_costs_itself_only(string line, string reason)
    {
        Assert.That(
            ReadAll(Write($"User,Item\nfirst,1\n{line}\nnext,2\n\nlast,3\n")),
            Is.EqualTo(new[] { "2: first|1", $"3! {reason}", "4: next|2", "6: last|3" }));
    }

    [TestCase("ann", "ann|")]
    [TestCase("ann, tea ,more", "ann|tea")]
    [TestCase(",,", "|")]
    [TestCase("ann,a\0b", "ann|a\0b")]
    public void Fields_of_a_faulty_line_are_made_out_as_far_as_they_go(string line, string expected) =>
        Assert.That(GuessAll(Write($"User,Item\nfirst,1\n{line}\nlast,3\n")), Is.EqualTo(new[] { expected }));

    /// <summary>Reading on to the next good line, it would have to remember every faulty one before it.</summary>
    [TestCase("ann,\"tea\n")]
    [TestCase("ann\n")]
    public void Reading_stops_at_every_faulty_line(string line)
    {
        string path = Write("User,Item\n" + string.Concat(Enumerable.Repeat(line, 500_000)));
        using RecordSource source = RecordSource.Open(path, new RecordSettings(), UserAndItem, "columns");

        for (long number = 2; number < 1000; number++)
        {
            Assert.That(source.Read(), Is.True);
            Assert.That((source.Number, source.Fault is null), Is.EqualTo((number, false)));
        }
        Assert.That(source.Position, Is.LessThan(source.Length / 2), "no more than a buffer ahead");
    }

    [Test]
    public void Bad_quote_in_the_last_line_costs_it_only()
    {
        Assert.That(ReadAll(Write("User,Item\nann,tea\nbob,\"milk")), Is.EqualTo(new[] { "2: ann|tea", "3! malformed_quotes" }));
    }

    [Test]
    public void Line_break_in_quotes_costs_the_lines_it_touches()
    {
        Assert.That(
            ReadAll(Write("User,Item\nann,\"green\ntea\"\nbob,milk\n")),
            Is.EqualTo(new[] { "2! malformed_quotes", "3! malformed_quotes", "4: bob|milk" }));
    }

    [Test]
    public void Invalid_UTF_8_costs_its_line()
    {
        byte[] content = [.. "User,Item\nann,tea\nb"u8, 0xE9, .. ",milk\ncid,"u8, 0xC3, .. "\ndan,salt\n"u8];

        Assert.That(ReadAll(Write(content)), Is.EqualTo(new[] { "2: ann|tea", "3! invalid_utf8", "4! invalid_utf8", "5: dan|salt" }));
    }

    [Test]
    public void Line_numbers_stay_exact_over_many_buffers_with_faults_of_every_kind()
    {
        var random = new Random(1);
        var content = new StringBuilder("User,Item\n");
        var expected = new List<string>();
        for (int line = 2; line < 60_000; line++)
        {
            string user = new('u', random.Next(1, 30));
            (string text, string? says) = random.Next(12) switch
            {
                0 => ("", null),
                1 => ($"{user},\"x", $"{line}! malformed_quotes"),
                2 => (user, $"{line}! wrong_field_count"),
                3 => ($"\"{user}\",\"a,\"\"b\"", $"{line}: {user}|a,\"b"),
                _ => ($"{user},{line}", $"{line}: {user}|{line}"),
            };
            content.Append(text).Append(random.Next(2) == 0 ? "\n" : "\r\n");
            if (says is not null)
                expected.Add(says);
        }
        Assert.That(content, Has.Length.GreaterThan(3 * 256 * 1024), "several of the reader's buffers");

        Assert.That(ReadAll(Write(content.ToString())), Is.EqualTo(expected));
    }

    [Test]
    public void Record_of_megabytes_is_read_and_one_over_the_limit_ends_the_reading()
    {
        string large = new('x', 15 * 1024 * 1024);
        Assert.That(ReadAll(Write($"User,Item\nann,{large}\nbob,milk\n"))[^1], Is.EqualTo("3: bob|milk"));

        string tooLarge = new('x', 40 * 1024 * 1024);
        RecordException e = Refused(Write($"User,Item\nann,{tooLarge}\nbob,milk\n"), isContent: true);

        Assert.That(e.Message, Does.Contain("is no usable CSV").And.Length.LessThan(300));
    }

    [Test]
    public void Position_runs_from_the_start_to_the_length_of_the_file()
    {
        string path = Write(Gzip("User,Item\nann,tea\n"));
        using RecordSource source = RecordSource.Open(path, new RecordSettings(), UserAndItem, "columns");
        while (source.Read())
            Assert.That(source.Position, Is.InRange(1, source.Length));

        Assert.That(source.Length, Is.EqualTo(new FileInfo(path).Length));
        Assert.That(source.Position, Is.EqualTo(source.Length));
    }

    [Test]
    public void Missing_file_is_refused()
    {
        Assert.That(Refused(At("missing.csv"), isContent: false).Message, Does.Contain("cannot be read").And.Contain("missing.csv"));
    }

    [Test]
    public void Folder_is_refused()
    {
        Directory.CreateDirectory(At("folder"));

        Assert.That(Refused(At("folder"), isContent: false).Message, Is.EqualTo($"'{At("folder")}' is a folder: name a file."));
    }

    [Test]
    public void File_is_closed_after_reading_and_after_a_refusal()
    {
        string path = Write("User,Item\nann,tea\n");
        ReadAll(path);
        Refused(path, isContent: false, [new("user", "Kunde", true)]);

        using var alone = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.That(alone.Length, Is.GreaterThan(0));
    }
}
