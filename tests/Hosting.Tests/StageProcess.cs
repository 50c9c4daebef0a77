using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pipeline.Hosting.Tests;

/// <summary>How a stage ended and what it said.</summary>
internal sealed record StageResult(int Code, IReadOnlyList<string> Output, string Error);

/// <summary>The stages of <c>Hosting.Tests.Stage</c> as processes, the way they run in earnest.</summary>
internal sealed class StageProcess : IDisposable
{
    /// <summary>Ends a test that hangs; nothing waits that long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly BlockingCollection<string> lines = [];
    private readonly List<string> output = [];
    private readonly Task<string> error;
    private readonly Task reading;

    private StageProcess(Process process)
    {
        this.process = process;
        error = process.StandardError.ReadToEndAsync();
        reading = Task.Run(() =>
        {
            while (process.StandardOutput.ReadLine() is { } line)
                lines.Add(line);
            lines.CompleteAdding();
        });
    }

    private static string Assembly { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "../../Hosting.Tests.Stage", new DirectoryInfo(AppContext.BaseDirectory).Name, "Pipeline.Hosting.Tests.Stage.dll"));

    public static StageProcess Start(string stage, IReadOnlyList<string> args, params (string Name, string Value)[] environment)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, ["exec", Assembly, stage, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("PIPELINE_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return new StageProcess(Process.Start(start)!);
    }

    public static StageResult Run(string stage, params string[] args)
    {
        using StageProcess process = Start(stage, args);
        return process.Wait();
    }

    /// <summary>Reads the output up to the line with these words.</summary>
    public void WaitFor(string words)
    {
        while (lines.TryTake(out string? line, Patience))
        {
            output.Add(line);
            if (line.Contains(words, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"The stage never said '{words}', but: {string.Join('\n', output)}");
    }

    /// <summary>Sends a signal, for example <c>TERM</c>.</summary>
    public void Send(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.That(kill.ExitCode, Is.Zero, "kill");
    }

    public StageResult Wait()
    {
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            Assert.Fail("The stage does not end.");
        }
        reading.Wait();
        output.AddRange(lines.GetConsumingEnumerable());
        return new StageResult(process.ExitCode, output, error.Result);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        reading.Wait();
        process.Dispose();
        lines.Dispose();
    }
}
