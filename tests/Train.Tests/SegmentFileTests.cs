using System.Text;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>The file of segments: what it may hold, and that all that is wrong with it is said at once.</summary>
public class SegmentFileTests
{
    [TestCase("", "is no usable JSON")]
    [TestCase("{\n\"segments\": [\n{ \"name\": }", "is no usable JSON (line 3), or has a property twice")]
    [TestCase("""{ "segments": [ { "name": "a", "name": "b" } ] }""", "has a property twice")]
    [TestCase("""{ "segments": [ { "name": "\ud800" } ] }""", "is no usable JSON")]
    [TestCase("[]", "must hold an object with one property, \"segments\", a list")]
    [TestCase("""{ "segments": [], "more": 1 }""", "must hold an object with one property, \"segments\", a list")]
    [TestCase("""{ "segments": {} }""", "must hold an object with one property, \"segments\", a list")]
    [TestCase("""{ "segments": [] }""", "names no segment")]
    [TestCase("""{ "segments": [ 7 ] }""", "segment 1 is no object")]
    [TestCase("""{ "segments": [ { "frequency": { "min": 1 } }, { "name": "rest" } ] }""", "segment 1 needs a \"name\"")]
    [TestCase("""{ "segments": [ { "name": "At risk" } ] }""", "segment 1 needs a \"name\" of up to 40 lower-case letters, digits and hyphens")]
    [TestCase("""{ "segments": [ { "name": "other" } ] }""", "segment 1 must not be named other")]
    [TestCase("""{ "segments": [ { "name": "a", "r": { "min": 5 } }, { "name": "a" } ] }""", "segment 2 has the name a of another one")]
    [TestCase("""{ "segments": [ { "name": "a" }, { "name": "b" } ] }""", "segment 2 is never reached: a before it has no conditions")]
    [TestCase("""{ "segments": [ { "name": "a", "recency": { "min": 5 } }, { "name": "b" } ] }""", "segment 1 has the unknown property \"recency\": known are name, recency_days, frequency, monetary, r, f, m")]
    [TestCase("""{ "segments": [ { "name": "a", "r": 5 }, { "name": "b" } ] }""", "segment 1: r must be an object with a number for \"min\", \"max\" or both")]
    [TestCase("""{ "segments": [ { "name": "a", "r": {} }, { "name": "b" } ] }""", "segment 1: r must be an object with a number for \"min\", \"max\" or both")]
    [TestCase("""{ "segments": [ { "name": "a", "r": { "least": 1 } }, { "name": "b" } ] }""", "segment 1: r must be an object with a number for \"min\", \"max\" or both")]
    [TestCase("""{ "segments": [ { "name": "a", "r": { "min": "1" } }, { "name": "b" } ] }""", "segment 1: r must be an object with a number for \"min\", \"max\" or both")]
    [TestCase("""{ "segments": [ { "name": "a", "r": { "min": 5, "max": 4.5 } }, { "name": "b" } ] }""", "segment 1: r has a min of 5, above its max of 4.5")]
    [TestCase("""{ "segments": [ { "name": "a", "r": { "min": 5 } } ] }""", "must end with a segment without conditions, for whoever is left")]
    public void Mistake_is_told(string json, string mistake) => Assert.That(MistakesIn(json), Has.Some.Contains(mistake));

    [Test]
    public void Byte_order_mark_is_passed_over() => Assert.That(MistakesIn("\ufeff{ \"segments\": [ { \"name\": \"all\" } ] }"), Is.Empty);

    [Test]
    public void All_mistakes_are_told_before_the_work()
    {
        using var shop = new Shop("ann,kettle,2026-01-01,purchase");
        using var folder = new TempFolder();
        string file = folder.Write("segments.json", """{ "segments": [ { "name": "a", "r": 5, "colour": 1 }, { "name": "a", "f": { "min": 2, "max": 1 } } ] }""");
        string run = shop.NewRun();
        StageResult result = StageRunner.Run(Stages.Train, ["--run", run, "--segments", file, "--top-k", "0"]);
        string message = RunReader.ReadErrorMessage(run, Stages.Train);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(message, Does.Contain("--segments '").And.Contain("segment 1: r must be").And.Contain("unknown property \"colour\"").And.Contain("segment 2 has the name a")
            .And.Contain("segment 2: f has a min of 2, above its max of 1").And.Contain("must end with").And.Contain("--top-k '0'"));
    }

    /// <summary>The built-in segments are documented as they are, and the documentation is a file that can be given back.</summary>
    [Test]
    public void Readme_shows_the_segments_that_are_built_in()
    {
        string readme = File.ReadAllText(Path.Combine(Checkout.Root, "stages", "train", "README.md"));
        string json = readme[readme.IndexOf("    {\n      \"segments\"", StringComparison.Ordinal)..];
        json = json[..(json.IndexOf("\n    }\n", StringComparison.Ordinal) + 6)];
        SegmentRules documented = SegmentFile.Parse(Encoding.UTF8.GetBytes(json), out IReadOnlyList<string> mistakes);
        Assert.That(mistakes, Is.Empty);
        Assert.That(Text(documented), Is.EqualTo(Text(SegmentRules.Default)));

        static string Text(SegmentRules rules) => string.Join('\n', rules.Rules.Select(rule => $"{rule.Name}: {string.Join(", ", rule.Conditions.Select(c => $"{c.Measure} {c.Min} to {c.Max}"))}"));
    }

    private static IReadOnlyList<string> MistakesIn(string json)
    {
        SegmentFile.Parse(Encoding.UTF8.GetBytes(json), out IReadOnlyList<string> mistakes);
        return mistakes;
    }
}
