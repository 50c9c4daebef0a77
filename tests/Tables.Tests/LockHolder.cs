using System.Diagnostics;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Tables.Tests;

/// <summary>Another process that holds a database open: this assembly, started as a program.</summary>
internal sealed class LockHolder : IDisposable
{
    private readonly Process process;

    private LockHolder(Process process) => this.process = process;

    public static LockHolder Start(string path)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, ["exec", typeof(LockHolder).Assembly.Location, path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        LockHolder holder = new(Process.Start(start)!);
        Assert.That(holder.process.StandardOutput.ReadLine(), Is.EqualTo("open"));
        return holder;
    }

    public static int Main(string[] args)
    {
        using DuckDbDatabase database = DuckDbDatabase.Open(args[0]);
        Console.WriteLine("open");
        Console.ReadLine();
        return 0;
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
