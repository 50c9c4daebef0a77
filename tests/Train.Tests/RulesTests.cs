using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>Rules and verdicts, from the files of a shop to the output of the stage.</summary>
public class RulesTests
{
    private const string Catalogue =
        """
        item_id,name,category,price,in_stock,available_from
        kettle,Kettle,kitchen,20,true,
        cups,Six cups,table,10,true,
        plates,Six plates,table,30,true,
        teapot,Teapot,table,15,true,
        spoons,Spoons,table,5,true,
        vase,Vase,living,40,true,
        lamp,Lamp,living,80,true,
        card,Gift card,gift,25,true,
        gone,Gone,table,10,false,
        late,Late,table,10,true,2026-06-01
        fresh,Fresh,living,35,true,2026-01-28
        """;

    private readonly TempFolder folder = new();
    private Shop shop = null!;

    /// <summary>Twelve customers with the kettle and some of the rest; the reference time is 2026-01-31.</summary>
    [OneTimeSetUp]
    public void Make() => shop = new Shop(
        string.Join('\n', Enumerable.Range(0, 12).SelectMany(n => new[] { "kettle" }
            .Concat(new[] { "cups", "plates", "teapot", "spoons", "vase", "lamp", "card", "gone", "late" }.Where((_, i) => (n * 7 + i * 5) % 4 == 0))
            .Select((item, i) => $"user-{n:00},{item},2026-01-{1 + (n + i) % 28:00},purchase"))) + "\nuser-11,kettle,2026-01-31,view",
        Catalogue);

    [OneTimeTearDown]
    public void Remove()
    {
        shop.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Rules_hold_in_every_list_and_say_what_they_removed()
    {
        string run = shop.Train(
            "--top-k", "4", "--rules", Rules(
                """
                {
                  "exclude": { "categories": ["gift"], "items": ["spoons"] },
                  "include": { "items": ["card", "fresh"], "categories": ["table", "living"] },
                  "price": { "max": 50 },
                  "max_per_category": 2,
                  "pinned": { "items": ["teapot", "plates"], "share": 0.25 },
                  "new_arrivals": { "within_days": 7 }
                }
                """));
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Train).Counters;
        ILookup<string, TableRow> lists = RunReader.Read(run, Recommendations.DataSet).ToLookup(row => row.Text(Recommendations.UserId)!);
        Assert.Multiple(() =>
        {
            // Left are cups, plates, teapot, vase and fresh.
            Assert.That(
                ItemSelection.Rules.Select(rule => counters["items_removed_" + rule.Replace('.', '_')]), Is.EqualTo(new[] { 1, 1, 1, 1, 1, 1 }),
                "gone, late, spoons, card, kettle, lamp");
            Assert.That(counters["items_offered"], Is.EqualTo(5));
            Assert.That(lists, Has.Count.EqualTo(12));
            foreach (IGrouping<string, TableRow> list in lists)
            {
                string[] items = [.. list.Select(row => row.Text(Recommendations.ItemId)!)];
                Assert.That(items, Is.SubsetOf(new[] { "cups", "plates", "teapot", "vase", "fresh" }).And.Unique.And.Contains("fresh"), list.Key);
                Assert.That(items.Count(item => item is "cups" or "plates" or "teapot"), Is.AtMost(2), list.Key);
                Assert.That(list.Count(row => row.Text(Recommendations.Source) == Sources.Pinned), Is.AtMost(1), list.Key);
                Assert.That(list.Select(row => row.Integer(Recommendations.Rank)), Is.EqualTo(Enumerable.Range(1, items.Length)), list.Key);
            }
            Assert.That(lists.Count(list => list.First().Text(Recommendations.Source) == Sources.Pinned), Is.GreaterThan(6), "whoever has not had both");
            Assert.That(counters["recommendations_pinned"], Is.EqualTo(lists.Sum(list => list.Count(row => row.Text(Recommendations.Source) == Sources.Pinned))));
            Assert.That(counters["candidates_removed_max_per_category"], Is.Positive);
            Assert.That(counters["pairs_removed_repurchase"], Is.Positive);
        });
    }

