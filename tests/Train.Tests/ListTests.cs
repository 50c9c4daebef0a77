using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>The lists of small shops, worked out by hand.</summary>
public class ListTests
{
    /// <summary>
    /// Co-occurrences of a to e: 5 3 4 3 2 / 3 4 3 2 1 / 4 3 4 3 1 / 3 2 3 4 2 / 2 1 1 2 3. The customer u has a, b and c with weights
    /// 5, 3 and 2.5.
    /// </summary>
    private const string HandCase =
        """
        u,a,2026-01-01,five
        u,b,2026-01-01,three
        u,c,2026-01-01,two-and-a-half
        v1,b,2026-01-01,one
        v2,a,2026-01-01,one
        v2,e,2026-01-01,one
        v3,d,2026-01-01,one
        v3,e,2026-01-01,one
        v4,a,2026-01-01,one
        v4,c,2026-01-01,one
        v4,d,2026-01-01,one
        v5,a,2026-01-01,one
        v5,b,2026-01-01,one
        v5,c,2026-01-01,one
        v5,d,2026-01-01,one
        v6,a,2026-01-01,one
        v6,b,2026-01-01,one
        v6,c,2026-01-01,one
        v6,d,2026-01-01,one
        v6,e,2026-01-01,one
        """;

    private const string HandWeights = "one=1,two-and-a-half=2.5,three=3,five=5";

    /// <summary>Customers per product: kettle 3, cups 2, teapot 2, vase 1; nobody who has the vase has anything else.</summary>
    private const string Kitchen =
        """
        ann,kettle,2026-01-01,purchase
        ann,teapot,2026-01-01,purchase
        bob,kettle,2026-01-01,purchase
        bob,cups,2026-01-01,purchase
        cid,kettle,2026-01-01,purchase
        cid,teapot,2026-01-01,purchase
        cid,cups,2026-01-01,purchase
        zoe,vase,2026-01-01,purchase
        """;

    [TestCase("user", "bread butter 2", "bread cloth 2", "bread fork 1", "bread spoon 1", "butter cloth 2", "butter fork 1", "butter spoon 1", "cloth fork 1", "cloth spoon 1", "fork spoon 1")]
    [TestCase("basket", "bread butter 2", "fork spoon 1")]
    public void Items_meet_in_the_unit_that_was_asked_for(string unit, params string[] pairs)
    {
        // Bread and butter go into one basket, cloth into another of the same day, fork and spoon are bought at one moment without any.
        using var shop = new Shop(
            """
            ann,bread,2026-01-01,purchase,7
            ann,butter,2026-01-01,purchase,7
            ann,cloth,2026-01-01,purchase,8
            ann,fork,2026-01-01,purchase,
            ann,spoon,2026-01-01,purchase,
            bob,bread,2026-01-01 10:00,purchase,9
            bob,butter,2026-01-02 11:00,purchase,9
            bob,cloth,2026-01-02 11:00,purchase,7
            """,
            header: "user_id,item_id,time,event,basket_id");
        string run = shop.Train("--similarity", "cooccurrence", "--co-occurrence", unit, "--min-group", "1");

        Dictionary<long, string> ids = RunReader.Read(run, Items.DataSet).ToDictionary(row => row.Integer(Items.ItemIndex), row => row.Text(Items.ItemId)!);
        Assert.That(
            RunReader.Read(run, ItemSimilarities.DataSet)
                .Select(row => (I: ids[row.Integer(ItemSimilarities.ItemI)], J: ids[row.Integer(ItemSimilarities.ItemJ)], Value: row.Number(ItemSimilarities.Value)))
                .Where(cell => string.CompareOrdinal(cell.I, cell.J) < 0).Select(cell => $"{cell.I} {cell.J} {cell.Value}").Order(StringComparer.Ordinal),
            Is.EqualTo(pairs));
    }

    [Test]
    public void Unseen_items_are_ranked_by_affinity_times_similarity()
    {
        using var shop = new Shop(HandCase, eventWeights: HandWeights);
        string run = shop.Train("--similarity", "cooccurrence", "--min-group", "1");
        // d: 5 x 3 + 3 x 2 + 2.5 x 3; e: 5 x 2 + 3 x 1 + 2.5 x 1.
        Assert.That(Line.Of(run, "u"), Is.EqualTo(new Line[] { new(1, "d", 28.5, "sar", "a"), new(2, "e", 15.5, "sar", "a") }));
    }

    [Test]
    public void Jaccard_divides_by_the_customers_of_either_item()
    {
        using var shop = new Shop(HandCase, eventWeights: HandWeights);
        // With e: a 2 of 6 customers, b 1 of 6, c 1 of 6. With d: a 3 of 6, b 2 of 6, c 3 of 5.
        double d = 5 * 3 / 6.0 + 3 * 2 / 6.0 + 2.5 * 3 / 5.0, e = 5 * 2 / 6.0 + 3 * 1 / 6.0 + 2.5 * 1 / 6.0;
        Assert.That(Line.Of(shop.Train(), "u").Select(line => line.Score), Is.EqualTo([d, e]).Within(1e-12));
    }

