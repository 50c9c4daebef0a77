using System.Text;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Records.Tests;

public sealed class ParquetSourceTests : RecordTests
{
    private static readonly RecordSettings Settings = new();

    private static string Foreign(string name) => Path.Combine(AppContext.BaseDirectory, "Files", name);

    private static RecordColumn[] Columns(params string[] names) => [.. names.Select(n => new RecordColumn(n, n, IsRequired: true))];

    /// <summary>A file of rows given as SQL.</summary>
    private string Make(string select, string name = "a.parquet")
    {
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        database.Execute($"COPY ({select}) TO '{At(name)}' (FORMAT parquet)");
        return At(name);
    }

    [Test]
    public void File_of_polars_has_categories_microseconds_and_missing_values()
    {
        Assert.That(ReadAll(Foreign("polars.parquet"), Columns("user_id", "item_id", "time", "event", "quantity", "price")), Is.EqualTo(new[]
        {
            "1: u1|17850|2024-05-01 10:00:00.25|view||2.5",
            "2: u2|2|2024-05-02 00:00:00|purchase|2|100000",
            "3: |3|2024-05-03 00:00:00|purchase|1.5|0.1",
            "4: u1|||view||nan",
        }));
    }

    [Test]
    public void File_of_Spark_has_int96_times()
    {
        IReadOnlyList<string> rows = ReadAll(Foreign("spark-int96.parquet"), Columns("a"));

        Assert.That(rows, Has.Count.EqualTo(6));
        Assert.That(rows[0], Is.EqualTo("1: 2024-01-01 20:34:56.123456"));
    }

    [Test]
    public void File_of_Impala_has_texts_as_bytes_and_dictionaries()
    {
        Assert.That(
            ReadAll(Foreign("impala-dictionary.parquet"), Columns("id", "bool_col", "double_col", "date_string_col", "string_col", "timestamp_col")),
            Is.EqualTo(new[] { "1: 0|true|0|01/01/09|0|2009-01-01 00:00:00", "2: 1|false|10.1|01/01/09|1|2009-01-01 00:01:00" }));
    }

    [Test]
    public void File_of_pandas_has_numbers_that_are_none()
    {
        Assert.That(ReadAll(Foreign("pyarrow-nan.parquet"), Columns("x")), Is.EqualTo(new[] { "1: 1", "2: nan" }));
    }

    [TestCase("42::TINYINT", "42")]
    [TestCase("18446744073709551615::UBIGINT", "18446744073709551615")]
    [TestCase("-9007199254740993::BIGINT", "-9007199254740993")]
    [TestCase("12.50::DECIMAL(10,2)", "12.50")]
    [TestCase("0.1::FLOAT", "0.1")]
    [TestCase("1e300::DOUBLE", "1e+300")]
    [TestCase("'-inf'::DOUBLE", "-inf")]
    [TestCase("17850::DOUBLE", "17850")]
    [TestCase("true", "true")]
    [TestCase("DATE '2024-05-01'", "2024-05-01")]
    [TestCase("TIMESTAMP '2024-05-01 10:00:00.123456'", "2024-05-01 10:00:00.123456")]
    [TestCase("TIMESTAMP_NS '2024-05-01 10:00:00.123456789'", "2024-05-01 10:00:00.123456789")]
    [TestCase("TIMESTAMP_MS '2024-05-01 10:00:00.123'", "2024-05-01 10:00:00.123")]
    [TestCase("TIMESTAMPTZ '2024-05-01 10:00:00+02'", "2024-05-01 08:00:00+00")]
    [TestCase("'  größe '", "größe")]
    [TestCase("encode('größe')", "größe")]
    [TestCase("NULL::INTEGER", "")]
    public void Value_of_any_type_is_the_text_that_stands_for_it(string sql, string expected)
    {
        Assert.That(ReadAll(Make($"SELECT {sql} AS v"), Columns("v")), Is.EqualTo(new[] { $"1: {expected}" }));
    }

    [Test]
    public void Row_that_is_not_UTF_8_costs_itself_only()
    {
        string path = Make(@"SELECT * FROM (VALUES ('\x61'::BLOB), ('\xE9'::BLOB), ('\x62\x00'::BLOB), ('\x63'::BLOB)) AS t(v)");

        Assert.That(ReadAll(path, Columns("v")), Is.EqualTo(new[] { "1: a", "2! invalid_utf8", "3! nul_byte", "4: c" }));
    }

    [Test]
    public void Rows_are_numbered_over_many_batches_and_the_position_ends_at_the_length()
    {
        string path = Make("SELECT 'u' || range AS User, range AS Item FROM range(50000)");
        using RecordSource source = RecordSource.Open(path, Settings, UserAndItem, "columns");

        for (long row = 1; row <= 50_000; row++)
        {
            Assert.That(source.Read(), Is.True);
            Assert.That((source.Number, Encoding.UTF8.GetString(source[1])), Is.EqualTo((row, $"{row - 1}")));
            Assert.That(source.Position, Is.InRange(1, source.Length));
        }
        Assert.That(source.Read(), Is.False);
        Assert.That(source.Read(), Is.False);
        Assert.That(source.Position, Is.EqualTo(source.Length).And.EqualTo(new FileInfo(path).Length));
    }

    [Test]
    public void Column_that_is_not_required_may_be_missing_and_only_times_say_that_they_are()
    {
        string path = Make("SELECT 1 AS User, DATE '2024-05-01' AS Item");
        using RecordSource source = RecordSource.Open(path, Settings, [.. UserAndItem, new("price", "Price", false)], "columns");

        Assert.That(source.Read(), Is.True);
        Assert.That(Enumerable.Range(0, 3).Select(source.Has), Is.EqualTo(new[] { true, true, false }));
        Assert.That(Enumerable.Range(0, 3).Select(source.IsTime), Is.EqualTo(new[] { false, true, false }));
        Assert.That(source[2].IsEmpty);
    }

    [Test]
    public void Constants_alone_count_rows()
    {
        string path = Make("SELECT 1 AS x FROM range(3)");

        Assert.That(
            ReadAll(path, [new RecordColumn("event", "event", false) { Constant = "view" }]), Is.EqualTo(new[] { "1: view", "2: view", "3: view" }));
    }

    [Test]
    public void Kind_is_told_by_the_content_where_the_name_says_nothing()
    {
        File.Move(Make("SELECT 'ann' AS User, 'tea' AS Item"), At("export"));

        Assert.That(ReadAll(At("export")), Is.EqualTo(new[] { "1: ann|tea" }));
    }

    [Test]
    public void Missing_column_is_refused_with_the_columns_that_are_there()
    {
        string path = Make("SELECT 1 AS Kunde, 2 AS Item");

        Assert.That(Refused(path, isContent: false).Message, Is.EqualTo(
            $"'{path}' has no column 'User' (user); it has 'Kunde', 'Item': name the columns with --columns."));
    }

    [Test]
    public void List_where_a_value_is_wanted_is_refused()
    {
        Assert.That(
            Refused(Foreign("polars.parquet"), isContent: true, Columns("extra")).Message, Does.Contain("column extra is of type DOUBLE[]: write it as a number"));
    }

    [TestCase("", "is empty")]
    [TestCase("User,Item\n", "is not a Parquet file")]
    [TestCase("PAR1 and no more", "is truncated")]
    public void File_that_is_no_Parquet_is_refused(string content, string words)
    {
        string path = Write(content, "a.parquet");

        Assert.That(() => ReadAll(path), Throws.TypeOf<TableException>().With.Message.Contains(words));
    }
}