    [TestCase("""{ "price": { "min": 100 } }""", "The rule 'price' removes the last 9 of 11 products, after 'in_stock' 1, 'available' 1: nothing is left to offer.")]
    [TestCase("""{ "in_stock": false, "available": false, "exclude": { "categories": ["kitchen", "table", "living", "gift"] } }""", "The rule 'exclude.categories' removes all 11 products: nothing is left to offer.")]
    public void Rule_that_removes_everything_ends_the_stage(string rules, string message)
    {
        string run = shop.NewRun();
        StageResult result = StageRunner.Run(Stages.Train, ["--run", run, "--rules", Rules(rules)]);
        Assert.That(result.ExitCode, Is.EqualTo(3));
        Assert.That(RunReader.ReadErrorMessage(run, Stages.Train), Is.EqualTo(message));
    }

    [Test]
    public void Rule_that_leaves_nobody_a_list_is_named()
    {
        using var small = new Shop("ann,kettle,2026-01-01,purchase\nann,cups,2026-01-01,purchase\nbob,cups,2026-01-01,purchase\nbob,kettle,2026-01-02,purchase\nbob,vase,2026-01-02,purchase");
        StageResult result = StageRunner.Run(Stages.Train, ["--run", small.NewRun(), "--rules", Rules("""{ "exclude": { "items": ["vase"] } }""")]);
        Assert.That(result.ExitCode, Is.EqualTo(3));
        Assert.That(result.Error, Does.Contain("The rule 'repurchase' removes all candidates of all 2 customers: each has had every product on offer."));
    }

