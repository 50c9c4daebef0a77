using System.CommandLine;
using Pipeline.Cli.Report;
using Pipeline.Cli.Sar;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline report</c>: a run as a page to look at.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var run = new Option<string?>("--run") { HelpName = "FOLDER", Description = "The run. Required." };
        var compare = new Option<string?>("--compare-with") { HelpName = "FOLDER", Description = "An earlier run, to say what changed." };
        var evaluation = new Option<string?>("--evaluation") { HelpName = "FILE", Description = "What './pipeline evaluate --output json' wrote. Default: what './pipeline run --evaluate' measured, if it did." };
        var customers = new Option<string?>("--customers") { HelpName = "N", Description = $"How many customers are shown, by their ids; 0 for none. Default: {ReportRequest.DefaultCustomers}." };
        var output = new Option<string?>("--output") { HelpName = "FILE", Description = "Where the page goes. Default: report.html in the run." };
        var command = new Command("report", "Make a page of a run: what came in and out, for whom, how good it is and what changed.")
        {
            run, compare, evaluation, customers, output,
        };
        // Reported with all other mistakes.
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, cancellation) =>
        {
            var values = new FlagValues(parsed, command.Name);
            values.Require(run);
            var request = new ReportRequest
            {
                Run = values.Text(run) ?? "",
                CompareWith = values.Text(compare),
                Evaluation = values.InputFile(evaluation),
                Customers = values.Whole(customers, ReportRequest.DefaultCustomers, min: 0)!.Value,
                Output = values.NewFile(output),
            };
            values.Check();
            await parsed.InvocationConfiguration.Output.WriteLineAsync(await RunReport.WriteAsync(request, cancellation));
            return 0;
        });
        return command;
    }
}
