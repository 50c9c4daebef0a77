using Pipeline.Hosting;

namespace Pipeline.Cli.Evaluate;

/// <summary>Most memory the process has while something is done, beside what it had before; looked at every few milliseconds.</summary>
internal sealed class MemoryMeter : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly long before = ProcessMemory.Settle();
    private readonly Timer timer;
    private long most;

    public MemoryMeter() => timer = new Timer(_ => Look(), null, TimeSpan.Zero, Interval);

    /// <summary>Bytes, at least 0.</summary>
    public long Bytes
    {
        get
        {
            Look();
            return Math.Max(0, Volatile.Read(ref most) - before);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    private void Look()
    {
        long now = Environment.WorkingSet, last;
        while (now > (last = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, now, last) != last)
        {
        }
    }
}
