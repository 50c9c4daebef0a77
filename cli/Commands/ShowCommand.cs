using System.CommandLine;
using System.Globalization;
using Pipeline.Database;
using Pipeline.Hosting;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline show</c>: what a customer would get from the live run, by name, and why.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var customer = new Option<string>("--customer") { HelpName = "ID", Description = "The customer.", Required = true };
        var command = new Command("show", "Show what a customer would get from the live run, by name, and why.") { customer };
        var database = new LiveDatabase(command, "database");
        command.SetAction((parsed, cancellation) =>
            database.UseAsync(parsed, changes: false, (store, name) => ShowAsync(store, name, parsed.GetValue(customer)!, cancellation), cancellation));
        return command;
    }

    private static async Task ShowAsync(RunStore store, string name, string customer, CancellationToken cancellation)
    {
        // Whoever may read the views can do this, and need not see more.
        if (!(await store.Database.RelationsAsync(cancellation)).Contains(RunStore.Views[0]))
            throw new StageException(ExitCode.Usage, $"Nothing has been injected into the database '{name}'.", "Run inject first.");
        // One statement: what stands together is of one run.
        IReadOnlyList<object?[]> rows = await store.Database.QueryAsync(
            """
            SELECT t.send, t.reason, l.rank, coalesce(l.name, l.item_id), l.source, coalesce(l.because_name, l.because_item_id), l.score, l.segment
            FROM current_recipients t LEFT JOIN current_recommendations l ON l.user_id = t.user_id
            WHERE t.user_id = $1 ORDER BY l.rank
            """,
            cancellation, customer);
        if (rows.Count == 0)
            throw new StageException(ExitCode.Usage, $"The live run has no list for the customer '{customer}'.", "Ids are compared exactly.");
        string mail = rows[0][0] is true ? "may be mailed" : $"is not mailed: {rows[0][1]}";
        Console.WriteLine($"Customer {customer}{(rows[0][7] is string segment ? $" ({segment})" : "")}: {mail}");
        var table = new ConsoleTable().Numbers("rank").Words("product").Words("why").Numbers("score");
        foreach (object?[] row in rows.Where(row => row[2] is not null))
        {
            string why = row[5] is string because ? $"because of {because}" : $"{row[4]}";
            table.Row($"{row[2]}", (string)row[3]!, why, ((double)row[6]!).ToString("0.####", CultureInfo.InvariantCulture));
        }
        if (rows[0][2] is null)
            Console.WriteLine("There is nothing to offer.");
        else
            table.Print();
    }
}
