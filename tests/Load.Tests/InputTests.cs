using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Load.Tests;

/// <summary>Kinds of file, ways to name them and ways to write them.</summary>
public class InputTests
{
    private const string Header = "user_id,item_id,time,quantity,price\n";
    private const string One = "u1,i1,2024-05-01 10:00:00,2,1.5\n", Two = "u2,i2,2024-05-02 00:00:00,-1,3\n", Three = "u1,i3,2024-05-03 00:00:00,,\n";

    private static readonly string[] Rows =
    [
        "u1|i1|purchase|2024-05-01T10:00:00Z|2|3|", "u2|i2|return|2024-05-02T00:00:00Z|-1|-3|", "u1|i3|purchase|2024-05-03T00:00:00Z|||",
    ];

    private static string Parquet(TempFolder folder, string name, string select)
    {
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        database.Execute($"COPY ({select}) TO '{folder.File(name)}' (FORMAT parquet)");
        return folder.File(name);
    }

    [Test]
    public async Task Load_writes_the_same_bytes_from_CSV_JSON_lines_and_Parquet()
    {
        using LoadRun csv = LoadRun.Of(Header + One + Two + Three);
        using LoadRun json = LoadRun.TryFile(folder => folder.Write("a.jsonl", """
            {"user_id":"u1","item_id":"i1","time":"2024-05-01 10:00:00","quantity":2,"price":1.50}
            {"price":"3","quantity":"-1","time":"2024-05-02","item_id":"i2","user_id":"u2","more":[{}]}
            {"user_id":"u1","item_id":"i3","time":"2024-05-03","quantity":null}
            """)).MustBeDone();
        using LoadRun parquet = LoadRun.TryFile(folder => Parquet(folder, "a.parquet", """
            SELECT * FROM (VALUES
                ('u1', 'i1', TIMESTAMP '2024-05-01 10:00:00', 2.0::DOUBLE, 1.5::DECIMAL(8, 2)),
                ('u2', 'i2', TIMESTAMP '2024-05-02 00:00:00', -1, 3),
                ('u1', 'i3', TIMESTAMP '2024-05-03 00:00:00', NULL, NULL)) AS t(user_id, item_id, time, quantity, price)
            """)).MustBeDone();

        Assert.That(await csv.InteractionsAsync(), Is.EqualTo(Rows));
        json.Output.MustHoldTheBytesOf(csv.Output, except: "_manifest.json");
        parquet.Output.MustHoldTheBytesOf(csv.Output, except: "_manifest.json");
    }

    [TestCase("user_id,item_id,time\n", "", "has a header but no data.")]
    [TestCase("", "\n \n", "has lines but no data.")]
    [TestCase("user_id,item_id,time\n", "\n", "has no data.")]
    public void Load_says_of_files_without_data_what_they_have(string csv, string json, string words)
    {
        using LoadRun load = LoadRun.TryFile(folder =>
        {
            foreach ((string name, string content) in ((string, string)[])[("in/a.csv", csv), ("in/b.jsonl", json)])
            {
                if (content.Length > 0)
                    folder.Write(name, content);
            }
            return folder.File("in");
        });

        load.MustBeRefused(3, "/in'", words);
    }

    [Test]
    public void Load_says_of_a_Parquet_file_without_data_what_it_has()
    {
        using LoadRun load = LoadRun.TryFile(folder => Parquet(folder, "a.parquet", "SELECT 'u' AS user_id, 'i' AS item_id, TIMESTAMP '2024-05-01' AS time WHERE false"));

        load.MustBeRefused(3, "a.parquet' has columns but no rows.");
    }

