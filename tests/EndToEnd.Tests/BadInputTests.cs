using System.IO.Compression;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>What a person gets for each kind of wrong input: one sentence that names the thing and the way out, the code, and no output.</summary>
internal sealed class BadInputTests
{
    private const string Header = "user_id,item_id,time\n";

    private TempFolder folder = null!;

    [SetUp]
    public void CreateFolder() => folder = new TempFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Missing_file() => MustBeRefused(2, folder.File("none.csv"), [], "--interactions", "none.csv", "does not exist");

    [Test]
    public void Folder_in_place_of_a_file() => MustBeRefused(2, folder.Path, [], "--interactions", "is a folder without a file of *.csv");

    [Test]
    public void Empty_file() => MustBeRefused(3, folder.Write("a.csv", ""), [], "a.csv", "is empty", "header line");

    [Test]
    public void Header_without_data() => MustBeRefused(3, folder.Write("a.csv", Header), [], "a.csv", "header but no data");

    [Test]
    public void Header_without_a_mapped_column() => MustBeRefused(
        2, folder.Write("a.csv", "who,item_id,when\n1,2,3\n"), ["--columns", "user=CustomerID"],
        "'CustomerID' (user)", "'time' (time)", "'who', 'item_id', 'when'", "--columns");

    [Test]
    public void Wrong_delimiter() => MustBeRefused(
        2, folder.Write("a.csv", "user_id;item_id;time\n1;2;2025-01-01\n"), [], "single column 'user_id;item_id;time'", "--delimiter");

    [Test]
    public void Mistakes_in_a_file_of_options() => MustBeRefused(
        2, folder.Write("a.csv", Header + "u,i,2025-01-01\n"), ["--options", folder.Write("tuned.options", "# by hand\nmin-support=0\ncolour=red\n")],
        "--min-support", "--colour is no option of any stage");

    [Test]
    public void Gzip_that_is_cut_off()
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(
                Header + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"u{i * 7919 % 1009},i{i * 31 % 101},2025-01-01\n"))));
        byte[] whole = compressed.ToArray();
        MustBeRefused(3, folder.Write("a.csv.gz", whole[..(whole.Length / 2)]), [], "a.csv.gz", "cut off or damaged", "Copy it again");
    }

    [Test]
    public void File_without_a_usable_line() => MustBeRefused(
        3, folder.Write("a.csv", Header + "u,i,yesterday\nv,j,today\n"), [], "none of the 2 lines", "2 invalid_time (first in line 2: 'yesterday')", "--columns");

    [Test]
    public void File_with_too_many_rejects() => MustBeRefused(
        3, folder.Write("a.csv", Header + "u,i,2025-01-01\nv,j,today\n"), [], "a.csv", "1 of 2 lines (50.0%) are rejected", "--max-rejects 5%", "1 invalid_time (first in line 3: 'today')");

    [Test]
    public void Earlier_run_that_is_none() => MustBeRefused(
        2, folder.Write("a.csv", Header + "u,i,2025-01-01\n"), ["--compare-with", folder.File("none")], "--compare-with", "is no run in which load has finished");

    [Test]
    public void Output_that_cannot_be_written()
    {
        string file = folder.Write("file", "");
        StageResult result = Tool.Run("run", "--run", Path.Combine(file, "run"), "--interactions", folder.Write("a.csv", Header + "u,i,2025-01-01\n"));
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(result.Error, Does.Contain("load: ").And.Contain(file));
        Assert.That(File.ReadAllText(file), Is.Empty);
    }

    [Test]
    public void Run_that_is_a_file()
    {
        string file = folder.Write("file", "");
        StageResult result = Tool.Run("run", "--run", file, "--interactions", folder.Write("a.csv", Header + "u,i,2025-01-01\n"));
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(result.Error, Does.Contain("is a file: name a folder for the run."));
    }

    [Test]
    public void Run_folder_of_another_version_of_a_table()
    {
        Load();
        string manifest = Path.Combine(folder.File("run"), Stages.Load.Folder, Manifest.FileName);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(Interactions.Schema.Contract, "interactions/99", StringComparison.Ordinal));
        new StageFolder(folder.File("run"), Stages.Transform).MustBeRefused(
            StageRunner.Run(Stages.Transform, ["--run", folder.File("run")]), 3,
            "part-00000.parquet", "was written as interactions/99, this version reads interactions/1", "Run load again");
    }

    [Test]
    public void Run_folder_of_another_version_of_the_manifest()
    {
        Load();
        string manifest = Path.Combine(folder.File("run"), Stages.Load.Folder, Manifest.FileName);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"format\": 1", "\"format\": 99", StringComparison.Ordinal));
        new StageFolder(folder.File("run"), Stages.Transform).MustBeRefused(
            StageRunner.Run(Stages.Transform, ["--run", folder.File("run")]), 3, Manifest.FileName, "format 99", "start a new run folder");
    }

    [Test]
    public void Customer_file_that_cannot_be_used_stops_before_anything_is_injected()
    {
        StageResult result = Tool.Run(
            "run", "--run", folder.File("run"), "--interactions", folder.Write("a.csv", Header + "u,i,2025-01-01\nv,j,2025-01-01\n"),
            "--customers", folder.Write("c.csv", "id,mail\nu,a@example.com\n"), "--without-suppressions", "--key-ring", folder.File("keys.json"));
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(result.Error, Does.Contain("email: ").And.Contain("'user_id' (user), 'email' (email)").And.Contain("--customer-columns"));
        Assert.That(File.Exists(folder.File("run/recommendations.duckdb")), Is.False);
        Assert.That(new StageFolder(folder.File("run"), Stages.Email).Files(), Is.EqualTo(new[] { StageOutput.ErrorFileName }));
    }

    private void Load() => StageRunner.MustRun(
        Stages.Load, "--run", folder.File("run"), "--interactions", folder.Write("a.csv", Header + "u,i,2025-01-01\n"));

    private void MustBeRefused(int exitCode, string interactions, IReadOnlyList<string> options, params IReadOnlyList<string> words)
    {
        StageResult result = Tool.Run(["run", "--run", folder.File("run"), "--interactions", interactions, .. options]);
        Assert.That(result.ExitCode, Is.EqualTo(exitCode), result.Error);
        foreach (string word in words)
            Assert.That(result.Error, Does.Contain(word));
        Assert.That(result.Error, Does.Not.Contain("   at "), "a stack trace");
        Assert.That(
            Directory.Exists(folder.File("run")) ? Directory.EnumerateFiles(folder.File("run"), "*", SearchOption.AllDirectories).Select(Path.GetFileName) : [],
            Is.SubsetOf(new[] { ".lease", StageOutput.ErrorFileName }));
    }
}
