using System.CommandLine;
using Pipeline.Cli.Evaluate;
using Pipeline.Cli.Run;
using Pipeline.Hosting;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline run</c>: all stages on this machine. Its options are those of the stages, which it asks for them.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", "Run all five stages on this machine; started again, it goes on where it stopped.")
        {
            // The stages' options are not known here.
            TreatUnmatchedTokensAsErrors = false,
        };
        command.Options.Add(new Option<bool>("--help", "-h", "-?") { Description = "Show the options of all stages." });
        command.SetAction((parsed, cancellation) => parsed.GetValue<bool>("--help")
            ? HelpAsync(cancellation)
            : RunAsync(OptionsFile.Under(Flags.Parse(parsed.UnmatchedTokens)), cancellation));
        return command;
    }

    private static Task<int> RunAsync(Dictionary<string, string> flags, CancellationToken cancellation)
    {
        HoldoutOptions? holdout = HoldoutOptions.Take(flags);
        return new FlowRunner(new RunDisplay(), holdout is null ? null : new HoldoutCheck(holdout).AfterAsync).RunAsync(flags, cancellation);
    }

    private static async Task<int> HelpAsync(CancellationToken cancellation)
    {
        IReadOnlyList<StageDescription> stages = await FlowRunner.DescribeAsync(new Dictionary<string, string>(), cancellation);
        Console.WriteLine("""
            Usage: ./pipeline run --run FOLDER --interactions FILES [options]

            Each option can also be given as an environment variable, --top-k as PIPELINE_TOP_K, or stand in a file named by
            --options FILE, a line top-k=20 for --top-k 20; what is typed wins.
            """);
        HashSet<string> common = [.. stages[0].Options.Select(o => o.Name)];
        foreach (StageDescription stage in stages)
            common.IntersectWith(stage.Options.Select(o => o.Name));
        Write("all stages", stages[0].Options.Where(o => common.Contains(o.Name)));
        foreach (StageDescription stage in stages)
            Write($"{stage.Stage}: {stage.Summary}", stage.Options.Where(o => !common.Contains(o.Name)));
        Console.WriteLine(HoldoutOptions.Help);
        return 0;
    }

    private static void Write(string title, IEnumerable<OptionDescription> options)
    {
        Console.WriteLine($"\n{title}");
        foreach (OptionDescription option in options)
            Console.WriteLine($"  --{option.Name} {option.Value}\n      {option.Help}");
    }
}
