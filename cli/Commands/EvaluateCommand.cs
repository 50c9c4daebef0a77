using System.CommandLine;
using Pipeline.Cli.Evaluate;
using Pipeline.Cli.Report;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline evaluate</c>: SAR and simpler models on the same held-out interactions.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var flags = new EvaluateFlags();
        var command = new Command("evaluate", "Compare SAR with simpler models on interactions that are held out.")
        {
            // Reported with all other mistakes.
            TreatUnmatchedTokensAsErrors = false,
        };
        foreach (Option option in flags.All)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            EvaluateRequest request = flags.Read(parsed);
            ComparisonReport comparison = EvaluateRun.Execute(request, cancellation);
            await comparison.WriteAsync(request.Output, parsed.InvocationConfiguration.Output);
            if (request.Report is { } path)
                ReportFile.Write(path, ComparisonPage.OfEvaluation(comparison.ToJson()));
            return 0;
        });
        return command;
    }
}
