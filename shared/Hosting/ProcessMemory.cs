using System.Diagnostics;

namespace Pipeline.Hosting;

/// <summary>The memory of this process.</summary>
public static class ProcessMemory
{
    /// <summary>
    /// Gives what reading left behind back to the system, and says what is still taken, in bytes. Called once, before work whose
    /// memory is planned.
    /// </summary>
    public static long Settle()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
