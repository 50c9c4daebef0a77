using Pipeline.Contracts;
using Pipeline.Hosting;

namespace Pipeline.Flow.Tests;

public sealed class NightlyFlowTests
{
    [Test]
    public void Flow_runs_all_stages_in_the_order_of_their_folders()
    {
        Assert.That(NightlyFlow.Stages.Select(s => s.Stage), Is.EqualTo(Stages.All));
        Assert.That(NightlyFlow.Stages.Select(s => s.Stage.Folder), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
        Assert.That(NightlyFlow.Stages.Select(s => s.Stage.Name), Is.EqualTo(new[] { "load", "transform", "train", "email", "inject" }));
    }

    [Test]
    public void Stage_reads_only_stages_before_it()
    {
        var before = new List<StageContract>();
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            Assert.That(stage.Stage.Reads, Is.SubsetOf(before), stage.Stage.Name);
            before.Add(stage.Stage);
        }
    }

    [Test]
    public void Project_of_a_stage_is_a_folder_with_that_project()
    {
        string[] projects = [.. Directory.GetFiles(Path.Combine(Root(), "stages"), "*.csproj", SearchOption.AllDirectories)];

        Assert.That(NightlyFlow.Stages.Select(s => s.Project), Is.EquivalentTo(projects.Select(Path.GetFileNameWithoutExtension)));
        foreach (string project in projects)
        {
            Assert.That(
                Path.GetFileNameWithoutExtension(project), Is.EqualTo(Path.GetFileName(Path.GetDirectoryName(project))).IgnoreCase);
        }
        Assert.That(NightlyFlow.Stages[0].AssemblyFile, Is.EqualTo("Pipeline.Load.dll"));
    }

    [Test]
    public void Larger_task_is_larger()
    {
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            Assert.That(stage.LargerMemoryMegabytes, Is.GreaterThan(stage.MemoryMegabytes), stage.Project);
            Assert.That(stage.TimeOut, Is.GreaterThan(TimeSpan.Zero), stage.Project);
            // What Fargate allows.
            Assert.That(stage.StopTimeOut, Is.InRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(120)), stage.Project);
            Assert.That(stage.DiskGigabytes, Is.InRange(21, 200), stage.Project);
            Assert.That(NightlyFlow.MemoryBudget(stage.MemoryMegabytes), Is.InRange(stage.MemoryMegabytes / 2, stage.MemoryMegabytes - 128), stage.Project);
        }
    }

    [TestCase(ExitCode.Done, NextStep.Continue)]
    [TestCase(ExitCode.Unexpected, NextStep.Stop)]
    [TestCase(ExitCode.Usage, NextStep.Stop)]
    [TestCase(ExitCode.InputRefused, NextStep.Stop)]
    [TestCase(ExitCode.Unavailable, NextStep.RetryLater)]
    [TestCase(ExitCode.LeaseHeld, NextStep.RetryLater)]
    [TestCase(ExitCode.OutputDiffers, NextStep.Stop)]
    [TestCase(ExitCode.OutOfMemory, NextStep.RetryLarger)]
    [TestCase(ExitCode.Stopped, NextStep.Stop)]
    public void Exit_code_says_what_comes_next(ExitCode code, NextStep step) => Assert.That(NightlyFlow.After((int)code), Is.EqualTo(step));

    [TestCase(137, NextStep.RetryLarger)]
    [TestCase(134, NextStep.Stop)]
    [TestCase(255, NextStep.Stop)]
    [TestCase(-1, NextStep.Stop)]
    public void Code_that_no_stage_returns_has_a_next_step_too(int code, NextStep step) => Assert.That(NightlyFlow.After(code), Is.EqualTo(step));

    [Test]
    public void List_of_what_comes_next_is_that_of_every_code()
    {
        Assert.That(NightlyFlow.AfterAll.Keys, Is.EquivalentTo(Enum.GetValues<ExitCode>().Select(code => (int)code).Append(137)));
        foreach ((int code, NextStep step) in NightlyFlow.AfterAll)
            Assert.That(NightlyFlow.After(code), Is.EqualTo(step));
    }

    [Test]
    public void All_of_it_ends_before_the_next_night_and_has_time_for_every_stage()
    {
        Assert.That(NightlyFlow.TimeOut, Is.LessThan(TimeSpan.FromHours(24)));
        Assert.That(NightlyFlow.Stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.TimeOut), Is.LessThan(NightlyFlow.TimeOut));
    }

    [Test]
    public void Every_exit_code_has_its_case_above()
    {
        var cases = (TestCaseAttribute[])Attribute.GetCustomAttributes(
            typeof(NightlyFlowTests).GetMethod(nameof(Exit_code_says_what_comes_next))!, typeof(TestCaseAttribute));

        Assert.That(cases.Select(c => c.Arguments[0]), Is.EquivalentTo(Enum.GetValues<ExitCode>()));
    }

    /// <summary>The checkout: the nearest folder above the test assembly that holds the central package versions.</summary>
    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No checkout above {AppContext.BaseDirectory}.");
    }
}
