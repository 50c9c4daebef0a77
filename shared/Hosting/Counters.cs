namespace Pipeline.Hosting;

/// <summary>
/// What became of the rows of a stage: each row that came in is kept or dropped for one named reason. Further figures may stand
/// beside. Goes into the manifest and the log. Not thread-safe.
/// </summary>
public sealed class Counters
{
    private const string DroppedPrefix = "dropped_";

    private readonly SortedDictionary<string, long> dropped = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> figures = new(StringComparer.Ordinal);

    /// <summary>Rows that came in.</summary>
    public long RowsIn { get; set; }

    /// <summary>Rows kept.</summary>
    public long RowsKept { get; set; }

    /// <summary>Rows dropped, by reason.</summary>
    public IReadOnlyDictionary<string, long> Dropped => dropped;

    /// <summary>Counts rows as dropped.</summary>
    /// <param name="reason">A word in snake case.</param>
    /// <param name="rows">How many.</param>
    public void Drop(string reason, long rows = 1) => dropped[reason] = dropped.GetValueOrDefault(reason) + rows;

    /// <summary>Notes another figure.</summary>
    public void Set(string name, long value) => figures[name] = value;

    /// <summary>All of it under the names of the log and the manifest: rows first, reasons next, other figures last.</summary>
    public IReadOnlyDictionary<string, long> ToDictionary()
    {
        var all = new OrderedDictionary<string, long> { ["rows_in"] = RowsIn, ["rows_kept"] = RowsKept };
        foreach ((string reason, long rows) in dropped)
            all[DroppedPrefix + reason] = rows;
        foreach ((string name, long value) in figures)
            all[name] = value;
        return all;
    }

    /// <summary>Makes sure that no row got lost.</summary>
    /// <exception cref="InvalidOperationException">The sum does not hold: a bug in the stage.</exception>
    internal void Check()
    {
        if (RowsIn != RowsKept + dropped.Values.Sum())
        {
            throw new InvalidOperationException(
                $"{RowsIn} rows came in, but {RowsKept} kept and {dropped.Values.Sum()} dropped ({string.Join(", ", dropped)}) are {RowsKept + dropped.Values.Sum()}.");
        }
    }
}
