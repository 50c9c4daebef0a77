using System.Diagnostics;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Runs that are told to stop or killed in any stage: nothing half-done stays, and the next start finishes the work.</summary>
internal sealed class InterruptedRunTests
{
    private const int Interactions = 60_000;

    [TestCase("load")]
    [TestCase("transform")]
    [TestCase("train")]
    [TestCase("email")]
    [TestCase("inject")]
    public void Told_to_stop_it_stops_with_143_and_goes_on_where_it_was(string stage)
    {
        using var shop = new Shop(Interactions);
        (int code, string error) = Interrupt(shop, stage, "-TERM");
        // The stage may have been faster than the signal; then the next one is told, or there is nothing left to stop.
        Assert.That(code, Is.EqualTo(143).Or.EqualTo(0), error);
        if (code == 143)
            Assert.That(error, Does.Contain("Told to stop."));
        MustHoldOnlyFinishedOutputs(shop["run"]);
        MustFinishLikeAnUndisturbedRun(shop);
    }

    [TestCase("load")]
    [TestCase("transform")]
    [TestCase("train")]
    [TestCase("email")]
    [TestCase("inject")]
    public void Killed_stage_stops_the_run_and_the_next_start_clears_up(string stage)
    {
        using var shop = new Shop(Interactions);
        (int code, string error) = Interrupt(shop, stage, "-KILL", $"Pipeline.{char.ToUpperInvariant(stage[0])}{stage[1..]}.dll");
        Assert.That(code, Is.EqualTo(137).Or.EqualTo(0), error);
        if (code == 137)
            Assert.That(error, Does.Contain($"{stage}: ended with exit code 137"));
        MustFinishLikeAnUndisturbedRun(shop);
    }

    /// <summary>Starts a run and sends a signal as soon as the stage has begun: to the tool, or to the child whose command line holds a word.</summary>
    private static (int ExitCode, string Error) Interrupt(Shop shop, string stage, string signal, string? child = null)
    {
        using Process process = Tool.Start(shop.Command("run"));
        var error = new List<string>();
        while (process.StandardError.ReadLine() is { } line)
        {
            error.Add(line);
            if (line == $"{stage} ...")
                Signal(process, signal, child);
        }
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        TestContext.Out.WriteLine($"{signal} in {stage}: exit code {process.ExitCode}");
        return (process.ExitCode, string.Join('\n', error));
    }

    private static void Signal(Process cli, string signal, string? child)
    {
        // A process that has just been started may not handle signals yet.
        Thread.Sleep(child is null ? 150 : 50);
        string[] target = child is null ? [$"{cli.Id}"] : Children(cli.Id, child);
        using Process? kill = target.Length == 0 ? null : Process.Start("kill", [signal, .. target]);
        kill?.WaitForExit();
    }

    private static string[] Children(int parent, string word) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).OfType<string>()
            .Where(name => int.TryParse(name, out _) && IsChild(name, parent, word)),
    ];

    private static bool IsChild(string pid, int parent, string word)
    {
        try
        {
            // /proc/PID/stat: pid (name) state ppid ...
            string[] stat = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ');
            return stat[1] == $"{parent}" && File.ReadAllText($"/proc/{pid}/cmdline").Contains(word, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void MustHoldOnlyFinishedOutputs(string run)
    {
        foreach (StageContract stage in Stages.All)
        {
            string folder = Path.Combine(run, stage.Folder);
            if (!Directory.Exists(folder) || File.Exists(Path.Combine(folder, Manifest.FileName)))
                continue;
            Assert.That(
                Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName),
                Is.SubsetOf(new[] { ".lease", StageOutput.ErrorFileName }), $"{stage} has no manifest but files");
        }
    }

    private static void MustFinishLikeAnUndisturbedRun(Shop shop)
    {
        shop.MustRun("run");
        shop.MustRun("undisturbed");
        foreach (StageContract stage in (StageContract[])[Stages.Load, Stages.Transform, Stages.Train])
            shop.Folder("run", stage).MustHoldTheBytesOf(shop.Folder("undisturbed", stage));
        foreach (StageContract stage in Stages.All)
            Assert.That(shop.Folder("run", stage).Files(), Is.EqualTo(shop.Folder("undisturbed", stage).Files()), $"{stage}: leftovers");
    }
}
