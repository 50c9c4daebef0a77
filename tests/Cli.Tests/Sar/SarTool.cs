using System.CommandLine;
using Pipeline.Cli.Commands;
using Pipeline.Hosting;
using Pipeline.Sar.Tests.Golden;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Sar;

/// <summary>The command, run in this process; its failures become codes and sentences as in the program.</summary>
internal static class SarTool
{
    /// <summary>Runs <c>pipeline sar</c>.</summary>
    public static StageResult Run(params IEnumerable<string> arguments)
    {
        var root = new RootCommand { SarCommand.Create() };
        using var output = new StringWriter();
        try
        {
            ParseResult parsed = root.Parse(["sar", .. arguments], new ParserConfiguration { ResponseFileTokenReplacer = null });
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
    public static StageResult MustRun(params IEnumerable<string> arguments)
    {
        StageResult result = Run(arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result;
    }

    /// <summary>Runs it and fails the test unless it ends with a code and a sentence that says all the words.</summary>
    public static string MustRefuse(IEnumerable<string> arguments, int exitCode, params string[] words)
    {
        StageResult result = Run(arguments);
        Assert.That(result.ExitCode, Is.EqualTo(exitCode), result.Error);
        foreach (string word in words)
            Assert.That(result.Error, Does.Contain(word));
        Assert.That(result.Error, Does.Not.Contain('\n').And.Not.Contain("   at "));
        return result.Error;
    }

    /// <summary>The rows of a CSV file without quotes.</summary>
    public static List<GoldenRow> Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        Dictionary<string, int> columns = lines[0].Split(',').Index().ToDictionary(column => column.Item, column => column.Index);
        return [.. lines.Skip(1).Select(line => new GoldenRow(columns, line.Split(',')))];
    }
}
