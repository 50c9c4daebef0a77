namespace Pipeline.Sar.Tests;

public class ReadmeTests
{
    [Test]
    public void Example_says_what_it_does()
    {
#pragma warning disable IDE0059, CS0219 // The names of the example are read by people.
        // <example>
        // Three users, four items. Ann bought the kettle twice, long ago; times are microseconds since 1970, UTC.
        const int ann = 0, bob = 1, eve = 2;
        const int kettle = 0, teapot = 1, cups = 2, lamp = 3;
        const long day = 86_400_000_000;

        int[] users = [ann, ann, bob, bob, bob, eve, eve];
        int[] items = [kettle, kettle, kettle, teapot, cups, teapot, cups];
        double[] weights = [4, 4, 1, 4, 4, 1, 2];
        long[] times = [0, 0, 30 * day, 30 * day, 30 * day, 30 * day, 30 * day];

        var interactions = new Interactions(userCount: 3, itemCount: 4, users, items, weights, times);
        SarModel model = SarModel.Fit(interactions, new SarOptions { HalfLifeDays = 30 });
        RecommendationLists lists = model.RecommendAll(new RecommendOptions { K = 2 });

        double affinity = model.Affinity[ann, kettle]; // 4: two purchases of 4, one half-life old
        int[] forAnn = lists.ItemsOf(ann).ToArray(); // teapot, cups: both share one of three users with the kettle, so the lower index is first
        double score = lists.ScoresOf(ann)[0]; // 4 * 1/3
        int because = model.Because(ann, teapot); // kettle
        int[] forEve = lists.ItemsOf(eve).ToArray(); // kettle; the lamp has nothing in common with anything
        int[] popular = model.PopularItems(4).Indices; // kettle, teapot, cups: two users each; nobody has the lamp
        // </example>
#pragma warning restore IDE0059, CS0219
        Assert.That(affinity, Is.EqualTo(4));
        Assert.That(forAnn, Is.EqualTo(new[] { teapot, cups }));
        Assert.That(score, Is.EqualTo(4 / 3.0).Within(1e-15));
        Assert.That(because, Is.EqualTo(kettle));
        Assert.That(forEve, Is.EqualTo(new[] { kettle }));
        Assert.That(popular, Is.EqualTo(new[] { kettle, teapot, cups }));
    }

    [Test]
    public void Update_says_what_it_does()
    {
        // <update>
        // Two users who bought the kettle, one of them the teapot as well; the model keeps what an update needs.
        const int kettle = 0, teapot = 1, cups = 2;
        var interactions = new Interactions(2, 2, new[] { 0, 0, 1 }, new[] { kettle, teapot, kettle }, new double[] { 1, 1, 1 }, new long[3]);
        SarModel model = SarModel.Fit(interactions, new SarOptions { Updatable = true });

        // Later: the second user buys cups, a new item; a new user buys the teapot and cups. Known indices stay, new ones come after them.
        var more = new Interactions(3, 3, new[] { 1, 2, 2 }, new[] { cups, teapot, cups }, new double[] { 1, 1, 1 }, new long[3]);
        SarModel updated = model.Update(more); // the bits of a fit with all six interactions

        int together = updated.CoOccurrence(teapot, cups); // 1 user has both
        int[] forSecond = updated.Recommend(1).Indices; // teapot
        // </update>
        Assert.That(together, Is.EqualTo(1));
        Assert.That(forSecond, Is.EqualTo(new[] { teapot }));
    }

    [TestCase("example", 0)]
    [TestCase("update", 1)]
    public void Examples_are_the_code_above(string name, int block)
    {
        string[] source = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Sar.Tests", "ReadmeTests.cs"));
        string[] readme = File.ReadAllLines(Path.Combine(Repository.Root, "shared", "Sar", "README.md"));
        IEnumerable<string> code = Between(source, $"        // <{name}>", $"        // </{name}>")
            .Select(line => line.Length > 8 ? line[8..] : "");
        for (; block > 0; block--)
            readme = [.. readme.SkipWhile(line => line != "```csharp").Skip(1)];
        Assert.That(Between(readme, "```csharp", "```"), Is.EqualTo(code).And.Not.Empty);
    }

    private static string[] Between(string[] lines, string first, string last) =>
        [.. lines.SkipWhile(line => line != first).Skip(1).TakeWhile(line => line != last)];
}
