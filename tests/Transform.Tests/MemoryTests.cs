using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Transform.Tests;

/// <summary>Work within a budget of memory, by way of a temporary file.</summary>
public class MemoryTests
{
    private const string May1 = "2024-05-01T00:00:00Z";
    private const int Moments = 8;

    private TempFolder folder = null!;
    private string run = null!, undisturbed = null!, least = null!;
    private TimeSpan duration;

    /// <summary>A run with 200,000 interactions of 10,000 users, and the memory that it takes at least.</summary>
    [OneTimeSetUp]
    public async Task Make()
    {
        folder = new TempFolder();
        run = folder.File("run");
        Line[] lines = [.. Enumerable.Range(0, 200_000).Select(n => new Line($"u{n % 10_000}", $"i{n % 777}", "purchase", May1, 1.5, 2, $"basket {n % 50_000}"))];
        await RunWriter.WriteAsync(run, Stages.Load, (Interactions.DataSet, [Line.Part(lines)]), (Catalogue.DataSet, [Product.Table([])]));

        undisturbed = folder.Copy(run, "undisturbed");
        StageRunner.MustRun(Stages.Transform, "--run", undisturbed);
        string refused = folder.Copy(run, "refused"), tight = folder.Copy(run, "tight");
        least = TransformRun.LeastMemoryIn(StageRunner.Run(Stages.Transform, ["--run", refused, "--memory", "1MB"]));
        long start = Stopwatch.GetTimestamp();
        StageRunner.MustRun(Stages.Transform, "--run", tight, "--memory", least);
        duration = Stopwatch.GetElapsedTime(start);
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public async Task Budget_that_does_not_hold_one_user_is_refused()
    {
        Line[] lines = [.. Enumerable.Range(0, 20_000).Select(n => new Line("giant", $"i{n % 1000}", "view", May1)), new("other", "i1", "view", May1)];
        using TransformRun transform = await TransformRun.TryAsync([lines], [], "--memory", "171MB");

        transform.MustBeRefused(
            7, "The memory budget of 171MB cannot be kept: at least 17", "MB are needed, of which the 2 users and 1,000 items take",
            "the 20,000 interactions of one user", "Give it that much with --memory, or leave out old interactions when loading.");
    }

    [Test]
    public async Task User_with_nearly_all_interactions_has_a_range_of_his_own()
    {
        Line[] lines =
        [
            .. Enumerable.Range(0, 20_000).Select(n => new Line("giant", $"i{n % 1000}", "view", $"2024-05-{1 + n % 7:D2}T00:00:00Z")),
            .. Enumerable.Range(0, 2_000).Select(n => new Line($"user {n % 100}", $"i{n % 300}", "purchase", May1)),
        ];
        string[] options = ["--min-user-items", "3", "--min-item-users", "2", "--holdout-last", "2d"];
        string memory = await TransformRun.LeastMemoryAsync([lines], [], options);
        using TransformRun free = await TransformRun.OfAsync([lines], [], options);
        using TransformRun tight = await TransformRun.OfAsync([lines], [], [.. options, "--memory", memory]);

        Assert.That(tight.Ranges(), Is.EqualTo(2));
        tight.Output.MustHoldTheBytesOf(free.Output);
    }

    [Test]
    public async Task Ids_of_baskets_longer_than_any_buffer_find_their_way()
    {
        Line[] lines =
        [
            .. Enumerable.Range(0, 60).Select(n => new Line($"u{n % 10}", $"i{n % 7}", "purchase", May1, Basket: n % 3 == 0 ? null : new string((char)('a' + n % 2), n * 5_000))),
            new("u1", "i8", "purchase", May1, Basket: "\u0001"), new("u2", "i8", "purchase", May1, Basket: "short"),
        ];
        string memory = await TransformRun.LeastMemoryAsync([lines], []);
        using TransformRun free = await TransformRun.OfAsync([lines], []);
        using TransformRun tight = await TransformRun.OfAsync([lines], [], "--memory", memory);

        Assert.That(tight.Ranges(), Is.GreaterThan(3));
        tight.Output.MustHoldTheBytesOf(free.Output);
    }

    [Test]
    public async Task Core_unravels_a_long_chain_in_a_file()
    {
        // See FiltersTests: each customer who falls lets an item fall, and that the next customer.
        Line[] lines =
        [
            .. Enumerable.Range(0, 5_000).SelectMany(n => new Line[] { new($"u{n:D5}", $"i{n:D5}", "view", May1), new($"u{n:D5}", $"i{n + 1:D5}", "view", May1) }),
            new("v", "x", "view", May1), new("v", "y", "view", May1), new("w", "x", "view", May1), new("w", "y", "view", May1),
        ];
        string[] options = ["--min-user-items", "2", "--min-item-users", "2"];
        string memory = await TransformRun.LeastMemoryAsync([lines], [], options);
        using TransformRun free = await TransformRun.OfAsync([lines], [], options);
        using TransformRun tight = await TransformRun.OfAsync([lines], [], [.. options, "--memory", memory]);

        Assert.That(tight.Ranges(), Is.GreaterThan(20));
        tight.Output.MustHoldTheBytesOf(free.Output);
    }

    [Test]
    public void Memory_stays_within_the_least_budget()
    {
        string within = folder.Copy(run, "within");
        StageResult result = StageRunner.Run(Stages.Transform, ["--run", within, "--memory", least]);

        Assert.That(result.ExitCode, Is.Zero, result.Error);
        // The log counts in units of 1024 times 1024.
        double peak = double.Parse(Regex.Match(result.Output, "\"peak_mb\":\"?([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture) * 1024 * 1024;
        double budget = double.Parse(least[..^2], CultureInfo.InvariantCulture) * 1e6;
        Assert.That(peak, Is.LessThanOrEqualTo(budget));
    }

    [Test]
    public void Killed_stage_leaves_no_temporary_file_and_the_next_start_gives_the_same_bytes([Range(1, Moments)] int moment)
    {
        string killed = folder.Copy(run, $"killed-{moment}"), temporary = Directory.CreateDirectory(folder.File($"temporary-{moment}")).FullName;
        using (Process process = StageRunner.Start(Stages.Transform, ["--run", killed, "--memory", least], new Dictionary<string, string> { ["TMPDIR"] = temporary }))
        {
            process.WaitForExit(duration * moment / Moments);
            process.Kill();
            process.WaitForExit();
        }

        Assert.That(Directory.EnumerateFileSystemEntries(temporary, "pipeline-*"), Is.Empty);
        StageRunner.MustRun(Stages.Transform, "--run", killed, "--memory", least);
        new StageFolder(killed, Stages.Transform).MustHoldTheBytesOf(new StageFolder(undisturbed, Stages.Transform));
    }

    [Test]
    public void Full_disk_is_told_apart_and_the_stage_can_be_started_again_with_room()
    {
        string full = folder.Copy(run, "full");
        using SmallDisk disk = SmallDisk.Mount(folder.File("disk"));
        StageResult result = StageRunner.Run(Stages.Transform, ["--run", full, "--memory", least], new Dictionary<string, string> { ["TMPDIR"] = folder.File("disk") });

        new StageFolder(full, Stages.Transform).MustBeRefused(result, 4, $"Cannot write a temporary file in '{folder.File("disk")}", "the disk is full.");
        StageRunner.MustRun(Stages.Transform, "--run", full, "--memory", least);
    }

    [Test]
    public void Folder_that_cannot_hold_a_temporary_file_is_named()
    {
        string nowhere = folder.Copy(run, "nowhere");
        StageResult result = StageRunner.Run(
            Stages.Transform, ["--run", nowhere, "--memory", least], new Dictionary<string, string> { ["TMPDIR"] = folder.File("not-there") });

        new StageFolder(nowhere, Stages.Transform).MustBeRefused(result, 2, "Cannot create a temporary file in", "not-there");
    }
}
