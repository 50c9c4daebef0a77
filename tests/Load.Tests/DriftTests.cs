using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Testing;

namespace Pipeline.Load.Tests;

internal sealed class DriftTests
{
    private TempFolder folder = null!;

    [SetUp]
    public void CreateFolder() => folder = new TempFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    /// <summary>So many lines, each of a customer of its own; of them so many views, the others are purchases.</summary>
    private StageResult Load(string run, int lines, int views = 0, int rejects = 0, params string[] arguments)
    {
        IEnumerable<string> good = Enumerable.Range(0, lines).Select(n => $"u{n},i{n % 10},2024-05-01,{(n < views ? "view" : "purchase")}");
        string file = folder.Write(
            "interactions.csv", string.Join('\n', (string[])["user_id,item_id,time,event", .. good, .. Enumerable.Repeat("u,i,never,view", rejects)]) + "\n");
        return StageRunner.Run(Stages.Load, ["--run", folder.File(run), "--interactions", file, "--max-rejects", "100%", .. arguments]);
    }

    private StageResult Tonight(int lines, int views = 0, int rejects = 0, params string[] arguments) =>
        Load("tonight", lines, views, rejects, ["--compare-with", folder.File("last"), .. arguments]);

    private StageFolder Output(string run = "tonight") => new(folder.File(run), Stages.Load);

    [TestCase(130, true)]
    [TestCase(131, false)]
    [TestCase(70, true)]
    [TestCase(69, false)]
    public void Rows_and_users_may_move_by_three_in_ten(int lines, bool isTaken)
    {
        Output("last").MustBeDone(Load("last", 100));
        StageResult result = Tonight(lines);

        if (isTaken)
            Output().MustBeDone(result);
        else
            Output().MustBeRefused(result, 3, $"rows 100 -> {lines} ({(lines - 100) / 100.0:+0.0%;-0.0%}, limit 30%), users 100 -> {lines}", "--accept-drift");
    }

    [Test]
    public void Half_an_export_is_refused_and_the_message_says_what_moved()
    {
        Output("last").MustBeDone(Load("last", 2_000));

        StageResult result = Tonight(1_000);

        Output().MustBeRefused(
            result, 3,
            $"interactions.csv' has drifted from '{folder.File("last")}': rows 2,000 -> 1,000 (-50.0%, limit 30%), users 2,000 -> 1,000 (-50.0%, limit 30%). Check the export; if it is right, take it with --accept-drift.");
    }

    [Test]
    public void Items_may_move_by_three_in_ten()
    {
        Output("last").MustBeDone(Load("last", 10));
        Output().MustBeRefused(Tonight(6, arguments: ["--max-drift", "rows=50%,users=50%"]), 3, ": items 10 -> 6 (-40.0%, limit 30%).");
    }

    [Test]
    public void Reject_share_may_rise_by_two_points_and_fall_as_it_likes()
    {
        Output("last").MustBeDone(Load("last", 100));
        Output().MustBeDone(Tonight(98, rejects: 2));
        StageResult result = Load("other", 97, 0, 3, "--compare-with", folder.File("last"));
        Output("other").MustBeRefused(result, 3, ": reject share 0.0% -> 3.0% (+3.0%, limit 2%).");

        Output("dirty").MustBeDone(Load("dirty", 100, 0, 50));
        Output("clean").MustBeDone(Load("clean", 100, 0, 0, "--compare-with", folder.File("dirty")));
    }

    [Test]
    public void Share_of_an_event_may_move_by_ten_points()
    {
        Output("last").MustBeDone(Load("last", 100, views: 50));
        Output().MustBeDone(Tonight(100, views: 60));
        StageResult result = Load("other", 100, 61, 0, "--compare-with", folder.File("last"));
        Output("other").MustBeRefused(result, 3, ": event purchase 50.0% -> 39.0% (-11.0%, limit 10%), event view 50.0% -> 61.0% (+11.0%, limit 10%).");
    }

    [Test]
    public void Event_that_is_gone_is_seen()
    {
        Output("last").MustBeDone(Load("last", 100, views: 50));
        Output().MustBeRefused(Tonight(100, views: 100), 3, "event purchase 50.0% -> 0.0%");
    }

    [Test]
    public void Limits_can_be_set_one_by_one()
    {
        Output("last").MustBeDone(Load("last", 100));
        Output().MustBeRefused(Tonight(50, arguments: ["--max-drift", "rows=60%"]), 3, ": users 100 -> 50 (-50.0%, limit 30%).");
        Output().MustBeDone(Tonight(50, arguments: ["--max-drift", "rows=60%,users=50%"]));
    }

