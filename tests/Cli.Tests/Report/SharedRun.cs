namespace Pipeline.Cli.Tests.Report;

/// <summary>One run for all tests of reports, made when the first of them asks for it.</summary>
[SetUpFixture]
public class SharedRun
{
    private static readonly Lazy<ReportedRun> Made = new(() => new ReportedRun());

    /// <summary>The run. Nobody changes it; what is made beside it has names of its own.</summary>
    internal static ReportedRun Value => Made.Value;

    [OneTimeTearDown]
    public void Remove()
    {
        if (Made.IsValueCreated)
            Made.Value.Dispose();
    }
}
