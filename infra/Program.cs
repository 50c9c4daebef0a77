using System.Globalization;
using Amazon.CDK;
using Pipeline.Hosting;
using Pipeline.Infra;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    string environments = Path.Combine(AppContext.BaseDirectory, "environments");
    if (args is ["costs", ..])
        return CostTable.Print(SettingsReader.Read(environments, _ => null, System.Environment.GetEnvironmentVariables()).Stages, args[1..]);
    // The CDK says at length that it does not know newer versions of Node.js, or that older ones are old.
    System.Environment.SetEnvironmentVariable("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20");
    var app = new App(new AppProps { AnalyticsReporting = false });
    Settings settings = SettingsReader.Read(
        environments,
        name => app.Node.TryGetContext(name) is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : null,
        System.Environment.GetEnvironmentVariables());
    _ = new PipelineStack(app, settings);
    app.Synth();
    return (int)ExitCode.Done;
}
catch (StageException e)
{
    Console.Error.WriteLine($"infra: {e.Message}{(e.Hint is null ? "" : $" {e.Hint}")}");
    return (int)e.Code;
}
