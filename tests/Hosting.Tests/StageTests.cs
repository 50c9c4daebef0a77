using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Hosting.Tests;

/// <summary>A folder of one test with a run in it, and what stages leave there.</summary>
public abstract class StageTests
{
    private protected const string MadeFolder = "01-made", CopiedFolder = "02-copied";

    private string folder = "";

    private protected string Run => At("run");

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("hosting-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    private protected string At(string name) => Path.Combine(folder, name);

    private protected StageResult Make(params string[] args) => StageProcess.Run("make", ["--run", Run, .. args]);

    private protected StageResult Copy(params string[] args) => StageProcess.Run("copy", ["--run", Run, .. args]);

    /// <summary>Starts the stage and comes back when it stands between its two parts, until the file <c>go</c> appears.</summary>
    private protected StageProcess MakeStaying(params string[] args)
    {
        StageProcess process = StageProcess.Start("make", ["--run", Run, "--stay-until", At("go"), .. args]);
        process.WaitFor("staying");
        return process;
    }

    private protected static void Succeeded(StageResult result) => Assert.That((result.Code, result.Error), Is.EqualTo((0, "")));

    private protected string[] FilesOf(string stage) => FilesIn(Path.Combine(Run, stage));

    private protected static string[] FilesIn(string path) =>
        [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(path, f)).Order(StringComparer.Ordinal)];

    /// <summary>All files of a stage's output with their content, without what is no part of it.</summary>
    private protected static Dictionary<string, string> ContentOf(string run, string stage)
    {
        string path = Path.Combine(run, stage);
        return FilesIn(path).Where(f => f is not (".lease" or "error.json")).ToDictionary(f => f, f => Hashing.Of(File.ReadAllBytes(Path.Combine(path, f))));
    }

    /// <summary>The same with the times of their last change.</summary>
    private protected Dictionary<string, (string, DateTime)> StateOf(string stage) =>
        ContentOf(Run, stage).ToDictionary(f => f.Key, f => (f.Value, File.GetLastWriteTimeUtc(Path.Combine(Run, stage, f.Key))));

    private protected JsonElement ErrorOf(string stage) => JsonElement.Parse(File.ReadAllText(Path.Combine(Run, stage, "error.json")));

    private protected bool HasError(string stage) => File.Exists(Path.Combine(Run, stage, "error.json"));

    private protected bool HasManifest(string stage) => File.Exists(Path.Combine(Run, stage, "_manifest.json"));
}