    [Test]
    public void Drift_can_be_accepted_and_stays_on_record()
    {
        Output("last").MustBeDone(Load("last", 100));

        StageResult result = Tonight(40, arguments: ["--accept-drift"]);

        Output().MustBeDone(result);
        Assert.That(result.Output, Does.Contain("drift accepted: rows 100 -> 40 (-60.0%, limit 30%), users 100 -> 40 (-60.0%, limit 30%)"));
        Assert.That(Output().Manifest().Options["accept-drift"], Is.EqualTo("true"));
        JsonElement rows = JsonElement.Parse(Output().Bytes("drift.json")).GetProperty("measures")[0];
        Assert.That(
            (rows.GetProperty("name").GetString(), rows.GetProperty("before").GetDouble(), rows.GetProperty("now").GetDouble(), rows.GetProperty("change").GetDouble(), rows.GetProperty("is_beyond").GetBoolean()),
            Is.EqualTo(("rows", 100.0, 40.0, -0.6, true)));
    }

    [Test]
    public void Comparison_is_a_table_even_when_the_data_are_refused()
    {
        Output("last").MustBeDone(Load("last", 1_000, views: 400));

        StageResult result = Tonight(600, views: 300, rejects: 6);

        Assert.That(result.ExitCode, Is.EqualTo(3));
        JsonElement record = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))
            .Single(line => line.GetProperty("EventId").GetInt32() == LogEvents.Table.Id && line.GetProperty("Message").GetString()!.StartsWith("drift: ", StringComparison.Ordinal));
        Assert.That(record.GetProperty("Message").GetString(), Is.EqualTo("drift: 2 of 6 figures moved beyond their limits"));
        Assert.That(record.GetProperty("State").GetProperty("rows_beyond").ToString(), Is.EqualTo("True"));
        Assert.That(record.GetProperty("State").GetProperty("event_view_now").GetDouble(), Is.EqualTo(0.5));
        string[][] cells = [.. record.GetProperty("State").GetProperty("table").GetString()!.Split('\n').Skip(2)
            .Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        Assert.That(cells, Is.EqualTo(new[]
        {
            new[] { "rows", "1,000", "600", "-40.0%", "30%", "beyond" },
            ["users", "1,000", "600", "-40.0%", "30%", "beyond"],
            ["items", "10", "10", "0.0%", "30%", "ok"],
            ["reject share", "0.0%", "1.0%", "+1.0%", "2%", "ok"],
            ["event purchase", "60.0%", "50.0%", "-10.0%", "10%", "ok"],
            ["event view", "40.0%", "50.0%", "+10.0%", "10%", "ok"],
        }));
    }

    [Test]
    public void Same_comparison_gives_the_same_bytes_and_is_not_done_twice()
    {
        Output("last").MustBeDone(Load("last", 100));
        Output().MustBeDone(Tonight(90));
        Output("other").MustBeDone(Load("other", 90, 0, 0, "--compare-with", folder.File("last")));
        Output("other").MustHoldTheBytesOf(Output());

        Assert.That(Tonight(90).Output, Does.Contain("already done"));
        Assert.That(Output().Manifest().Inputs.Keys, Does.Contain("--compare-with 01-loaded/profile.json"));
    }

    [Test]
    public void Another_earlier_run_makes_another_output()
    {
        Output("last").MustBeDone(Load("last", 100));
        Output("older").MustBeDone(Load("older", 101));
        Output().MustBeDone(Tonight(90));
        StageResult result = Load("tonight", 90, 0, 0, "--compare-with", folder.File("older"));
        Assert.That(result.ExitCode, Is.EqualTo(6), result.Error);
    }

    [Test]
    public void Earlier_run_that_did_not_finish_is_named()
    {
        Assert.That(Load("last", 100, 0, 100, "--max-drift", "rows=x").ExitCode, Is.EqualTo(2));
        Output().MustBeRefused(Tonight(100), 2, "--compare-with", "is no run in which load has finished");
    }

    [Test]
    public async Task Earlier_run_without_a_profile_is_named()
    {
        await RunWriter.WriteAsync(folder.File("last"), Stages.Load);
        Output().MustBeRefused(Tonight(100), 2, "--compare-with", "load left no profile.json there");
    }

    [Test]
    public void Earlier_run_of_another_version_is_named()
    {
        Output("last").MustBeDone(Load("last", 100));
        // The manifest must agree with the file, else it is damaged.
        string profile = folder.File("last/01-loaded/profile.json"), manifest = folder.File("last/01-loaded/_manifest.json");
        string before = Hash();
        File.WriteAllText(profile, File.ReadAllText(profile).Replace("profile/1", "profile/0", StringComparison.Ordinal));
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(before, Hash(), StringComparison.Ordinal));

        Output().MustBeRefused(Tonight(100), 2, "--compare-with", "its profile.json is of another version");

        string Hash() => Hashing.Of(File.ReadAllBytes(profile));
    }
}
