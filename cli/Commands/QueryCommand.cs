using System.CommandLine;
using System.Globalization;
using Pipeline.Database;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline query</c>: a look into what a run left, in SQL.</summary>
internal static class QueryCommand
{
    private const int MaxRows = 1000;

    /// <summary>In a file a row is a line, however long.</summary>
    private const int FileWidth = 10_000;

    public static Command Create()
    {
        var sql = new Argument<string>("sql") { Description = "One SELECT in DuckDB's SQL, for example over current_recommendations." };
        var run = new Option<string>("--run") { HelpName = "FOLDER", Description = "The run to look into.", Required = true };
        var command = new Command("query", "Look into a run's database, and with read_parquet('FILE') into its files.") { sql, run };
        command.SetAction((parsed, cancellation) => QueryAsync(parsed.GetValue(run)!, parsed.GetValue(sql)!, cancellation));
        return command;
    }

    private static async Task QueryAsync(string run, string sql, CancellationToken cancellation)
    {
        using LocalCopy file = await FindAsync(RunFolder.Open(run).Store, cancellation);
        using DuckDbDatabase database = DuckDbDatabase.Open(file.Path, readOnly: true);
        try
        {
            Write(database.Query(sql));
        }
        catch (DuckDbException e) when (e.Fault == DuckDbFault.Statement)
        {
            throw new StageException(ExitCode.Usage, e.Message, cause: e);
        }
    }

    private static async Task<LocalCopy> FindAsync(IObjectStore store, CancellationToken cancellation)
    {
        try
        {
            return await store.GetAsync(RunStore.FileName, cancellation);
        }
        catch (StorageException e) when (e.Fault == StorageFault.NotFound)
        {
            throw new StageException(ExitCode.Usage, $"'{store.Describe(RunStore.FileName)}' does not exist: this run has not been injected into its own database.", cause: e);
        }
    }

    private static void Write(IReadOnlyList<DuckDbRow> rows)
    {
        if (rows.Count == 0)
        {
            Console.WriteLine("no rows");
            return;
        }
        var table = new ConsoleTable();
        for (int c = 0; c < rows[0].Names.Count; c++)
        {
            string title = rows[0].Names[c];
            _ = rows.Any(row => row[c] is string) ? table.Words(title) : table.Numbers(title);
        }
        foreach (DuckDbRow row in rows.Take(MaxRows))
            table.Row([.. Enumerable.Range(0, row.Names.Count).Select(c => Text(row[c]))]);
        table.Print(FileWidth);
        if (rows.Count > MaxRows)
            Console.WriteLine($"... and {rows.Count - MaxRows:N0} more rows");
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
