using System.CommandLine;
using Pipeline.Cli.Evaluate;
using Pipeline.Cli.Report;

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
            TuneRequest request = flags.Read(parsed);
            TuneOutcome outcome = await TuneRun.ExecuteAsync(request, cancellation);
            await outcome.Validation.WriteAsync(FigureFormat.Table, parsed.InvocationConfiguration.Output);
            if (request.Report is { } path)
                ReportFile.Write(path, ComparisonPage.OfTuning(request, outcome));
            return 0;
        });
        return command;
    }
}
