namespace Pipeline.Infra;

/// <summary>The sizes of tasks that Fargate has.</summary>
internal static class FargateSizes
{
    /// <summary>By units of 1/1024 of a core: from how much memory to how much, in which steps, all in GiB.</summary>
    private static readonly Dictionary<int, (int From, int To, int Step)> Memory = new()
    {
        [1024] = (2, 8, 1),
        [2048] = (4, 16, 1),
        [4096] = (8, 30, 1),
        [8192] = (16, 60, 4),
        [16384] = (32, 120, 8),
    };

    /// <summary>Whether there is a task of that size.</summary>
    public static bool Fits(int cpuUnits, int memoryMegabytes) =>
        Memory.TryGetValue(cpuUnits, out (int From, int To, int Step) size)
        && memoryMegabytes % 1024 == 0 && memoryMegabytes / 1024 >= size.From && memoryMegabytes / 1024 <= size.To
        && ((memoryMegabytes / 1024) - size.From) % size.Step == 0;

    /// <summary>What goes with so many cores, for messages.</summary>
    public static string Describe(int cpuUnits) => Memory.TryGetValue(cpuUnits, out (int From, int To, int Step) size)
        ? $"{size.From} to {size.To} GiB in steps of {size.Step} go with it"
        : $"it has {string.Join(", ", Memory.Keys)} CPU units";
}
