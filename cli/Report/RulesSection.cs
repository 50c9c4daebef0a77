using Pipeline.Contracts;

namespace Pipeline.Cli.Report;

/// <summary>What the shop's rules took away.</summary>
internal static class RulesSection
{
    private static readonly (string Counter, string Rule, string Of)[] Rules =
    [
        ("items_removed_in_stock", "in stock", "products"),
        ("items_removed_available", "available by the reference time", "products"),
        ("items_removed_exclude_items", "excluded products", "products"),
        ("items_removed_exclude_categories", "excluded categories", "products"),
        ("items_removed_include", "nothing but what is included", "products"),
        ("items_removed_price", "price within its limits", "products"),
        ("pairs_removed_repurchase", "bought already, or not due again", "pairs of customer and product"),
        ("candidates_removed_max_per_category", "no more of one category in a list", "candidates for a place"),
    ];

    /// <summary>The section; null where train has not finished.</summary>
    public static Section? Of(RunSource run)
    {
        if (run.Manifest(Stages.Train) is null)
            return null;
        var table = new DataTable("What the rules removed", "rule", "#removed", "of");
        foreach ((string counter, string rule, string of) in Rules)
            if (run.Counter(Stages.Train, counter) is { } removed)
                table.Row(rule, Words.Count(removed), of);
        Html offered = run.Counter(Stages.Train, "items_offered") is { } items ? Html.Of($"<p>{Words.Count(items)} products are left to offer. A product counts for the first rule against it.</p>") : Html.Empty;
        return new Section("rules", "Rules, and what they removed", Html.Of($"{offered}{(table.IsEmpty ? Html.Of($"<p>This run counted nothing for any rule.</p>") : table.ToHtml())}"));
    }
}
