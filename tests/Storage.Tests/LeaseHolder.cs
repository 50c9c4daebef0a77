using System.Diagnostics;

namespace Pipeline.Storage.Tests;

/// <summary>Another process that takes the lease of a folder: this assembly, started as a program.</summary>
internal sealed class LeaseHolder : IDisposable
{
    private readonly Process process;

    private LeaseHolder(Process process, string answer)
    {
        this.process = process;
        HasLease = answer == "held";
    }

    public bool HasLease { get; }

    public static LeaseHolder Start(string root, string folder)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, ["exec", typeof(LeaseHolder).Assembly.Location, root, folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        string? answer = process.StandardOutput.ReadLine();
        Assert.That(answer, Is.EqualTo("held").Or.EqualTo("refused"));
        return new LeaseHolder(process, answer!);
    }

    public static async Task<int> Main(string[] args)
    {
        await using ILease? lease = await RunFolder.Open(args[0], Aws.Settings).Store.TryAcquireLeaseAsync(args[1], default);
        Console.WriteLine(lease is null ? "refused" : "held");
        Console.ReadLine();
        return 0;
    }

    /// <summary>Ends the process without a chance to tidy up.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
