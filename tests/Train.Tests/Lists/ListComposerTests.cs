using System.Globalization;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Sar;
using Interactions = Pipeline.Sar.Interactions;

namespace Pipeline.Train.Tests;

/// <summary>Lists worked out by hand. A product's id is a letter, and its index the letter's place in the alphabet.</summary>
public class ListComposerTests
{
    private const long Day = 86_400_000_000;

    [Test]
    public void Candidates_come_in_the_order_of_the_chain()
    {
        ListPlan plan = Plan(new ListRules(), k: 3, "a b c d e");
        Assert.That(Compose(plan, "c:8:sar b:4:sar a:9:popular e:7:popular"), Is.EqualTo("c:4:sar b:2:sar a:9:popular"), "the affinities add up to 2");
    }

    [Test]
    public void What_the_customer_has_had_is_not_allowed_or_came_before_is_passed_over()
    {
        ListPlan plan = Plan(new ListRules { Exclude = new Names(["d"], []) }, k: 3, "a b c d e");
        Assert.That(Compose(plan, "b:8:sar d:6:sar c:4:sar b:9:popular e:7:popular", seen: "c"), Is.EqualTo("b:4:sar e:7:popular"));
    }

    [Test]
    public void What_is_due_is_offered_again()
    {
        var history = new PurchaseHistory();
        history.Add(0, 1, 0);
        history.End();
        ListPlan plan = Plan(new ListRules(), k: 3, "a b c d", DueItems.Find(history, new RepurchaseRule(1, 0), 1, 4, 2 * Day));
        Assert.That(Compose(plan, "b:8:sar c:6:sar d:4:sar", seen: "b c"), Is.EqualTo("b:4:sar d:2:sar"));
    }

    [Test]
    public void Customer_without_affinity_has_scores_of_0() =>
        Assert.That(Compose(Plan(new ListRules(), k: 3, "a b"), "a:8:sar b:3:popular", weight: 0), Is.EqualTo("a:0:sar b:3:popular"));

    [Test]
    public void Category_takes_no_more_places_than_it_may()
    {
        // f has no category: that is not limited.
        ListPlan plan = Plan(new ListRules { MaxPerCategory = 1 }, k: 4, "a/x b/x c/y d/y e/z f g");
        var composer = new ListComposer(plan);
        Assert.Multiple(() =>
        {
            Assert.That(Compose(composer, "a:8:sar b:6:sar c:4:sar d:9:popular e:8:popular f:7:popular g:6:popular"), Is.EqualTo("a:4:sar c:2:sar e:8:popular f:7:popular"));
            Assert.That(composer.OverCategory, Is.EqualTo(2), "b and d");
            Assert.That(Compose(composer, "b:8:sar a:6:sar"), Is.EqualTo("b:4:sar"), "the next customer begins anew");
        });
    }

    [Test]
    public void Candidates_are_taken_until_the_list_is_full_and_no_longer()
    {
        var composer = new ListComposer(Plan(new ListRules { MaxPerCategory = 1 }, k: 2, "a/x b/x c/y d/z"));
        composer.Begin(0, [], 1);
        Candidate[] candidates = Parse("a:4:sar b:3:sar c:2:sar d:1:sar");
        bool[] satisfied = new bool[4];
        for (int n = 0; n < 4; n++)
        {
            composer.Offer(candidates[n]);
            satisfied[n] = composer.IsSatisfied;
        }
        Assert.That(satisfied, Is.EqualTo(new[] { false, false, true, true }));
    }

    [TestCase("a:9:sar b:8:sar c:7:sar d:6:sar", 3, "a b d", Description = "The best new candidate gets the last place.")]
    [TestCase("a:9:sar d:8:sar b:7:sar c:6:sar", 3, "a d b", Description = "One is there already.")]
    [TestCase("a:9:sar b:8:sar c:7:sar", 3, "a b e", Description = "No candidate is new: the newest product of the shop.")]
    [TestCase("a:9:sar b:8:sar", 3, "a b e", Description = "A place is free.")]
    [TestCase("a:9:sar", 1, "e", Description = "The only place.")]
    public void List_has_a_new_arrival(string candidates, int k, string items)
    {
        // d came 5 days ago, e 2, f 3; all others long ago.
        ListPlan plan = Plan(new ListRules { NewArrivals = new NewArrivalRule(7, 1) }, k, "a b c d@95 e@98 f@97");
        Assert.That(Items(Compose(plan, candidates)), Is.EqualTo(items));
    }