    [Test]
    public void Load_looks_at_all_headers_before_it_reads_a_row()
    {
        // What is wrong with the rows would be told first otherwise: more different events than there can be.
        string rows = "user_id,item_id,time,event\n" + string.Concat(Enumerable.Range(0, 300).Select(n => $"u,i,2024-05-01,event{n}\n"));
        using LoadRun last = LoadRun.TryFile(folder => $"{folder.Write("a.csv", rows)},{folder.Write("b.csv", "user_id,item,time\n")}");
        using LoadRun products = LoadRun.Try(rows, "id,price\ni1,1\n", []);

        last.MustBeRefused(2, "b.csv' has no column 'item_id' (item)", "--columns");
        products.MustBeRefused(2, "catalogue.csv' has no column 'item_id' (item)", "--catalogue-columns");
    }

    [Test]
    public void Load_writes_the_same_bytes_however_the_lines_are_cut_into_files()
    {
        using LoadRun whole = LoadRun.Of(Header + One + Two + Three);
        using LoadRun list = LoadRun.TryFile(folder =>
            $"{folder.Write("b.csv", Header + Two + Three)},{folder.Write("a.csv.gz", NaiveCsv.Gzip(Encoding.UTF8.GetBytes(Header + One)))}").MustBeDone();
        using LoadRun inFolder = LoadRun.TryFile(folder =>
        {
            folder.Write("in/3.jsonl", "{\"user_id\":\"u1\",\"item_id\":\"i3\",\"time\":\"2024-05-03\"}\n");
            folder.Write("in/1.csv", Header + One);
            folder.Write("in/2.csv", "price,quantity,time,item_id,user_id\n3,-1,2024-05-02,i2,u2\n");
            folder.Write("in/_SUCCESS", "");
            return folder.File("in");
        }).MustBeDone();
        using LoadRun pattern = LoadRun.TryFile(folder =>
        {
            folder.Write("in/day=1/part.csv", Header + One + Two);
            folder.Write("in/day=2/part.csv", Header + Three);
            return folder.File("in/*/part.csv");
        }).MustBeDone();

        foreach (LoadRun cut in new[] { list, inFolder, pattern })
            cut.Output.MustHoldTheBytesOf(whole.Output, except: "_manifest.json");
        Assert.That(list.Output.Manifest().Inputs.Keys, Is.EqualTo(new[] { "--interactions a.csv.gz", "--interactions b.csv" }));
        Assert.That(pattern.Output.Manifest().Inputs.Keys, Is.EqualTo(new[] { "--interactions day=1/part.csv", "--interactions day=2/part.csv" }));
        Assert.That(inFolder.Result.Output, Does.Contain("ignored in").And.Contain("_SUCCESS"));
    }

    [Test]
    public void Load_starts_again_when_any_file_has_changed()
    {
        using var folder = new TempFolder();
        folder.Write("in/1.csv", Header + One);
        folder.Write("in/2.csv", Header + Two);
        string[] arguments = ["--run", folder.File("run"), "--interactions", folder.File("in")];
        StageRunner.MustRun(Stages.Load, arguments);

        Assert.That(StageRunner.Run(Stages.Load, arguments).Output, Does.Contain("already done"));
        folder.Write("in/2.csv", Header + Three);
        Assert.That(StageRunner.Run(Stages.Load, arguments).ExitCode, Is.EqualTo(6));
    }

    [Test]
    public async Task Load_names_file_and_line_or_row_of_what_it_rejects()
    {
        using LoadRun load = LoadRun.TryFile(folder =>
        {
            folder.Write("in/1.csv", Header + One + "u1,i1,never,1,1\n\"u1\n");
            folder.Write("in/2.jsonl", "{\"user_id\":\"u1\",\"item_id\":\"\",\"time\":\"2024-05-01\"}\n\n{\"user_id\":\n{\"user_id\":\"u1\",\"item_id\":[],\"time\":1}\n");
            Parquet(folder, "in/3.parquet", "SELECT * FROM (VALUES ('u1', 'i1', DATE '2024-05-01', 1.0), ('', 'i1', NULL, 2), ('u1', 'i2', DATE '0001-01-01', 1)) AS t(user_id, item_id, time, price)");
            return folder.File("in");
        }).MustBeDone();

        Assert.That(await load.Output.RowsAsync(Rejects.DataSet), Is.EqualTo(new[]
        {
            "1.csv|3|time|invalid_time|never",
            "1.csv|4||malformed_quotes|",
            "2.jsonl|1|item_id|missing_item|",
            "2.jsonl|3||invalid_json|",
            "2.jsonl|4||nested_value|",
            "3.parquet|2|user_id|missing_user|",
            "3.parquet|3|time|implausible_time|0001-01-01",
        }));
        Assert.That(load.Counters(), Does.Contain("rows_in=9").And.Contain("rows_kept=2").And.Contain("rejected=7"));
    }

