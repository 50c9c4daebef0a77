using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Pipeline.Train.Tests;

/// <summary>What holds for every list, whatever the rules and the candidates.</summary>
public class ListComposerPropertyTests
{
    private const int Products = 14;
    private const long Day = 86_400_000_000;

    [Test]
    public void No_category_has_more_places_than_it_may() => Holds(given =>
        given.Compose().Where(row => given.CategoryOf(row.Item) >= 0).GroupBy(row => given.CategoryOf(row.Item))
            .All(group => group.Count() <= given.Plan.MaxPerCategory));

    [Test]
    public void No_product_is_there_twice() => Holds(given => given.Compose() is var list && list.Select(row => row.Item).Distinct().Count() == list.Length);

    [Test]
    public void Nothing_is_there_that_is_not_allowed_or_that_the_customer_has_had_unless_it_is_due() => Holds(given =>
        given.Compose().All(row => given.Plan.Allowed[row.Item] && (!given.Seen.Contains(row.Item) || given.Due.Contains(row.Item))));

    [Test]
    public void Excluded_products_are_never_there() => Holds(given => given.Compose().All(row => !given.Rules.Exclude.Items.Contains(Case.Id(row.Item))));

    [Test]
    public void Pinned_products_have_their_share_and_no_more() => Holds(given =>
    {
        ListRow[] list = given.Compose();
        int pinned = list.Count(row => row.Source == ListSource.Pinned);
        // Fewer only where no further one fits: each that is left is in the list anyway, barred, or in a category that is full.
        bool isUsedUp = given.Plan.Pinned.All(item => list.Any(row => row.Item == item) || given.IsBarred(item) || given.IsFull(list, item));
        return pinned <= given.Plan.PinnedPlaces && (pinned == given.Plan.PinnedPlaces || isUsedUp);
    });

    [Test]
    public void List_is_short_only_when_nothing_more_fits() => Holds(given =>
    {
        ListRow[] list = given.Compose();
        return list.Length <= given.Plan.K && (list.Length == given.Plan.K || given.Candidates.All(one =>
            list.Any(row => row.Item == one.Item) || !given.Plan.Allowed[one.Item] || given.IsBarred(one.Item) || given.IsFull(list, one.Item)));
    });

    [Test]
    public void List_has_its_new_arrivals_unless_none_fits() => Holds(given =>
    {
        ListRow[] list = given.Compose();
        return given.Plan.AtLeastNew == 0 || list.Count(row => given.Plan.IsNew[row.Item]) >= given.Plan.AtLeastNew || given.Plan.NewArrivals.Indices.All(item =>
            list.Any(row => row.Item == item) || given.IsBarred(item) || given.IsFull(list, item));
    });

    [Test]
    public void Without_rules_the_list_is_the_first_candidates() => Holds(given =>
    {
        Case plain = given.WithExclusionsOnly();
        int[] expected = [.. plain.Candidates.Select(one => one.Item).Where(item => plain.Plan.Allowed[item] && !plain.IsBarred(item)).Take(plain.Plan.K)];
        return plain.Compose().Select(row => row.Item).SequenceEqual(expected);
    });

    /// <summary>A composer keeps nothing of a customer for the next one.</summary>
    [Test]
    public void List_does_not_depend_on_the_customers_before() => Holds(given =>
    {
        var used = new ListComposer(given.Plan);
        used.Begin(0, given.Seen.Select(item => Products - 1 - item).ToArray(), 3);
        used.OfferAll(given.Candidates.Reverse());
        used.Complete();
        return given.Compose(used).SequenceEqual(given.Compose());
    });