    [Test]
    public void New_arrival_that_is_added_is_named_as_such() => Assert.That(
        Compose(Plan(new ListRules { NewArrivals = new NewArrivalRule(7, 2) }, 3, "a b e@98 f@97"), "a:8:sar b:6:sar f:4:sar"),
        Is.EqualTo($"a:4:sar f:2:sar e:{1 / 3.0}:new-arrival"));

    [Test]
    public void Places_are_free_again_where_there_is_no_new_arrival_for_the_customer()
    {
        ListPlan plan = Plan(new ListRules { NewArrivals = new NewArrivalRule(7, 2) }, k: 3, "a b c d e@98");
        Assert.That(Items(Compose(plan, "a:9:sar b:8:sar c:7:sar d:6:sar", seen: "e")), Is.EqualTo("a b c"));
        Assert.That(Items(Compose(plan, "a:9:sar b:8:sar c:7:sar d:6:sar")), Is.EqualTo("a e b"));
    }

    [Test]
    public void New_arrival_keeps_to_the_cap_of_its_category()
    {
        ListPlan plan = Plan(new ListRules { MaxPerCategory = 1, NewArrivals = new NewArrivalRule(7, 1) }, k: 3, "a/x b/y c/z d/x@98 e/z@97");
        Assert.That(Items(Compose(plan, "a:9:sar b:8:sar c:7:sar")), Is.EqualTo("a b e"), "x is taken by a, and so z goes to the new product");
    }

    [TestCase(0.1, "x a b c d e f g h i")]
    [TestCase(0.2, "x a b c d y e f g h")]
    [TestCase(0.21, "x a b y c d z e f g", Description = "Three places, at 0, floor(10/3) and floor(20/3).")]
    [TestCase(1.0, "x a b y c d z e f g", Description = "No more than there are.")]
    public void Pinned_products_stand_at_even_distances_from_the_top(double share, string items)
    {
        ListPlan plan = Plan(new ListRules { Pinned = new PinnedRule(["x", "y", "z"], (decimal)share) }, k: 10, "a b c d e f g h i j x y z");
        string list = Compose(plan, "a:9:sar b:8:sar c:7:sar d:6:sar e:5:sar f:4:sar g:9:popular h:8:popular i:7:popular j:6:popular");
        Assert.That(Items(list), Is.EqualTo(items));
        Assert.That(list, Does.Contain("x:0:pinned"));
    }

    [Test]
    public void Pinned_product_that_the_history_speaks_for_comes_first_and_keeps_its_score()
    {
        ListPlan plan = Plan(new ListRules { Pinned = new PinnedRule(["x", "y", "z"], 0.5m) }, k: 4, "a b x y z");
        Assert.That(Compose(plan, "a:8:sar z:6:sar b:4:sar y:7:popular"), Is.EqualTo("z:3:pinned a:4:sar y:0:pinned b:2:sar"));
    }

    [Test]
    public void Pinned_product_out_of_its_share_is_a_candidate_like_others()
    {
        ListPlan plan = Plan(new ListRules { Pinned = new PinnedRule(["x", "y"], 0.1m) }, k: 3, "a x y");
        Assert.That(Compose(plan, "y:8:sar x:6:sar a:4:sar"), Is.EqualTo("y:4:pinned x:3:sar a:2:sar"));
    }

    [Test]
    public void Pinned_products_obey_the_other_rules()
    {
        // u is excluded, v the customer has, w fills the category of x.
        var rules = new ListRules { Pinned = new PinnedRule(["u", "v", "w", "x", "y"], 1), MaxPerCategory = 1, Exclude = new Names([], ["no"]) };
        Assert.That(Items(Compose(Plan(rules, k: 4, "a u/no v/p w/q x/q y/r"), "a:9:sar x:8:sar", seen: "v")), Is.EqualTo("x y a"));
    }

