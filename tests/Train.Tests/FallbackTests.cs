using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>What a list is filled up with where the models have nothing, and in which order.</summary>
public class FallbackTests
{
    /// <summary>
    /// The customer u has the red lamp (lamps, cart) and the blue mug (mugs, view), and meets one customer by the lamp. The others of the segment
    /// new have plates; those of never-bought have more of the mugs and lamps.
    /// </summary>
    private const string Interactions =
        """
        u,lamp-red,2026-01-10,purchase
        u,mug-blue,2026-01-10,view
        friend,lamp-red,2026-01-10,purchase
        friend,near,2026-01-10,purchase
        new-1,plate,2026-01-10,purchase
        new-2,plate,2026-01-10,purchase
        looker-1,lamp-old,2026-01-10,view
        looker-2,lamp-old,2026-01-10,view
        looker-2,lamp-blue,2026-01-10,view
        looker-3,mug-old,2026-01-10,view
        looker-4,mug-old,2026-01-10,view
        looker-5,mug-old,2026-01-10,view
        """;

    private const string Catalogue =
        """
        item_id,name,category,in_stock,available_from
        lamp-red,Red lamp,lamps,true,2025-01-01
        lamp-old,Old lamp,lamps,true,2025-01-01
        lamp-blue,Blue lamp,lamps,true,2025-01-01
        mug-blue,Blue mug,mugs,true,2025-01-01
        mug-old,Old mug,mugs,true,2025-01-01
        plate,Plate,plates,true,2025-01-01
        near,Near,,true,2025-01-01
        cold-a,Came nine days ago,lamps,true,2026-01-01
        cold-b,Came a day ago,plates,true,2026-01-09
        cold-c,Came a day ago too,plates,true,2026-01-09
        cold-gone,Sold out,plates,false,2026-01-09
        cold-late,Comes tomorrow,plates,true,2026-01-11
        cold-old,Came long ago,plates,true,2025-01-01
        cold-whenever,Nobody knows when,plates,true,
        """;

    private Shop shop = null!;

    [OneTimeSetUp]
    public void Load() => shop = new Shop(Interactions, Catalogue);

    [OneTimeTearDown]
    public void Remove() => shop.Dispose();

    [Test]
    public void List_goes_down_the_chain_step_by_step()
    {
        IReadOnlyList<Line> list = Line.Of(shop.Train("--min-group", "2"), "u");
        Assert.That(list.Select(line => $"{line.Rank} {line.Item} {line.Source} {line.Score:0.###}"), Is.EqualTo(new[]
        {
            // 4 x 1/2: one of the two who have either.
            "1 near sar 2",
            "2 plate popular-segment 2",
            "3 lamp-old popular-category 2", "4 lamp-blue popular-category 1",
            "5 mug-old popular 3",
            "6 cold-b new-arrival 0.5", "7 cold-c new-arrival 0.5", "8 cold-a new-arrival 0.1",
        }));
        Assert.That(list.Where(line => line.Source != "sar").Select(line => line.Because), Is.All.Null);
    }

    [TestCase("0.5", "")]
    [TestCase("1", "cold-b cold-c")]
    [TestCase("8.9", "cold-b cold-c")]
    [TestCase("9", "cold-b cold-c cold-a")]
    public void New_arrival_is_what_came_within_so_many_days(string days, string items) => Assert.That(
        string.Join(' ', Line.Of(shop.Train("--new-arrival-days", days), "u").Where(line => line.Source == Sources.NewArrival).Select(line => line.Item)), Is.EqualTo(items));

    [Test]
    public void What_load_was_told_to_leave_out_is_no_new_arrival()
    {
        using var folder = new TempFolder();
        string run = folder.File("run");
        StageRunner.MustRun(
            Stages.Load, "--run", run, "--interactions", folder.Write("i.csv", "user_id,item_id,time,event\n" + Interactions), "--catalogue", folder.Write("c.csv", Catalogue), "--exclude-items", "^cold-b$");
        StageRunner.MustRun(Stages.Transform, "--run", run);
        StageRunner.MustRun(Stages.Train, "--run", run);
        Assert.That(Line.Of(run, "u").Select(line => line.Item), Does.Contain("cold-c").And.Not.Contains("cold-b"));
    }

    [Test]
    public void Order_of_the_catalogue_leaves_no_trace()
    {
        string[] lines = Catalogue.Split('\n');
        using var other = new Shop(Interactions, string.Join('\n', [lines[0], .. lines[1..].Reverse()]));
        Assert.That(Line.Of(other.Train(), "u"), Is.EqualTo(Line.Of(shop.Train(), "u")));
    }

    [Test]
    public void Shares_of_the_sources_are_counted_and_shown()
    {
        string run = shop.NewRun();
        StageResult result = StageRunner.Run(Stages.Train, ["--run", run, "--min-group", "2"]);
        Dictionary<string, int> rows = RunReader.Read(run, Recommendations.DataSet).CountBy(row => row.Text(Recommendations.Source)!).ToDictionary();
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Train).Counters;
        Assert.Multiple(() =>
        {
            foreach (string source in (string[])["sar-segment", "sar", "popular-segment", "popular-category", "popular", "new-arrival", "pinned"])
            {
                Assert.That(counters["recommendations_" + source.Replace('-', '_')], Is.EqualTo(rows.GetValueOrDefault(source)), source);
                Assert.That(result.Output.Contains($"\"{source}\":", StringComparison.Ordinal), Is.EqualTo(rows.ContainsKey(source)), source);
            }
            Assert.That(counters["recommendations"], Is.EqualTo(rows.Values.Sum()));
            Assert.That(counters["recommendations_fallback"], Is.EqualTo(rows.Values.Sum() - rows["sar"]));
            Assert.That(result.Output, Does.Match("source +recommendations +share"));
        });
    }

    [Test]
    public void More_fallback_than_allowed_is_refused_with_figure_and_limit()
    {
        // One customer in two has something in common with another: kettle and cups go together, vase and lamp are alone.
        using var half = new Shop(
            """
            ann,kettle,2026-01-01,purchase
            ann,cups,2026-01-01,purchase
            bob,kettle,2026-01-01,purchase
            cid,vase,2026-01-01,purchase
            """);
        // ann gets vase; bob cups (sar) and vase; cid kettle and cups: 4 of 5 are fallback.
        string run = half.NewRun();
        StageResult refused = StageRunner.Run(Stages.Train, ["--run", run, "--max-fallback", "79.9%"]);
        new StageFolder(run, Stages.Train).MustBeRefused(refused, 3, "80.0% of the recommendations are fallback, more than --max-fallback 79.9%");
        Assert.That(StageRunner.Run(Stages.Train, ["--run", run, "--max-fallback", "80%"]).ExitCode, Is.Zero);
    }
}
