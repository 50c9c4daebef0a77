using System.CommandLine;
using System.Diagnostics;
using Pipeline.Cli.Generate;
using Pipeline.Cli.Run;
using Pipeline.Hosting;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline generate</c>: an invented shop, or invented customers for a real file.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var users = new Option<int>("--users") { HelpName = "N", Description = "Customers." };
        var items = new Option<int>("--items") { HelpName = "N", Description = "Products." };
        var interactions = new Option<long>("--interactions") { HelpName = "N", Description = "Lines of interactions." };
        var seed = new Option<long>("--seed") { HelpName = "N", Description = "The same seed gives the same files.", DefaultValueFactory = _ => 1 };
        var output = new Option<string>("--output") { HelpName = "FOLDER", Description = "Where the files go.", Required = true };
        var customersFor = new Option<string?>("--customers-for")
        {
            HelpName = "FILE",
            Description = "Instead of a shop: customers for the users of this file of interactions (CSV, also gzip).",
        };
        var columns = new Option<string>("--columns")
        {
            HelpName = "user=HEADER",
            Description = "The column of that file that names the user.",
            DefaultValueFactory = _ => "user=user_id",
        };
        var delimiter = new Option<char>("--delimiter") { HelpName = "CHARACTER", Description = "What stands between its fields.", DefaultValueFactory = _ => ',' };
        var command = new Command("generate", "Invent a shop: interactions, catalogue, customers and the truth behind them.")
        {
            users, items, interactions, seed, output, customersFor, columns, delimiter,
        };
        command.SetAction((parsed, cancellation) =>
        {
            string folder = parsed.GetValue(output)!;
            string? file = parsed.GetValue(customersFor);
            Guard(() =>
            {
                if (file is not null)
                    GenerateCustomers(file, parsed.GetValue(columns)!, parsed.GetValue(delimiter), parsed.GetValue(seed), folder, cancellation);
                else
                    GenerateShop(
                        new ShopOptions
                        {
                            Users = parsed.GetValue(users),
                            Items = parsed.GetValue(items),
                            Interactions = parsed.GetValue(interactions),
                            Seed = parsed.GetValue(seed),
                        },
                        folder, cancellation);
            });
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>Generates a shop and says so.</summary>
    public static void GenerateShop(ShopOptions options, string folder, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        ProgressBar.Show("generating interactions", options.Interactions, progress => ShopGenerator.Generate(options, folder, progress, cancellation));
        Console.WriteLine(
            $"generated {options.Users:N0} customers, {options.Items:N0} products and {options.Interactions:N0} interactions in '{folder}' in {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s");
    }

    private static void GenerateCustomers(
        string file, string columns, char delimiter, long seed, string folder, CancellationToken cancellation)
    {
        const string key = "user=";
        if (!columns.StartsWith(key, StringComparison.Ordinal) || columns.Length == key.Length || columns.Contains(',', StringComparison.Ordinal))
            throw new StageException(ExitCode.Usage, $"--columns '{columns}' must name the user's column and nothing else, as in user=CustomerID.");
        int customers = CustomerGenerator.Generate(
            new CustomerOptions { InteractionsFile = file, UserColumn = columns[key.Length..], Delimiter = delimiter, Seed = seed }, folder, cancellation);
        Console.WriteLine($"generated {customers:N0} customers in '{Path.Combine(folder, "customers.csv")}'");
    }

    /// <summary>The generator's exceptions as those a person can do something about.</summary>
    private static void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (ArgumentException e)
        {
            throw new StageException(ExitCode.Usage, e.Message, cause: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StageException(
                e is IOException io && Storage.StorageException.IsDiskFull(io) ? ExitCode.Unavailable : ExitCode.Usage, e.Message, cause: e);
        }
    }
}
