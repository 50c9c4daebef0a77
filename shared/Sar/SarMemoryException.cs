namespace Pipeline.Sar;

/// <summary>
/// The memory budget cannot be kept, found out before the work began. The message says how much is needed at least and what would help.
/// </summary>
public sealed class SarMemoryException : Exception
{
    /// <summary>A budget and what the work needs at least, in bytes.</summary>
    public SarMemoryException(long budget, long required, string help)
        : base($"The memory budget of {budget / 1_000_000} MB cannot be kept: at least {(required + 999_999) / 1_000_000} MB are needed. {help}")
    {
        Budget = budget;
        Required = required;
    }

    /// <summary>An exception without figures.</summary>
    public SarMemoryException()
    {
    }

    /// <summary>An exception without figures.</summary>
    public SarMemoryException(string message)
        : base(message)
    {
    }

    /// <summary>An exception without figures.</summary>
    public SarMemoryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Bytes there may be.</summary>
    public long Budget { get; }

    /// <summary>Bytes needed at least.</summary>
    public long Required { get; }
}
