using System.Globalization;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Load.Tests;

/// <summary>The real data set and its dirt: 541,909 lines of a UK gift shop.</summary>
public class OnlineRetailTests
{
    private const string Columns = "user=CustomerID,item=StockCode,time=InvoiceDate,quantity=Quantity,price=UnitPrice,basket=InvoiceNo";
    private const string NoProducts = "^(POST|DOT|M|m|C2|D|S|B|PADS|CRUK|AMAZONFEE|BANK CHARGES|gift_.*|DCGS.*)$";

    [Test]
    public async Task Load_keeps_and_drops_the_lines_of_Online_Retail_that_a_naive_count_finds()
    {
        string path = SharedData.File("data/online_retail.csv.gz");
        long lines = 0, missingUser = 0, excluded = 0, purchases = 0, returns = 0;
        decimal revenue = 0;
        HashSet<string> users = [], items = [];
        foreach (string[] line in NaiveCsv.Read(path).Skip(1))
        {
            (string item, string user, int quantity) = (line[1], line[6], int.Parse(line[3], CultureInfo.InvariantCulture));
            lines++;
            if (user.Length == 0)
                missingUser++;
            else if (IsNoProduct(item))
                excluded++;
            else
            {
                if (quantity < 0)
                    returns++;
                else
                    purchases++;
                revenue += quantity * decimal.Parse(line[5], CultureInfo.InvariantCulture);
                users.Add(user);
                items.Add(item);
            }
        }
        Assert.That((lines, missingUser), Is.EqualTo((541_909, 135_080)));

        using LoadRun load = LoadRun.TryFile(_ => path, "--columns", Columns, "--exclude-items", NoProducts);
        load.MustBeDone();

        Assert.That(load.Counters(), Is.EqualTo(new[]
        {
            "rows_in=541909", $"rows_kept={purchases + returns}", $"dropped_excluded_item={excluded}", "dropped_missing_user=135080",
            "catalogue_kept=0", "catalogue_rejected=0", $"excluded={excluded}", "rejected=135080",
        }));
        JsonElement profile = JsonDocument.Parse(load.Output.Bytes("profile.json")).RootElement;
        Assert.That(profile.GetProperty("events").ToString(), Does.Contain($"\"purchase\": {purchases},").And.Contain($"\"return\": {returns}\n"));
        Assert.That(profile.GetProperty("users").GetInt32(), Is.EqualTo(users.Count));
        Assert.That(profile.GetProperty("items").GetInt32(), Is.EqualTo(items.Count));
        Assert.That(profile.GetProperty("revenue").GetDouble(), Is.EqualTo((double)revenue).Within(1e-4));
        Assert.That(profile.GetProperty("from").GetString(), Is.EqualTo("2010-12-01T08:26:00+00:00"));
        Assert.That(profile.GetProperty("to").GetString(), Is.EqualTo("2011-12-09T12:50:00+00:00"));

        string[] events = await load.InteractionsAsync(Interactions.Event);
        Assert.That(events.CountBy(e => e), Is.EquivalentTo(new Dictionary<string, int> { ["purchase"] = (int)purchases, ["return"] = (int)returns }));
        string[] rejects = await load.Output.RowsAsync(Rejects.DataSet, Rejects.ColumnName, Rejects.Reason, Rejects.Value);
        Assert.That(rejects.CountBy(r => r), Is.EqualTo(new[] { KeyValuePair.Create("CustomerID|missing_user|", 135_080) }));
    }

    [Test]
    public void Load_refuses_Online_Retail_for_its_lines_without_a_customer_and_says_how_to_take_it()
    {
        using LoadRun load = LoadRun.TryFile(_ => SharedData.File("data/online_retail.csv.gz"), "--columns", Columns, "--max-rejects", "5%");

        load.MustBeRefused(
            3, "135,080 of 541,909 lines (24.9%) are rejected, more than --max-rejects 5%: 135,080 missing_user (first in line 624).", "--exclude-without-user");
    }

    private static bool IsNoProduct(string item) =>
        item is "POST" or "DOT" or "M" or "m" or "C2" or "D" or "S" or "B" or "PADS" or "CRUK" or "AMAZONFEE" or "BANK CHARGES"
        || item.StartsWith("gift_", StringComparison.Ordinal) || item.StartsWith("DCGS", StringComparison.Ordinal);
}