    [Test]
    public void Load_refuses_the_file_whose_header_is_another()
    {
        using LoadRun load = LoadRun.TryFile(folder =>
            $"{folder.Write("a.csv", Header + One)},{folder.Write("b.csv", "user,item_id,time\nu1,i1,2024-05-01\n")}");

        load.MustBeRefused(2, "b.csv' has no column 'user_id' (user)");
    }

    [Test]
    public void Load_refuses_files_of_which_no_line_can_be_used_with_the_first_of_them()
    {
        using LoadRun load = LoadRun.TryFile(folder =>
        {
            folder.Write("in/a.csv", Header);
            folder.Write("in/b.csv", Header + "u1,i1,never,1,1\n");
            return folder.File("in");
        });

        load.MustBeRefused(3, "in': none of the 1 lines can be used", "1 invalid_time (first in line 2 of 'b.csv': 'never')");
    }

    [Test]
    public void Load_refuses_a_list_with_a_file_that_does_not_exist()
    {
        using LoadRun load = LoadRun.TryFile(folder => folder.Write("a.csv", Header + One) + ",b.csv");

        load.MustBeRefused(2, "has 'b.csv', which does not exist");
    }

    [Test]
    public async Task Load_takes_a_constant_where_a_file_lacks_the_column()
    {
        using LoadRun load = LoadRun.TryFile(
            folder =>
            {
                folder.Write("in/a.csv", "user_id,item_id\nu1,i1\n");
                folder.Write("in/b.csv", "user_id,item_id,event\nu2,i2,view\n");
                folder.Write("in/c.jsonl", "{\"user_id\":\"u3\",\"item_id\":\"i3\"}\n{\"user_id\":\"u4\",\"item_id\":\"i4\",\"event\":\"cart\"}\n");
                return folder.File("in");
            },
            "--constant", "event=Purchase,time=2024-05-01,quantity=0").MustBeDone();

        Assert.That(await load.InteractionsAsync(Interactions.UserId, Interactions.Event, Interactions.Time, Interactions.Quantity), Is.EqualTo(new[]
        {
            "u1|purchase|2024-05-01T00:00:00Z|0", "u2|view|2024-05-01T00:00:00Z|0", "u3|purchase|2024-05-01T00:00:00Z|0", "u4|cart|2024-05-01T00:00:00Z|0",
        }));
    }

    [Test]
    public async Task Load_reads_times_and_numbers_as_they_are_said_to_be_written()
    {
        using LoadRun german = LoadRun.TryBytes(
            Encoding.Latin1.GetBytes("user_id;item_id;time;quantity;price\nJörg;i1;09.07.2011 12:50;2;1.234,50\nJörg;i1;9.7.2011;1;1\nJörg;i1;09.07.2011 12:50;2;12.50\n"),
            null, "--delimiter", ";", "--encoding", "windows-1252", "--decimal-comma", "--time-format", "dd.MM.yyyy HH:mm", "--time-zone", "Europe/Berlin").MustBeDone();
        using LoadRun epoch = LoadRun.Of(
            "user_id,item_id,time,quantity,price\nu1,i1,1323435000250,1,\"1,234.50\"\nu1,i1,1323435000,1,1\n", "--time-format", "epoch-milliseconds");

        Assert.That(await german.InteractionsAsync(), Is.EqualTo(new[] { "Jörg|i1|purchase|2011-07-09T10:50:00Z|2|2469|" }));
        Assert.That(await german.RejectsAsync(), Is.EqualTo(new[] { "3|time|invalid_time|9.7.2011", "4|price|invalid_price|12.50" }));
        Assert.That(await epoch.InteractionsAsync(), Is.EqualTo(new[] { "u1|i1|purchase|2011-12-09T12:50:00.25Z|1|1234.5|" }));
        Assert.That(await epoch.RejectsAsync(), Is.EqualTo(new[] { "3|time|implausible_time|1323435000" }));
    }

