using System.Diagnostics;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Flow;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Aws.Tests.Images;

/// <summary>The images run as their tasks do: another user, a root that cannot be written, a limit of memory, signals.</summary>
internal sealed class ContainerTests
{
    /// <summary>Reading them takes a stage longer than stopping it.</summary>
    private const int ManyLines = 1_500_000;

    private TempFolder folder = null!;

    [SetUp]
    public void Make()
    {
        _ = StageImages.Podman;
        folder = new TempFolder();
        Shop.Write(folder);
    }

    [TearDown]
    public void Remove() => folder?.Dispose();

    /// <summary>With nothing writable but the run and /tmp, and as a user that owns nothing in the image.</summary>
    [Test]
    public void All_stages_give_the_bytes_of_the_desk()
    {
        foreach (StageContract stage in Stages.All)
        {
            StageResult result = StageImages.Run(stage, folder, Shop.Arguments(stage, "/data", "run"));
            Assert.That(result.ExitCode, Is.Zero, $"{stage}: {result.Error}");
        }
        using var desk = new TempFolder();
        Shop.Write(desk);
        Shop.RunHere(desk, "run", Stages.All);
        foreach (StageContract stage in Stages.All.Where(s => s != Stages.Email && s != Stages.Inject))
            new StageFolder(folder.File("run"), stage).MustHoldTheBytesOf(new StageFolder(desk.File("run"), stage));
        // The ciphertext is random, and what is injected holds it; the fingerprint, of inputs, options and code, is the same nevertheless.
        foreach (StageContract stage in Stages.All.Where(s => s != Stages.Inject))
            Assert.That(RunReader.ReadManifest(folder.File("run"), stage).Fingerprint, Is.EqualTo(RunReader.ReadManifest(desk.File("run"), stage).Fingerprint), stage.Name);
        Assert.That(new StageFolder(folder.File("run"), Stages.Inject).Counters(), Is.EqualTo(new StageFolder(desk.File("run"), Stages.Inject).Counters()).And.Not.Empty);
        StageResult owner = Processes.Run("find", [folder.File("run"), "-type", "f", "!", "-uid", $"{StageImages.User}"]);
        Assert.That(owner.Output, Is.Empty);
    }

    [TestCase("load --interactions /data/interactions.csv", ExitCode.Usage)]
    [TestCase("load --run /data/run --interactions /data/undated.csv", ExitCode.InputRefused)]
    [TestCase("transform --run /data/run", ExitCode.Usage)]
    [TestCase("load --run /app/run --interactions /data/interactions.csv", ExitCode.Usage)]
    public void Exit_codes_come_through(string line, ExitCode expected)
    {
        string[] words = line.Split(' ');
        folder.Write("undated.csv", "user_id,item_id,time\nann,kettle,yesterday\n");
        StageResult result = StageImages.Run(Stages.All.Single(s => s.Name == words[0]), folder, words[1..]);
        Assert.That(result.ExitCode, Is.EqualTo((int)expected), result.Error);
        Assert.That(result.Error, Does.StartWith($"{words[0]}: "));
    }

