using System.CommandLine;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests;

/// <summary>A command, run in this process; its failures become codes and sentences as in the program.</summary>
internal static class CliTool
{
    /// <summary>Runs a command.</summary>
    public static StageResult Run(Command command, params IEnumerable<string> arguments)
    {
        var root = new RootCommand { command };
        using var output = new StringWriter();
        try
        {
            ParseResult parsed = root.Parse([command.Name, .. arguments], new ParserConfiguration { ResponseFileTokenReplacer = null });
            Assert.That(parsed.Errors, Is.Empty, "The command reports its mistakes itself.");
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = output };
            int code = parsed.InvokeAsync(invocation, CancellationToken.None).GetAwaiter().GetResult();
            return new StageResult(code, output.ToString(), "");
        }
#pragma warning disable CA1031 // As the program does.
        catch (Exception e)
#pragma warning restore CA1031
        {
            StageError error = StageError.From("pipeline", e, isStopping: false);
            return new StageResult(error.Code, output.ToString(), $"pipeline: {error.Message}{(error.Hint is null ? "" : $" {error.Hint}")}");
        }
    }

    /// <summary>Runs it and fails the test where it fails.</summary>
    public static StageResult MustRun(Command command, params IEnumerable<string> arguments)
    {
        StageResult result = Run(command, arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result;
    }

    /// <summary>Runs it and fails the test unless it ends with a code and a sentence that says all the words.</summary>
    public static string MustRefuse(Command command, IEnumerable<string> arguments, int exitCode, params string[] words)
    {
        StageResult result = Run(command, arguments);
        Assert.That(result.ExitCode, Is.EqualTo(exitCode), result.Error);
        foreach (string word in words)
            Assert.That(result.Error, Does.Contain(word));
        Assert.That(result.Error, Does.Not.Contain('\n').And.Not.Contain("   at "));
        return result.Error;
    }
}