    [Test]
    public async Task Load_reads_times_of_Parquet_by_their_type_whatever_the_format_of_others_is()
    {
        using LoadRun load = LoadRun.TryFile(
            folder =>
            {
                Parquet(folder, "a.parquet", "SELECT 'u1' AS user_id, 'i1' AS item_id, TIMESTAMP '2011-07-09 12:50:00' AS time");
                Parquet(folder, "b.parquet", "SELECT 'u1' AS user_id, 'i1' AS item_id, TIMESTAMPTZ '2011-07-09 12:50:00+00' AS time");
                Parquet(folder, "c.parquet", "SELECT 'u1' AS user_id, 'i1' AS item_id, 1310215800 AS time");
                return folder.File("*.parquet");
            },
            "--time-format", "epoch-seconds", "--time-zone", "Europe/London").MustBeDone();

        Assert.That(
            await load.InteractionsAsync(Interactions.Time), Is.EqualTo(new[] { "2011-07-09T11:50:00Z", "2011-07-09T12:50:00Z", "2011-07-09T12:50:00Z" }));
    }

    [Test]
    public async Task Load_takes_the_kind_that_is_stated_for_that_of_the_name()
    {
        using LoadRun load = LoadRun.TryFile(
            folder => folder.Write("a.csv", "{\"user_id\":\"u1\",\"item_id\":\"i1\",\"time\":\"2024-05-01\"}\n"), "--format", "jsonl").MustBeDone();

        Assert.That(await load.InteractionsAsync(Interactions.UserId), Is.EqualTo(new[] { "u1" }));
    }

    [Test]
    public async Task Load_reads_the_catalogue_from_all_kinds_of_file_and_each_item_once()
    {
        using var folder = new TempFolder();
        folder.Write("c/1.csv", "item_id,name,price\ni1,Hat,\"1.234,50\"\n");
        folder.Write("c/2.jsonl", "{\"item_id\":\"i2\",\"name\":\"Scarf\",\"price\":\"2,5\",\"in_stock\":false}\n{\"item_id\":\"i1\"}\n");
        Parquet(folder, "c/3.parquet", "SELECT 'i3' AS item_id, 'Glove' AS name, TIMESTAMP '2024-05-01' AS available_from");
        using LoadRun load = LoadRun.Of(Header + One.Replace("1.5", "1", StringComparison.Ordinal), "--decimal-comma", "--catalogue", folder.File("c"));

        Assert.That(
            await load.CatalogueAsync(Catalogue.ItemId, Catalogue.Name, Catalogue.Price, Catalogue.InStock, Catalogue.AvailableFrom),
            Is.EqualTo(new[] { "i1|Hat|1234.5|true|", "i2|Scarf|2.5|false|", "i3|Glove||true|2024-05-01T00:00:00Z" }));
        Assert.That(await load.Output.RowsAsync(Rejects.DataSet), Is.EqualTo(new[] { "2.jsonl|2|item_id|duplicate_item|i1" }));
    }

    [TestCase("--encoding", "utf-9", "--encoding 'utf-9' is no encoding")]
    [TestCase("--time-zone", "Mars/Base", "--time-zone 'Mars/Base' is no time zone")]
    [TestCase("--time-format", "HH:mm", "--time-format 'HH:mm' tells no day")]
    [TestCase("--format", "xlsx", "must be one of auto, csv, jsonl, parquet")]
    [TestCase("--constant", "what=x", "unknown key 'what'")]
    [TestCase("--constant", "user=canary@example.com", "--constant has a value with an '@'")]
    public void Load_refuses_options_it_cannot_follow(string option, string value, string words)
    {
        using LoadRun load = LoadRun.Try(Header + One, option, value);

        load.MustBeRefused(2, words);
        Assert.That(load.Result.Output + load.Result.Error, Does.Not.Contain("canary"));
    }

