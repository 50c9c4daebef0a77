using System.Collections.Concurrent;

namespace Pipeline.Sar;

/// <summary>Scratch that outlives one run of the workers: as many as ever ran at once. Disposes them all.</summary>
internal sealed class Scratches<T>(Func<T> make) : IDisposable
    where T : class
{
    private readonly ConcurrentBag<T> all = [];
    private ConcurrentBag<T> free = [];

    public T Take()
    {
        if (free.TryTake(out T? scratch))
            return scratch;
        T made = make();
        all.Add(made);
        return made;
    }

    /// <summary>Makes all free again, once the workers that took them are done.</summary>
    public void PutBack() => free = [.. all];

    public void Dispose()
    {
        foreach (T scratch in all)
            (scratch as IDisposable)?.Dispose();
    }
}
