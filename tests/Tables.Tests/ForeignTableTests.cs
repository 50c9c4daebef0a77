using Pipeline.Tables.DuckDb;

namespace Pipeline.Tables.Tests;

public sealed class ForeignTableTests
{
    private string folder = "";

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("tables-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    private string At(string name) => Path.Combine(folder, name);

    private string Make(string select, string name = "a.parquet")
    {
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        database.Execute($"COPY ({select}) TO '{At(name).Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet)");
        return At(name);
    }

    private static async Task<string?[]> ReadAsync(string path, params string[] names)
    {
        using ForeignTable table = ForeignTable.Open(path);
        (ITableReader reader, TableSchema schema) = table.ReadAsText([.. names.Select(n => table.Columns.Single(c => c.Name == n))]);
        await using (reader)
        {
            var batch = new ColumnBatch(schema, 3);
            var rows = new List<string?>();
            while (await reader.ReadAsync(batch, CancellationToken.None))
                rows.AddRange(Enumerable.Range(0, batch.Count).Select(row => string.Join('|', schema.Columns.Select(c => batch.Text(c).GetString(row) ?? "null"))));
            return [.. rows];
        }
    }

    [Test]
    public void Columns_have_the_names_and_types_of_the_file_and_say_what_they_can_be_read_as()
    {
        string path = Make("SELECT 1::INTEGER AS i, [1] AS list, {'a': 1} AS struct, DATE '2024-05-01' AS d, TIMESTAMPTZ '2024-05-01' AS t, 'x'::BLOB AS b FROM range(2)");
        using ForeignTable table = ForeignTable.Open(path);

        Assert.That(table.RowCount, Is.EqualTo(2));
        Assert.That(
            table.Columns.Select(c => $"{c.Name} {c.Type} {c.IsScalar} {c.IsTime}"),
            Is.EqualTo(new[]
            {
                "i INTEGER True False", "list INTEGER[] False False", "struct STRUCT(a INTEGER) False False", "d DATE True True",
                "t TIMESTAMP WITH TIME ZONE True True", "b BLOB True False",
            }));
    }

    [Test]
    public async Task Wanted_columns_are_read_in_the_order_asked_for_whatever_their_names()
    {
        string path = Make("SELECT range AS \"a \"\"b\"\"\", NULL::DOUBLE AS \"c'd\", 'x' || range AS e FROM range(7)", "it's [1]*.parquet");

        Assert.That(await ReadAsync(path, "e", "c'd", "a \"b\""), Is.EqualTo(Enumerable.Range(0, 7).Select(n => $"x{n}|null|{n}")));
        Assert.That(await ReadAsync(path), Has.Length.EqualTo(7), "rows count without any column");
    }

    [TestCase("1e15::DOUBLE", "1000000000000000.0")]
    [TestCase("-3::DOUBLE", "-3")]
    [TestCase("0.5::DOUBLE", "0.5")]
    [TestCase("'nan'::DOUBLE", "nan")]
    [TestCase("'inf'::FLOAT", "inf")]
    [TestCase("7::FLOAT", "7")]
    public async Task Whole_floating_point_numbers_are_whole_numbers_again(string sql, string expected) =>
        Assert.That(await ReadAsync(Make($"SELECT {sql} AS v"), "v"), Is.EqualTo(new[] { expected }));

    /// <summary>The text may be personal, and messages go into logs.</summary>
    [Test]
    public async Task Text_that_is_not_UTF_8_is_refused_without_showing_it()
    {
        string path = Make("SELECT 'canary' AS v FROM range(2)");
        byte[] content = File.ReadAllBytes(path);
        for (int at = content.AsSpan().IndexOf("canary"u8); at >= 0; at = content.AsSpan().IndexOf("canary"u8))
            content[at] = 0xE9;
        File.WriteAllBytes(path, content);

        TableException? e = await Assert.ThrowsAsync<TableException>(() => ReadAsync(path, "v"));
        Assert.That(e!.Message, Is.EqualTo($"'{path}' has text that is not UTF-8: write it again as UTF-8."));
    }

    [Test]
    public void File_that_is_missing_or_damaged_is_refused()
    {
        string path = Make("SELECT range AS v FROM range(100000)");
        byte[] content = File.ReadAllBytes(path);
        content.AsSpan(content.Length / 4, content.Length / 2).Fill(0xFF);
        File.WriteAllBytes(path, content);

        Assert.That(() => ForeignTable.Open(At("none.parquet")), Throws.TypeOf<TableException>().With.Message.Contains("does not exist"));
        Assert.That(() => ReadAsync(path, "v"), Throws.TypeOf<TableException>().With.Message.Contains("cannot be read"));
    }
}
