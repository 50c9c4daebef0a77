using Pipeline.Storage.S3;
using Pipeline.Testing;

namespace Pipeline.Storage.Tests;

/// <summary>A bucket behind a network in which a test can let things go wrong.</summary>
public abstract class S3Tests
{
    private protected const int Part = 5 << 20;

    private protected Bucket Bucket { get; private set; } = null!;

    private protected FaultyProxy Proxy { get; private set; } = null!;

    private protected S3ObjectStore Store { get; private set; } = null!;

    [SetUp]
    public void Connect()
    {
        Bucket = new Bucket(Aws.Moto);
        Proxy = new FaultyProxy(Aws.Moto.Address);
        Store = Open();
    }

    [TearDown]
    public void Disconnect()
    {
        if (Proxy is null)
            return;
        Proxy.Dispose();
        Bucket.Dispose();
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", Aws.Moto.Address.ToString());
    }

    /// <summary>A store behind the proxy.</summary>
    private protected S3ObjectStore Open(S3Settings? settings = null) => Open(Proxy.Address, Bucket["run"], settings);

    /// <summary>A store behind an address.</summary>
    private protected static S3ObjectStore Open(Uri address, string location, S3Settings? settings = null)
    {
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", address.ToString());
        return new S3ObjectStore(location, settings ?? Aws.Settings);
    }

    /// <summary>Bytes that repeat nowhere, so that no part can be taken for another.</summary>
    private protected static byte[] Content(int length)
    {
        byte[] content = new byte[length];
        new Random(1).NextBytes(content);
        return content;
    }

    private protected async Task WriteAsync(string key, byte[] content)
    {
        await using PendingObject pending = await Store.CreateAsync(key, default);
        await File.WriteAllBytesAsync(pending.Path, content);
        await pending.CommitAsync(default);
    }

    private protected static async Task<StorageException> FailsAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (StorageException e)
        {
            return e;
        }
        throw new AssertionException("It did not fail.");
    }

    private protected PassedRequest[] Of(string method, string words = "") =>
        [.. Proxy.Requests.Where(r => r.Method == method && r.Target.Contains(words, StringComparison.Ordinal))];

    /// <summary>Local copies that exist at the moment, of all processes.</summary>
    private protected static string[] Copies(string name) =>
        [.. Directory.EnumerateDirectories(Path.GetTempPath(), "pipeline-s3-*").SelectMany(folder => Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories))];
}
