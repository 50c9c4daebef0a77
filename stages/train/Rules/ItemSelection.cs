using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>
/// The products that the rules let into lists, and how many each rule kept out: a product counts for the first rule against it, in the
/// order of <see cref="Rules"/>.
/// </summary>
internal sealed class ItemSelection
{
    /// <summary>The rules about products, in the order in which they are asked. Exclusion comes before inclusion and so beats it.</summary>
    public static readonly IReadOnlyList<string> Rules = ["in_stock", "available", "exclude.items", "exclude.categories", "include", "price"];

    private ItemSelection(bool[] allowed, int[] removed)
    {
        Allowed = allowed;
        Removed = removed;
    }

    /// <summary>Whether each product may be offered.</summary>
    public bool[] Allowed { get; }

    /// <summary>Products that each of <see cref="Rules"/> removed.</summary>
    public IReadOnlyList<int> Removed { get; }

    /// <summary>Products that may be offered.</summary>
    public int Count => Allowed.Length - Removed.Sum();

    /// <summary>Asks the rules. O(products).</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="items">The products.</param>
    /// <param name="referenceTime">Microseconds since 1970 UTC up to which a product must have come.</param>
    public static ItemSelection Of(ListRules rules, ItemTable items, long referenceTime)
    {
        bool[] excludedItem = Marked(rules.Exclude.Items, items.Ids), includedItem = Marked(rules.Include.Items, items.Ids);
        bool[] excludedCategory = Marked(rules.Exclude.Categories, items.Categories), includedCategory = Marked(rules.Include.Categories, items.Categories);
        var allowed = new bool[items.Count];
        var removed = new int[Rules.Count];
        for (int item = 0; item < items.Count; item++)
        {
            int against = FirstAgainst(item);
            allowed[item] = against < 0;
            if (against >= 0)
                removed[against]++;
        }
        return new ItemSelection(allowed, removed);

        int FirstAgainst(int item)
        {
            int category = items.Category[item];
            if (rules.InStock && !items.InStock[item])
                return 0;
            if (rules.Available && items.AvailableFrom[item] > referenceTime)
                return 1;
            if (excludedItem[item])
                return 2;
            if (category >= 0 && excludedCategory[category])
                return 3;
            if (!rules.Include.IsEmpty && !includedItem[item] && !(category >= 0 && includedCategory[category]))
                return 4;
            return IsInBand(items.Price[item]) ? -1 : 5;
        }

        bool IsInBand(double? price) => (rules.PriceMin is not { } min || price >= min) && (rules.PriceMax is not { } max || price <= max);
    }

    /// <summary>Makes sure that the rules name nothing that the shop does not have: a slip of the pen would be a rule without effect.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: they do; all such names are in the message.</exception>
    public static void CheckNames(ListRules rules, ItemTable items)
    {
        string[] unknown =
        [
            .. Unknown("exclude.items", rules.Exclude.Items, items.Ids, "product"), .. Unknown("exclude.categories", rules.Exclude.Categories, items.Categories, "category"),
            .. Unknown("include.items", rules.Include.Items, items.Ids, "product"), .. Unknown("include.categories", rules.Include.Categories, items.Categories, "category"),
            .. Unknown("pinned.items", rules.Pinned?.Items ?? [], items.Ids, "product"),
        ];
        if (unknown.Length > 0)
            throw new StageException(ExitCode.Usage, $"--rules: {string.Join("; ", unknown)}.", "Names are compared exactly with those in the catalogue and the interactions.");

        static IEnumerable<string> Unknown(string place, IReadOnlyList<string> names, TextIndex known, string what) =>
            names.Where(name => known.Find(Encoding.UTF8.GetBytes(name)) < 0).Select(name => $"'{place}' names '{name}', which is no {what} here");
    }

    /// <summary>Makes sure that something is left to offer.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: nothing is; the rule that took the last product is named.</exception>
    public void Check()
    {
        if (Count > 0 || Allowed.Length == 0)
            return;
        int last = Enumerable.Range(0, Rules.Count).Last(rule => Removed[rule] > 0);
        string before = string.Join(", ", Enumerable.Range(0, last).Where(rule => Removed[rule] > 0).Select(rule => $"'{Rules[rule]}' {Removed[rule]:N0}"));
        throw new StageException(
            ExitCode.InputRefused,
            $"The rule '{Rules[last]}' removes {(before.Length == 0 ? $"all {Allowed.Length:N0} products" : $"the last {Removed[last]:N0} of {Allowed.Length:N0} products, after {before}")}: nothing is left to offer.",
            "Loosen it in the rules (--rules), or load a catalogue that it fits.");
    }

    /// <summary>Counts and logs what each rule removed.</summary>
    public void Report(StageContext stage)
    {
        for (int rule = 0; rule < Rules.Count; rule++)
        {
            stage.Counters.Set("items_removed_" + Rules[rule].Replace('.', '_'), Removed[rule]);
            if (Removed[rule] > 0)
                stage.Log.LogInformation("rule {rule}: {items} of {all} products removed", Rules[rule], Removed[rule], Allowed.Length);
        }
        stage.Counters.Set("items_offered", Count);
    }

    private static bool[] Marked(IReadOnlyList<string> names, TextIndex index)
    {
        var marked = new bool[index.Count];
        foreach (string name in names)
        {
            if (index.Find(Encoding.UTF8.GetBytes(name)) is var position and >= 0)
                marked[position] = true;
        }
        return marked;
    }
}
