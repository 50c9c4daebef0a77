using Pipeline.Contracts;

namespace Pipeline.Load.Tests;

public class InteractionFileTests
{
    [Test]
    public async Task Load_finds_columns_by_their_default_names()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time,event,quantity,price,revenue,basket_id
            u1,i1,2024-05-01 10:00,purchase,2,1.5,2.8,b7
            """);

        Assert.That(await load.InteractionsAsync(), Is.EqualTo(new[] { "u1|i1|purchase|2024-05-01T10:00:00Z|2|2.8|b7" }));
    }

    [Test]
    public async Task Load_finds_columns_by_the_names_given()
    {
        using LoadRun load = LoadRun.Of(
            """
            Country,InvoiceNo,When,Amount,Pieces,Each,Buyer,What,Code
            UK,b7,2024-05-01 10:00,2.8,2,1.5,u1,PURCHASE,i1
            """,
            "--columns", "user=Buyer,item=Code,time=When,event=What,quantity=Pieces,price=Each,revenue=Amount,basket=InvoiceNo");

        Assert.That(await load.InteractionsAsync(), Is.EqualTo(new[] { "u1|i1|purchase|2024-05-01T10:00:00Z|2|2.8|b7" }));
    }

    [Test]
    public async Task Load_finds_the_columns_not_named_by_their_default_names()
    {
        using LoadRun load = LoadRun.Of(
            """
            Buyer,item_id,time,quantity
            u1,i1,2024-05-01,-3
            """,
            "--columns", "user=Buyer");

        Assert.That(await load.InteractionsAsync(), Is.EqualTo(new[] { "u1|i1|return|2024-05-01T00:00:00Z|-3||" }));
    }

    [Test]
    public async Task Load_needs_no_more_than_user_item_and_time()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time
            u1,i1,2024-05-01
            """);

        Assert.That(await load.InteractionsAsync(), Is.EqualTo(new[] { "u1|i1|purchase|2024-05-01T00:00:00Z|||" }));
    }

    [Test]
    public async Task Load_does_not_care_for_the_order_of_columns()
    {
        using LoadRun one = LoadRun.Of("""
            user_id,item_id,time,quantity,price
            u1,i1,2024-05-01,2,1.5
            u2,i2,2024-05-02,-1,3
            """);
        using LoadRun other = LoadRun.Of("""
            price,time,ignored,item_id,quantity,user_id
            1.5,2024-05-01,x,i1,2,u1
            3,2024-05-02,y,i2,-1,u2
            """);

        Assert.That(await other.InteractionsAsync(), Is.EqualTo(await one.InteractionsAsync()).And.Length.EqualTo(2));
        one.Output.MustHoldTheBytesOf(other.Output, except: "_manifest.json");
    }

    [Test]
    public async Task Load_reads_quoted_fields_blanks_a_byte_order_mark_and_other_delimiters()
    {
        using LoadRun load = LoadRun.Of(
            "\uFEFFuser_id\t item_id \ttime\r\n"
            + "\"Anna \"\"A\"\", Ltd\"\t i1\t2024-05-01 \r\n"
            + "\r\n"
            + "Zoë £\ti\u00a02\t2024-05-02",
            "--delimiter", "\\t");

        Assert.That(
            await load.InteractionsAsync(Interactions.UserId, Interactions.ItemId, Interactions.Time),
            Is.EqualTo(new[] { "Anna \"A\", Ltd|i1|2024-05-01T00:00:00Z", "Zoë £|i\u00a02|2024-05-02T00:00:00Z" }));
    }

    [TestCase("'", "'O''Neil, Ann',i1,2024-05-01", "O'Neil, Ann|i1")]
    [TestCase("'", "\"Ann\",i1,2024-05-01", "\"Ann\"|i1")]
    [TestCase("none", "\"Ann,17\" pipe,2024-05-01", "\"Ann|17\" pipe")]
    [TestCase("\"", "\"Ann, 17\",i1,2024-05-01", "Ann, 17|i1")]
    public async Task Load_reads_fields_with_the_quotes_that_are_stated(string quote, string line, string expected)
    {
        using LoadRun load = LoadRun.Of($"user_id,item_id,time\n{line}\n", "--quote", quote);

        Assert.That(await load.InteractionsAsync(Interactions.UserId, Interactions.ItemId), Is.EqualTo(new[] { expected }));
    }

    [Test]
    public async Task Load_reads_gzip_whatever_the_name()
    {
        using LoadRun load = LoadRun.TryBytes(NaiveCsv.Gzip("user_id,item_id,time\nu1,i1,2024-05-01\n"u8.ToArray()));
        load.MustBeDone();

        Assert.That(await load.InteractionsAsync(Interactions.UserId), Is.EqualTo(new[] { "u1" }));
    }

    [Test]
    public async Task Load_tells_purchase_from_return_by_the_quantity_where_there_is_no_event()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time,quantity
            u1,bought,2024-05-01,2
            u1,sent back,2024-05-01,-2
            u1,not said,2024-05-01,
            u1,nothing,2024-05-01,0
            """);

        Assert.That(
            await load.InteractionsAsync(Interactions.ItemId, Interactions.Event, Interactions.Quantity),
            Is.EqualTo(new[] { "bought|purchase|2", "sent back|return|-2", "not said|purchase|" }));
        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[] { "5|quantity|zero_quantity|0" }));
    }

    [Test]
    public async Task Load_lower_cases_events_and_keeps_those_it_does_not_know()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time,event,quantity
            u1,i1,2024-05-01,View,
            u1,i2,2024-05-01,CART,1
            u1,i3,2024-05-01,purchase,0
            u1,i4,2024-05-01,Wish-List,1
            """);

        Assert.That(
            await load.InteractionsAsync(Interactions.ItemId, Interactions.Event, Interactions.Quantity),
            Is.EqualTo(new[] { "i1|view|", "i2|cart|1", "i3|purchase|0", "i4|wish-list|1" }));
    }

    [Test]
    public async Task Load_takes_a_purchase_of_a_negative_quantity_for_a_return()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time,event,quantity,price
            u1,i1,2024-05-01,Purchase,-2,1.5
            u1,i2,2024-05-01,cart,-1,1.5
            """);

        Assert.That(
            await load.InteractionsAsync(Interactions.ItemId, Interactions.Event, Interactions.Quantity, Interactions.Revenue),
            Is.EqualTo(new[] { "i1|return|-2|-3", "i2|cart|-1|" }));
    }

    [Test]
    public async Task Load_writes_pieces_and_money_of_a_return_below_zero_however_the_file_does()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time,event,quantity,price,revenue
            u1,i1,2024-05-01,return,2,1.5,
            u1,i2,2024-05-01,return,-2,1.5,
            u1,i3,2024-05-01,return,1,,4
            u1,i4,2024-05-01,return,,,-4
            u1,i5,2024-05-01,return,,,
            """);

        Assert.That(
            await load.InteractionsAsync(Interactions.ItemId, Interactions.Quantity, Interactions.Revenue),
            Is.EqualTo(new[] { "i1|-2|-3", "i2|-2|-3", "i3|-1|-4", "i4||-4", "i5||" }));
    }

    [Test]
    public async Task Load_multiplies_quantity_and_price_where_no_revenue_is_stated()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time,quantity,price
            u1,i1,2024-05-01,4,2.5
            u1,i2,2024-05-01,-4,2.5
            u1,i3,2024-05-01,4,
            u1,i4,2024-05-01,,2.5
            """);

        Assert.That(
            await load.InteractionsAsync(Interactions.ItemId, Interactions.Revenue),
            Is.EqualTo(new[] { "i1|10", "i2|-10", "i3|", "i4|" }));
    }

    [Test]
    public async Task Load_takes_the_revenue_that_is_stated_and_not_the_product()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time,quantity,price,revenue
            u1,discounted,2024-05-01,4,2.5,9
            u1,free,2024-05-01,4,2.5,0
            u1,not stated,2024-05-01,4,2.5,
            """);

        Assert.That(
            await load.InteractionsAsync(Interactions.ItemId, Interactions.Revenue),
            Is.EqualTo(new[] { "discounted|9", "free|0", "not stated|10" }));
    }

    [Test]
    public async Task Load_computes_no_revenue_for_what_is_only_viewed_or_carted()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time,event,quantity,price
            u1,i1,2024-05-01,view,1,2.5
            u1,i2,2024-05-01,cart,1,2.5
            u1,i3,2024-05-01,purchase,1,2.5
            """);

        Assert.That(
            await load.InteractionsAsync(Interactions.Event, Interactions.Revenue),
            Is.EqualTo(new[] { "view|", "cart|", "purchase|2.5" }));
    }

    [Test]
    public async Task Load_keeps_the_order_of_the_file_and_lines_that_repeat()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time
            u2,i1,2024-05-02
            u1,i1,2024-05-01
            u2,i1,2024-05-02
            """);

        Assert.That(
            await load.InteractionsAsync(Interactions.UserId, Interactions.Time),
            Is.EqualTo(new[] { "u2|2024-05-02T00:00:00Z", "u1|2024-05-01T00:00:00Z", "u2|2024-05-02T00:00:00Z" }));
    }
}
