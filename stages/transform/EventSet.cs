using Pipeline.Contracts;
using Pipeline.Hosting;

namespace Pipeline.Transform;

/// <summary>
/// All interactions of the run, in ranges of users that fit the memory: one range in memory, or several in a temporary file, of which one at
/// a time comes into memory.
/// </summary>
/// <param name="ids">The distinct ids, ranked.</param>
/// <param name="counts">The rows of each user.</param>
/// <param name="table">Holds a range at a time; the only one from the start.</param>
/// <param name="spilled">The rows that were read, where there are several ranges; else null.</param>
internal sealed class EventSet(EventIds ids, RowCounts counts, EventTable table, SpilledRows? spilled) : IDisposable
{
    /// <summary>Interactions read.</summary>
    public long Count { get; } = counts.Read.Sum(rows => (long)rows);

    public RankedIds UserIds => ids.Users;

    public RankedIds ItemIds => ids.Items;

    public RankedIds KindNames => ids.Kinds;

    /// <summary>Interactions kept, of all users.</summary>
    public long KeptCount => counts.Kept.Sum(rows => (long)rows);

    /// <summary>Interactions held out, of all users.</summary>
    public long HeldOutCount => counts.HeldOut.Sum(rows => (long)rows);

    /// <summary>The file for what does not fit the memory; null where everything does.</summary>
    public SpillFile? File => spilled?.File;

    /// <summary>Reads all interactions of the run.</summary>
    /// <param name="stage">The run.</param>
    /// <param name="options">Most memory the stage may take, and what else it depends on.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static Task<EventSet> ReadAsync(StageContext stage, TransformOptions options, CancellationToken cancellation)
    {
        if (stage.RowsOf(Interactions.DataSet) == 0)
            throw new StageException(ExitCode.InputRefused, "The run holds no interactions.", "Load some.");
        return options.Memory is null ? FastReader.ReadAsync(stage, cancellation) : BudgetedReader.ReadAsync(stage, options, cancellation);
    }

    /// <summary>The ranges in order of users, each in the same table: what is replaced in it stays replaced.</summary>
    public IEnumerable<EventTable> Ranges()
    {
        if (spilled is null)
        {
            yield return table;
            yield break;
        }
        for (int range = 0; range < spilled.Count; range++)
        {
            spilled.Load(range, table);
            yield return table;
            if (table.IsChanged)
                spilled.Save(range, table);
        }
    }

    /// <summary>Time of the newest of the interactions that count; null where none does.</summary>
    public long? NewestTime(Func<int, byte, bool> counted) => Ranges().Max(range => range.NewestTime(counted));

    public void Dispose() => spilled?.Dispose();
}

/// <summary>The distinct ids of the interactions.</summary>
internal sealed class EventIds
{
    /// <summary>As many names of events as a byte can tell apart.</summary>
    private const int MaxKinds = byte.MaxValue + 1;

    public RankedIds Users { get; } = new();

    public RankedIds Items { get; } = new();

    /// <summary>The names of events.</summary>
    public RankedIds Kinds { get; } = new();

    /// <summary>Refuses interactions with too many different events.</summary>
    public void Check()
    {
        if (Kinds.Count > MaxKinds)
        {
            throw new StageException(
                ExitCode.InputRefused, $"The interactions have more than {MaxKinds} different events: is the column mapped as event the right one?");
        }
    }

    /// <summary>Ends the reading of ids.</summary>
    public void Rank()
    {
        Users.Rank();
        Items.Rank();
        Kinds.Rank();
    }
}
