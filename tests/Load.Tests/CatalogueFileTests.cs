using Pipeline.Contracts;

namespace Pipeline.Load.Tests;

public class CatalogueFileTests
{
    private const string OneInteraction = "user_id,item_id,time\nu1,i1,2024-05-01\n";

    [Test]
    public async Task Load_reads_every_column_of_the_catalogue()
    {
        using LoadRun load = LoadRun.Of(
            OneInteraction,
            """
            features,available_from,image_url,url,in_stock,price,category,name,item_id
            red;wool,2024-01-31T12:00Z,https://shop/i1.png,https://shop/i1,no,12.5,Hats,"Hat, red",i1
            ,,,,,,,,i2
            """,
            []);

        Assert.That(await load.CatalogueAsync(), Is.EqualTo(new[]
        {
            "i1|Hat, red|Hats|12.5|false|https://shop/i1|https://shop/i1.png|2024-01-31T12:00:00Z|red;wool",
            "i2||||true||||",
        }));
    }

    [Test]
    public async Task Load_finds_catalogue_columns_by_the_names_given()
    {
        using LoadRun load = LoadRun.Of(
            OneInteraction, "Code;name;Net\ni1;Hat;3\n".Replace(';', ','), ["--catalogue-columns", "item=Code,price=Net"]);

        Assert.That(await load.CatalogueAsync(Catalogue.ItemId, Catalogue.Name, Catalogue.Price), Is.EqualTo(new[] { "i1|Hat|3" }));
    }

    [Test]
    public async Task Load_rejects_lines_of_the_catalogue_and_accounts_for_them_apart()
    {
        using LoadRun load = LoadRun.Of(
            OneInteraction,
            """
            item_id,name,price,in_stock,available_from
            i1,first,1,yes,2024-01-01
            ,nameless,1,yes,
            i2,dear,much,yes,
            i3,gone,1,maybe,
            i4,late,1,yes,soon
            i1,second,2,yes,
            i5,short
            i2,fine,2,yes,
            """,
            []);

        Assert.That(await load.CatalogueAsync(Catalogue.ItemId, Catalogue.Name), Is.EqualTo(new[] { "i1|first", "i2|fine" }));
        Assert.That(await load.Output.RowsAsync(Rejects.DataSet), Is.EqualTo(new[]
        {
            "catalogue.csv|3|item_id|missing_item|",
            "catalogue.csv|4|price|invalid_price|much",
            "catalogue.csv|5|in_stock|invalid_in_stock|maybe",
            "catalogue.csv|6|available_from|invalid_available_from|soon",
            "catalogue.csv|7|item_id|duplicate_item|i1",
            "catalogue.csv|8||wrong_field_count|",
        }));
        Assert.That(
            load.Counters(),
            Is.EqualTo(new[] { "rows_in=1", "rows_kept=1", "catalogue_kept=2", "catalogue_rejected=6", "excluded=0", "rejected=0" }));
    }

    [Test]
    public async Task Load_writes_an_empty_catalogue_when_none_is_given()
    {
        using LoadRun load = LoadRun.Of(OneInteraction);

        Assert.That(await load.CatalogueAsync(), Is.Empty);
        Assert.That(
            load.Output.Files(),
            Is.EqualTo(new[] { "_manifest.json", "catalogue.parquet", "interactions/part-00000.parquet", "profile.json", "rejects.parquet" }));
    }

    [Test]
    public void Load_refuses_a_catalogue_without_the_column_of_the_item()
    {
        using LoadRun load = LoadRun.Try(OneInteraction, "code,name\ni1,Hat\n", []);

        load.MustBeRefused(2, "catalogue.csv' has no column 'item_id' (item)", "'code', 'name'", "--catalogue-columns");
    }

    [Test]
    public void Load_refuses_a_catalogue_without_a_column_that_was_named()
    {
        using LoadRun load = LoadRun.Try(OneInteraction, "item_id,name\ni1,Hat\n", ["--catalogue-columns", "item=item_id,price=Net"]);

        load.MustBeRefused(2, "catalogue.csv' has no column 'Net' (price)");
    }

    [Test]
    public void Load_refuses_a_catalogue_that_does_not_exist()
    {
        using LoadRun load = LoadRun.Try(OneInteraction, "--catalogue", "nowhere.csv");

        load.MustBeRefused(2, "--catalogue 'nowhere.csv' does not exist");
    }

    [TestCase("item_id,price\n", "has a header but no data")]
    [TestCase("item_id,price\ni1,much\n,3\ni2,more\n", "none of the 3 lines can be used: 2 invalid_price (first in line 2: 'much'), 1 missing_item (first in line 3).")]
    public void Load_refuses_a_catalogue_of_which_no_line_can_be_used(string catalogue, string words)
    {
        using LoadRun load = LoadRun.Try(OneInteraction, catalogue, []);

        load.MustBeRefused(3, "catalogue.csv'", words);
    }
}
