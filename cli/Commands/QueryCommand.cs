using System.CommandLine;
using Pipeline.Hosting;
using Pipeline.Tables.DuckDb;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline query</c>: a look into what a run left, in SQL.</summary>
internal static class QueryCommand
{
    private const int MaxRows = 1000;

    public static Command Create()
    {
        var sql = new Argument<string>("sql") { Description = "One SELECT in DuckDB's SQL, for example over current_recommendations." };
        var run = new Option<string>("--run") { HelpName = "FOLDER", Description = "The run to look into.", Required = true };
        var command = new Command("query", "Look into a run's database, and with read_parquet('FILE') into its files.") { sql, run };
        command.SetAction(parsed => Query(parsed.GetValue(run)!, parsed.GetValue(sql)!));
        return command;
    }

    private static void Query(string run, string sql)
    {
        string path = Path.Combine(run, "recommendations.duckdb");
        if (!File.Exists(path))
            throw new StageException(ExitCode.Usage, $"'{path}' does not exist: this run has not been injected into its own database.");
        using DuckDbDatabase database = DuckDbDatabase.Open(path, readOnly: true);
        try
        {
            Write(database.Query(sql));
        }
        catch (DuckDbException e) when (e.Fault == DuckDbFault.Statement)
        {
            throw new StageException(ExitCode.Usage, e.Message, cause: e);
        }
    }

    private static void Write(IReadOnlyList<DuckDbRow> rows)
    {
        if (rows.Count == 0)
        {
            Console.WriteLine("no rows");
            return;
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = 160;
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string name in rows[0].Names)
            table.AddColumn(Markup.Escape(name));
        foreach (DuckDbRow row in rows.Take(MaxRows))
            table.AddRow([.. Enumerable.Range(0, row.Names.Count).Select(c => Markup.Escape(Text(row[c])))]);
        console.Write(table);
        if (rows.Count > MaxRows)
            Console.WriteLine($"... and {rows.Count - MaxRows:N0} more rows");
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        IFormattable f => f.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
