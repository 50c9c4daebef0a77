using System.Diagnostics;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>The person's tool, started as <c>./pipeline</c> starts it.</summary>
internal static class Tool
{
    private const string Project = "Cli";

    public static StageResult Run(params IEnumerable<string> arguments) => StageRunner.Run(Project, arguments);

    public static Process Start(IEnumerable<string> arguments) => StageRunner.Start(Project, arguments);

    /// <summary>Runs the tool and fails the test where it fails.</summary>
    public static StageResult MustRun(params IEnumerable<string> arguments)
    {
        StageResult result = Run(arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result;
    }
}
