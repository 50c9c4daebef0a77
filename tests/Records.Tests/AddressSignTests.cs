using Pipeline.Tables.DuckDb;

namespace Pipeline.Records.Tests;

/// <summary>An @ is found wherever it stands, and only its place is told.</summary>
public sealed class AddressSignTests : RecordTests
{
    private static readonly RecordSettings Settings = new();

    [TestCase("a,b\nx,y\n", null)]
    [TestCase("", null)]
    [TestCase("a@b,c\nx,y\n", "line 1")]
    [TestCase("a,b\nx,y\n\nx,y@z", "line 4")]
    public void Text_is_looked_through_line_by_line(string content, string? place)
    {
        Assert.That(AddressSign.FindIn(Write(content, "a.csv"), Settings), Is.EqualTo(place));
        Assert.That(AddressSign.FindIn(Write(content, "a.jsonl"), Settings), Is.EqualTo(place));
    }

    [Test]
    public void Long_compressed_file_is_read_to_its_end() => Assert.That(
        AddressSign.FindIn(Write(Gzip(string.Concat(Enumerable.Repeat("some,line\n", 300_000)) + "a,b@c\n"), "a.csv.gz"), Settings), Is.EqualTo("line 300001"));

    [TestCase("SELECT 'x' AS a, 1 AS b", null)]
    [TestCase("SELECT * FROM (VALUES ('x', 1, NULL), ('y', 2, 'a@b')) v(a, n, c)", "row 2")]
    [TestCase("SELECT 'x' AS \"a@b\"", "the name of a column")]
    public void All_columns_of_a_Parquet_file_are_looked_through(string query, string? place)
    {
        using (DuckDbDatabase database = DuckDbDatabase.OpenInMemory())
            database.Execute($"COPY ({query}) TO '{At("a.parquet")}' (FORMAT parquet)");
        Assert.That(AddressSign.FindIn(At("a.parquet"), Settings), Is.EqualTo(place));
    }

    [Test]
    public void File_that_is_not_there_is_named() => Assert.That(
        () => AddressSign.FindIn(At("none.csv"), Settings), Throws.InstanceOf<RecordException>().With.Message.Contains("none.csv"));
}
