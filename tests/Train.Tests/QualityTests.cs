using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>The gate before the lists become an output.</summary>
public class QualityTests
{
    private static readonly ListLimits Limits = new()
    {
        MaxFallback = 0.6m,
        MinWithList = 0.9m,
        MinFilled = 0.5m,
        MinCoverage = 0.05m,
        MaxTopShare = 0.2m,
        MinOverlap = 0.3m,
        CompareWith = "runs/last",
    };

    /// <summary>Every figure exactly at its limit.</summary>
    private static readonly ListQuality AtLimits = new()
    {
        Contract = ListQuality.CurrentContract,
        Customers = 120,
        CustomersWithSomethingLeft = 100,
        CustomersWithList = 90,
        Recommendations = 500,
        Places = 1000,
        OfferedItems = 200,
        RecommendedItems = 10,
        TopItemRecommendations = 100,
        FallbackRecommendations = 300,
        Sources = new Dictionary<string, long>(),
        Overlap = 0.3,
        Sample = new Dictionary<string, string[]>(),
    };

    [Test]
    public void What_is_at_its_limit_passes() => Assert.That(ListGate.Failures(AtLimits, Limits), Is.Empty);

    [Test]
    public void Nothing_at_all_passes() => Assert.That(
        ListGate.Failures(AtLimits with { Customers = 0, CustomersWithSomethingLeft = 0, CustomersWithList = 0, Recommendations = 0, Places = 0, OfferedItems = 0, RecommendedItems = 0, TopItemRecommendations = 0, FallbackRecommendations = 0, Overlap = null }, Limits),
        Is.Empty);

    [Test]
    public void Each_figure_beyond_its_limit_is_named_with_it() => Assert.That(
        ListGate.Failures(AtLimits with { CustomersWithList = 89, Places = 1001, RecommendedItems = 9, TopItemRecommendations = 101, FallbackRecommendations = 301, Overlap = 0.2999 }, Limits),
        Is.EqualTo(new[]
        {
            "60.2% of the recommendations are fallback, more than --max-fallback 60%",
            "89 of 100 customers who have not had everything (89.0%) have a list, fewer than --min-with-list 90%",
            "the lists have 5.6 products on average, 50.0% of what there is room and offer for, less than --min-filled 50%",
            "9 of 200 products (4.5%) are in any list, fewer than --min-coverage 5%",
            "one product in a hundred has 20.2% of the recommendations, more than --max-top-share 20%",
            "30.0% of the lists of 'runs/last' are in the new ones again, less than --min-overlap 30%",
        }));

    [Test]
    public void Figures_are_those_of_the_lists()
    {
        // The kettle has 3 customers, cups 2, teapot 2, vase 1; nobody who has the vase has anything else.
        using var shop = new Shop(
            """
            ann,kettle,2026-01-01,purchase
            ann,teapot,2026-01-01,purchase
            bob,kettle,2026-01-01,purchase
            bob,cups,2026-01-01,purchase
            cid,kettle,2026-01-01,purchase
            cid,teapot,2026-01-01,purchase
            cid,cups,2026-01-01,purchase
            cid,vase,2026-01-01,view
            zoe,vase,2026-01-01,purchase
            """);
        using JsonDocument json = Read(shop.Train("--top-k", "2"));
        JsonElement figures = json.RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(Number("customers"), Is.EqualTo(4));
            Assert.That(Number("customers_with_something_left"), Is.EqualTo(3), "cid has everything");
            Assert.That(Number("customers_with_list"), Is.EqualTo(3));
            Assert.That(Number("recommendations"), Is.EqualTo(6));
            Assert.That(Number("places"), Is.EqualTo(6));
            Assert.That(Number("offered_items"), Is.EqualTo(4));
            Assert.That(Number("recommended_items"), Is.EqualTo(3), "the vase goes with cups and teapot rather than with the kettle");
            Assert.That(figures.GetProperty("overlap").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(figures.GetProperty("sample").EnumerateObject().Count(), Is.EqualTo(3));
            Assert.That(figures.GetRawText(), Does.Not.Contain("ann").And.Not.Contain("zoe"));
        });