    [Test]
    public void Diversity_takes_what_is_unlike_the_list_so_far()
    {
        // d = 0.5. First place: a, 0.5 x 1. Second: b 0.5 x 0.9 - 0.5 x 0.8 = 0.05, c 0.5 x 0.6 - 0 = 0.3. Third: b 0.05 again, d 0.5 x 0.5 - 0.5 x 0.6 (like c) = -0.05.
        ListPlan plan = Plan(new ListRules(), k: 4, "a b c d e", diversity: 0.5, alike: [("a", "b", 0.8), ("c", "d", 0.6)]);
        const string Candidates = "a:10:sar b:9:sar c:6:sar d:5:sar e:3:popular";
        Assert.Multiple(() =>
        {
            Assert.That(Items(Compose(plan, Candidates)), Is.EqualTo("a c b d"));
            Assert.That(Items(Compose(Plan(new ListRules(), k: 4, "a b c d e"), Candidates)), Is.EqualTo("a b c d"), "without diversity");
        });
    }

    [Test]
    public void Diversity_of_1_asks_for_unlikeness_alone_and_breaks_ties_by_the_order_of_candidates()
    {
        ListPlan plan = Plan(new ListRules(), k: 3, "a b c d", diversity: 1, alike: [("a", "b", 0.1), ("a", "c", 0.1), ("b", "c", 0.9)]);
        Assert.That(Items(Compose(plan, "a:10:sar b:9:sar c:8:sar d:1:sar")), Is.EqualTo("a d b"));
    }

    [Test]
    public void Diversity_never_lets_a_later_step_of_the_chain_pass_an_earlier_one()
    {
        ListPlan plan = Plan(new ListRules(), k: 2, "a b c", diversity: 1, alike: [("a", "b", 1)]);
        Assert.That(Items(Compose(plan, "a:10:sar b:9:sar c:8:popular")), Is.EqualTo("a b"));
    }

    [Test]
    public void Likeness_is_the_similarity_scaled_by_those_of_the_two_to_themselves()
    {
        // Co-occurrences: 4 customers have 0, 9 have 1, 3 have both; nobody has 2 and another.
        var likeness = ItemLikeness.Of([4, 9, 1], item => item switch { 0 => [(1, 3.0)], _ => [] });
        Assert.Multiple(() =>
        {
            Assert.That(likeness.Between(0, 1), Is.EqualTo(3 / 6.0).Within(1e-7));
            Assert.That(likeness.Between(1, 0), Is.EqualTo(3 / 6.0).Within(1e-7), "whoever keeps it");
            Assert.That(likeness.Between(0, 2), Is.Zero);
            Assert.That(ItemLikeness.Of([0, 0.5], item => [(1 - item, 2.0)]).Between(0, 1), Is.Zero, "an item without similarity to itself has none to others");
            Assert.That(ItemLikeness.Of([0.5, 0.5], item => [(1 - item, 2.0)]).Between(0, 1), Is.EqualTo(1), "never above 1");
            Assert.That(ItemLikeness.None.Between(0, 1), Is.Zero);
        });
    }

    /// <summary>Four users have 0, two of them 1 as well, and one has 1 alone: of 2 in common, Jaccard makes 2/5 and all others 2 / root(4 x 3).</summary>
    [TestCase(SimilarityKind.Jaccard, 0.4)]
    [TestCase(SimilarityKind.Cosine, 0.577350)]
    [TestCase(SimilarityKind.CoOccurrence, 0.577350)]
    [TestCase(SimilarityKind.Lift, 0.577350)]
    public void Likeness_of_a_model_is_on_one_scale_for_every_kind(SimilarityKind kind, double expected)
    {
        int[] users = [0, 1, 2, 3, 0, 1, 4], items = [0, 0, 0, 0, 1, 1, 1];
        SarModel model = SarModel.Fit(
            new Interactions(5, 2, users, items, Enumerable.Repeat(1.0, 7).ToArray(), new long[7]), new SarOptions { Similarity = kind, OtherMemory = 0 });
        Assert.That(ItemLikeness.Of(model, 10, 1, CancellationToken.None).Between(1, 0), Is.EqualTo(expected).Within(1e-6));
    }

