using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Database;
using Pipeline.Tables.DuckDb;
using Spectre.Console;

namespace Pipeline.Cli.Demo;

/// <summary>What some customers of a run bought, what they get, and why, by product name.</summary>
internal static class CustomerStories
{
    private const int Purchases = 5;
    private const int Recommendations = 5;

    /// <summary>Segments whose first customer is shown.</summary>
    private static readonly IReadOnlyList<string> Segments = ["loyal", "new", "lapsed"];

    /// <summary>Prints the stories of a run on standard output.</summary>
    public static void Write(string run)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = 120;
        using DuckDbDatabase database = DuckDbDatabase.Open(Path.Combine(run, RunStore.FileName), readOnly: true);
        string interactions = Path.Combine(run, Stages.Load.Folder, "interactions", "*.parquet");
        WriteSummary(console, database);
        foreach (string segment in Segments)
        {
            string? user = database.Scalar<string>(
                "SELECT r.user_id FROM current_recommendations r JOIN current_recipients t USING (user_id) WHERE r.segment = ? AND t.send ORDER BY 1 LIMIT 1", segment);
            if (user is not null)
                WriteStory(console, database, interactions, user, segment);
        }
        console.WriteLine($"Look further: ./pipeline query --run {run} \"SELECT * FROM current_recommendations LIMIT 20\"");
    }

    private static void WriteSummary(IAnsiConsole console, DuckDbDatabase database)
    {
        DuckDbRow lists = database.Query("SELECT count(*), count(DISTINCT user_id), count(DISTINCT item_id) FROM current_recommendations")[0];
        DuckDbRow mails = database.Query("SELECT count(*), count(*) FILTER (send) FROM current_recipients")[0];
        string sources = string.Join(", ", database
            .Query("SELECT source, count(*) FROM current_recommendations GROUP BY source ORDER BY 2 DESC")
            .Select(r => $"{Count(r, 1)} from {r.GetString(0)}"));
        console.WriteLine(
            $"{Count(lists, 1)} customers have a list: {Count(lists, 0)} recommendations of {Count(lists, 2)} products, {sources}.");
        console.WriteLine($"{Count(mails, 1)} of {Count(mails, 0)} may be mailed; the database holds their addresses encrypted only.");
        console.WriteLine();
    }

    private static void WriteStory(IAnsiConsole console, DuckDbDatabase database, string interactions, string user, string segment)
    {
        console.WriteLine($"Customer {user} ({segment})");
        foreach (DuckDbRow bought in database.Query(
            $"""
            SELECT strftime(max(i.time), '%Y-%m-%d'), coalesce(any_value(p.name), i.item_id), count(*) OVER ()
            FROM read_parquet(?) i LEFT JOIN current_products p USING (item_id)
            WHERE i.user_id = ? AND i.event = '{Events.Purchase}' GROUP BY i.item_id ORDER BY max(i.time) DESC, i.item_id LIMIT {Purchases}
            """,
            interactions, user))
        {
            console.WriteLine($"  bought {bought.GetString(0)}  {bought.GetString(1)}");
        }
        foreach (DuckDbRow row in database.Query(
            $"""
            SELECT r.rank, coalesce(r.name, r.item_id), r.source, coalesce(r.because_name, r.because_item_id),
                   EXISTS (FROM read_parquet(?) i WHERE i.user_id = r.user_id AND i.item_id = r.because_item_id AND i.event = '{Events.Purchase}')
            FROM current_recommendations r WHERE r.user_id = ? ORDER BY r.rank LIMIT {Recommendations}
            """,
            interactions, user))
        {
            string why = row.IsNull(3) ? "because many customers have it" : $"because of {(row.GetBoolean(4) ? "buying" : "looking at")} {row.GetString(3)}";
            console.WriteLine($"  gets   {row.GetInt64(0),2}. {row.GetString(1),-32} {why}");
        }
        console.WriteLine();
    }

    private static string Count(DuckDbRow row, int ordinal) => row.GetInt64(ordinal).ToString("N0", CultureInfo.InvariantCulture);
}
