using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>What fewer than --min-group people stand behind is shown nowhere: pairs of products and segments.</summary>
public class SmallGroupTests
{
    /// <summary>
    /// Five customers have kettle and cups, four have kettle and teapot, one has kettle and vase. The ones with cups bought twice; with the one who looked only
    /// there are 11 customers.
    /// </summary>
    private static readonly string Kitchen = string.Join('\n',
        [
            .. Enumerable.Range(1, 5).SelectMany(n => new[] { $"cups-{n},kettle,2026-01-01,purchase", $"cups-{n},cups,2026-01-05,purchase" }),
            .. Enumerable.Range(1, 4).SelectMany(n => new[] { $"teapot-{n},kettle,2026-01-05,purchase", $"teapot-{n},teapot,2026-01-05,purchase" }),
            "vase,kettle,2026-01-05,purchase", "vase,vase,2026-01-05,purchase", "looker,cups,2026-01-05,view",
        ]);

    private Shop shop = null!;

    [OneTimeSetUp]
    public void Load() => shop = new Shop(Kitchen);

    [OneTimeTearDown]
    public void Remove() => shop.Dispose();

    [TestCase(1, "cups kettle", "kettle cups", "kettle teapot", "kettle vase", "teapot kettle", "vase kettle")]
    [TestCase(2, "cups kettle", "kettle cups", "kettle teapot", "teapot kettle")]
    [TestCase(4, "cups kettle", "kettle cups", "kettle teapot", "teapot kettle")]
    [TestCase(5, "cups kettle", "kettle cups")]
    [TestCase(6)]
    public void Pair_of_too_few_is_not_in_the_model(int minGroup, params string[] pairs)
    {
        string run = shop.Train("--min-group", $"{minGroup}");
        string[] ids = [.. RunReader.Read(run, Popularity.DataSet).Select(row => row.Text(Popularity.ItemId)!)];
        Assert.That(
            RunReader.Read(run, ItemSimilarities.DataSet).Select(row => $"{ids[row.Integer(ItemSimilarities.ItemI)]} {ids[row.Integer(ItemSimilarities.ItemJ)]}").Order(StringComparer.Ordinal),
            Is.EqualTo(pairs));
    }

    [Test]
    public void Pair_of_too_few_is_no_reason_and_counts_in_the_score_all_the_same()
    {
        // The looker has cups alone, which five have together with the kettle; the vase of one customer leads to everything by way of the kettle.
        string hidden = shop.Train("--min-group", "5"), shown = shop.Train("--min-group", "1");
        (string, string?)[] pairs = [.. Reasons(hidden)];
        Assert.Multiple(() =>
        {
            Assert.That(pairs.Where(pair => pair.Item2 is not null), Is.Not.Empty.And.All.Matches<(string, string?)>(pair => pair is ("cups", "kettle") or ("kettle", "cups")));
            Assert.That(pairs, Does.Contain(("vase", (string?)null)), "recommended, for whoever has the kettle, without naming it");
            Assert.That(Reasons(shown), Does.Contain(("vase", (string?)"kettle")));
            Assert.That(Sar(hidden).Select(line => (line.Item, line.Score)), Is.EqualTo(Sar(shown).Select(line => (line.Item, line.Score))));
        });

        IEnumerable<(string, string?)> Reasons(string run) => Sar(run).Select(line => (line.Item, line.Because));

        IEnumerable<Line> Sar(string run) => new[] { "cups-1", "cups-2", "teapot-1", "vase", "looker" }.SelectMany(user => Line.Of(run, user)).Where(line => line.Source == Sources.Sar);
    }

    /// <summary>Of the segments active (5 customers), new (5) and never-bought (1) the last is too small, and would be known if it stood alone.</summary>
    [TestCase(1, "active 5", "never-bought 1", "new 5")]
    [TestCase(2, "new 5", "other 6")]
    [TestCase(5, "new 5", "other 6")]
    [TestCase(6, "other 11")]
    public void Segment_of_too_few_joins_the_next(int minGroup, params string[] segments)
    {
        string run = shop.Train("--min-group", $"{minGroup}");
        Assert.Multiple(() =>
        {
            Assert.That(RunReader.Read(run, SegmentSummary.DataSet).Select(row => $"{row.Text(SegmentSummary.Segment)} {row.Integer(SegmentSummary.Customers)}"), Is.EquivalentTo(segments));
            Assert.That(Counts(RunReader.Read(run, Segments.DataSet), Segments.Segment), Is.EquivalentTo(segments));
            Assert.That(
                RunReader.Read(run, Recommendations.DataSet).Select(row => row.Text(Recommendations.Segment)).Distinct(), Is.SubsetOf(segments.Select(segment => segment.Split(' ')[0])));
        });

        static IEnumerable<string> Counts(IReadOnlyList<TableRow> rows, Tables.Column segment) => rows.CountBy(row => row.Text(segment)!).Select(group => $"{group.Key} {group.Value}");
    }

    [Test]
    public void Shop_of_too_few_customers_has_no_summary()
    {
        using var small = new Shop("ann,kettle,2026-01-01,purchase\nann,cups,2026-01-01,purchase\nbob,kettle,2026-01-01,purchase");
        string run = small.Train();
        Assert.That(RunReader.Read(run, SegmentSummary.DataSet), Is.Empty);
        Assert.That(RunReader.Read(run, Segments.DataSet).Select(row => row.Text(Segments.Segment)), Is.All.EqualTo("other"));
    }

    [Test]
    public void What_is_popular_with_too_few_of_a_segment_is_not_shown_as_popular_there()
    {
        // In the segment new (5 customers and the looker is elsewhere) five have the kettle, four the teapot.
        using var two = new Shop(Kitchen + "\nstranger,lamp,2026-01-05,purchase");
        Line[] list = [.. Line.Of(two.Train("--min-group", "5"), "stranger")];
        Assert.That(list.Where(line => line.Source == Sources.PopularSegment).Select(line => $"{line.Item} {line.Score}"), Is.EqualTo(new[] { "kettle 5" }));
        Assert.That(list.Where(line => line.Source == Sources.Popular).Select(line => line.Item), Is.EquivalentTo(new[] { "cups", "teapot", "vase" }));
    }

    [TestCase(new[] { 3, 0, 7, 20, 9 }, 5, "d e other", new[] { 20, 9, 10 }, TestName = "The smallest one joins a single one that is too small")]
    [TestCase(new[] { 3, 2, 7, 20 }, 5, "c d other", new[] { 7, 20, 5 }, TestName = "Two that are large enough together stay by themselves")]
    [TestCase(new[] { 5, 6, 7 }, 5, "a b c", new[] { 5, 6, 7 }, TestName = "Nobody joins where all are large enough")]
    [TestCase(new[] { 1, 1 }, 5, "other", new[] { 2 }, TestName = "All of too few are one")]
    public void Groups_too_small_to_be_shown_are_one_that_is_not(int[] sizes, int min, string names, int[] expected)
    {
        string[] letters = [.. sizes.Select((_, n) => $"{(char)('a' + n)}")];
        var grouping = new Grouping(letters, [.. sizes.SelectMany((size, group) => Enumerable.Repeat(group, size))]);
        Grouping shown = grouping.WithoutSmall(min);
        (string, int)[] found = [.. shown.Names.Zip(shown.Members().Select(members => members.Length))];
        Assert.That(found.Select(group => group.Item1), Is.EqualTo(names.Split(' ')));
        Assert.That(found.Select(group => group.Item2), Is.EqualTo(expected));
    }
}
