using System.CommandLine;
using Pipeline.Cli.Sar;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline sar</c>: the recommender by itself, from one file of interactions to a file of lists.</summary>
internal static class SarCommand
{
    public static Command Create()
    {
        var flags = new SarFlags();
        var command = new Command("sar", "Recommend from one file of interactions, without a pipeline around it.")
        {
            // Reported with all other mistakes.
            TreatUnmatchedTokensAsErrors = false,
        };
        foreach (Option option in flags.All)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            SarSummary summary = await SarRun.ExecuteAsync(flags.Read(parsed), cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(summary.ToJson());
            return 0;
        });
        return command;
    }
}
