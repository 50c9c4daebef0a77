namespace Pipeline.Infra.Tests;

/// <summary>One cloud for all the tests that need one, for it takes seconds to start; none where no test does.</summary>
[SetUpFixture]
public sealed class SharedCloud
{
    private static readonly Lazy<Cloud> Only = new(() => new Cloud());

    internal static Cloud Get() => Only.Value;

    [OneTimeTearDown]
    public void Stop()
    {
        if (Only.IsValueCreated)
            Only.Value.Dispose();
    }
}
