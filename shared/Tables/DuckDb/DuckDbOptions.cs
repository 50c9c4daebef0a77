using System.Globalization;

namespace Pipeline.Tables.DuckDb;

/// <summary>
/// What DuckDB may use. None of it changes results. Each open reader, writer and database has these limits for itself. Immutable.
/// </summary>
public sealed record DuckDbOptions
{
    /// <summary>
    /// Most memory that DuckDB accounts for, in bytes, at least 16 MiB; default 1 GiB. The process uses more by 20 to 40 %, so state
    /// about 60 % of what is there. Reading and writing tables needs about 100 MB.
    /// </summary>
    public long MemoryLimitBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 16L << 20);
            field = value;
        }
    } = 1L << 30;

    /// <summary>
    /// Threads that one reader or database may use, from 1; default the processors of this machine, at most 4. A writer uses one.
    /// </summary>
    public int Threads
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = Math.Min(4, Environment.ProcessorCount);

    /// <summary>
    /// Folder in which each open reader, writer or database makes one of its own for what does not fit in memory, and removes it
    /// again; default the system's temporary folder.
    /// </summary>
    public string TempDirectory
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            field = value;
        }
    } = Path.GetTempPath();

    internal string MemoryLimit => string.Create(CultureInfo.InvariantCulture, $"{MemoryLimitBytes >> 10}KiB");
}
