using Pipeline.Contracts;
using Pipeline.Hosting;

namespace Pipeline.Transform;

/// <summary>All interactions of the run, in ranges of users: one which holds them all.</summary>
/// <param name="ids">The distinct ids, ranked.</param>
/// <param name="counts">The rows of each user.</param>
/// <param name="table">The rows.</param>
internal sealed class EventSet(EventIds ids, RowCounts counts, EventTable table)
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

    /// <summary>Reads all interactions of the run.</summary>
    public static Task<EventSet> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        if (stage.RowsOf(Interactions.DataSet) == 0)
            throw new StageException(ExitCode.InputRefused, "The run holds no interactions.", "Load some.");
        return FastReader.ReadAsync(stage, cancellation);
    }

    /// <summary>The ranges in order of users.</summary>
    public IEnumerable<EventTable> Ranges() => [table];

    /// <summary>Time of the newest of the interactions that count; null where none does.</summary>
    public long? NewestTime(Func<int, byte, bool> counted) => Ranges().Max(range => range.NewestTime(counted));
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
