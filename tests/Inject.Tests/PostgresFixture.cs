using Pipeline.Testing;
using Pipeline.Testing.Postgres;

namespace Pipeline.Inject.Tests;

/// <summary>One server for all tests, started with the first that needs it; each test has a database of its own.</summary>
[SetUpFixture]
internal sealed class PostgresFixture
{
    private static PostgresServer? server;

    /// <summary>The server; the test is skipped where there is no PostgreSQL.</summary>
    public static PostgresServer Server => server ??= PostgresServer.Start(Programs);

    /// <summary>The programs of PostgreSQL; the test is skipped where there are none.</summary>
    public static string Programs
    {
        get
        {
            string? programs = PostgresServer.FindPrograms(Checkout.Root);
            if (programs is null)
                Assert.Ignore($"There is no PostgreSQL: './pipeline test' fetches one by npm, or set {PostgresServer.Variable} to the folder of initdb and postgres.");
            return programs!;
        }
    }

    [OneTimeTearDown]
    public void Stop()
    {
        server?.Dispose();
        server = null;
    }
}
