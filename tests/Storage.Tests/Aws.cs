using Pipeline.Storage.S3;
using Pipeline.Testing;

namespace Pipeline.Storage.Tests;

/// <summary>The server that stands in for AWS, one for all tests of this assembly, and this process's way to it.</summary>
[SetUpFixture]
public sealed class Aws
{
    private static readonly Lazy<Moto> Started = new(Start);

    /// <summary>The server; tests that ask for it are skipped where it is not installed.</summary>
    internal static Moto Moto => Started.Value;

    /// <summary>As in earnest, but with a lease that does not last long and the smallest parts there may be.</summary>
    internal static S3Settings Settings { get; } = new()
    {
        PartBytes = 5 << 20,
        FirstPause = TimeSpan.FromMilliseconds(10),
        LeaseDuration = TimeSpan.FromSeconds(3),
        RenewEvery = TimeSpan.FromSeconds(0.5),
    };

    [OneTimeTearDown]
    public void Stop()
    {
        if (Started.IsValueCreated)
            Started.Value.Dispose();
    }

    private static Moto Start()
    {
        // Every list has pages.
        Environment.SetEnvironmentVariable("MOTO_S3_DEFAULT_MAX_KEYS", "2");
        var moto = Testing.Moto.Start();
        foreach ((string name, string value) in moto.Environment())
            Environment.SetEnvironmentVariable(name, value);
        return moto;
    }
}
