namespace Pipeline.Records.Tests;

/// <summary>Files here, and files elsewhere as far as they are listed: the same names find the same.</summary>
[TestFixture("here")]
[TestFixture("elsewhere")]
public sealed class RecordFilesTests(string place) : RecordTests
{
    private const string Scheme = "s3://";

    private readonly List<string> listed = [];

    [SetUp]
    public void ListNothing() => listed.Clear();

    private new string At(string name) => place == "here" ? base.At(name) : $"{Scheme}shop/{name}";

    private void Put(string name)
    {
        if (place == "elsewhere")
        {
            listed.Add(At(name));
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        Write("x", name);
    }

    private RecordFiles Find(string text) => RecordFiles.Find(
        text.Replace("~", At("").TrimEnd('/'), StringComparison.Ordinal),
        new RemoteListing(Scheme, prefix => [.. listed.Where(file => file.StartsWith(prefix, StringComparison.Ordinal))]));

    private string[] Names(string text) => [.. Find(text).Files.Select(f => f.Name)];

    private void MustFail(string text, string message) => Assert.That(() => Find(text), Throws.TypeOf<FormatException>().With.Message.EqualTo(message));

    [Test]
    public void File_is_itself_whatever_its_name()
    {
        Put("a,b.txt");

        Assert.That(Find("~/a,b.txt").Files, Is.EqualTo(new[] { new RecordFile(At("a,b.txt"), "a,b.txt") }));
    }

    [Test]
    public void List_is_sorted_by_path()
    {
        Put("b.csv");
        Put("a.csv");
        Put("B.csv");

        Assert.That(Names("~/b.csv, ~/a.csv,~/B.csv"), Is.EqualTo(new[] { "B.csv", "a.csv", "b.csv" }));
    }

    [Test]
    public void Folder_gives_the_kinds_it_knows_and_names_what_it_ignores()
    {
        foreach (string name in new[] { "b.csv", "a.csv.gz", "c.jsonl", "d.jsonl.gz", "e.parquet", "E.CSV", "_SUCCESS", ".e.parquet.crc", "f.parquet.gz", "g.txt", "sub/h.csv" })
            Put("in/" + name);

        Assert.That(Names("~/in"), Is.EqualTo(new[] { "E.CSV", "a.csv.gz", "b.csv", "c.jsonl", "d.jsonl.gz", "e.parquet" }));
        Assert.That(Find("~/in").Ignored, Is.EqualTo(new[] { ".e.parquet.crc", "_SUCCESS", "f.parquet.gz", "g.txt", "sub" }));
    }

    [Test]
    public void Pattern_goes_through_folders_and_names_tell_the_files_apart()
    {
        foreach (string name in new[] { "d/2/part-1.csv", "d/1/part-1.csv", "d/1/part-2.csv", "d/1/other.csv", "d/1/x/part-1.csv" })
            Put(name);

        Assert.That(Names("~/d/*/part-?.csv"), Is.EqualTo(new[] { "1/part-1.csv", "1/part-2.csv", "2/part-1.csv" }));
        Assert.That(Names("~/d/1/*"), Is.EqualTo(new[] { "other.csv", "part-1.csv", "part-2.csv" }));
        Assert.That(Names("~/d/**/part-1.csv"), Is.EqualTo(new[] { "1/part-1.csv", "1/x/part-1.csv", "2/part-1.csv" }));
        Assert.That(Names("~/**/o*r.csv"), Is.EqualTo(new[] { "other.csv" }));
    }

    [Test]
    public void Names_that_give_nothing_or_the_same_twice_are_refused()
    {
        Put("a.csv");
        Put("in/notes.txt");

        MustFail("", "names no file");
        MustFail("~/b.csv", "does not exist");
        MustFail("~/a.csv,~/b.csv", $"has '{At("b.csv")}', which does not exist");
        MustFail("~/*.json", "matches no file");
        MustFail("~/a.csv,~/*.json", $"has '{At("*.json")}', which matches no file");
        MustFail("~/in", "is a folder without a file of *.csv, *.jsonl, *.parquet, *.csv.gz or *.jsonl.gz");
        MustFail("~/a.csv,~/*.csv", $"names '{At("a.csv")}' twice");
    }

    [Test]
    public void Files_here_and_elsewhere_can_be_named_together()
    {
        string here = Write("x", "here.csv");
        listed.Add("s3://shop/there.csv");

        Assert.That(Find($"s3://shop/*.csv,{here}").Files, Is.EqualTo(new[] { new RecordFile(here, "here.csv"), new RecordFile("s3://shop/there.csv", "there.csv") }));
    }

    [Test]
    public void Name_elsewhere_is_none_where_nobody_can_list_it()
    {
        Assert.That(() => RecordFiles.Find("s3://shop/there.csv"), Throws.TypeOf<FormatException>().With.Message.EqualTo("does not exist"));
    }
}
