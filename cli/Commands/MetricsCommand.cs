using System.CommandLine;
using Pipeline.Cli.Evaluate;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline metrics</c>: how good lists from anywhere are.</summary>
internal static class MetricsCommand
{
    public static Command Create()
    {
        var flags = new MetricsFlags();
        var command = new Command("metrics", "Measure lists from anywhere against what came true.")
        {
            // Reported with all other mistakes.
            TreatUnmatchedTokensAsErrors = false,
        };
        foreach (Option option in flags.All)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            MetricsRequest request = flags.Read(parsed);
            await MetricsRun.Execute(request, cancellation).WriteAsync(request.Output, parsed.InvocationConfiguration.Output);
            return 0;
        });
        return command;
    }
}
