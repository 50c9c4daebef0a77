using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Load.Tests;

/// <summary>Public data sets load with options alone; the figures are those counted in the files as they lie there.</summary>
public class PublicDataTests
{
    private static JsonElement Profile(LoadRun load) => JsonDocument.Parse(load.Output.Bytes("profile.json")).RootElement;

    [Test]
    public async Task Load_reads_Complete_Journey_in_its_time_zone()
    {
        string products = SharedData.File("data/completejourney_products.csv.gz");
        using LoadRun load = LoadRun.TryFile(
            _ => SharedData.File("data/completejourney_transactions_sample.csv.gz"),
            "--columns", "user=household_id,item=product_id,time=transaction_timestamp,quantity=quantity,revenue=sales_value,basket=basket_id",
            "--constant", "event=purchase", "--time-zone", "America/New_York",
            "--catalogue", products, "--catalogue-columns", "item=product_id,name=product_type,category=product_category,features=brand").MustBeDone();

        Assert.That(load.Counters(), Is.EqualTo(new[]
        {
            "rows_in=75000", "rows_kept=75000", "catalogue_kept=92331", "catalogue_rejected=0", "excluded=0", "rejected=0",
        }));
        JsonElement profile = Profile(load);
        Assert.That(profile.GetProperty("users").GetInt32(), Is.EqualTo(2_377));
        Assert.That(profile.GetProperty("items").GetInt32(), Is.EqualTo(20_902));
        Assert.That(profile.GetProperty("from").GetString(), Is.EqualTo("2017-01-01T12:30:27+00:00"));
        Assert.That(profile.GetProperty("to").GetString(), Is.EqualTo("2018-01-01T03:47:38+00:00"));
        Assert.That((await load.InteractionsAsync(Interactions.BasketId)).Distinct().Count(), Is.EqualTo(47_243));
        Assert.That((await load.InteractionsAsync(Interactions.Quantity)).Count(q => q == "0"), Is.EqualTo(416));
        Assert.That((await load.CatalogueAsync(Catalogue.Category)).Count(c => c.Length == 0), Is.EqualTo(540));
    }

    [Test]
    public async Task Load_reads_FoodMart()
    {
        string products = SharedData.File("data/foodmart_products.csv.gz");
        using LoadRun load = LoadRun.TryFile(
            _ => SharedData.File("data/foodmart_sales.csv.gz"),
            "--columns", "user=customer_id,item=product_id,time=the_date,quantity=unit_sales,revenue=store_sales",
            "--catalogue", products,
            "--catalogue-columns", "item=product_id,name=product_name,category=product_subcategory,price=SRP,features=brand_name").MustBeDone();

        Assert.That(load.Counters(), Is.EqualTo(new[]
        {
            "rows_in=105162", "rows_kept=105162", "catalogue_kept=1560", "catalogue_rejected=0", "excluded=0", "rejected=0",
        }));
        JsonElement profile = Profile(load);
        Assert.That(profile.GetProperty("users").GetInt32(), Is.EqualTo(6_817));
        Assert.That(profile.GetProperty("items").GetInt32(), Is.EqualTo(1_559));
        Assert.That(profile.GetProperty("revenue").GetDouble(), Is.EqualTo(685_398.97).Within(0.01));
        Assert.That((await load.InteractionsAsync(Interactions.Quantity)).Sum(double.Parse), Is.EqualTo(323_502));
        Assert.That((await load.CatalogueAsync(Catalogue.Category)).Distinct().Count(), Is.EqualTo(102));
    }

    [Test]
    public async Task Load_reads_the_catalogue_of_Online_Retail_in_its_time_zone()
    {
        string products = SharedData.File("data/online_retail_catalogue.csv.gz");
        using LoadRun load = LoadRun.TryFile(
            _ => SharedData.File("data/online_retail.csv.gz"),
            "--columns", "user=CustomerID,item=StockCode,time=InvoiceDate,quantity=Quantity,price=UnitPrice,basket=InvoiceNo",
            "--time-zone", "Europe/London",
            "--catalogue", products, "--catalogue-columns", "item=StockCode,name=Description,price=MedianUnitPrice,available_from=FirstSeen").MustBeDone();

        Assert.That(load.Counters(), Is.EqualTo(new[]
        {
            "rows_in=541909", "rows_kept=406829", "dropped_missing_user=135080", "catalogue_kept=4070", "catalogue_rejected=0", "excluded=0", "rejected=135080",
        }));
        Assert.That(Profile(load).GetProperty("from").GetString(), Is.EqualTo("2010-12-01T08:26:00+00:00"));
        Assert.That((await load.CatalogueAsync(Catalogue.Price)).Count(p => p.Length == 0), Is.EqualTo(148));
    }
}