    [Test]
    public void Similarities_keep_the_nearest_neighbours_and_never_the_item_itself()
    {
        using var shop = new Shop(HandCase, eventWeights: HandWeights);
        string run = shop.Train("--similarity", "cooccurrence", "--model-neighbours", "2", "--min-group", "1");
        string[] actual =
        [
            .. RunReader.Read(run, ItemSimilarities.DataSet).Select(row =>
                $"{"abcde"[(int)row.Integer(ItemSimilarities.ItemI)]}{"abcde"[(int)row.Integer(ItemSimilarities.ItemJ)]} {row.Number(ItemSimilarities.Value)}"),
        ];
        // Equals in order of their index: a has 3 in common with b and with d.
        Assert.That(actual, Is.EqualTo(new[] { "ac 4", "ab 3", "ba 3", "bc 3", "ca 4", "cb 3", "da 3", "dc 3", "ea 2", "ed 2" }));
    }

    [Test]
    public void Fewer_neighbours_in_the_model_do_not_change_the_lists()
    {
        using var shop = new Shop(HandCase, eventWeights: HandWeights);
        Assert.That(Line.Of(shop.Train("--model-neighbours", "1"), "u"), Is.EqualTo(Line.Of(shop.Train(), "u")));
    }

    [Test]
    public void Pairs_below_the_support_do_not_count()
    {
        using var shop = new Shop(HandCase, eventWeights: HandWeights);
        string run = shop.Train("--similarity", "cooccurrence", "--min-support", "3", "--min-group", "3");
        // b and d share 2 customers, e shares 2 at most.
        Assert.That(Line.Of(run, "u")[0], Is.EqualTo(new Line(1, "d", 5 * 3 + 2.5 * 3, "sar", "a")));
        Assert.That(Line.Of(run, "u")[1].Source, Is.EqualTo("popular-segment"));
    }

    [Test]
    public void Popularity_counts_distinct_customers()
    {
        using var shop = new Shop(Kitchen + "\nann,kettle,2026-01-02,purchase");
        Assert.That(
            RunReader.Read(shop.Train(), Popularity.DataSet).Select(row => $"{row.Text(Popularity.ItemId)} {row.Integer(Popularity.UserCount)}"),
            Is.EqualTo(new[] { "cups 2", "kettle 3", "teapot 2", "vase 1" }));
    }

    [Test]
    public void Customer_whom_SAR_has_nothing_for_gets_popular_items()
    {
        using var shop = new Shop(Kitchen);
        Assert.That(Line.Of(shop.Train("--top-k", "2"), "zoe"), Is.EqualTo(new Line[]
        {
            new(1, "kettle", 3, "popular", null),
            new(2, "cups", 2, "popular", null),
        }));
    }

    [Test]
    public void List_is_filled_up_with_popular_items_neither_seen_nor_in_it()
    {
        using var shop = new Shop(Kitchen);
        // ann has kettle (3 customers) and teapot (2); cups (2) shares 2 of 3 customers with the kettle and 1 of 3 with the teapot.
        IReadOnlyList<Line> list = Line.Of(shop.Train("--min-group", "1"), "ann");
        Assert.Multiple(() =>
        {
            Assert.That(list.Select(line => (line.Rank, line.Item, line.Source)), Is.EqualTo([(1, "cups", "sar"), (2L, "vase", "popular-segment")]));
            Assert.That(list[0].Score, Is.EqualTo(4 * 2 / 3.0 + 4 * 1 / 3.0).Within(1e-12));
            Assert.That(list[0].Because, Is.EqualTo("kettle"));
            Assert.That(list[1], Is.EqualTo(new Line(2, "vase", 1, "popular-segment", null)));
        });
    }

    [TestCase(1, "cups")]
    [TestCase(2, "cups vase")]
    [TestCase(10, "cups vase")]
    public void List_is_shorter_than_wanted_only_when_nothing_is_left(int k, string items)
    {
        using var shop = new Shop(Kitchen);
        Assert.That(string.Join(' ', Line.Of(shop.Train("--top-k", $"{k}"), "ann").Select(line => line.Item)), Is.EqualTo(items));
    }