    [Test]
    public async Task Load_keeps_addresses_out_of_the_run_whatever_the_kind_of_file()
    {
        using LoadRun load = LoadRun.TryFile(folder =>
        {
            folder.Write("in/1.csv", "user_id,item_id,time,event,basket_id\nu1,i1,2024-05-01,view,b1\nu1,canary@example.com,2024-05-01,view,b1\n"
                + "u1,i1,2024-05-01,canary@example.com,b1\nu1,i1,2024-05-01,view,canary@example.com\ncanary@example.com,i1,2024-05-01,view,b1\n");
            folder.Write("in/2.jsonl", "{\"user_id\":\"canary@example.com\",\"item_id\":\"i\",\"time\":\"2024-05-01\"}\n{\"user_id\":\"canary@example.com\"\n"
                + "{\"user_id\":\"canary\\u0040example.com\",\"item_id\":\"i\",\"time\":\"2024-05-01\"}\n");
            Parquet(folder, "in/3.parquet", "SELECT 'u1' AS user_id, 'canary@example.com' AS item_id, '2024-05-01' AS time");
            return folder.File("in");
        }).MustBeDone();

        Assert.That(await load.Output.RowsAsync(Rejects.DataSet), Is.EqualTo(new[]
        {
            "1.csv|3|item_id|address_as_item|",
            "1.csv|4|event|address_as_event|",
            "1.csv|5|basket_id|address_as_basket|",
            "1.csv|6|user_id|address_as_user|",
            "2.jsonl|1|user_id|address_as_user|",
            "2.jsonl|2||invalid_json|",
            "2.jsonl|3|user_id|address_as_user|",
            "3.parquet|1|item_id|address_as_item|",
        }));
        foreach (string name in load.Output.Files())
            Assert.That(load.Output.Bytes(name).AsSpan().IndexOf("canary"u8), Is.Negative, name);
        Assert.That(load.Result.Output + load.Result.Error, Does.Not.Contain("canary"));
    }

    [Test]
    public async Task Load_survives_lines_of_ten_megabytes()
    {
        string large = new('x', 10 * 1024 * 1024);
        using LoadRun load = LoadRun.Of($"user_id,item_id,time\nu1,i1,2024-05-01\nu1,i2,{large}\nu1,\"{large}\nu1,i3,2024-05-01\n");

        Assert.That(await load.InteractionsAsync(Interactions.ItemId), Is.EqualTo(new[] { "i1", "i3" }));
        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[] { $"3|time|invalid_time|{new string('x', 200)}…", "4||malformed_quotes|" }));
    }

    [Test]
    public void Load_tells_how_far_it_is_over_all_files_with_rows()
    {
        string lines = Header + string.Concat(Enumerable.Repeat(One, 200_000));
        using LoadRun load = LoadRun.TryFile(folder => $"{folder.Write("a.csv", lines)},{folder.Write("b.csv", lines)}", "--progress-seconds", "0.05").MustBeDone();

        JsonElement[] steps = [.. load.Result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(l => l.GetProperty("Message").GetString()!.StartsWith("reading interactions: ", StringComparison.Ordinal)).Select(l => l.GetProperty("State"))];
        JsonElement last = steps[^1];
        Assert.That(last.GetProperty("total").GetInt64(), Is.EqualTo(2L * lines.Length));
        Assert.That(last.GetProperty("done").GetInt64(), Is.InRange(lines.Length, 2L * lines.Length), "it is in the second file by then");
        Assert.That(last.GetProperty("rows").GetInt64(), Is.InRange(200_000, 400_000));
        Assert.That(steps.Select(s => s.GetProperty("done").GetInt64()), Is.Ordered);
    }
}
