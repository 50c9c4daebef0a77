using Pipeline.Cli.Commands;
using Pipeline.Sar.Tests.Golden;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Sar;

/// <summary><c>pipeline sar</c>, run in this process.</summary>
internal static class SarTool
{
    /// <summary>Runs <c>pipeline sar</c>.</summary>
    public static StageResult Run(params IEnumerable<string> arguments) => CliTool.Run(SarCommand.Create(), arguments);

    /// <summary>Runs it and fails the test where it fails.</summary>
    public static StageResult MustRun(params IEnumerable<string> arguments) => CliTool.MustRun(SarCommand.Create(), arguments);

    /// <summary>Runs it and fails the test unless it ends with a code and a sentence that says all the words.</summary>
    public static string MustRefuse(IEnumerable<string> arguments, int exitCode, params string[] words) =>
        CliTool.MustRefuse(SarCommand.Create(), arguments, exitCode, words);

    /// <summary>The rows of a CSV file without quotes.</summary>
    public static List<GoldenRow> Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        Dictionary<string, int> columns = lines[0].Split(',').Index().ToDictionary(column => column.Item, column => column.Index);
        return [.. lines.Skip(1).Select(line => new GoldenRow(columns, line.Split(',')))];
    }
}
