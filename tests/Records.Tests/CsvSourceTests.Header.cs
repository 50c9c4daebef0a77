using System.Text;

namespace Pipeline.Records.Tests;

public sealed class CsvSourceHeaderTests : RecordTests
{
    [Test]
    public void Columns_are_found_by_their_headers_whatever_their_order()
    {
        string path = Write("Item,Other,User\ntea,x,ann\n");

        Assert.That(ReadAll(path), Is.EqualTo(new[] { "2: ann|tea" }));
    }

    [Test]
    public void Column_that_is_not_required_may_be_missing_and_reads_as_empty()
    {
        string path = Write("User,Item\nann,tea\n");
        RecordColumn[] columns = [.. UserAndItem, new("price", "Price", false)];

        Assert.That(ReadAll(path, columns), Is.EqualTo(new[] { "2: ann|tea|" }));
        using RecordSource source = RecordSource.Open(path, new RecordSettings(), columns, "columns");
        Assert.That(Enumerable.Range(0, 3).Select(source.Has), Is.EqualTo(new[] { true, true, false }));
    }

    [Test]
    public void All_missing_columns_are_listed_in_one_message_with_the_header_that_is_there()
    {
        string path = Write("Kunde,Artikel,Price\n1,2,3\n");

        RecordException e = Refused(path, isContent: false, [.. UserAndItem, new("price", "Price", true), new("basket", "Basket", false)]);

        Assert.That(e.Message, Is.EqualTo(
            $"'{path}' has no column 'User' (user), 'Item' (item); its header has 'Kunde', 'Artikel', 'Price': name the columns with --columns."));
    }

    [TestCase("name,age\n", "its header has 'name', 'age': rename one in the file.")]
    [TestCase("name\n", "its header has 'name': rename one in the file.")]
    public void Fixed_header_is_to_be_changed_in_the_file(string content, string advice)
    {
        string path = Write(content);

        var e = Assert.Throws<RecordException>(() => RecordSource.Open(path, new RecordSettings(), [new("user", "user", true)], option: null));

        Assert.That(e!.Message, Is.EqualTo($"'{path}' has no column 'user' (user); {advice}"));
    }

    [Test]
    public void Wrong_delimiter_is_suspected_where_the_header_is_a_single_column()
    {
        string path = Write("User;Item\nann;tea\n");

        RecordException e = Refused(path, isContent: false);

        Assert.That(e.Message, Is.EqualTo(
            $"'{path}' has no column 'User' (user), 'Item' (item); its header is the single column 'User;Item': is ',' the right --delimiter?"));
    }

    [TestCase(';')]
    [TestCase('\t')]
    [TestCase('|')]
    public void Delimiter_is_the_one_asked_for(char delimiter)
    {
        string path = Write($"User{delimiter}Item\nann,bob{delimiter}tea\n");

        Assert.That(ReadAll(path, separator: delimiter), Is.EqualTo(new[] { "2: ann,bob|tea" }));
    }

    [Test]
    public void Byte_order_mark_is_no_part_of_the_first_header()
    {
        string path = Write([.. Encoding.UTF8.GetPreamble(), .. "User,Item\nann,tea\n"u8]);

        Assert.That(ReadAll(path), Is.EqualTo(new[] { "2: ann|tea" }));
    }

    [Test]
    public void Blanks_and_quotes_around_headers_do_not_count_but_case_does()
    {
        Assert.That(ReadAll(Write("\"User\", Item \nann,tea\n")), Is.EqualTo(new[] { "2: ann|tea" }));
        Assert.That(Refused(Write("user,Item\nann,tea\n"), isContent: false).Message, Does.Contain("'User' (user)").And.Contain("'user'"));
    }

    [Test]
    public void Header_that_stands_twice_is_refused_where_it_is_wanted()
    {
        string path = Write("User,Item,User\nann,tea,bob\n");

        RecordException e = Refused(path, isContent: false);

        Assert.That(e.Message, Is.EqualTo(
            $"'{path}' has more than one column 'User' (user): rename all but one in the file, or name another column with --columns."));
    }

    [Test]
    public void Header_that_stands_twice_does_no_harm_where_it_is_not_wanted()
    {
        string path = Write("User,Note,Note,,,Item\nann,a,b,,,tea\n");

        Assert.That(ReadAll(path), Is.EqualTo(new[] { "2: ann|tea" }));
    }

    [Test]
    public void One_column_can_be_wanted_twice()
    {
        RecordColumn[] columns = [new("user", "Id", true), new("item", "Id", true)];

        Assert.That(ReadAll(Write("Id\nann\n"), columns), Is.EqualTo(new[] { "2: ann|ann" }));
    }

    [TestCase("")]
    [TestCase("\n\n\r\n")]
    [TestCase("\uFEFF")]
    public void Empty_file_is_refused(string content)
    {
        string path = Write(content);

        RecordException e = Refused(path, isContent: true);

        Assert.That(e.Message, Is.EqualTo($"'{path}' is empty: it must have a header line and data."));
    }

    [Test]
    public void Gzip_of_nothing_is_an_empty_file_too()
    {
        // An empty content gives an empty file with GZipStream, so the member is written out.
        byte[] member = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

        Assert.That(Refused(Write(member), isContent: true).Message, Does.Contain("is empty"));
    }

    [TestCase("User,Item")]
    [TestCase("User,Item\n")]
    [TestCase("User,Item\r\n\r\n")]
    public void File_of_only_a_header_has_no_records(string content) => Assert.That(ReadAll(Write(content)), Is.Empty);

    [Test]
    public void Blank_lines_before_the_header_are_passed_over_and_counted()
    {
        Assert.That(ReadAll(Write("\n\nUser,Item\nann,tea\n")), Is.EqualTo(new[] { "4: ann|tea" }));
    }

    /// <summary>Skipped, it would make the first record the header.</summary>
    [TestCase("User,Item,\"Note\nann,tea,x\n", 1)]
    [TestCase("\nUs\"er,Item\nann,tea\n", 2)]
    [TestCase("\"User\"x,Item", 1)]
    public void Header_with_a_quote_out_of_place_is_refused(string content, int line)
    {
        string path = Write(content);

        Assert.That(
            Refused(path, isContent: true).Message, Is.EqualTo($"'{path}' has a quote out of place in its header, line {line}: correct it."));
    }

    [TestCase("ann\"x,tea\n")]
    [TestCase("ann,tea,milk\n")]
    public void Fault_right_behind_the_header_is_none_of_the_header(string line)
    {
        Assert.That(ReadAll(Write("User,Item\n" + line + "bob,milk\n")), Has.Count.EqualTo(2).And.Contain("3: bob|milk"));
    }

    /// <summary>Messages go into logs, which hold nothing personal.</summary>
    [Test]
    public void First_line_with_an_address_is_not_shown_as_a_header()
    {
        string path = Write("1,ann@example.com\n2,bob@example.com\n");

        RecordException e = Refused(path, isContent: true);

        Assert.That(e.Message, Is.EqualTo(
            $"'{path}' has no column 'User' (user), 'Item' (item); its first line looks like data: it must have a header line."));
    }
}