    [Test]
    public void Customer_who_has_everything_gets_no_list_and_is_counted()
    {
        using var shop = new Shop("ann,kettle,2026-01-01,purchase\nann,cups,2026-01-01,purchase\nbob,kettle,2026-01-01,purchase");
        string run = shop.Train();
        Assert.Multiple(() =>
        {
            Assert.That(Line.Of(run, "ann"), Is.Empty);
            Assert.That(Line.Of(run, "bob"), Has.Count.EqualTo(1));
            IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Train).Counters;
            Assert.That(counters["rows_in"], Is.EqualTo(2));
            Assert.That(counters["rows_kept"], Is.EqualTo(1));
            Assert.That(counters["dropped_nothing_to_recommend"], Is.EqualTo(1));
            Assert.That(counters["recommendations"], Is.EqualTo(1));
            Assert.That(counters["recommendations_sar"], Is.EqualTo(1));
            Assert.That(counters["recommendations_popular"], Is.Zero);
        });
    }

    [Test]
    public void Item_seen_long_ago_is_still_seen()
    {
        using var shop = new Shop(Kitchen + "\nzoe,kettle,1990-01-01,view");
        Assert.That(Line.Of(shop.Train("--half-life-days", "1"), "zoe").Select(line => line.Item), Is.EquivalentTo(new[] { "cups", "teapot" }));
    }

    [TestCase("30", "new")]
    [TestCase("36500", "old")]
    public void Because_names_the_own_item_that_contributes_most(string halfLife, string because)
    {
        // ann's old purchase (weight 4) counts 4 x 1/4 after two half-lives of 30 days, her new cart (weight 3) in full. The target
        // shares one customer of two with either.
        using var shop = new Shop(
            """
            ann,old,2026-01-01,purchase
            ann,new,2026-03-02,cart
            bob,old,2026-03-02,purchase
            bob,target,2026-03-02,purchase
            cid,new,2026-03-02,purchase
            cid,target,2026-03-02,purchase
            """);
        Line line = Line.Of(shop.Train("--half-life-days", halfLife, "--min-group", "1"), "ann").Single();
        Assert.That((line.Item, line.Because), Is.EqualTo(("target", because)));
    }

    [Test]
    public void Later_reference_time_lets_weights_decay_further()
    {
        using var shop = new Shop(Kitchen);
        double atNewest = Line.Of(shop.Train("--half-life-days", "30"), "ann")[0].Score;
        double later = Line.Of(shop.Train("--half-life-days", "30", "--reference-time", "2026-01-31"), "ann")[0].Score;
        Assert.That(later, Is.EqualTo(atNewest / 2).Within(1e-12));
    }

    [TestCase("2026-01-10T00:00:00Z", "plain due")]
    [TestCase("2026-01-10T00:00:01Z", "plain due late")]
    public void Item_out_of_stock_or_not_yet_there_is_not_recommended(string referenceTime, string items)
    {
        const string catalogue =
            """
            item_id,name,in_stock,available_from
            plain,Plain,true,
            gone,Sold out,false,
            due,Comes at the reference time,true,2026-01-10T00:00:00Z
            late,Comes a second later,true,2026-01-10T00:00:01Z
            """;
        // x has an item that y has with all others; z has an item of no one else. The catalogue does not list x0 and z0.
        using var shop = new Shop(
            """
            x,x0,2026-01-01,purchase
            y,x0,2026-01-01,purchase
            y,plain,2026-01-01,purchase
            y,gone,2026-01-01,purchase
            y,due,2026-01-01,purchase
            y,late,2026-01-01,purchase
            z,z0,2026-01-01,purchase
            """,
            catalogue);
        string run = shop.Train("--reference-time", referenceTime);
        Assert.Multiple(() =>
        {
            Assert.That(Line.Of(run, "x").Where(line => line.Source == "sar").Select(line => line.Item), Is.EquivalentTo(items.Split(' ')));
            Assert.That(Line.Of(run, "x").Where(line => line.Source == "popular").Select(line => line.Item), Is.EqualTo(new[] { "z0" }));
            Assert.That(Line.Of(run, "z").Select(line => line.Item), Is.EquivalentTo(items.Split(' ').Append("x0")));
        });
    }

    [Test]
    public void Row_carries_the_customers_segment()
    {
        using var shop = new Shop(Kitchen + "\nview,cups,2026-01-01,view");
        Dictionary<string, string> segments = RunReader.Read(shop.Train("--min-group", "1"), Recommendations.DataSet)
            .GroupBy(row => row.Text(Recommendations.UserId)!)
            .ToDictionary(list => list.Key, list => list.Select(row => row.Text(Recommendations.Segment)!).Distinct().Single());
        Assert.That(segments, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["ann"] = "new",
            ["bob"] = "new",
            ["cid"] = "new",
            ["view"] = "never-bought",
            ["zoe"] = "new",
        }));
    }

    [Test]
    public void Ids_are_written_as_they_came()
    {
        using var shop = new Shop("\"Müller, A.\",\"7\"\" pan\",2026-01-01,purchase\nb,\"7\"\" pan\",2026-01-01,purchase\nb,Ödön,2026-01-01,purchase");
        Assert.That(Line.Of(shop.Train("--min-group", "1"), "Müller, A.").Select(line => (line.Item, line.Because)), Is.EqualTo([("Ödön", "7\" pan")]));
    }
}
