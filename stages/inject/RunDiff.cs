using System.Globalization;
using Pipeline.Database;
using Pipeline.Hosting;

namespace Pipeline.Inject;

/// <summary>What would change for whom if a run took the place of the live one.</summary>
internal sealed record RunDiff
{
    private const int Samples = 3, SampleItems = 5;

    /// <summary>Customers with a list, now and then.</summary>
    public required long LiveCustomers { get; init; }

    public required long NewCustomers { get; init; }

    public required long GoneCustomers { get; init; }

    /// <summary>Customers in both whose lists differ in products or order.</summary>
    public required long ChangedLists { get; init; }

    /// <summary>Products in any list.</summary>
    public required long LiveItems { get; init; }

    public required long NewItems { get; init; }

    public required long GoneItems { get; init; }

    /// <summary>Some customers whose lists change, and both lists.</summary>
    public required IReadOnlyList<ListChange> Changes { get; init; }

    /// <summary>Share of the live lists that change or go.</summary>
    public decimal ChangedShare => LiveCustomers == 0 ? 0 : (ChangedLists + GoneCustomers) / (decimal)LiveCustomers;

    /// <summary>Compares two runs that the database holds.</summary>
    public static async Task<RunDiff> BetweenAsync(IRunDatabase database, StoredRun live, StoredRun run, CancellationToken cancellation)
    {
        string Lists(StoredRun of) => $"(SELECT user_id, list_digest FROM {database.RowsOf(LiveTable.Recipients, of.Id)} AS r WHERE list_digest <> 0)";
        string Items(StoredRun of) => $"(SELECT DISTINCT item_id FROM {database.RowsOf(LiveTable.Recommendations, of.Id)} AS r)";
        object?[] lists = (await database.QueryAsync(
            $"""
            SELECT count(o.user_id), count(*) FILTER (WHERE o.user_id IS NULL), count(*) FILTER (WHERE n.user_id IS NULL), count(*) FILTER (WHERE o.list_digest <> n.list_digest)
            FROM {Lists(live)} o FULL JOIN {Lists(run)} n ON n.user_id = o.user_id
            """,
            cancellation))[0];
        object?[] items = (await database.QueryAsync(
            $"""
            SELECT count(o.item_id), count(*) FILTER (WHERE o.item_id IS NULL), count(*) FILTER (WHERE n.item_id IS NULL)
            FROM {Items(live)} o FULL JOIN {Items(run)} n ON n.item_id = o.item_id
            """,
            cancellation))[0];
        var changes = new List<ListChange>();
        foreach (object?[] row in await database.QueryAsync(
            $"SELECT o.user_id FROM {Lists(live)} o JOIN {Lists(run)} n ON n.user_id = o.user_id WHERE o.list_digest <> n.list_digest ORDER BY 1 LIMIT {Samples}", cancellation))
        {
            string user = (string)row[0]!;
            changes.Add(new ListChange(user, await ListAsync(live, user), await ListAsync(run, user)));
        }
        return new RunDiff
        {
            LiveCustomers = (long)lists[0]!,
            NewCustomers = (long)lists[1]!,
            GoneCustomers = (long)lists[2]!,
            ChangedLists = (long)lists[3]!,
            LiveItems = (long)items[0]!,
            NewItems = (long)items[1]!,
            GoneItems = (long)items[2]!,
            Changes = changes,
        };

        async Task<string> ListAsync(StoredRun of, string user) => string.Join(", ", (await database.QueryAsync(
            $"SELECT item_id FROM {database.RowsOf(LiveTable.Recommendations, of.Id)} AS r WHERE user_id = $1 ORDER BY rank LIMIT {SampleItems}", cancellation, user)).Select(r => (string)r[0]!));
    }

    /// <summary>The change in a sentence without its end.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"Of the {LiveCustomers:N0} live lists {ChangedLists:N0} change and {GoneCustomers:N0} go, {Percentage.ToText((double)ChangedShare)}");

    /// <summary>Shows it: a table for people, a record of the log for programs.</summary>
    public void Show(StageContext stage)
    {
        ConsoleTable table = new ConsoleTable().Words("against the live run").Numbers("live").Numbers("new").Numbers("gone").Numbers("changed").Numbers("share")
            .Row("customers", Text(LiveCustomers), Text(NewCustomers), Text(GoneCustomers), Text(ChangedLists), Percentage.ToText((double)ChangedShare))
            .Row("items", Text(LiveItems), Text(NewItems), Text(GoneItems), "", "");
        foreach (ListChange change in Changes)
            table.Row($"{change.User}: {change.Before} -> {change.After}", "", "", "", "", "");
        stage.Show(
            Describe(), table,
            [
                new("live_customers", LiveCustomers), new("new_customers", NewCustomers), new("gone_customers", GoneCustomers), new("changed_lists", ChangedLists),
                new("changed_share", ChangedShare), new("live_items", LiveItems), new("new_items", NewItems), new("gone_items", GoneItems),
            ]);
    }

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>A customer's list before and after, as far as it is shown.</summary>
internal sealed record ListChange(string User, string Before, string After);