    private static void Holds(Func<Case, bool> property) =>
        Prop.ForAll(Case.Any, property).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(new Replay(new Rnd(20261120), null)));

    /// <summary>Few products in few categories, so that everything gets in each other's way.</summary>
    private sealed class Case(ListRules rules, int k, int[] categories, bool[] areNew, int[] seen, int[] due, Candidate[] candidates, double diversity)
    {
        public static Arbitrary<Case> Any { get; } = Arb.From(
            from rules in AnyRules
            from k in Gen.Choose(1, 8)
            from categories in Gen.Choose(-1, 3).ArrayOf(Products)
            from areNew in Gen.Elements(true, false, false, false).ArrayOf(Products)
            from seen in Gen.SubListOf(Enumerable.Range(0, Products))
            from due in Gen.SubListOf<int>(seen)
            from order in Gen.Shuffle(Enumerable.Range(0, Products).ToArray())
            from count in Gen.Choose(0, Products)
            from personal in Gen.Choose(0, Products)
            from diversity in Gen.Elements(0, 0, 0.3, 1)
            select new Case(
                Fitting(rules, k), k, categories, areNew, [.. seen], [.. due],
                [.. order.Take(count).Select((item, n) => new Candidate(item, 100 - n, n < personal ? ListSource.Sar : ListSource.Popular, -1))], diversity));

        private static Gen<ListRules> AnyRules =>
            from excluded in Gen.SubListOf(Enumerable.Range(0, Products).Select(Id))
            from few in Gen.Choose(0, 4)
            from pinned in Gen.Shuffle(Enumerable.Range(0, Products).Select(Id).ToArray())
            from pinnedCount in Gen.Choose(0, 5)
            from share in Gen.Choose(1, 100)
            from cap in Gen.Elements<int?>(null, 1, 2, 3)
            from atLeast in Gen.Choose(0, 2)
            select new ListRules
            {
                Exclude = new Names([.. excluded.Take(few)], []),
                MaxPerCategory = cap,
                NewArrivals = atLeast == 0 ? null : new NewArrivalRule(7, atLeast),
                Pinned = pinnedCount == 0 ? null : new PinnedRule([.. pinned.Take(pinnedCount)], share / 100m),
            };

        public ListPlan Plan => field ??= MakePlan();

        public ListRules Rules => rules;

        public int[] Seen => seen;

        public int[] Due => due;

        public Candidate[] Candidates => candidates;

        public static string Id(int item) => ((char)('a' + item)).ToString();

        /// <summary>The same customer and products under the exclusions alone, without diversity.</summary>
        public Case WithExclusionsOnly() => new(new ListRules { Exclude = rules.Exclude }, k, categories, areNew, seen, due, candidates, diversity: 0);

        public ListRow[] Compose(ListComposer? composer = null)
        {
            composer ??= new ListComposer(Plan);
            composer.Begin(0, seen, 2);
            composer.OfferAll(candidates);
            return [.. composer.Complete()];
        }

        public int CategoryOf(int item) => Plan.Category[item];

        public bool IsBarred(int item) => Seen.Contains(item) && !Due.Contains(item);

        public bool IsFull(ListRow[] list, int item) => CategoryOf(item) >= 0 && list.Count(row => CategoryOf(row.Item) == CategoryOf(item)) >= Plan.MaxPerCategory;

        public override string ToString() =>
            $"k {k}, {rules}, pinned {string.Join(' ', rules.Pinned?.Items ?? [])}, excluded {string.Join(' ', rules.Exclude.Items)}, categories {string.Join(' ', categories)}, "
            + $"new {string.Join(' ', areNew)}, seen {string.Join(' ', seen)}, due {string.Join(' ', due)}, diversity {diversity}: {string.Join(' ', candidates)}";

        /// <summary>The reader refuses rules that ask for more places than there are.</summary>
        private static ListRules Fitting(ListRules rules, int k) =>
            (rules.Pinned?.Places(k) ?? 0) + (rules.NewArrivals?.AtLeast ?? 0) > k ? rules with { NewArrivals = null } : rules;

        private ListPlan MakePlan()
        {
            var items = new ItemTable();
            for (int item = 0; item < Products; item++)
                items.Add(new(Encoding.ASCII.GetBytes(Id(item)), null, categories[item] < 0 ? [] : [(byte)('0' + categories[item])], null, true, areNew[item] ? 99 * Day : 0), firstTime: null);
            var history = new PurchaseHistory();
            foreach (int item in due.Order())
                history.Add(0, item, 0);
            history.End();
            return new ListPlan(rules, items, ItemSelection.Of(rules, items, 100 * Day).Allowed, 100 * Day, k)
            {
                Due = DueItems.Find(history, new RepurchaseRule(0, 0), 1, Products, 100 * Day),
                Diversity = diversity,
                Likeness = ItemLikeness.Of([.. Enumerable.Repeat(1.0, Products)], item => Enumerable.Range(0, Products).Where(other => other != item).Select(other => (other, (item + other) % 5 / 5.0))),
            };
        }
    }
}