    [Test]
    public void Told_to_stop_it_stops_with_143_and_leaves_no_output()
    {
        WriteManyLines();
        using Process process = StageImages.Start(Stages.Load, folder, Shop.Arguments(Stages.Load, "/data", "run"), "--name", "told-to-stop", "--stop-timeout", "60");
        string output = folder.File("run/01-loaded");
        for (long start = Stopwatch.GetTimestamp(); !Directory.Exists(output) && !process.HasExited; Thread.Sleep(20))
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(60)));
        StageImages.Podman.Must("stop", "told-to-stop");
        StageResult result = Processes.Finish(process);
        Assert.That(result.ExitCode, Is.EqualTo(143), result.Error);
        Assert.That(RunReader.IsFinished(folder.File("run"), Stages.Load), Is.False);
        Assert.That(File.ReadAllText(Path.Combine(output, StageOutput.ErrorFileName)), Does.Contain("143"));
    }

    /// <summary>It says so itself or is killed; both mean the larger task.</summary>
    [Test]
    public void More_than_its_memory_ends_it_in_a_way_that_means_a_larger_task()
    {
        WriteManyLines();
        StageResult result = StageImages.Run(Stages.Load, folder, Shop.Arguments(Stages.Load, "/data", "run"), "--memory", "48m", "--memory-swap", "48m");
        Assert.That(NightlyFlow.After(result.ExitCode), Is.EqualTo(NextStep.RetryLarger), $"{result.ExitCode}: {result.Error}");
        Assert.That(RunReader.IsFinished(folder.File("run"), Stages.Load), Is.False);
    }

    /// <summary>In the image and on the desk, in the image's own way and as somebody may set it; the base has ICU, so both ways are taken.</summary>
    [TestCase]
    [TestCase("LC_ALL=tr_TR.UTF-8")]
    [TestCase("LC_ALL=tr_TR.UTF-8", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0")]
    [TestCase("LC_ALL=lt_LT.UTF-8", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0")]
    [TestCase("LANG=az_AZ.UTF-8", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0")]
    public void Identities_are_the_same_bytes_in_the_image_and_on_the_desk(params string[] variables)
    {
        Shop.RunHere(folder, "desk", Stages.Load, Stages.Transform, Stages.Train);
        folder.Copy(folder.File("desk"), "image");
        Shop.RunHere(folder, "desk", Stages.Email);
        StageResult result = StageImages.Run(
            Stages.Email, folder, Shop.Arguments(Stages.Email, "/data", "image"), [.. variables.SelectMany(v => new[] { "--env", v })]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        var here = new StageFolder(folder.File("desk"), Stages.Email);
        var there = new StageFolder(folder.File("image"), Stages.Email);
        Column[] same = [.. Recipients.Schema.Columns.Where(c => c != Recipients.EmailCiphertext && c != Recipients.DataKeyId && c != Recipients.RunId)];
        string[] rows = there.RowsAsync(Recipients.DataSet, same).GetAwaiter().GetResult();
        Assert.Multiple(() =>
        {
            Assert.That(rows, Is.EqualTo(here.RowsAsync(Recipients.DataSet, same).GetAwaiter().GetResult()).And.Not.Empty);
            Assert.That(rows.Count(row => row.Contains("|true|", StringComparison.Ordinal)), Is.GreaterThan(4), "customers to mail");
            foreach (string file in (string[])["quarantine.parquet", "platform.parquet", "addresses.json"])
                Assert.That(there.Bytes(file).AsSpan().SequenceEqual(here.Bytes(file)), Is.True, file);
        });
    }

    /// <summary>Over the network, with credentials from the environment as a task has them.</summary>
    [Test]
    public void Image_takes_its_keys_from_KMS()
    {
        using Moto moto = Moto.Start();
        string[] keys = ["--kms-mac-key", moto.CreateMacKey(), "--kms-data-key", moto.CreateDataKey(), "--max-invalid", "100%", "--without-suppressions"];
        Shop.RunHere(folder, "desk", Stages.Load, Stages.Transform, Stages.Train);
        folder.Copy(folder.File("desk"), "image");
        string[] Arguments(string place, string run) => ["--run", $"{place}/{run}", "--customers", $"{place}/customers.csv", "--key-store", $"{place}/{run}-store", .. keys];
        StageResult here = StageRunner.Run(Stages.Email, Arguments(folder.Path, "desk"), moto.Environment());
        StageResult there = StageImages.Run(
            Stages.Email, folder, Arguments("/data", "image"), ["--network", "host", .. moto.Environment().SelectMany(v => new[] { "--env", $"{v.Key}={v.Value}" })]);
        Assert.That(here.ExitCode, Is.Zero, here.Error);
        Assert.That(there.ExitCode, Is.Zero, there.Error);
        Assert.That(KeysOf("image"), Is.EqualTo(KeysOf("desk")).And.Some.Not.Null);

        string?[] KeysOf(string run) => [.. RunReader.Read(folder.File(run), Recipients.DataSet).Select(row => row.Text(Recipients.SubjectKey))];
    }

    private void WriteManyLines()
    {
        var lines = new StringBuilder("user_id,item_id,time\n");
        for (int n = 0; n < ManyLines; n++)
            lines.Append("user-").Append(n % 50_021).Append(",item-").Append(n % 4_001).Append(",2026-01-10T11:00:00\n");
        folder.Write("interactions.csv", lines.ToString());
    }
}
