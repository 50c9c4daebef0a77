using Pipeline.Cli.Commands;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Report;

/// <summary>An invented shop with product names that nobody should run, and a run of it with a report.</summary>
internal sealed class ReportedRun : IDisposable
{
    /// <summary>What some products are called.</summary>
    public const string Malice = "<script>alert('x')</script>\"&<img src=x onerror=alert(1)>";

    /// <summary>The picture of some products: a red dot.</summary>
    public const string Picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

    private readonly TempFolder folder = new();

    public ReportedRun()
    {
        CliTool.MustRun(GenerateCommand.Create(), "--users", "400", "--items", "80", "--interactions", "8000", "--seed", "5", "--output", this["shop"]);
        // Popular and unpopular ones, so that they stand everywhere a name can stand.
        string[] lines = File.ReadAllLines(this["shop/catalogue.csv"]);
        string quoted = $"\"{Malice.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        for (int line = 1; line < lines.Length; line++)
        {
            string[] fields = lines[line].Split(',');
            if (line % 2 == 0)
                fields[1] = quoted;
            // The others keep one that would have to be fetched.
            if (line % 3 == 0)
                fields[7] = $"\"{Picture}\"";
            lines[line] = string.Join(',', fields);
        }
        File.WriteAllLines(this["shop/catalogue.csv"], lines);
        Result = Run("run");
        Assert.That(Result.ExitCode, Is.Zero, Result.Error);
    }

    /// <summary>How the run ended.</summary>
    public StageResult Result { get; }

    /// <summary>Path of a name in the folder.</summary>
    public string this[string name] => folder.File(name);

    /// <summary>The run's folder.</summary>
    public string Path => this["run"];

    /// <summary>The run's report.</summary>
    public ReportPage Page => new(this["run/report.html"]);

    /// <summary>Runs the shop into a folder of the given name.</summary>
    public StageResult Run(string run, params IEnumerable<string> more) => StageRunner.Run(
        "Cli",
        [
            "run", "--run", this[run], "--interactions", this["shop/interactions.csv"], "--catalogue", this["shop/catalogue.csv"],
            "--customers", this["shop/customers.csv"], "--without-suppressions", "--key-ring", this["keys.json"], .. more,
        ]);

    /// <summary>Makes a report of it in this process.</summary>
    /// <returns>Its path.</returns>
    public string Report(string name, params IEnumerable<string> more)
    {
        CliTool.MustRun(ReportCommand.Create(), ["--run", Path, "--output", this[name], .. more]);
        return this[name];
    }

    /// <summary>Writes a file beside the run.</summary>
    public string Write(string name, string content) => folder.Write(name, content);

    /// <summary>Copies a folder.</summary>
    public string Copy(string from, string name) => folder.Copy(from, name);

    public void Dispose() => folder.Dispose();
}