    [Test]
    public void Names_that_the_shop_does_not_have_are_all_listed()
    {
        StageResult result = StageRunner.Run(Stages.Train, ["--run", shop.NewRun(), "--rules", Rules(
            """{ "exclude": { "items": ["kettle", "Kettle"], "categories": ["gifts"] }, "include": { "categories": ["table", "Table"] }, "pinned": { "items": ["cup"], "share": 0.1 } }""")]);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2));
            Assert.That(result.Error, Does.Contain(
                "--rules: 'exclude.items' names 'Kettle', which is no product here; 'exclude.categories' names 'gifts', which is no category here; "
                + "'include.categories' names 'Table', which is no category here; 'pinned.items' names 'cup', which is no product here."));
        });
    }

    [Test]
    public void Mistakes_in_the_rules_are_listed_with_those_in_the_options()
    {
        string run = shop.NewRun();
        StageResult result = StageRunner.Run(Stages.Train,
        [
            "--run", run, "--top-k", "3", "--rules", Rules("""{ "in_stok": true, "price": { "min": "2" } }"""), "--diversity", "1.5", "--min-items", "4", "--score", "rank",
            "--repurchase-after-days", "-1",
        ]);
        string message = RunReader.ReadErrorMessage(run, Stages.Train);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2));
            Assert.That(message, Does.Contain("--rules 'rules.json': 'in_stok' is unknown; known are in_stock, available"));
            Assert.That(message, Does.Contain("--rules 'rules.json': 'price.min' must be a number, at least 0."));
            Assert.That(message, Does.Contain("--diversity '1.5' must be a number, from 0 to 1."));
            Assert.That(message, Does.Contain("--min-items 4 must not be more than --top-k 3: no list would be worth a mail."));
            Assert.That(message, Does.Contain("--score 'rank' must be one of mean, sum."));
            Assert.That(message, Does.Contain("--repurchase-after-days '-1' must be a number, at least 0."));
        });
    }

    [Test]
    public void Contradictions_end_the_stage_before_the_work()
    {
        StageResult result = StageRunner.Run(Stages.Train, ["--run", shop.NewRun(), "--repurchase-after-days", "3", "--rules", Rules(
            """{ "price": { "min": 3, "max": 2 }, "repurchase": { "after_days": 7 } }""")]);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2));
            Assert.That(result.Error, Does.Contain("'price.min' 3 is above 'price.max' 2: nothing has such a price."));
            Assert.That(result.Error, Does.Contain("--repurchase-after-days and 'repurchase' of --rules say the same: give one of them."));
        });
    }

    /// <summary>Ann bought tea on days 1, 11 and 21 and bob on 2 and 12, so that it is bought again after 10 days; the kettle nobody bought twice.</summary>
    [TestCase("0", "", "", Description = "Never again.")]
    [TestCase("25", "kettle tea", "tea", Description = "Tea after 10 days, the kettle after 25.")]
    [TestCase("31", "tea", "tea")]
    public void What_was_bought_is_offered_again_when_it_is_due(string days, string ann, string bob)
    {
        using var tea = new Shop(
            """
            ann,tea,2026-01-01,purchase
            ann,tea,2026-01-11,purchase
            ann,tea,2026-01-21,purchase
            ann,kettle,2026-01-02,purchase
            ann,spoons,2026-01-02,view
            bob,tea,2026-01-02,purchase
            bob,tea,2026-01-12,purchase
            bob,kettle,2026-01-30,purchase
            cid,cups,2026-01-31,purchase
            cid,kettle,2026-01-31,purchase
            """);
        string run = tea.Train(
            "--min-group", "1", "--half-life-days", "36500", days == "0" ? "--repurchase-after-days" : "--rules",
            days == "0" ? days : Rules($$"""{ "repurchase": { "after_days": {{days}}, "min_customers": 2 } }"""));
        IReadOnlyList<Line> annsList = Line.Of(run, "ann"), bobsList = Line.Of(run, "bob");
        Assert.Multiple(() =>
        {
            Assert.That(annsList.Select(line => line.Item).Intersect(["kettle", "tea", "spoons"]).Order(), Is.EqualTo(ann.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            Assert.That(bobsList.Select(line => line.Item).Intersect(["kettle", "tea"]).Order(), Is.EqualTo(bob.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            Assert.That(annsList.Select(line => line.Item), Has.Member("cups"), "what is due takes no place away");
            Assert.That(annsList.Where(line => line.Item == "tea"), Is.All.Matches<Line>(line => line is { Source: Sources.Sar, Because: "tea" }));
            Assert.That(
                RunReader.ReadManifest(run, Stages.Train).Counters["pairs_due_again"], Is.EqualTo(days == "0" ? 0 : (ann + " " + bob).Split(' ').Count(item => item.Length > 0)));
        });
    }

    /// <summary>
    /// Ann has what forty customers have with 30 garden tools and one of them each with a lamp or a vase: SAR says the tools first. With one product
    /// of each category the list comes from SAR all the same, and not from what is popular.
    /// </summary>
    [Test]
    public void Cap_reaches_far_down_what_the_model_says_before_anything_stands_in()
    {
        string[] tools = [.. Enumerable.Range(0, 30).Select(n => $"tool-{n:00}")];
        string lines = string.Join('\n', Enumerable.Range(0, 40).SelectMany(user => tools.Append("seed").Append(user == 0 ? "lamp" : user == 1 ? "vase" : "seed")
            .Select(item => $"user-{user:00},{item},2026-01-01,purchase"))) + "\nann,seed,2026-01-01,purchase\nbob,best,2026-01-01,purchase\ncid,best,2026-01-01,purchase\ndan,best,2026-01-01,purchase";
        using var garden = new Shop(lines, "item_id,category\nseed,seeds\nbest,other\nlamp,lamps\nvase,vases\n" + string.Concat(tools.Select(tool => $"{tool},tools\n")));
        string run = garden.Train("--top-k", "3", "--rules", Rules("""{ "max_per_category": 1 }"""));
        Assert.That(Line.Of(run, "ann").Select(line => (line.Item, line.Source)), Is.EqualTo([("tool-00", "sar"), ("lamp", "sar"), ("vase", "sar")]));
    }

    /// <summary>Cups are like the kettle to 2/3 and like the teapot to 1/3, and ann's affinity for either is 4 x 1/2.</summary>
    [TestCase("mean", (2 / 3.0 + 1 / 3.0) / 2)]
    [TestCase("sum", 2 * 2 / 3.0 + 2 * 1 / 3.0)]
    public void Mean_score_does_not_grow_with_what_was_bought_nor_fade_with_time(string score, double expected)
    {
        using var kitchen = new Shop(
            """
            ann,kettle,2026-01-01,purchase
            ann,teapot,2026-01-01,purchase
            bob,kettle,2026-01-01,purchase
            bob,cups,2026-01-01,purchase
            cid,kettle,2026-01-01,purchase
            cid,teapot,2026-01-01,purchase
            cid,cups,2026-01-01,purchase
            """);
        string run = kitchen.Train("--score", score, "--reference-time", "2026-01-31");
        Assert.That(Line.Of(run, "ann").Single(line => line.Item == "cups").Score, Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Every_customer_gets_one_verdict()
    {
        // Ann and bob share products with others and cid shares none; dan has all but the vase.
        using var few = new Shop(
            """
            ann,kettle,2026-01-01,purchase
            ann,cups,2026-01-01,purchase
            bob,kettle,2026-01-01,purchase
            cid,vase,2026-01-01,purchase
            dan,kettle,2026-01-01,purchase
            dan,cups,2026-01-01,purchase
            dan,plates,2026-01-01,purchase
            """);
        // Jaccard: kettle and cups 2/3, kettle and plates 1/3, cups and plates 1/2. Bob's best is cups, 2/3; ann's plates, (1/3 + 1/2) / 2.
        string run = few.Train("--score", "mean", "--min-items", "2", "--min-score", "0.5");
        Assert.Multiple(() =>
        {
            Assert.That(
                RunReader.Read(run, Verdicts.DataSet).Select(row => $"{row.Text(Verdicts.UserId)} {row.Text(Verdicts.Verdict)} {row.Integer(Verdicts.ListLength)}"),
                Is.EqualTo(new[] { "ann not_relevant 2", "bob send 3", "cid only_fallback 3", "dan too_few_items 1" }));
            IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Train).Counters;
            Assert.That(Verdicts.All.Select(verdict => counters["verdict_" + verdict]), Is.All.EqualTo(1));
        });
    }

    [Test]
    public void Same_bytes_with_any_number_of_threads_under_all_rules()
    {
        string[] options =
        [
            "--top-k", "3", "--diversity", "0.4", "--min-score", "0.1", "--rules", Rules(
                """
                {
                  "max_per_category": 1, "pinned": { "items": ["teapot"], "share": 0.3 }, "new_arrivals": { "within_days": 7 },
                  "repurchase": { "after_days": 10, "min_customers": 1 }
                }
                """),
        ];
        string one = shop.Train([.. options, "--threads", "1"]), four = shop.Train([.. options, "--threads", "4"]);
        Assert.That(
            File.ReadAllBytes(Path.Combine(four, "03-recommended", "_manifest.json")), Is.EqualTo(File.ReadAllBytes(Path.Combine(one, "03-recommended", "_manifest.json"))));
    }

    [Test]
    public void Diversity_changes_the_lists_and_not_who_is_in_the_model()
    {
        string plain = shop.Train("--top-k", "3"), diverse = shop.Train("--top-k", "3", "--diversity", "0.9");
        string[] Lists(string run) => [.. RunReader.Read(run, Recommendations.DataSet).Select(row => $"{row.Text(Recommendations.UserId)} {row.Text(Recommendations.ItemId)}")];
        Assert.That(Lists(diverse), Is.Not.EqualTo(Lists(plain)));
        Assert.That(Lists(diverse), Has.Length.EqualTo(Lists(plain).Length));
    }

    private string Rules(string json) => folder.Write("rules.json", json);
}
