using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

internal sealed class RunTests
{
    private Shop shop = null!;

    [SetUp]
    public void Generate() => shop = new Shop();

    [TearDown]
    public void Remove() => shop.Dispose();

    [Test]
    public void Same_input_gives_the_same_bytes_on_any_number_of_threads()
    {
        shop.MustRun("one", "--threads", "1");
        shop.MustRun("two", "--threads", "2");
        foreach (StageContract stage in (StageContract[])[Stages.Load, Stages.Transform, Stages.Train])
            shop.Folder("two", stage).MustHoldTheBytesOf(shop.Folder("one", stage));
        // The ciphertext differs by design, and its hash with it; the quarantine does not.
        StageFolder one = shop.Folder("one", Stages.Email), two = shop.Folder("two", Stages.Email);
        Assert.That(two.Bytes("quarantine.parquet"), Is.EqualTo(one.Bytes("quarantine.parquet")));
        Assert.That(two.Bytes("recipients.parquet"), Is.Not.EqualTo(one.Bytes("recipients.parquet")));
    }

    [Test]
    public async Task Keys_and_decisions_repeat_though_the_ciphertext_does_not()
    {
        shop.MustRun("one");
        shop.MustRun("two");
        string[] one = await RecipientsAsync("one"), two = await RecipientsAsync("two");
        Assert.That(two, Is.EqualTo(one).And.Not.Empty);

        Task<string[]> RecipientsAsync(string run) => shop.Folder(run, Stages.Email).RowsAsync(
            Recipients.DataSet, Recipients.UserId, Recipients.SubjectKey, Recipients.MailboxKey, Recipients.Send, Recipients.Reason, Recipients.ExpiresAt);
    }

    [Test]
    public void Second_run_does_nothing()
    {
        shop.MustRun("run");
        string[] before = Snapshot();
        StageResult again = shop.MustRun("run");
        Assert.That(Snapshot(), Is.EqualTo(before));
        Assert.That(again.Output.Split("already done"), Has.Length.EqualTo(1 + Stages.All.Count));

        string[] Snapshot() => [.. Directory.EnumerateFiles(shop["run"], "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) != ".lease").Order(StringComparer.Ordinal)
            .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O} {new FileInfo(path).Length}")];
    }

    [Test]
    public void Other_options_for_the_same_run_are_refused_unless_it_may_be_replaced()
    {
        shop.MustRun("run");
        StageResult refused = shop.Run("run", "--top-k", "3");
        Assert.That(refused.ExitCode, Is.EqualTo(6));
        Assert.That(refused.Error, Does.Contain("train: ").And.Contain("--overwrite"));
        StageResult replaced = shop.MustRun("run", "--top-k", "3", "--overwrite");
        Assert.That(replaced.Output.Split("already done"), Has.Length.EqualTo(3), "load and transform need not be repeated");
    }

    [Test]
    public void Shop_without_catalogue_and_customers_gets_lists_but_mails_nobody()
    {
        StageResult result = Tool.MustRun("run", "--run", shop["run"], "--interactions", shop.Interactions, "--key-ring", shop["keys.json"]);
        Assert.That(result.Error, Does.Contain("nobody is mailed"));
        Assert.That(shop.Folder("run", Stages.Email).Counters(), Does.Contain("rows_kept=0"));
    }

    [Test]
    public void Half_an_export_stops_the_run_unless_it_is_accepted()
    {
        shop.MustRun("run");
        string[] lines = File.ReadAllLines(shop.Interactions);
        File.WriteAllLines(shop.Interactions, lines[..(lines.Length / 2)]);

        StageResult refused = shop.Run("next", "--compare-with", shop["run"]);
        Assert.That(refused.ExitCode, Is.EqualTo(3));
        Assert.That(refused.Error, Does.Contain("load: ").And.Contain($"has drifted from '{shop["run"]}': rows 8,000 -> ").And.Contain("--accept-drift"));
        Assert.That(refused.Output, Does.Match(" rows +8,000 +[34],[0-9]{3} +-[0-9.]+% +30% +beyond"));
        Assert.That(shop.Folder("next", Stages.Transform).Files(), Is.Empty);

        StageResult accepted = shop.MustRun("next", "--compare-with", shop["run"], "--accept-drift");
        Assert.That(accepted.Error, Does.Contain("load: drift accepted: rows 8,000 -> "));
        Assert.That(shop.MustRun("next", "--compare-with", shop["run"], "--accept-drift").Output.Split("already done"), Has.Length.EqualTo(1 + Stages.All.Count));
    }

    [Test]
    public void Verdict_on_thin_data_is_said_at_the_end()
    {
        Assert.That(shop.MustRun("run").Error, Does.Contain("load: thin data: 8,000 interactions"));
    }

    [Test]
    public void Every_mistake_is_told_before_the_first_stage_starts()
    {
        StageResult result = shop.Run("run", "--top-k", "0", "--colums", "user=x", "--expires-after-days", "soon", "--exclude-items", "(");
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("4 mistakes").And.Contain("--top-k '0'").And.Contain("--colums is no option of any stage")
            .And.Contain("--expires-after-days 'soon'").And.Contain("--exclude-items '('"));
        Assert.That(Directory.Exists(shop["run"]), Is.False);
    }

    [Test]
    public void Demo_shows_what_three_customers_bought_and_get_and_why()
    {
        StageResult demo = Tool.MustRun("demo", "--output", shop["demo"]);
        string[] lines = demo.Output.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(lines.Count(line => line.StartsWith("Customer ", StringComparison.Ordinal)), Is.EqualTo(3));
            Assert.That(lines.Count(line => line.StartsWith("  gets ", StringComparison.Ordinal)), Is.EqualTo(15));
            Assert.That(lines.Where(line => line.StartsWith("  gets ", StringComparison.Ordinal)), Has.All.Contains(" because "));
            Assert.That(demo.Output, Does.Match("[0-9,]+ customers have a list"));
        });
    }

    [Test]
    public void Query_looks_into_the_run()
    {
        shop.MustRun("run");
        StageResult rows = Tool.MustRun("query", "--run", shop["run"], "SELECT 40 + count(DISTINCT rank) AS answer FROM current_recommendations");
        Assert.That(rows.Output, Does.Contain("answer").And.Contain("50"));
        Assert.That(Tool.Run("query", "--run", shop["run"], "SELECT nothing").ExitCode, Is.EqualTo(2));
        StageResult nowhere = Tool.Run("query", "--run", shop["none"], "SELECT 1");
        Assert.That(nowhere.ExitCode, Is.EqualTo(2));
        Assert.That(nowhere.Error, Does.Contain("has not been injected"));
    }
}
