using System.Diagnostics;
using Pipeline.Testing;

namespace Pipeline.Aws.Tests.Images;

/// <summary>Programs of the machine.</summary>
internal static class Processes
{
    /// <summary>Runs a program to its end.</summary>
    public static StageResult Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(program, arguments, environment);
        return Finish(process);
    }

    /// <summary>Waits for a program.</summary>
    public static StageResult Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new StageResult(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts a program and does not wait for it.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
