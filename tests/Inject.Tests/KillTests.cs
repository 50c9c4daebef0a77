using System.Diagnostics;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Inject.Tests;

/// <summary>The stage killed at any moment, as it is for want of memory.</summary>
public class KillTests
{
    private const int Moments = 8;

    private TempFolder folder = null!;
    private string oldRun = null!, newRun = null!, oldDatabase = null!;
    private TimeSpan duration;

    [OneTimeSetUp]
    public void Make()
    {
        folder = new TempFolder();
        // 5,000 customers with 3 of 60 products each: 100,000 recommendations, then 50,000.
        string interactions = string.Join(
            '\n', Enumerable.Range(0, 5000).SelectMany(user => Enumerable.Range(0, 3).Select(n => $"user-{user},item-{(user * 7 + n * (user % 11 + 1)) % 60},2026-01-01")));
        oldRun = Shop.MakeRun(folder, "old", interactions, catalogue: null, customers: null, "--top-k", "20");
        newRun = Shop.MakeRun(folder, "new", interactions, catalogue: null, customers: null, "--top-k", "10");
        oldDatabase = folder.File("old.duckdb");
        long start = Stopwatch.GetTimestamp();
        StageRunner.MustRun(Stages.Inject, "--run", oldRun, "--target", "duckdb:" + oldDatabase);
        duration = Stopwatch.GetElapsedTime(start);
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Killed_stage_leaves_the_old_run_or_the_new_one_and_the_next_start_succeeds([Range(1, Moments)] int moment)
    {
        string run = folder.Copy(newRun, $"over-{moment}"), database = folder.File($"over-{moment}.duckdb");
        File.Copy(oldDatabase, database);
        KillAt(moment, run, database);

        string? fingerprint = Shop.FingerprintIn(database);
        if (fingerprint == Shop.FingerprintOf(oldRun))
            Shop.AssertHolds(database, oldRun);
        else
            Shop.AssertHolds(database, run);

        StageRunner.MustRun(Stages.Inject, "--run", run, "--target", "duckdb:" + database, "--accept-changes");
        Shop.AssertHolds(database, run);
        Assert.That(Shop.FingerprintIn(database), Is.EqualTo(Shop.FingerprintOf(run)).And.Not.EqualTo(Shop.FingerprintOf(oldRun)));
    }

    [Test]
    public void Killed_stage_leaves_no_half_of_a_new_database([Range(1, Moments)] int moment)
    {
        string run = folder.Copy(newRun, $"first-{moment}"), database = folder.File($"first-{moment}.duckdb");
        KillAt(moment, run, database);

        // Not looked into before the next start, which must cope with whatever the file is.
        StageRunner.MustRun(Stages.Inject, "--run", run, "--target", "duckdb:" + database, "--accept-changes");
        Shop.AssertHolds(database, run);
        Assert.That(Shop.FingerprintIn(database), Is.EqualTo(Shop.FingerprintOf(run)));
    }

    /// <summary>Kills the stage after a share of the time it takes; it may have ended before, which is a moment, too.</summary>
    private void KillAt(int moment, string run, string database)
    {
        using Process process = StageRunner.Start(Stages.Inject, ["--run", run, "--target", "duckdb:" + database, "--accept-changes"]);
        process.WaitForExit(duration * moment / Moments);
        process.Kill();
        process.WaitForExit();
    }
}
