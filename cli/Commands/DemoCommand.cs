using System.CommandLine;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Generate;
using Pipeline.Cli.Run;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline demo</c>: an invented shop through all stages, and what three of its customers get.</summary>
internal static class DemoCommand
{
    private static readonly ShopOptions Shop = new() { Users = 5_000, Items = 800, Interactions = 120_000, Seed = 1 };

    public static Command Create()
    {
        var output = new Option<string>("--output")
        {
            HelpName = "FOLDER",
            Description = "Where the shop, the run and the demo's keys go.",
            DefaultValueFactory = _ => "demo",
        };
        var command = new Command("demo", "Generate a small shop, run all stages on it and show what three customers get, and why.") { output };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(output)!, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string folder, CancellationToken cancellation)
    {
        string shop = Path.Combine(folder, "shop"), run = Path.Combine(folder, "run");
        GenerateCommand.GenerateShop(Shop, shop, cancellation);
        int code = await new FlowRunner(new RunDisplay(showsTables: false)).RunAsync(
            new Dictionary<string, string>
            {
                ["run"] = run,
                ["overwrite"] = "true",
                ["interactions"] = Path.Combine(shop, "interactions.csv"),
                ["catalogue"] = Path.Combine(shop, "catalogue.csv"),
                ["customers"] = Path.Combine(shop, "customers.csv"),
                ["without-suppressions"] = "true",
                ["key-ring"] = Path.Combine(folder, "keyring.json"),
            },
            cancellation);
        if (code == 0)
            CustomerStories.Write(run);
        return code;
    }
}
