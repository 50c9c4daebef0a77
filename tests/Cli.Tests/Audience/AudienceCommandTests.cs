using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Audience;

/// <summary>
/// Who should get a product. By Jaccard cups are like the kettle to 2/4 and like the teapot to 1/3; the vase is like nothing. All
/// affinities are 4: ann's mean is (4 x 1/2 + 4 x 1/3) / 8 = 5/12, dan's 1/2.
/// </summary>
public class AudienceCommandTests
{
    private const string Kitchen =
        """
        user_id,item_id,time,event
        ann,kettle,2026-01-01,purchase
        ann,teapot,2026-01-01,purchase
        bob,kettle,2026-01-01,purchase
        bob,cups,2026-01-01,purchase
        cid,kettle,2026-01-01,purchase
        cid,teapot,2026-01-01,purchase
        cid,cups,2026-01-01,purchase
        dan,kettle,2026-01-01,purchase
        zoe,vase,2026-01-01,purchase
        """;

    private const string Catalogue =
        """
        item_id,name,category
        kettle,"Kettle, red",kitchen
        teapot,Teapot,table
        cups,Six cups,table
        vase,Vase,living
        lamp,Lamp,living
        """;

    private readonly TempFolder folder = new();

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Customers_without_the_product_come_by_their_mean_similarity_to_it()
    {
        string run = Train("ranked", Kitchen, Catalogue), output = folder.File("cups.csv");
        StageResult result = StageRunner.Run("Cli", "audience", "--run", run, "--item", "cups", "--output", output);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        string[] lines = File.ReadAllLines(output);
        Assert.Multiple(() =>
        {
            Assert.That(lines, Has.Length.EqualTo(3), "bob and cid have cups, and nothing speaks for them with zoe");
            Assert.That(lines[0], Is.EqualTo("rank,user_id,item_id,score,because_item_id,because_name"));
            Assert.That(lines[1], Is.EqualTo("1,dan,cups,0.5,kettle,\"Kettle, red\""));
            Assert.That(lines[2], Does.Match("^2,ann,cups,0\\.41666666666666\\d*,kettle,\"Kettle, red\"$"));
        });
    }

    [Test]
    public void Category_gives_each_customer_its_best_product_that_is_not_had()
    {
        string run = Train("category", Kitchen, Catalogue), output = folder.File("table.csv");
        Assert.That(StageRunner.Run("Cli", "audience", "--run", run, "--category", "table", "--output", output).ExitCode, Is.Zero);
        // Teapot: bob (4 x 2/4 + 4 x 1/3) / 8; dan 2/4 like cups, of equal ones the first id. Ann has the teapot, cid both.
        Assert.That(File.ReadAllLines(output).Skip(1).Select(line => string.Join(' ', line.Split(',')[..3])), Is.EqualTo(new[] { "1 dan cups", "2 ann cups", "3 bob teapot" }));
    }

    [Test]
    public void Table_shows_names_and_no_more_than_k()
    {
        string run = Train("table", Kitchen, Catalogue);
        StageResult one = StageRunner.Run("Cli", "audience", "--run", run, "--item", "cups", "--k", "1"), nobody = StageRunner.Run("Cli", "audience", "--run", run, "--item", "vase");
        Assert.Multiple(() =>
        {
            Assert.That(one.Output, Does.Match(@"1\s+dan\s+0\.5\s+Kettle, red \(kettle\)").And.Not.Contain("ann"));
            Assert.That(nobody.Output, Is.EqualTo("Nobody: no customer without it has anything that speaks for it.\n"));
            Assert.That((one.ExitCode, nobody.ExitCode), Is.EqualTo((0, 0)));
        });
    }

