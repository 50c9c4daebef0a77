using System.Text;

namespace Pipeline.Train.Tests;

/// <summary>Rules are read strictly, and all mistakes are named at once.</summary>
public class RulesFileTests
{
    [Test]
    public void Every_rule_is_read()
    {
        ListRules rules = Read(
            """
            {
              "$schema": "rules.schema.json",
              "in_stock": false,
              "available": false,
              "exclude": { "items": ["post"], "categories": ["Gift cards", "Größe"] },
              "include": { "categories": ["Kitchen"] },
              "price": { "min": 2.5, "max": 100 },
              "max_per_category": 3,
              "new_arrivals": { "within_days": 30.5, "at_least": 2 },
              "pinned": { "items": ["kettle", "cups"], "share": 0.25 },
              "repurchase": { "after_days": 90, "min_customers": 0 }
            }
            """);
        Assert.Multiple(() =>
        {
            Assert.That((rules.InStock, rules.Available), Is.EqualTo((false, false)));
            Assert.That(rules.Exclude.Items, Is.EqualTo(new[] { "post" }));
            Assert.That(rules.Exclude.Categories, Is.EqualTo(new[] { "Gift cards", "Größe" }));
            Assert.That(rules.Include.Items, Is.Empty);
            Assert.That(rules.Include.Categories, Is.EqualTo(new[] { "Kitchen" }));
            Assert.That((rules.PriceMin, rules.PriceMax), Is.EqualTo(((double?)2.5, (double?)100)));
            Assert.That(rules.MaxPerCategory, Is.EqualTo(3));
            Assert.That(rules.NewArrivals, Is.EqualTo(new NewArrivalRule(30.5, 2)));
            Assert.That(rules.Pinned!.Items, Is.EqualTo(new[] { "kettle", "cups" }));
            Assert.That(rules.Pinned.Share, Is.EqualTo(0.25m));
            Assert.That(rules.Repurchase, Is.EqualTo(new RepurchaseRule(90, 0)));
        });
    }

    [Test]
    public void What_is_not_said_has_its_default()
    {
        ListRules rules = Read("""{ "new_arrivals": { "within_days": 7 }, "repurchase": { "after_days": 90 } }""");
        Assert.Multiple(() =>
        {
            Assert.That((rules.InStock, rules.Available, rules.MaxPerCategory, rules.Pinned), Is.EqualTo((true, true, (int?)null, (PinnedRule?)null)));
            Assert.That(rules.Exclude.IsEmpty && rules.Include.IsEmpty, Is.True);
            Assert.That(rules.NewArrivals!.AtLeast, Is.EqualTo(1));
            Assert.That(rules.Repurchase!.MinCustomers, Is.EqualTo(5));
            Assert.That(Read("{}").Repurchase, Is.Null);
        });
    }

    [Test]
    public void Byte_order_mark_is_skipped() =>
        Assert.That(RulesFile.Parse((byte[])[.. Encoding.UTF8.Preamble, .. "{}"u8]).Mistakes, Is.Empty);

    [Test]
    public void All_mistakes_are_named_with_their_place() => Assert.That(
        Mistakes(
            """
            {
              "colour": "red", "in_stock": "yes", "available": null,
              "exclude": { "items": "post", "brands": [] }, "include": [],
              "price": { "min": -1, "max": "10", "currency": "GBP" },
              "max_per_category": 0,
              "max_per_category": 2,
              "new_arrivals": { "at_least": 1.5 },
              "pinned": { "items": ["kettle", "", 7, "kettle"], "share": "20%" },
              "repurchase": { "after_days": 1e999, "min_customers": -1 }
            }
            """),
        Is.EqualTo(new[]
        {
            "'colour' is unknown; known are in_stock, available, exclude, include, price, max_per_category, new_arrivals, pinned, repurchase.",
            "'in_stock' must be true or false.",
            "'available' must be true or false.",
            "'exclude.items' must be a list of at least one text.",
            "'exclude.brands' is unknown; known are items, categories.",
            "'include' must be an object.",
            "'price.min' must be a number, at least 0.",
            "'price.max' must be a number, at least 0.",
            "'price.currency' is unknown; known are min, max.",
            "'max_per_category' must be a whole number, at least 1.",
            "'max_per_category' is given twice.",
            "'new_arrivals.at_least' must be a whole number, at least 1.",
            "'new_arrivals.within_days' is missing.",
            "'pinned.items[1]' must be a text that is not empty.",
            "'pinned.items[2]' must be a text that is not empty.",
            "'pinned.items' has 'kettle' twice.",
            "'pinned.share' must be a number above 0 and at most 1.",
            "'repurchase.after_days' must be a number above 0.",
            "'repurchase.min_customers' must be a whole number, at least 0.",
        }));

    [TestCase("", "line 1, byte 1 is not JSON.")]
    [TestCase("{\n  \"in_stock\": true,\n}", "line 3, byte 1 is not JSON.")]
    [TestCase("{} {}", "line 1, byte 4 is not JSON.")]
    [TestCase("// none\n{}", "line 1, byte 1 is not JSON.")]
    [TestCase("[]", "the file must be a JSON object.")]
    [TestCase("{ \"exclude\": { \"items\": [\"\\ud800\"] } }", "a text has an escape of half a character.")]
    [TestCase("{ \"\\ud800\": 1 }", "a text has an escape of half a character.")]
    public void What_is_no_JSON_object_is_refused_with_the_place(string json, string mistake) =>
        Assert.That(Mistakes(json), Is.EqualTo(new[] { mistake }));

    [TestCase("""{ "price": { "min": 10, "max": 9.5 } }""", 10, "'price.min' 10 is above 'price.max' 9.5: nothing has such a price.")]
    [TestCase(
        """{ "exclude": { "items": ["a", "b"] }, "pinned": { "items": ["b"], "share": 0.1 } }""", 10,
        "'pinned.items' has 'b', which 'exclude.items' has too: take it out of one of them.")]
    [TestCase(
        """{ "new_arrivals": { "within_days": 7, "at_least": 2 }, "pinned": { "items": ["b"], "share": 0.7 } }""", 4,
        "'pinned.share' of 4 products and 'new_arrivals.at_least' are 5 places together, but a list has 4: ask for fewer, or for longer lists with --top-k.")]
    public void Contradictions_are_named(string json, int k, string sentence) =>
        Assert.That(Read(json).Contradictions(k), Is.EqualTo(new[] { sentence }));

    [Test]
    public void Excluding_what_is_included_is_no_contradiction() =>
        Assert.That(Read("""{ "exclude": { "items": ["a"] }, "include": { "items": ["a", "b"] } }""").Contradictions(10), Is.Empty);

    private static ListRules Read(string json)
    {
        (ListRules rules, IReadOnlyList<string> mistakes) = RulesFile.Parse(Encoding.UTF8.GetBytes(json));
        Assert.That(mistakes, Is.Empty);
        return rules;
    }

    private static IReadOnlyList<string> Mistakes(string json) => RulesFile.Parse(Encoding.UTF8.GetBytes(json)).Mistakes;
}
