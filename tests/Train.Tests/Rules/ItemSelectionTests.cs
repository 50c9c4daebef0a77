using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pipeline.Hosting;
using Pipeline.Sar;

namespace Pipeline.Train.Tests;

/// <summary>Which products the rules let in, and what each rule removed.</summary>
public class ItemSelectionTests
{
    private const long Day = 86_400_000_000;

    [Test]
    public void Product_counts_for_the_first_rule_against_it()
    {
        ItemTable items = Items(
            ("gone and late", false, 11 * Day, 5, "kitchen"), ("late", true, 10 * Day + 1, 5, "kitchen"), ("due", true, 10 * Day, 5, "kitchen"),
            ("post", true, null, 5, "kitchen"), ("voucher", true, null, 5, "gift"), ("rake", true, null, 5, "garden"), ("rope", true, null, 5, ""),
            ("cheap", true, null, 1.99, "kitchen"), ("low", true, null, 2, "kitchen"), ("high", true, null, 9, "kitchen"), ("dear", true, null, 9.01, "kitchen"),
            ("unpriced", true, null, null, "kitchen"));
        var rules = new ListRules
        {
            Exclude = new Names(["post"], ["gift"]),
            Include = new Names(["voucher", "post"], ["kitchen"]),
            PriceMin = 2,
            PriceMax = 9,
        };
        ItemSelection selection = ItemSelection.Of(rules, items, referenceTime: 10 * Day);
        Assert.Multiple(() =>
        {
            Assert.That(Left(items, selection), Is.EqualTo(new[] { "due", "low", "high" }));
            Assert.That(ItemSelection.Rules.Zip(selection.Removed).Select(r => $"{r.First} {r.Second}"), Is.EqualTo(new[]
            {
                "in_stock 1", "available 1", "exclude.items 1", "exclude.categories 1", "include 2", "price 3",
            }));
            Assert.That(selection.Count, Is.EqualTo(3));
        });
    }

    [Test]
    public void Rules_that_are_off_remove_nothing()
    {
        ItemTable items = Items(("gone", false, null, null, ""), ("late", true, Day, null, ""));
        Assert.That(Left(items, ItemSelection.Of(new ListRules { InStock = false, Available = false }, items, 0)), Is.EqualTo(new[] { "gone", "late" }));
        Assert.That(Left(items, ItemSelection.Of(new ListRules(), items, 0)), Is.Empty);
    }

    [Test]
    public void Rule_that_leaves_nothing_is_named()
    {
        ItemTable items = Items(("a", false, null, 5, "x"), ("b", true, null, 5, "x"), ("c", true, null, 5, "x"));
        var first = Assert.Throws<StageException>(() => ItemSelection.Of(new ListRules { PriceMin = 6 }, items, 0).Check())!;
        var alone = Assert.Throws<StageException>(() => ItemSelection.Of(new ListRules { InStock = false, Include = new Names([], ["y"]) }, items, 0).Check())!;
        Assert.Multiple(() =>
        {
            Assert.That(first.Code, Is.EqualTo(ExitCode.InputRefused));
            Assert.That(first.Message, Is.EqualTo("The rule 'price' removes the last 2 of 3 products, after 'in_stock' 1: nothing is left to offer."));
            Assert.That(alone.Message, Is.EqualTo("The rule 'include' removes all 3 products: nothing is left to offer."));
            Assert.That(() => ItemSelection.Of(new ListRules(), Items(), 0).Check(), Throws.Nothing);
        });
    }

    /// <summary>Whatever is included: what is excluded, by itself or by its category, is not let in, and every product is let in or counted once.</summary>
    [Test]
    public void Exclusion_always_wins()
    {
        string[] ids = ["a", "b", "c", "d", "e", "f"], categories = ["", "x", "y", "z"];
        Gen<(ListRules, ItemTable)> cases =
            from category in Gen.Elements(categories).ArrayOf(ids.Length)
            from excludedItems in Gen.SubListOf(ids)
            from excludedCategories in Gen.SubListOf(categories[1..])
            from includedItems in Gen.SubListOf(ids)
            from includedCategories in Gen.SubListOf(categories[1..])
            select (
                new ListRules { Exclude = new Names([.. excludedItems], [.. excludedCategories]), Include = new Names([.. includedItems], [.. includedCategories]) },
                Items([.. ids.Zip(category).Select(pair => (pair.First, true, (long?)null, (double?)1, pair.Second))]));
        Prop.ForAll(Arb.From(cases), given =>
        {
            (ListRules rules, ItemTable items) = given;
            ItemSelection selection = ItemSelection.Of(rules, items, 0);
            return Enumerable.Range(0, items.Count).All(item =>
            {
                string id = Encoding.UTF8.GetString(items.Ids[item]);
                string category = items.Category[item] < 0 ? "" : Encoding.UTF8.GetString(items.Categories[items.Category[item]]);
                bool isExcluded = rules.Exclude.Items.Contains(id) || rules.Exclude.Categories.Contains(category);
                bool isIncluded = rules.Include.IsEmpty || rules.Include.Items.Contains(id) || rules.Include.Categories.Contains(category);
                return selection.Allowed[item] == (!isExcluded && isIncluded);
            }) && selection.Count == selection.Allowed.Count(a => a);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(new Replay(new Rnd(20261120), null)));
    }

    [TestCase(0, "today")]
    [TestCase(7, "today,first met,a week")]
    [TestCase(1000, "today,first met,a week,old")]
    public void New_is_what_came_lately_and_has_come(double days, string isNew)
    {
        var items = new ItemTable();
        Add("a week", 93 * Day, 0);
        Add("today", 100 * Day, null);
        Add("tomorrow", 101 * Day, 99 * Day);
        Add("old", 92 * Day, 99 * Day);
        Add("first met", null, 95 * Day);
        Add("never met", null, null);
        Ranking newest = Popularities.Newest(items, [.. Enumerable.Repeat(true, items.Count)], 100 * Day, days);
        Assert.That(newest.Indices.Select(item => Encoding.UTF8.GetString(items.Ids[item])), Is.EqualTo(isNew.Split(',')));

        void Add(string id, long? availableFrom, long? firstTime) => items.Add(new(Encoding.UTF8.GetBytes(id), null, [], null, true, availableFrom), firstTime);
    }

    private static IEnumerable<string> Left(ItemTable items, ItemSelection selection) =>
        Enumerable.Range(0, items.Count).Where(item => selection.Allowed[item]).Select(item => Encoding.UTF8.GetString(items.Ids[item]));

    private static ItemTable Items(params (string Id, bool InStock, long? AvailableFrom, double? Price, string Category)[] all)
    {
        var items = new ItemTable();
        foreach ((string id, bool inStock, long? availableFrom, double? price, string category) in all)
            items.Add(new(Encoding.UTF8.GetBytes(id), null, Encoding.UTF8.GetBytes(category), price, inStock, availableFrom), firstTime: null);
        return items;
    }
}
