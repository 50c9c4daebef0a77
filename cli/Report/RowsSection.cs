using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Cli.Report;

/// <summary>What became of every row, and why.</summary>
internal static class RowsSection
{
    private const string Dropped = "dropped_";

    public static Section Of(RunSource run) => new("rows", "From the export to the mail", Html.Of(
        $"""
        <p>Every row that came in is kept or left out for one reason; nothing is lost on the way.</p>
        <div class="pair">{Lines(run)}{Customers(run)}</div>
        <h3>What was left out, and why</h3>
        {Reasons(run)}
        """));

    private static Html Lines(RunSource run) => Funnel(
        "Lines of the interactions", "What is left of the lines after each step.",
        [
            ("in the files", run.Counter(Stages.Load, "rows_in")),
            ("read by load", run.Counter(Stages.Load, "rows_kept")),
            ("learned from", run.Counter(Stages.Transform, "rows_kept")),
        ]);

    private static Html Customers(RunSource run)
    {
        long? withList = null, worthIt = null;
        if (run.Has("verdicts"))
        {
            withList = run.Query("SELECT count(*) FROM verdicts WHERE list_length > 0")[0].GetInt64(0);
            worthIt = run.Query($"SELECT count(*) FROM verdicts WHERE verdict = '{Verdicts.Send}'")[0].GetInt64(0);
        }
        long? seen = run.Has("interactions") ? run.Query("SELECT count(DISTINCT user_id) FROM interactions")[0].GetInt64(0) : null;
        return Funnel(
            "Customers", "How many of them are left after each step.",
            [
                ("in the files", seen),
                ("to learn from", run.Counter(Stages.Transform, "users")),
                ("with a list", withList),
                ("list worth a mail", worthIt),
                ("may be mailed", run.Counter(Stages.Email, "rows_kept")),
            ]);
    }

    private static Html Funnel(string title, string says, IReadOnlyList<(string Step, long? Rows)> all)
    {
        (string Step, long Rows)[] steps = [.. all.Where(step => step.Rows is not null).Select(step => (step.Step, step.Rows!.Value))];
        if (steps.Length == 0)
            return Html.Empty;
        var table = new DataTable(title, "step", "#rows", "#of the first");
        foreach ((string step, long rows) in steps)
            table.Row(step, Words.Count(rows), Words.Share(rows, steps[0].Rows));
        return new Chart(ChartKind.Bars, title, [.. steps.Select(step => step.Step)], new ChartSeries(title, [.. steps.Select(step => (double?)step.Rows)])).ToHtml(says, table);
    }

    private static Html Reasons(RunSource run)
    {
        var table = new DataTable("What was left out, by stage and reason", "stage", "reason", "#rows", "#of what came in");
        foreach (StageContract stage in Stages.All)
        {
            if (run.Manifest(stage) is not Manifest manifest)
                continue;
            foreach ((string name, long rows) in manifest.Counters.Where(c => c.Key.StartsWith(Dropped, StringComparison.Ordinal)).OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal))
                table.Row(stage.Name, Words.Plain(name[Dropped.Length..]), Words.Count(rows), Words.Share(rows, manifest.Counters["rows_in"]));
        }
        return table.IsEmpty ? Html.Of($"<p>Nothing: every row that came in was kept.</p>") : table.ToHtml();
    }
}