    /// <summary>Whoever has the product in a list of the run is in its audience with the same score, to the last bit, and for the same reason; by both scales.</summary>
    [TestCase("--score", "mean", "--similarity", "jaccard")]
    [TestCase("--score", "sum", "--similarity", "lift", "--neighbours", "3", "--half-life-days", "7", "--reference-time", "2026-03-01")]
    [TestCase("--co-occurrence", "basket", "--min-support", "2")]
    public void Scores_and_reasons_are_those_of_the_lists(params string[] options)
    {
        var random = new Random(20261120);
        string lines = string.Concat(Enumerable.Range(0, 300).Select(_ =>
            $"user-{random.Next(30)},item-{random.Next(12)},2026-01-{1 + random.Next(28):00},purchase\n"));
        string run = Train($"exact-{options.Length}-{options[1]}", "user_id,item_id,time,event\n" + lines, catalogue: null, options);
        ILookup<string, string> listed = RunReader.Read(run, Recommendations.DataSet).Where(row => row.Text(Recommendations.Source) == Sources.Sar).ToLookup(
            row => row.Text(Recommendations.ItemId)!,
            row => string.Create(CultureInfo.InvariantCulture, $"{row.Text(Recommendations.UserId)},{row.Number(Recommendations.Score)},{row.Text(Recommendations.BecauseItemId)}"));
        Assert.That(listed, Is.Not.Empty);
        foreach (IGrouping<string, string> item in listed)
        {
            string output = folder.File("exact.csv");
            Assert.That(StageRunner.Run("Cli", "audience", "--run", run, "--item", item.Key, "--output", output).ExitCode, Is.Zero);
            Assert.That(File.ReadAllLines(output).Skip(1).Select(line => line.Split(',')).Select(cells => $"{cells[1]},{cells[3]},{cells[4]}"), Is.EquivalentTo(item), item.Key);
        }
    }

    [TestCase("--item cup", 2, "has the product 'cup', so nothing speaks for it. Ids are compared exactly.")]
    [TestCase("--item lamp", 2, "has the product 'lamp'")]
    [TestCase("--category Table", 2, "has a product of the category 'Table'")]
    [TestCase("", 2, "Give one of --item ID and --category NAME.")]
    [TestCase("--item cups --category table --k 0 --output audience.txt", 2, "Give one of --item ID and --category NAME. --k '0' must be a whole number, at least 1. --output 'audience.txt' must end with .csv or .parquet.")]
    public void Mistake_is_named(string arguments, int exitCode, string sentence)
    {
        StageResult result = StageRunner.Run("Cli", ["audience", "--run", Train("mistakes", Kitchen, Catalogue), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.That(result.ExitCode, Is.EqualTo(exitCode));
        Assert.That(result.Error, Does.Contain(sentence).And.Not.Contain("   at "));
    }

    [Test]
    public void Run_without_lists_or_with_other_interactions_is_refused()
    {
        string run = Train("changed", Kitchen, Catalogue);
        StageRunner.MustRun(Stages.Transform, "--run", run, "--event-weights", "purchase=2", "--overwrite");
        StageResult changed = StageRunner.Run("Cli", "audience", "--run", run, "--item", "cups"), none = StageRunner.Run("Cli", "audience", "--run", folder.File("none"), "--item", "cups");
        Assert.Multiple(() =>
        {
            Assert.That((changed.ExitCode, none.ExitCode), Is.EqualTo((3, 2)));
            Assert.That(changed.Error, Does.Contain("were made of other interactions than are there now. Run train again with --overwrite."));
            Assert.That(none.Error, Does.Contain("03-recommended' holds no finished output"));
        });
    }

    [Test]
    public void Same_bytes_with_any_number_of_threads()
    {
        string run = Train("threads", Kitchen, Catalogue);
        byte[][] files = [.. new[] { "1", "3" }.Select(threads =>
        {
            string output = folder.File($"threads-{threads}.parquet");
            Assert.That(StageRunner.Run("Cli", "audience", "--run", run, "--item", "cups", "--threads", threads, "--output", output).ExitCode, Is.Zero);
            return File.ReadAllBytes(output);
        })];
        Assert.That(files[1], Is.EqualTo(files[0]));
    }

    private string Train(string name, string interactions, string? catalogue, params string[] options)
    {
        string run = folder.File(name);
        if (RunReader.IsFinished(run, Stages.Train))
            return run;
        string[] further = catalogue is null ? [] : ["--catalogue", folder.Write($"{name}-catalogue.csv", catalogue)];
        StageRunner.MustRun(Stages.Load, ["--run", run, "--interactions", folder.Write($"{name}.csv", interactions), .. further]);
        StageRunner.MustRun(Stages.Transform, "--run", run, "--event-weights", "purchase=4");
        StageRunner.MustRun(Stages.Train, ["--run", run, "--top-k", "100", "--min-group", "1", .. options]);
        return run;
    }
}
