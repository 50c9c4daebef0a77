using System.CommandLine;
using Pipeline.Cli.Evaluate;

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
            await EvaluateRun.Execute(request, cancellation).WriteAsync(request.Output, parsed.InvocationConfiguration.Output);
            return 0;
        });
        return command;
    }
}