    [TestCase("", 0, 0, 0, Verdicts.TooFewItems)]
    [TestCase("a:0.5:sar", 2, 1, 0, Verdicts.TooFewItems)]
    [TestCase("a:0.5:sar b:3:popular", 2, 1, 0.5, Verdicts.Send)]
    [TestCase("a:0.5:sar b:3:popular", 2, 1, 0.6, Verdicts.NotRelevant)]
    [TestCase("a:0.5:sar b:0.7:segment b:3:popular", 2, 2, 0.6, Verdicts.Send)]
    [TestCase("a:0.5:sar b:3:popular", 2, 2, 0.6, Verdicts.OnlyFallback)]
    [TestCase("a:3:popular b:0:pinned", 1, 1, 0, Verdicts.OnlyFallback)]
    [TestCase("a:3:popular b:0:pinned", 1, 0, 0.9, Verdicts.Send)]
    public void Verdict_is_the_first_reason_not_to_send(string list, int minItems, int minPersonal, double minScore, string verdict)
    {
        var policy = new SendPolicy { MinItems = minItems, MinPersonal = minPersonal, MinScore = minScore };
        Assert.That(policy.VerdictOf([.. Parse(list).Select(one => new ListRow(one.Item, one.Score, one.Source, one.Because))]), Is.EqualTo(verdict));
    }

    private static string Items(string list) => string.Join(' ', list.Split(' ').Select(row => row[..1]));

    /// <summary>A plan for products such as <c>a/x@95</c>: id, category and the day they came, of which today is the hundredth.</summary>
    private static ListPlan Plan(
        ListRules rules, int k, string products, DueItems? due = null, double diversity = 0, (string I, string J, double Likeness)[]? alike = null)
    {
        string[] described = products.Split(' ');
        var items = new ItemTable();
        for (char id = 'a'; id <= 'z'; id++)
        {
            string text = described.FirstOrDefault(one => one[0] == id, "");
            int category = text.IndexOf('/'), came = text.IndexOf('@');
            long? availableFrom = came < 0 ? null : int.Parse(text[(came + 1)..], CultureInfo.InvariantCulture) * Day;
            byte[] filedUnder = category < 0 ? [] : Encoding.UTF8.GetBytes(text[(category + 1)..(came < 0 ? text.Length : came)]);
            items.Add(new([(byte)id], null, filedUnder, null, true, availableFrom), firstTime: null);
        }
        bool[] allowed = ItemSelection.Of(rules, items, 100 * Day).Allowed;
        for (int item = 0; item < items.Count; item++)
            allowed[item] &= described.Any(one => one[0] - 'a' == item);
        return new ListPlan(rules, items, allowed, 100 * Day, k)
        {
            Due = due ?? DueItems.None,
            Diversity = diversity,
            Likeness = ItemLikeness.Of([.. Enumerable.Repeat(1.0, 26)], item => (alike ?? []).Where(pair => pair.I == Letter(item)).Select(pair => (pair.J[0] - 'a', pair.Likeness))),
        };
    }

    private static string Compose(ListPlan plan, string candidates, string seen = "", double weight = 2) => Compose(new ListComposer(plan), candidates, seen, weight);

    private static string Compose(ListComposer composer, string candidates, string seen = "", double weight = 2)
    {
        composer.Begin(0, [.. seen.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => id[0] - 'a')], weight);
        composer.OfferAll(Parse(candidates));
        return string.Join(' ', composer.Complete().Select(row => FormattableString.Invariant($"{Letter(row.Item)}:{row.Score}:{Words.Single(word => word.Value == row.Source).Key}")));
    }

    private static Candidate[] Parse(string candidates) =>
    [
        .. candidates.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(':'))
            .Select(parts => new Candidate(parts[0][0] - 'a', double.Parse(parts[1], CultureInfo.InvariantCulture), Words[parts[2]], -1)),
    ];

    private static string Letter(int item) => ((char)('a' + item)).ToString();

    private static readonly Dictionary<string, ListSource> Words = new()
    {
        ["segment"] = ListSource.SarSegment,
        ["sar"] = ListSource.Sar,
        ["popular"] = ListSource.Popular,
        ["new-arrival"] = ListSource.NewArrival,
        ["pinned"] = ListSource.Pinned,
    };
}
