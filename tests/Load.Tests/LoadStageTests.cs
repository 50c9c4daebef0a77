using Pipeline.Storage;

namespace Pipeline.Load.Tests;

public class LoadStageTests
{
    private const string Log = """
        user_id,item_id,time,event,quantity,price
        u1,i1,2024-05-01,purchase,2,1.5
        u2,i2,2024-05-02,view,,
        ,i2,2024-05-02,view,,
        u2,i9,2024-05-02,view,,
        u2,i2,2024-05-03,purchase,-1,2
        """;

    private const string Products = "item_id,name\ni1,Hat\ni2,Scarf\ni2,Shawl\n";

    [Test]
    public void Load_writes_the_same_bytes_again_with_any_number_of_threads()
    {
        using LoadRun first = LoadRun.Of(Log, Products, ["--exclude-items", "i9", "--threads", "1"]);
        using LoadRun again = LoadRun.Of(Log, Products, ["--exclude-items", "i9", "--threads", "1"]);
        using LoadRun other = LoadRun.Of(Log, Products, ["--exclude-items", "i9", "--threads", "2"]);

        again.Output.MustHoldTheBytesOf(first.Output);
        other.Output.MustHoldTheBytesOf(first.Output);
    }

    [Test]
    public async Task Load_accounts_for_every_line()
    {
        using LoadRun load = LoadRun.Of(Log, Products, ["--exclude-items", "i9"]);

        Assert.That(load.Counters(), Is.EqualTo(new[]
        {
            "rows_in=5", "rows_kept=3", "dropped_excluded_item=1", "dropped_missing_user=1", "catalogue_kept=2", "catalogue_rejected=1", "excluded=1", "rejected=1",
        }));
        Assert.That(await load.InteractionsAsync(), Has.Length.EqualTo(3));
        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[] { "4|user_id|missing_user|", "4|item_id|duplicate_item|i2" }));
    }

    [Test]
    public async Task Load_notes_its_options_and_inputs_in_the_manifest()
    {
        using LoadRun load = LoadRun.Of(Log, Products, ["--exclude-items", "i9"]);

        Manifest manifest = load.Output.Manifest();
        Assert.That(manifest.Options.Keys, Is.EqualTo(new[]
        {
            "accept-drift", "catalogue-columns", "catalogue-format", "columns", "constant", "decimal-comma", "delimiter", "encoding", "exclude-items",
            "exclude-without-user", "format", "max-drift", "max-rejects", "quote", "time-format", "time-zone",
        }));
        Assert.That(manifest.Options["exclude-items"], Is.EqualTo("i9"));
        Assert.That(manifest.Inputs.Keys, Is.EqualTo(new[] { "--catalogue catalogue.csv", "--interactions interactions.csv" }));
    }
}
