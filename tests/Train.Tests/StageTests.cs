using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>The stage as a program: options, exit codes, the same bytes again.</summary>
public class StageTests
{
    private Shop shop = null!;

    [OneTimeSetUp]
    public void Load() => shop = new Shop("ann,kettle,2026-01-01,purchase\nann,cups,2026-01-01,purchase\nbob,kettle,2026-01-01,purchase");

    [OneTimeTearDown]
    public void Remove() => shop.Dispose();

    [Test]
    public void Output_has_the_same_bytes_with_any_number_of_threads_and_under_any_culture()
    {
        // 400 customers with 1 to 7 of 60 items each, at 50 different times.
        using var large = new Shop(string.Join('\n', Enumerable.Range(0, 400).SelectMany(user => Enumerable.Range(0, 1 + user % 7).Select(n =>
            $"user-{user},item-{(user * 37 + n * n * 11) % 60},2026-01-01T00:00:{(user + n) % 50:00}.5Z,{(n % 3 == 0 ? "purchase" : "view")}"))));
        string one = large.Train("--score", "mean", "--threads", "1", "--half-life-days", "12.5"), two = large.Train("--score", "mean", "--threads", "2", "--half-life-days", "12.5");
        string turkish = large.NewRun();
        StageResult result = StageRunner.Run(
            Stages.Train, ["--run", turkish, "--half-life-days", "12.5"], new Dictionary<string, string> { ["LANG"] = "tr_TR.UTF-8", ["LC_ALL"] = "tr_TR.UTF-8" });
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        string[] files = [.. Directory.GetFiles(Path.Combine(one, "03-recommended"), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(one, f))];
        Assert.That(files, Has.Length.GreaterThanOrEqualTo(6));
        Assert.Multiple(() =>
        {
            foreach (string file in files)
            {
                byte[] bytes = File.ReadAllBytes(Path.Combine(one, file));
                Assert.That(File.ReadAllBytes(Path.Combine(two, file)), Is.EqualTo(bytes), file);
                Assert.That(File.ReadAllBytes(Path.Combine(turkish, file)), Is.EqualTo(bytes), file);
            }
        });
    }

    [Test]
    public void Second_start_finds_the_work_done()
    {
        string run = shop.Train("--score", "mean");
        StageResult again = StageRunner.Run(Stages.Train, ["--run", run]);
        Assert.That(again.ExitCode, Is.Zero);
        Assert.That(again.Output, Does.Contain("already done"));
    }

    [Test]
    public void Other_options_need_overwrite()
    {
        string run = shop.Train("--top-k", "1");
        Assert.That(StageRunner.Run(Stages.Train, ["--run", run, "--top-k", "2"]).ExitCode, Is.EqualTo(6));
        Assert.That(StageRunner.Run(Stages.Train, ["--run", run, "--top-k", "2", "--overwrite"]).ExitCode, Is.Zero);
        Assert.That(RunReader.ReadManifest(run, Stages.Train).Options["top-k"], Is.EqualTo("2"));
    }

    [Test]
    public void Mistakes_in_the_options_are_all_listed()
    {
        string run = shop.NewRun();
        StageResult result = StageRunner.Run(Stages.Train,
        [
            "--run", run, "--half-life-days", "0", "--top-k", "0", "--min-support", "0", "--similarity", "euclid", "--min-group", "0",
            "--max-fallback", "101%", "--models", "region", "--model-neighbours", "0", "--reference-time", "yesterday", "--colour", "red",
        ], new Dictionary<string, string> { ["LANG"] = "de_DE.UTF-8", ["LC_ALL"] = "de_DE.UTF-8" });
        string message = RunReader.ReadErrorMessage(run, Stages.Train);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2));
            Assert.That(result.Error, Does.Contain(message));
            Assert.That(message, Does.Contain("--half-life-days '0' must be a number, from 0.01 to 36500."));
            Assert.That(message, Does.Contain("--top-k '0' must be a whole number, from 1 to 1000."));
            Assert.That(message, Does.Contain("--min-support '0' must be a whole number, at least 1."));
            Assert.That(message, Does.Contain("--similarity 'euclid' must be one of").And.Contain("jaccard").And.Contain("lift"));
            Assert.That(message, Does.Contain("--min-group '0' must be a whole number, at least 1."));
            Assert.That(message, Does.Contain("--max-fallback '101%' must be a percentage such as 5%, at most 100%."));
            Assert.That(message, Does.Contain("--models 'region' needs --attributes: the file that has this attribute of the customers."));
            Assert.That(message, Does.Contain("--model-neighbours '0' must be a whole number, at least 1."));
            Assert.That(message, Does.Contain("--reference-time 'yesterday' must be a time"));
            Assert.That(message, Does.Contain("--colour"));
            Assert.That(RunReader.IsFinished(run, Stages.Train), Is.False);
        });
    }

    [TestCase("01-loaded")]
    [TestCase("02-transformed")]
    public void Run_without_the_stages_before_is_a_mistake_of_use(string missing)
    {
        string run = shop.NewRun();
        Directory.Delete(Path.Combine(run, missing), recursive: true);
        StageResult result = StageRunner.Run(Stages.Train, ["--run", run]);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain(missing));
    }

    [TestCase("02-transformed/users.parquet")]
    [TestCase("02-transformed/items.parquet")]
    [TestCase("02-transformed/interactions/part-00000.parquet")]
    public void Changed_file_before_is_refused(string file)
    {
        string run = shop.NewRun(), path = Path.Combine(run, file);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        StageResult result = StageRunner.Run(Stages.Train, ["--run", run]);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(3));
            Assert.That(result.Error, Does.Contain(Path.GetFileName(file)));
            Assert.That(Directory.GetFiles(Path.Combine(run, "03-recommended"), "*.parquet", SearchOption.AllDirectories), Is.Empty);
        });
    }

    [Test]
    public void Manifest_cut_off_is_refused()
    {
        string run = shop.NewRun(), path = Path.Combine(run, "02-transformed", "_manifest.json");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..50]);
        Assert.That(StageRunner.Run(Stages.Train, ["--run", run]).ExitCode, Is.EqualTo(3));
    }

    [Test]
    public void Largest_weight_that_transform_writes_is_the_largest_that_training_takes() =>
        Assert.That(WeightedInteractions.MaxWeight, Is.EqualTo(Sar.Interactions.MaxWeight));
}
