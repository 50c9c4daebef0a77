namespace Pipeline.Cli.Tests.Generate;

/// <summary>Progress that keeps what was reported, in the thread that reports it.</summary>
internal sealed class Reports(Action<long>? then = null) : IProgress<long>
{
    public List<long> Values { get; } = [];

    public void Report(long value)
    {
        Values.Add(value);
        then?.Invoke(value);
    }
}
