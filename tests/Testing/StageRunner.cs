using System.Diagnostics;
using NUnit.Framework;
using Pipeline.Contracts;

namespace Pipeline.Testing;

/// <summary>Starts the executables of the stages as a person would: arguments and environment in, exit code and output back.</summary>
public static class StageRunner
{
    private const string OwnVariables = "PIPELINE_";

    /// <summary>Runs a stage to its end.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">Variables it gets besides those of this process; PIPELINE_ variables of this process it does not get.</param>
    public static StageResult Run(StageContract stage, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(stage, arguments, environment);
        return Finish(process);
    }

    /// <summary>Runs the program of any project to its end.</summary>
    public static StageResult Run(string project, params IEnumerable<string> arguments)
    {
        using Process process = Start(project, arguments);
        return Finish(process);
    }

    /// <summary>Runs the program of any project to its end, with variables besides those of this process.</summary>
    public static StageResult Run(string project, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        using Process process = Start(project, arguments, environment);
        return Finish(process);
    }

    /// <summary>Runs the program of any project to its end with something to read on stdin.</summary>
    public static StageResult RunWithInput(string project, string input, params IEnumerable<string> arguments)
    {
        using Process process = Start(project, arguments, hasInput: true);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return Finish(process);
    }

    /// <summary>Runs a stage that is needed for a test to begin, and fails the test where it fails.</summary>
    public static void MustRun(StageContract stage, params IEnumerable<string> arguments)
    {
        StageResult result = Run(stage, arguments);
        Assert.That(result.ExitCode, Is.Zero, $"{stage}: {result.Error}");
    }

    /// <summary>Starts a stage and does not wait for it.</summary>
    public static Process Start(StageContract stage, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ArgumentNullException.ThrowIfNull(stage);
        return Start(char.ToUpperInvariant(stage.Name[0]) + stage.Name[1..], arguments, environment);
    }

    /// <summary>Starts the program of any project and does not wait for it.</summary>
    public static Process Start(
        string project, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, bool hasInput = false)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(dotnet, ["exec", Assembly(project), .. arguments])
        {
            RedirectStandardInput = hasInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string own in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(k => k.StartsWith(OwnVariables, StringComparison.Ordinal)))
            start.Environment.Remove(own);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static StageResult Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new StageResult(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>The program's assembly, built beside the test's: <c>artifacts/bin/[project]/[configuration]</c>.</summary>
    private static string Assembly(string project)
    {
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        string path = Path.Combine(tests.Parent!.Parent!.FullName, project, tests.Name, $"Pipeline.{project}.dll");
        Assert.That(path, Does.Exist, $"The test project must refer to the project {project}.");
        return path;
    }
}

/// <summary>How a stage ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to stdout: the log, a JSON object per line.</param>
/// <param name="Error">What it wrote to stderr.</param>
public sealed record StageResult(int ExitCode, string Output, string Error);
