using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>Segments by what a file says of the customers; the file holds no address.</summary>
public class AttributeTests
{
    private TempFolder folder = null!;
    private Shop shop = null!;

    [OneTimeSetUp]
    public void Load()
    {
        folder = new TempFolder();
        shop = new Shop("ann,kettle,2026-01-01,purchase\nbob,cups,2026-01-01,purchase\ncid,cups,2026-01-01,purchase\nzoe,vase,2026-01-01,purchase");
    }

    [OneTimeTearDown]
    public void Remove()
    {
        shop?.Dispose();
        folder?.Dispose();
    }

    [TestCase("a.csv", "user_id,region\nzoe,\"Ö, süd\"\nbob,north\nstranger,east\ncid,\n")]
    [TestCase("a.jsonl", "{\"user_id\":\"zoe\",\"region\":\"Ö, süd\"}\n{\"region\":\"north\",\"user_id\":\"bob\"}\n{\"user_id\":\"stranger\",\"region\":\"east\"}\n{\"user_id\":\"cid\",\"region\":null}\n")]
    public void Attribute_is_the_segment(string name, string content) => AssertSegments(folder.Write(name, content));

    [Test]
    public void Attribute_can_be_of_a_Parquet_file()
    {
        string file = folder.File("a.parquet");
        using (DuckDbDatabase database = DuckDbDatabase.OpenInMemory())
            database.Execute($"COPY (SELECT * FROM (VALUES ('zoe', 'Ö, süd', 1), ('bob', 'north', 2), ('stranger', 'east', 3), ('cid', NULL, 4)) v(user_id, region, n)) TO '{file}' (FORMAT parquet)");
        AssertSegments(file);
    }

    [Test]
    public void Order_of_the_lines_leaves_no_trace()
    {
        string one = folder.Write("one/a.csv", "user_id,region\nann,south\nbob,north\ncid,south\nzoe,west\n"), other = folder.Write("other/a.csv", "user_id,region\nzoe,west\ncid,south\nbob,north\nann,south\n");
        new StageFolder(shop.Train("--attributes", one, "--segment-by", "region", "--min-group", "1"), Stages.Train)
            .MustHoldTheBytesOf(new StageFolder(shop.Train("--attributes", other, "--segment-by", "region", "--min-group", "1"), Stages.Train), except: "_manifest.json");
    }

    [TestCase("b.csv", "user_id,region\nann,ann.secret@example.com\n", "there is an @ in line 2")]
    [TestCase("b.csv", "user_id,region,contact\nbob,north,x\nann,south,ann.secret@example.com\n", "there is an @ in line 3", TestName = "An address in a column that nobody reads")]
    [TestCase("b.csv", "ann.secret@example.com,region\nann,south\n", "there is an @ in line 1", TestName = "An address in the header")]
    [TestCase("b.jsonl", "{\"user_id\":\"ann\",\"region\":\"ann.secret\\u0040example.com\"}\n", "line 1 may hold an e-mail address as its region")]
    [TestCase("b.csv", "user_id,region\nann,south\nann,south\n", "line 3 names a customer of another line again")]
    [TestCase("b.csv", "user_id,region\nann,south,east\n", "line 2 cannot be read (wrong_field_count)")]
    [TestCase("b.csv", "user_id,region\nann,1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890x\n", "line 2 has a region that is no name of a group")]
    public void File_that_cannot_be_used_is_refused_in_one_sentence(string name, string content, string sentence)
    {
        string run = shop.NewRun();
        StageResult result = StageRunner.Run(Stages.Train, ["--run", run, "--attributes", folder.Write(name, content), "--segment-by", "region"]);
        new StageFolder(run, Stages.Train).MustBeRefused(result, 3, "--attributes 'b.", sentence);
        Assert.That(result.Error + result.Output, Does.Not.Contain("ann.secret"));
    }

    [Test]
    public void Address_in_a_Parquet_file_is_refused()
    {
        string file = folder.File("b.parquet"), run = shop.NewRun();
        using (DuckDbDatabase database = DuckDbDatabase.OpenInMemory())
            database.Execute($"COPY (SELECT 'ann' AS user_id, 'south' AS region, 'ann.secret@example.com' AS contact) TO '{file}' (FORMAT parquet)");
        StageResult result = StageRunner.Run(Stages.Train, ["--run", run, "--attributes", file, "--segment-by", "region"]);
        new StageFolder(run, Stages.Train).MustBeRefused(result, 3, "there is an @ in row 1");
        Assert.That(result.Error + result.Output, Does.Not.Contain("ann.secret"));
    }

    [Test]
    public void Options_that_need_each_other_are_told()
    {
        string file = folder.Write("c.csv", "user_id,region\nann,south\n");
        string idle = Refused("--attributes", file), two = Refused("--segment-by", "region", "--segments", folder.Write("s.json", """{ "segments": [ { "name": "all" } ] }"""));
        Assert.Multiple(() =>
        {
            Assert.That(idle, Does.Contain("--attributes is of no use without --segment-by NAME or --models NAME"));
            Assert.That(two, Does.Contain("--segment-by 'region' needs --attributes").And.Contain("--segment-by and --segments exclude each other"));
            Assert.That(Refused("--attributes", file, "--segment-by", "market"), Does.Contain("has no column 'market'"));
        });

        string Refused(params string[] options)
        {
            StageResult result = StageRunner.Run(Stages.Train, ["--run", shop.NewRun(), .. options]);
            Assert.That(result.ExitCode, Is.EqualTo(2));
            return result.Error;
        }
    }

    private void AssertSegments(string file)
    {
        string run = shop.Train("--attributes", file, "--segment-by", "region", "--min-group", "1");
        Assert.That(
            RunReader.Read(run, Segments.DataSet).Select(row => $"{row.Text(Segments.UserId)} {row.Text(Segments.Segment)}"),
            Is.EqualTo(new[] { "ann unknown", "bob north", "cid unknown", "zoe Ö, süd" }));
        Assert.That(
            RunReader.Read(run, SegmentSummary.DataSet).Select(row => $"{row.Text(SegmentSummary.Segment)} {row.Integer(SegmentSummary.Customers)}"),
            Is.EqualTo(new[] { "north 1", "Ö, süd 1", "unknown 2" }));
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Train).Counters;
        Assert.That((counters["attributes_without_interactions"], counters["customers_without_attributes"]), Is.EqualTo((1, 1)));
    }
}
