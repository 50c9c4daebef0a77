using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Load.Tests;

public class RejectLogTests
{
    private const string Good = "u1,i1,2024-05-01,purchase,1,1,1";

    [TestCase(",i1,2024-05-01,view,1,1,1", "user_id|missing_user|")]
    [TestCase("  ,i1,2024-05-01,view,1,1,1", "user_id|missing_user|")]
    [TestCase("anna@example.com,i1,2024-05-01,view,1,1,1", "user_id|address_as_user|")]
    [TestCase("u1,,2024-05-01,view,1,1,1", "item_id|missing_item|")]
    [TestCase("u1,anna@example.com,2024-05-01,view,1,1,1", "item_id|address_as_item|")]
    [TestCase("u1,i1,2024-05-01,anna@example.com,1,1,1", "event|address_as_event|")]
    [TestCase("u1,i1,0001-01-01,view,1,1,1", "time|implausible_time|0001-01-01")]
    [TestCase("u1,i1,1989-12-31T23:59:59.999999,view,1,1,1", "time|implausible_time|1989-12-31T23:59:59.999999")]
    [TestCase("u1,i1,2100-01-01,view,1,1,1", "time|implausible_time|2100-01-01")]
    [TestCase("u1,i1,9999-12-31,view,1,1,1", "time|implausible_time|9999-12-31")]
    [TestCase("u1,i1,,view,1,1,1", "time|missing_time|")]
    [TestCase("u1,i1,31/31/2011,view,1,1,1", "time|invalid_time|31/31/2011")]
    [TestCase("u1,i1,2011-02-30,view,1,1,1", "time|invalid_time|2011-02-30")]
    [TestCase("u1,i1,2011-12-09 24:00,view,1,1,1", "time|invalid_time|2011-12-09 24:00")]
    [TestCase("u1,i1,0001-01-01T00:00+01:00,view,1,1,1", "time|invalid_time|0001-01-01T00:00+01:00")]
    [TestCase("u1,i1,2024-05-01,,1,1,1", "event|missing_event|")]
    [TestCase("u1,i1,2024-05-01,achète,1,1,1", "event|invalid_event|achète")]
    [TestCase("u1,i1,2024-05-01,view,two,1,1", "quantity|invalid_quantity|two")]
    [TestCase("u1,i1,2024-05-01,view,1,NaN,1", "price|invalid_price|NaN")]
    [TestCase("u1,i1,2024-05-01,view,1,∞,1", "price|invalid_price|∞")]
    [TestCase("u1,i1,2024-05-01,view,1,Infinity,1", "price|invalid_price|Infinity")]
    [TestCase("u1,i1,2024-05-01,view,1,\"1,234\",1", "price|invalid_price|1,234")]
    [TestCase("u1,i1,2024-05-01,view,1,\"1,5\",1", "price|invalid_price|1,5")]
    [TestCase("u1,i1,2024-05-01,view,1,1,£1", "revenue|invalid_revenue|£1")]
    [TestCase("u1,i1,2024-05-01,view,1,1,-2e15", "revenue|invalid_revenue|-2e15")]
    [TestCase("u1,i1,2024-05-01,purchase,1e200,1e200,", "price|invalid_revenue|1e200")]
    [TestCase("u1,i1,2024-05-01,vi\0ew,1,1,1", "|nul_byte|")]
    [TestCase("u1,i1,2024-05-01,view,1,1", "|wrong_field_count|")]
    [TestCase("u1,i1,2024-05-01,view,1,1,1,1", "|wrong_field_count|")]
    [TestCase("\"u1,i1,2024-05-01,view,1,1,1", "|malformed_quotes|")]
    [TestCase("u1,\"i1\"x,2024-05-01,view,1,1,1", "|malformed_quotes|")]
    public async Task Load_rejects_a_line_for_its_first_fault(string line, string expected)
    {
        using LoadRun load = LoadRun.Of($"user_id,item_id,time,event,quantity,price,revenue\n{Good}\n{line}\n{Good}\n");

        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[] { $"3|{expected}" }));
        Assert.That(await load.InteractionsAsync(), Has.Length.EqualTo(2));
        string reason = expected.Split('|')[1];
        Assert.That(
            load.Counters(),
            Is.EqualTo(new[] { "rows_in=3", "rows_kept=2", $"dropped_{reason}=1", "catalogue_kept=0", "catalogue_rejected=0", "excluded=0", "rejected=1" }));
    }

    [Test]
    public async Task Load_rejects_a_line_that_is_not_utf8()
    {
        byte[] latin1 = Encoding.Latin1.GetBytes("user_id,item_id,time\nu1,i1,2024-05-01\nu2,£10 voucher,2024-05-01\nu3,i1,2024-05-01\n");
        using LoadRun load = LoadRun.TryBytes(latin1);
        load.MustBeDone();

        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[] { "3||invalid_utf8|" }));
        Assert.That(await load.InteractionsAsync(Interactions.UserId), Is.EqualTo(new[] { "u1", "u3" }));
    }

    [Test]
    public async Task Load_names_the_columns_of_the_file_and_its_lines()
    {
        using LoadRun load = LoadRun.Of(
            "Buyer,Code,When,Pieces\r\n"
            + "\r\n"
            + ",i1,2024-05-01,1\r\n"
            + "u1,i1,2024-05-01\r\n"
            + "u1,i1,yesterday,1\r\n"
            + "u1,\"i1\n2\",2024-05-01,1\r\n"
            + "u1,i1,2024-05-01,1\r\n"
            + "u1,i1,2024-05-01,0",
            "--columns", "user=Buyer,item=Code,time=When,quantity=Pieces");

        Assert.That(await load.Output.RowsAsync(Rejects.DataSet), Is.EqualTo(new[]
        {
            "interactions.csv|3|Buyer|missing_user|",
            "interactions.csv|4||wrong_field_count|",
            "interactions.csv|5|When|invalid_time|yesterday",
            "interactions.csv|6||malformed_quotes|",
            "interactions.csv|7||malformed_quotes|",
            "interactions.csv|9|Pieces|zero_quantity|0",
        }));
    }

    [Test]
    public async Task Load_names_the_first_fault_of_a_line_with_several()
    {
        using LoadRun load = LoadRun.Of("user_id,item_id,time,quantity\nu1,i1,2024-05-01,1\n,,never,many\n");

        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[] { "3|user_id|missing_user|" }));
    }

    [Test]
    public async Task Load_shortens_a_long_value()
    {
        using LoadRun load = LoadRun.Of($"user_id,item_id,time\nu1,i1,2024-05-01\nu1,i1,{new string('9', 199)}ää\n");

        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[] { $"3|time|invalid_time|{new string('9', 199)}…" }));
    }

    [Test]
    public async Task Load_keeps_addresses_out_of_the_run_wherever_they_stand()
    {
        const string address = "canary@example.com";
        using LoadRun load = LoadRun.Of(
            $"""
            user_id,item_id,time,event,quantity,price
            {address},i1,2024-05-01,view,1,1
            u1,i1,{address},view,1,1
            u1,i1,2024-05-01,view,{address},1
            u1,i1,2024-05-01,view,1,{address}
            u1,i1,2024-05-01,é{address},1,1
            u1,i1,2024-05-01,view,1
            u1,i1,2024-05-01,view,1,1
            """,
            catalogue: $"item_id,price\ni1,{address}\ni2,1\n", []);

        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[]
        {
            "2|user_id|address_as_user|",
            "3|time|invalid_time|",
            "4|quantity|invalid_quantity|",
            "5|price|invalid_price|",
            "6|event|address_as_event|",
            "7||wrong_field_count|",
            "2|price|invalid_price|",
        }));
        foreach (string name in load.Output.Files())
            Assert.That(load.Output.Bytes(name).AsSpan().IndexOf("canary"u8), Is.Negative, name);
        Assert.That(load.Result.Output + load.Result.Error, Does.Not.Contain("canary"));
    }

    [Test]
    public void Load_keeps_addresses_out_of_its_words_when_a_file_has_no_header()
    {
        using LoadRun load = LoadRun.Try("canary@example.com,i1,2024-05-01\n");

        load.MustBeRefused(3, "has no column 'user_id' (user)", "it must have a header line");
        Assert.That(load.Result.Output + load.Result.Error, Does.Not.Contain("canary"));
    }

    [Test]
    public async Task Load_leaves_excluded_items_out_without_rejecting_them()
    {
        using LoadRun load = LoadRun.Of(
            """
            user_id,item_id,time
            u1,POST,2024-05-01
            u1,i1,2024-05-01
            u2,POST,never
            ,POST,2024-05-01
            u2,POSTCARD,2024-05-01
            """,
            "--exclude-items", "^(POST|DOT)$");

        Assert.That(await load.InteractionsAsync(Interactions.ItemId), Is.EqualTo(new[] { "i1", "POSTCARD" }));
        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[] { "5|user_id|missing_user|" }));
        Assert.That(load.Counters(), Is.EqualTo(new[]
        {
            "rows_in=5", "rows_kept=2", "dropped_excluded_item=2", "dropped_missing_user=1", "catalogue_kept=0", "catalogue_rejected=0", "excluded=2", "rejected=1",
        }));
    }
}
