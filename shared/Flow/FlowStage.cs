using Pipeline.Contracts;
using Pipeline.Hosting;

namespace Pipeline.Flow;

/// <summary>A stage as the flow runs it.</summary>
public sealed record FlowStage
{
    /// <summary>Its name and the folders it writes and reads.</summary>
    public required StageContract Stage { get; init; }

    /// <summary>Name of the project and of its folder in the build's output.</summary>
    public required string Project { get; init; }

    /// <summary>Processor share of its task, in units of 1/1024 of a core.</summary>
    public required int CpuUnits { get; init; }

    /// <summary>Memory of its task, in MiB.</summary>
    public required int MemoryMegabytes { get; init; }

    /// <summary>Memory of the task it is tried on again after <see cref="ExitCode.OutOfMemory"/>, in MiB.</summary>
    public required int LargerMemoryMegabytes { get; init; }

    /// <summary>Disk of its task, in GiB: what it reads from and writes to the run lies there meanwhile, and what does not fit the memory.</summary>
    public int DiskGigabytes { get; init; } = 50;

    /// <summary>How long it may take before it is stopped.</summary>
    public required TimeSpan TimeOut { get; init; }

    /// <summary>How long it has, once told to stop, before it is killed.</summary>
    public TimeSpan StopTimeOut { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>File name of the stage's executable assembly.</summary>
    public string AssemblyFile => $"Pipeline.{Project}.dll";
}

/// <summary>What the flow does when a stage ends.</summary>
public enum NextStep
{
    /// <summary>Start the next stage.</summary>
    Continue,

    /// <summary>Try the same stage again later.</summary>
    RetryLater,

    /// <summary>Try the same stage again with more memory.</summary>
    RetryLarger,

    /// <summary>Stop the flow and tell a person.</summary>
    Stop,
}
