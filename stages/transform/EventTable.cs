using System.Text;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>
/// The run's interactions in memory, column by column: 25 bytes a row and the distinct ids. Users and items are numbered in order
/// of first appearance.
/// </summary>
internal sealed class EventTable
{
    private EventTable(long rows)
    {
        User = new int[rows];
        Item = new int[rows];
        Time = new long[rows];
        Event = new byte[rows];
        Money = new double[rows];
    }

    public TextIndex UserIds { get; } = new();

    public TextIndex ItemIds { get; } = new();

    public TextIndex EventNames { get; } = new();

    public int[] User { get; }

    public int[] Item { get; }

    public long[] Time { get; }

    public byte[] Event { get; }

    /// <summary>Revenue; 0 where the line has none.</summary>
    public double[] Money { get; }

    public int Count => User.Length;

    /// <summary>Number of the event that takes a purchase back, -1 where there is none.</summary>
    public int ReturnEvent => EventNames.Find("return"u8);

    public static async Task<EventTable> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        long rows = stage.RowsOf(Interactions.DataSet);
        if (rows > Array.MaxLength)
            throw new StageException(ExitCode.OutOfMemory, $"{rows:N0} interactions are more than the {Array.MaxLength:N0} that one run can hold.");
        var events = new EventTable(rows);
        TableSchema columns = Interactions.Schema.Select(
            Interactions.UserId, Interactions.ItemId, Interactions.Event, Interactions.Time, Interactions.Revenue);
        stage.Progress.Start("reading interactions", rows, "rows");
        int filled = 0;
        await foreach (ColumnBatch batch in stage.ReadAsync(Interactions.DataSet, columns, cancellation))
        {
            events.Append(batch, filled);
            filled += batch.Count;
            stage.Progress.Report(filled);
        }
        return events;
    }

    /// <summary>The weight of each event, 0 for those without one, by their number.</summary>
    public double[] Weights(IReadOnlyDictionary<string, double> weights) =>
        [.. Enumerable.Range(0, EventNames.Count).Select(e => weights.GetValueOrDefault(Encoding.UTF8.GetString(EventNames[e])))];

    private void Append(ColumnBatch batch, int at)
    {
        TextColumn users = batch.Text(Interactions.UserId), items = batch.Text(Interactions.ItemId), happened = batch.Text(Interactions.Event);
        Span<double> money = batch.Values<double>(Interactions.Revenue);
        Span<bool> hasNoMoney = batch.Nulls(Interactions.Revenue);
        batch.Values<long>(Interactions.Time)[..batch.Count].CopyTo(Time.AsSpan(at));
        for (int row = 0; row < batch.Count; row++)
        {
            User[at + row] = UserIds.Add(users[row]);
            Item[at + row] = ItemIds.Add(items[row]);
            int kind = EventNames.Add(happened[row]);
            if (kind > byte.MaxValue)
                throw new StageException(ExitCode.InputRefused, "The interactions have more than 256 different events: is the column mapped as event the right one?");
            Event[at + row] = (byte)kind;
            Money[at + row] = hasNoMoney[row] ? 0 : money[row];
        }
    }
}