        long Number(string name) => figures.GetProperty(name).GetInt64();
    }

    /// <summary>200 products, of which all lists hold the same few: those that everybody looks at.</summary>
    [Test]
    public void Lists_that_are_all_alike_are_refused()
    {
        using var shop = new Shop(string.Join('\n', Enumerable.Range(0, 200).Select(n => $"user-{n:000},item-{n:000},2026-01-01,purchase"))
            + "\n" + string.Join('\n', Enumerable.Range(0, 20).SelectMany(n => new[] { $"user-{n:000},item-100,2026-01-01,view", $"user-{n:000},item-101,2026-01-01,view" })));
        string run = shop.NewRun();
        StageResult refused = StageRunner.Run(Stages.Train, ["--run", run, "--top-k", "2"]);
        new StageFolder(run, Stages.Train).MustBeRefused(refused, 3, "one product in a hundred has ", "more than --max-top-share 75%");
        Assert.That(StageRunner.Run(Stages.Train, ["--run", run, "--top-k", "2", "--max-top-share", "100%"]).ExitCode, Is.Zero);
    }

    [Test]
    public void Lists_that_changed_too_far_since_the_last_run_are_refused()
    {
        // Four products; u has a. In the earlier run b goes with it, in the other c and d.
        const string Early = "u,a,2026-01-01,purchase\nv,a,2026-01-01,purchase\nv,b,2026-01-01,purchase\nw,c,2026-01-01,purchase\nw,d,2026-01-01,purchase";
        const string Late = "u,a,2026-01-01,purchase\nv,a,2026-01-01,purchase\nv,c,2026-01-01,purchase\nw,b,2026-01-01,purchase\nw,d,2026-01-01,purchase";
        using Shop early = new(Early), late = new(Late);
        string before = early.Train("--top-k", "1");
        // u got b and gets c; v got c and gets b; w got a and gets it again.
        string run = late.NewRun();
        StageResult refused = StageRunner.Run(Stages.Train, ["--run", run, "--top-k", "1", "--compare-with", before, "--min-overlap", "34%"]);
        new StageFolder(run, Stages.Train).MustBeRefused(refused, 3, $"33.3% of the lists of '{before}' are in the new ones again, less than --min-overlap 34%");
        Assert.That(StageRunner.Run(Stages.Train, ["--run", run, "--top-k", "1", "--compare-with", before, "--min-overlap", "33%"]).ExitCode, Is.Zero);
        using JsonDocument json = Read(run);
        Assert.That(json.RootElement.GetProperty("overlap").GetDouble(), Is.EqualTo(1 / 3.0).Within(1e-12));
    }

    [Test]
    public void Run_without_a_customer_of_the_earlier_one_has_nothing_in_common()
    {
        using Shop early = new("u,a,2026-01-01,purchase\nv,a,2026-01-01,purchase\nv,b,2026-01-01,purchase"), late = new("x,a,2026-01-01,purchase\ny,a,2026-01-01,purchase\ny,b,2026-01-01,purchase");
        string run = late.NewRun();
        new StageFolder(run, Stages.Train).MustBeRefused(StageRunner.Run(Stages.Train, ["--run", run, "--compare-with", early.Train()]), 3, "0.0% of the lists of ", "--min-overlap 10%");
    }

    [Test]
    public void Earlier_run_must_be_one_of_this_version()
    {
        using var shop = new Shop("u,a,2026-01-01,purchase\nv,a,2026-01-01,purchase\nv,b,2026-01-01,purchase");
        string run = shop.NewRun();
        new StageFolder(run, Stages.Train).MustBeRefused(
            StageRunner.Run(Stages.Train, ["--run", run, "--compare-with", shop.NewRun()]), 2, "--compare-with", "is no run in which train has finished");
    }

    private static JsonDocument Read(string run) => JsonDocument.Parse(new StageFolder(run, Stages.Train).Bytes("quality.json"));
}
