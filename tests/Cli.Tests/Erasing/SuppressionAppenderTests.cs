using System.IO.Compression;
using System.Text;
using Pipeline.Addresses;
using Pipeline.Cli.Erasing;
using Pipeline.Hosting;
using Pipeline.Records;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Erasing;

/// <summary>How lists of all kinds take a line, and what is no list that can.</summary>
public class SuppressionAppenderTests
{
    private static readonly ErasedMailbox One = new("v1.one", "local:0123"), Two = new("v2.two", "local:4567");

    private TempFolder folder = null!;

    [SetUp]
    public void Make() => folder = new TempFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void List_that_is_not_there_is_made_for_its_owner_only()
    {
        Add("new.csv", One, Two);

        Assert.That(Text("new.csv"), Is.EqualTo("mailbox_key,reason,key_id\nv1.one,erased,local:0123\nv2.two,erased,local:4567\n"));
        Assert.That(File.GetUnixFileMode(folder.File("new.csv")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [TestCase("reason,address,mailbox_key\nbounced,ann@example.com,\n", "erased,,v1.one\n")]
    [TestCase("reason,address,mailbox_key\nbounced,ann@example.com,", "\nerased,,v1.one\n", Description = "no end of its last line")]
    [TestCase("reason,mailbox_key\r\nbounced,v1.x\r\n", "erased,v1.one\r\n")]
    [TestCase("\uFEFFkey_id,mailbox_key,\"reason\",\"a \"\"note\"\"\"\n", "local:0123,v1.one,erased,\n", Description = "a mark of UTF-8 and quotes")]
    [TestCase("mailbox_key,reason,note\nv1.x,bounced,\"Jörg, who is away\"\n", "v1.one,erased,\n")]
    public void Line_goes_to_the_end_and_nothing_before_it_changes(string before, string added)
    {
        folder.Write("list.csv", before);

        Add("list.csv", One);

        Assert.That(File.ReadAllBytes(folder.File("list.csv")), Is.EqualTo(Encoding.UTF8.GetBytes(before + added)));
    }

    [Test]
    public void Lists_with_other_headers_and_delimiters_are_understood()
    {
        folder.Write("list.csv", "Grund;Postfach\nbounced;v1.x\n");
        IReadOnlyList<RecordColumn> columns =
        [
            .. SuppressionFile.Columns.Select(c => c.Key switch { "reason" => c with { Header = "Grund" }, "mailbox" => c with { Header = "Postfach" }, _ => c }),
        ];

        new SuppressionAppender(folder.File("list.csv"), columns, ';').Add([One]);

        Assert.That(Text("list.csv"), Is.EqualTo("Grund;Postfach\nbounced;v1.x\nerased;v1.one\n"));
    }

    [Test]
    public void JSON_lines_get_an_object()
    {
        folder.Write("list.jsonl", """{"reason":"bounced","address":"ann@example.com"}""");

        Add("list.jsonl", One);

        Assert.That(Text("list.jsonl").Split('\n'), Is.EqualTo(new[]
        {
            """{"reason":"bounced","address":"ann@example.com"}""", """{"mailbox_key":"v1.one","reason":"erased","key_id":"local:0123"}""", "",
        }));
    }

    [Test]
    public void Mailbox_that_is_there_as_erased_is_not_added_and_one_with_another_reason_is()
    {
        folder.Write("list.csv", "mailbox_key,reason\nv1.one,Erased\nv2.two,bounced\n");

        Add("list.csv", One, Two);
        Add("list.csv", One, Two);

        Assert.That(Text("list.csv"), Is.EqualTo("mailbox_key,reason\nv1.one,Erased\nv2.two,bounced\nv2.two,erased\n"));
    }

    [Test]
    public void Rights_and_a_link_stay()
    {
        string list = folder.Write("real.csv", "mailbox_key,reason\n"), link = folder.File("list.csv");
        File.CreateSymbolicLink(link, list);
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(list, mode);

        Add("list.csv", One);

        Assert.That(File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName, Is.EqualTo(list));
        Assert.That(Text("real.csv"), Does.EndWith("v1.one,erased\n"));
        Assert.That(File.GetUnixFileMode(list), Is.EqualTo(mode));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(2));
    }

    [TestCase("address,reason\nann@example.com,bounced\n", ExitCode.Usage, "has no column mailbox_key")]
    [TestCase("mailbox_key,reason\nv1.x\n", ExitCode.InputRefused, "line 2 is malformed (wrong_field_count)")]
    [TestCase("PAR1 and more", ExitCode.Usage, "is Parquet or gzip")]
    public void List_that_cannot_take_a_line_is_refused_and_stays(string content, ExitCode code, string words)
    {
        folder.Write("list.csv", content);

        StageException e = Assert.Throws<StageException>(() => Add("list.csv", One))!;

        Assert.That((e.Code, Text("list.csv")), Is.EqualTo((code, content)));
        Assert.That(e.Message, Does.Contain(words).And.Not.Contain("ann@"));
    }

    [Test]
    public void Compressed_list_is_refused()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write("mailbox_key,reason\n"u8);
        folder.Write("list.csv.gz", compressed.ToArray());

        Assert.That(Assert.Throws<StageException>(() => Add("list.csv.gz", One)).Message, Does.Contain("is Parquet or gzip"));
    }

    private void Add(string name, params ErasedMailbox[] mailboxes) => new SuppressionAppender(folder.File(name), SuppressionFile.Columns, ',').Add(mailboxes);

    private string Text(string name) => File.ReadAllText(folder.File(name));
}
