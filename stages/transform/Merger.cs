namespace Pipeline.Transform;

/// <summary>
/// Walks the sorted events and melts those of one user, item and time into one row: an event that is there twice counts once,
/// different events add their weights up.
/// </summary>
internal sealed class Merger(EventTable events, SortedEvents sorted, double[] weights)
{
    private readonly int purchase = events.EventNames.Find("purchase"u8);

    /// <summary>Events walked over so far.</summary>
    public int Consumed { get; private set; }

    public int User { get; private set; } = -1;

    public int Item { get; private set; } = -1;

    public long Time { get; private set; }

    public double Weight { get; private set; }

    public bool IsPurchased { get; private set; }

    /// <summary>Whether the row is the first of its user.</summary>
    public bool IsFirstOfUser { get; private set; }

    /// <summary>Whether the row is the first of its user and item.</summary>
    public bool IsFirstOfPair { get; private set; }

    /// <summary>Goes to the next row; false at the end.</summary>
    public bool Next()
    {
        if (Consumed == sorted.Count)
            return false;
        int first = sorted[Consumed], last = -1;
        int user = sorted.Users.IndexOf(events.User[first]), item = sorted.Items.IndexOf(events.Item[first]);
        IsFirstOfUser = user != User;
        IsFirstOfPair = IsFirstOfUser || item != Item;
        (User, Item, Time, Weight, IsPurchased) = (user, item, events.Time[first], 0, false);
        for (; Consumed < sorted.Count; Consumed++)
        {
            int row = sorted[Consumed];
            if (events.User[row] != events.User[first] || events.Item[row] != events.Item[first] || events.Time[row] != Time)
                break;
            if (events.Event[row] == last)
                continue;
            last = events.Event[row];
            Weight += weights[last];
            IsPurchased |= last == purchase;
        }
        return true;
    }
}
