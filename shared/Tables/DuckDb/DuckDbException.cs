namespace Pipeline.Tables.DuckDb;

/// <summary>What kind of failure a <see cref="DuckDbException"/> is, as far as a program reacts to it.</summary>
public enum DuckDbFault
{
    /// <summary>A statement that is wrong or was refused: syntax, unknown names, constraints, values that don't convert.</summary>
    Statement,

    /// <summary>The database file is open elsewhere, in this process or another. Trying again later can help.</summary>
    Locked,

    /// <summary>The statement was stopped by <see cref="DuckDbDatabase.Interrupt"/>.</summary>
    Interrupted,

    /// <summary>The statement needs more than <see cref="DuckDbOptions.MemoryLimitBytes"/>.</summary>
    OutOfMemory,

    /// <summary>There is no room left on the disk.</summary>
    DiskFull,

    /// <summary>A file cannot be opened, read or written, or is no DuckDB database.</summary>
    File,
}

/// <summary>A failure that DuckDB reports; the message is one line.</summary>
public sealed class DuckDbException : Exception
{
    /// <summary>Creates the exception.</summary>
    public DuckDbException(DuckDbFault fault, string message, Exception? cause = null) : base(message, cause) => Fault = fault;

    /// <summary>What kind of failure it is.</summary>
    public DuckDbFault Fault { get; }

    /// <summary>Makes an exception from the library's text, which may have several lines: the fault, the place, advice.</summary>
    internal static DuckDbException From(string? text)
    {
        string message = OneLine(text);
        DuckDbFault fault = message switch
        {
            _ when Has("Could not set lock on file") || Has("being used by another process") => DuckDbFault.Locked,
            _ when message.StartsWith("INTERRUPT", StringComparison.OrdinalIgnoreCase) => DuckDbFault.Interrupted,
            _ when Has("No space left on device") || Has("not enough space on the disk") || Has("Disk quota exceeded")
                => DuckDbFault.DiskFull,
            _ when Has("Out of Memory Error") => DuckDbFault.OutOfMemory,
            _ when message.StartsWith("IO Error", StringComparison.Ordinal) => DuckDbFault.File,
            _ => DuckDbFault.Statement,
        };
        return new DuckDbException(fault, message);

        bool Has(string part) => message.Contains(part, StringComparison.Ordinal);
    }

    private static string OneLine(string? text)
    {
        string[] lines = (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // Advice for want of memory names settings that are locked here.
        IEnumerable<string> fault = lines.TakeWhile(
            l => !l.StartsWith("LINE ", StringComparison.Ordinal) && !l.StartsWith("This limit was set", StringComparison.Ordinal)
                && !l.StartsWith("Possible solutions", StringComparison.Ordinal));
        string line = string.Join(' ', fault);
        return line.Length == 0 ? "DuckDB failed without a message." : line;
    }
}
