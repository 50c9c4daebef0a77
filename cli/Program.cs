using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Pipeline.Cli.Commands;
using Pipeline.Hosting;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var root = new RootCommand("Recommendations for every customer's next e-mail, from a shop's files to its database.")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    GenerateCommand.Create(),
    QueryCommand.Create(),
    RollbackCommand.Create(),
    ReportCommand.Create(),
    ShowCommand.Create(),
    AudienceCommand.Create(),
    SarCommand.Create(),
    MetricsCommand.Create(),
    EvaluateCommand.Create(),
    TuneCommand.Create(),
    TokenCommand.Create(),
    KeysCommand.Create(),
    EraseCommand.Create(),
    AwsCommand.Create(),
    SbomCommand.Create(),
};

using var stopping = new CancellationTokenSource();
using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM);
using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT);
try
{
    ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    // The handler above is the only one: the library's own would end the process without waiting for the stage.
    int code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stopping.Token);
    return parsed.Errors.Count > 0 ? (int)ExitCode.Usage : code;
}
#pragma warning disable CA1031 // The one place that turns every exception into an exit code.
catch (Exception e)
#pragma warning restore CA1031
{
    StageError error = StageError.From("pipeline", e, stopping.IsCancellationRequested);
    Console.Error.WriteLine($"pipeline: {error.Message}{(error.Hint is null ? "" : $" {error.Hint}")}");
    if (error.Code == (int)ExitCode.Unexpected)
        Console.Error.WriteLine(e);
    return error.Code;
}

PosixSignalRegistration StopOn(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
{
    context.Cancel = true;
    stopping.Cancel();
});
