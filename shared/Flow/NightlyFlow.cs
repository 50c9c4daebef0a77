using Pipeline.Hosting;

namespace Pipeline.Flow;

/// <summary>
/// The pipeline as data: which stages, in which order, how large, how long, and what their exit codes mean. The person's tool
/// interprets it with processes on one machine; whatever runs it elsewhere reads the same list.
/// </summary>
public static class NightlyFlow
{
    /// <summary>The stages in order. A stage reads only folders of stages before it.</summary>
    public static readonly IReadOnlyList<FlowStage> Stages =
    [
        new() { Stage = Contracts.Stages.Load, Project = "Load", CpuUnits = 2048, MemoryMegabytes = 4096, LargerMemoryMegabytes = 16384, TimeOut = TimeSpan.FromHours(1) },
        new() { Stage = Contracts.Stages.Transform, Project = "Transform", CpuUnits = 2048, MemoryMegabytes = 8192, LargerMemoryMegabytes = 16384, TimeOut = TimeSpan.FromHours(1) },
        new() { Stage = Contracts.Stages.Train, Project = "Train", CpuUnits = 4096, MemoryMegabytes = 16384, LargerMemoryMegabytes = 30720, TimeOut = TimeSpan.FromHours(2) },
        new() { Stage = Contracts.Stages.Email, Project = "Email", CpuUnits = 1024, MemoryMegabytes = 2048, LargerMemoryMegabytes = 8192, TimeOut = TimeSpan.FromHours(1) },
        new() { Stage = Contracts.Stages.Inject, Project = "Inject", CpuUnits = 1024, MemoryMegabytes = 2048, LargerMemoryMegabytes = 8192, TimeOut = TimeSpan.FromHours(1) },
    ];

    /// <summary>How long to wait before a stage is tried again for <see cref="NextStep.RetryLater"/>.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(10);

    /// <summary>How often a stage is tried again for <see cref="NextStep.RetryLater"/> before a person is told.</summary>
    public const int MostRetries = 3;

    /// <summary>How long all of it may take: it ends before the next night's begins.</summary>
    public static readonly TimeSpan TimeOut = TimeSpan.FromHours(22);

    /// <summary>
    /// What follows from each code that a stage may end with, and from that of one that was killed: the same as <see cref="After"/>, for
    /// interpreters that need a list.
    /// </summary>
    public static IReadOnlyDictionary<int, NextStep> AfterAll { get; } =
        Enum.GetValues<ExitCode>().Select(code => (int)code).Append(Killed).ToDictionary(code => code, After);

    /// <summary>What is left of its memory for a stage's work, beside the runtime and what it does not count: its budget in MiB.</summary>
    public static int MemoryBudget(int memoryMegabytes) => memoryMegabytes / 8 * 7;

    private const int Killed = 137;

    /// <summary>What follows from the way a stage ended. A code that no stage returns (137, killed from outside) is treated like a lack of memory.</summary>
    public static NextStep After(int exitCode) => (ExitCode)exitCode switch
    {
        ExitCode.Done => NextStep.Continue,
        ExitCode.Unavailable or ExitCode.LeaseHeld => NextStep.RetryLater,
        ExitCode.OutOfMemory or (ExitCode)Killed => NextStep.RetryLarger,
        _ => NextStep.Stop,
    };
}
