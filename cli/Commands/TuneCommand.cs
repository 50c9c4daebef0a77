using System.CommandLine;
using Pipeline.Cli.Evaluate;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline tune</c>: the options of SAR that are best on one's own interactions.</summary>
internal static class TuneCommand
{
    public static Command Create()
    {
        var flags = new TuneFlags();
        var command = new Command("tune", "Look for the options of SAR that are best on past interactions, and check them on later ones.")
        {
            // Reported with all other mistakes.
            TreatUnmatchedTokensAsErrors = false,
        };
        foreach (Option option in flags.All)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            ComparisonReport report = await TuneRun.ExecuteAsync(flags.Read(parsed), cancellation);
            await report.WriteAsync(FigureFormat.Table, parsed.InvocationConfiguration.Output);
            return 0;
        });
        return command;
    }
}
