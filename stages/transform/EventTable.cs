using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>
/// The interactions of a range of users in memory, column by column and sorted by user: 33 bytes a row and the ids of their baskets. What
/// the rules make of a user's rows takes their place.
/// </summary>
/// <param name="columns">The rows.</param>
/// <param name="counts">The rows of all users; the table changes those of its own.</param>
/// <param name="basketIds">The ids of baskets, by position: there are too many to rank them, and only few are ever compared.</param>
internal sealed class EventTable(EventColumns columns, RowCounts counts, TextIndex basketIds)
{
    // The rows of user u begin at starts[u - Users.First]: those kept come first, those held out next, and what lies behind has no meaning.
    private int[] starts = [];

    /// <summary>Whose interactions it holds.</summary>
    public UserRange Users { get; private set; }

    public TextIndex BasketIds => basketIds;

    /// <summary>Whether something was replaced since <see cref="Begin"/>.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The user's rows that are kept: all until they are replaced.</summary>
    public Rows KeptRowsOf(int user) => new(StartOf(user), StartOf(user) + counts.Kept[user]);

    /// <summary>The user's rows that are held out: none until they are replaced.</summary>
    public Rows HeldOutRowsOf(int user) => new(StartOf(user) + counts.Kept[user], StartOf(user) + counts.Kept[user] + counts.HeldOut[user]);

    /// <summary>The interaction in a row.</summary>
    public Event this[int row] => columns[row];

    /// <summary>The item in a row.</summary>
    public int ItemOf(int row) => columns.Items[row];

    /// <summary>Gives each user of a range the room of the rows that were read.</summary>
    public void Begin(UserRange users)
    {
        Users = users;
        IsChanged = false;
        if (starts.Length < users.Count)
            starts = new int[users.Count];
        for (int user = users.First, row = 0; user < users.End; row += counts.Read[user++])
            starts[user - users.First] = row;
    }

    /// <summary>As <see cref="Begin"/>, for rows that are to be added.</summary>
    public void BeginEmpty(UserRange users)
    {
        Begin(users);
        Array.Clear(counts.Kept, users.First, users.Count);
        basketIds.Clear();
    }

    /// <summary>Adds a row to those kept of a user, for whom there must be room.</summary>
    public void Add(int user, in Event e, bool hasBasket, ReadOnlySpan<byte> basketId) =>
        columns[StartOf(user) + counts.Kept[user]++] = e with { Basket = hasBasket ? basketIds.Add(basketId) : -1 };

    /// <summary>Replaces a user's rows by what became of them: at most as many, those held out last. Thread-safe for different users.</summary>
    public void Replace(int user, ReadOnlySpan<Event> events)
    {
        (counts.Kept[user], counts.HeldOut[user]) = (0, 0);
        int row = StartOf(user);
        foreach (Event e in events)
        {
            columns[row++] = e;
            ref int part = ref (e.IsHeldOut ? ref counts.HeldOut[user] : ref counts.Kept[user]);
            part++;
        }
        IsChanged = true;
    }

    /// <summary>Time of the newest of the interactions that count; null where none does.</summary>
    public long? NewestTime(Func<int, byte, bool> counted)
    {
        long? newest = null;
        for (int user = Users.First; user < Users.End; user++)
        {
            foreach (int row in KeptRowsOf(user))
            {
                if ((newest is null || columns.Times[row] > newest) && counted(user, columns.Kinds[row]))
                    newest = columns.Times[row];
            }
        }
        return newest;
    }

    /// <summary>Writes the rows to a section of a file, <see cref="EventColumns.BytesPerRow"/> each.</summary>
    public void Save(SpillFile file, long offset) => columns.Save(file, offset, Users.Rows);

    /// <summary>Takes the rows of a range that were saved; how many each user has is known.</summary>
    public void Load(UserRange users, SpillFile file, long offset)
    {
        Begin(users);
        columns.Load(file, offset, users.Rows);
    }

    private int StartOf(int user) => starts[user - Users.First];
}

/// <summary>Users of consecutive ranks.</summary>
/// <param name="First">Rank of the first.</param>
/// <param name="End">Rank behind the last.</param>
/// <param name="RowsBefore">Rows read of all users before them.</param>
/// <param name="Rows">Rows read of them.</param>
internal readonly record struct UserRange(int First, int End, long RowsBefore, int Rows)
{
    public int Count => End - First;
}

/// <summary>Rows of the table that lie one behind the other.</summary>
internal readonly record struct Rows(int Start, int End)
{
    public int Count => End - Start;

    public Enumerator GetEnumerator() => new(this);

    public struct Enumerator(Rows rows)
    {
        public int Current { get; private set; } = rows.Start - 1;

        public bool MoveNext() => ++Current < rows.End;
    }
}
