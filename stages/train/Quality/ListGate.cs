using System.Globalization;
using Pipeline.Hosting;

namespace Pipeline.Train;

/// <summary>The gate that keeps lists nobody would sign out of tonight's mail.</summary>
internal static class ListGate
{
    /// <summary>Shows what the lists come to, leaves the figures for the next run and refuses what is beyond a limit.</summary>
    /// <exception cref="StageException">
    /// <see cref="ExitCode.InputRefused"/>: a figure is beyond its limit. <see cref="ExitCode.Usage"/>: the earlier run is of another version.
    /// </exception>
    public static async Task RunAsync(ListLimits limits, ListFigures figures, ItemTable items, StageContext stage, CancellationToken cancellation)
    {
        ListQuality? before = null;
        if (stage.Earlier(ListLimits.CompareWithFlag) is { } content)
        {
            before = ListQuality.TryParse(content) ?? throw new StageException(
                ExitCode.Usage, $"--{ListLimits.CompareWithFlag} '{limits.CompareWith}': its {ListQuality.FileName} is of another version.", "Run train there again with this version.");
        }
        var now = ListQuality.Of(figures, items, before);
        ShowSources(now, stage);
        ShowFigures(now, stage);
        string[] failures = [.. Failures(now, limits)];
        if (failures.Length > 0)
        {
            throw new StageException(
                ExitCode.InputRefused, $"The lists are not fit to be mailed: {string.Join("; ", failures)}.",
                "Look at the data and the rules; if the lists are right, set the limit to what you accept.");
        }
        await stage.WriteFileAsync(ListQuality.FileName, now.ToJson(), cancellation);
    }

    /// <summary>What is beyond its limit, each with figure and limit.</summary>
    internal static IEnumerable<string> Failures(ListQuality now, ListLimits limits)
    {
        if (IsAbove(now.FallbackRecommendations, now.Recommendations, limits.MaxFallback))
            yield return $"{Share(now.FallbackRecommendations, now.Recommendations)} of the recommendations are fallback, more than --max-fallback {Percentage.ToText(limits.MaxFallback)}";
        if (IsBelow(now.CustomersWithList, now.CustomersWithSomethingLeft, limits.MinWithList))
        {
            yield return $"{now.CustomersWithList:N0} of {now.CustomersWithSomethingLeft:N0} customers who have not had everything ({Share(now.CustomersWithList, now.CustomersWithSomethingLeft)}) have a list, "
                + $"fewer than --min-with-list {Percentage.ToText(limits.MinWithList)}";
        }
        if (IsBelow(now.Recommendations, now.Places, limits.MinFilled))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the lists have {now.MeanLength:0.0} products on average, {Share(now.Recommendations, now.Places)} of what there is room and offer for, ")
                + $"less than --min-filled {Percentage.ToText(limits.MinFilled)}";
        }
        // Where everybody has had everything, nothing can be in a list.
        if (now.Places > 0 && IsBelow(now.RecommendedItems, now.OfferedItems, limits.MinCoverage))
            yield return $"{now.RecommendedItems:N0} of {now.OfferedItems:N0} products ({Share(now.RecommendedItems, now.OfferedItems)}) are in any list, fewer than --min-coverage {Percentage.ToText(limits.MinCoverage)}";
        if (IsAbove(now.TopItemRecommendations, now.Recommendations, limits.MaxTopShare))
            yield return $"one product in a hundred has {Share(now.TopItemRecommendations, now.Recommendations)} of the recommendations, more than --max-top-share {Percentage.ToText(limits.MaxTopShare)}";
        if (now.Overlap is { } overlap && overlap < (double)limits.MinOverlap)
            yield return $"{Percentage.ToText(overlap)} of the lists of '{limits.CompareWith}' are in the new ones again, less than --min-overlap {Percentage.ToText(limits.MinOverlap)}";
    }

    /// <summary>Nothing of nothing is within every limit: there were no customers, or they have had everything.</summary>
    private static bool IsBelow(long part, long of, decimal limit) => part < limit * of;

    private static bool IsAbove(long part, long of, decimal limit) => part > limit * of;

    private static string Share(long part, long of) => Percentage.ToText(part / (double)Math.Max(1, of));

    private static void ShowSources(ListQuality now, StageContext stage)
    {
        ConsoleTable table = new ConsoleTable().Words("source").Numbers("recommendations").Numbers("share");
        foreach ((string source, long rows) in now.Sources)
            table.Row(source, rows.ToString("N0", CultureInfo.InvariantCulture), Share(rows, now.Recommendations));
        stage.Show(
            $"sources: {Share(now.FallbackRecommendations, now.Recommendations)} of {now.Recommendations:N0} recommendations are fallback", table,
            now.Sources.Select(source => KeyValuePair.Create<string, object?>(source.Key, source.Value)));
        foreach (ListSource source in ListSources.All)
            stage.Counters.Set("recommendations_" + source.Name().Replace('-', '_'), now.Sources.GetValueOrDefault(source.Name()));
        stage.Counters.Set("recommendations_fallback", now.FallbackRecommendations);
        stage.Counters.Set("recommendations", now.Recommendations);
    }

    private static void ShowFigures(ListQuality now, StageContext stage)
    {
        ConsoleTable table = new ConsoleTable().Words("lists").Numbers("figure").Numbers("share");
        table.Row("customers with a list", now.CustomersWithList.ToString("N0", CultureInfo.InvariantCulture), Share(now.CustomersWithList, now.Customers));
        table.Row("products in a list", now.MeanLength.ToString("0.0", CultureInfo.InvariantCulture), Share(now.Recommendations, now.Places));
        table.Row("products in any list", now.RecommendedItems.ToString("N0", CultureInfo.InvariantCulture), Share(now.RecommendedItems, now.OfferedItems));
        table.Row("recommendations of one product in a hundred", now.TopItemRecommendations.ToString("N0", CultureInfo.InvariantCulture), Share(now.TopItemRecommendations, now.Recommendations));
        if (now.Overlap is { } overlap)
            table.Row("overlap with the earlier run", "", Percentage.ToText(overlap));
        stage.Show(
            $"lists: {now.CustomersWithList:N0} customers, {now.RecommendedItems:N0} products", table,
            [
                new("customers_with_list", now.CustomersWithList), new("mean_length", Math.Round(now.MeanLength, 3)), new("recommended_items", now.RecommendedItems),
                new("offered_items", now.OfferedItems), new("top_item_recommendations", now.TopItemRecommendations), new("overlap", now.Overlap),
            ]);
    }
}
