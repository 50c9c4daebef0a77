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
    public void Example_is_the_code_above()
    {
        string[] source = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Sar.Tests", "ReadmeTests.cs"));
        string[] readme = File.ReadAllLines(Path.Combine(Repository.Root, "shared", "Sar", "README.md"));
        IEnumerable<string> code = Between(source, "        // <example>", "        // </example>").Select(line => line.Length > 8 ? line[8..] : "");
        Assert.That(Between(readme, "```csharp", "```"), Is.EqualTo(code).And.Not.Empty);
    }

    private static string[] Between(string[] lines, string first, string last) =>
        [.. lines.SkipWhile(line => line != first).Skip(1).TakeWhile(line => line != last)];
}
