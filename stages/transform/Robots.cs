namespace Pipeline.Transform;

/// <summary>Finds users that do more in a day (UTC) than people do. What is held out has no say.</summary>
internal sealed class Robots(int? maxDaily)
{
    private readonly List<long> days = [];

    /// <summary>Whether a user has more interactions on one day than a person may. O(n log n).</summary>
    public bool IsRobot(ReadOnlySpan<Event> events)
    {
        if (maxDaily is not { } max || events.Length <= max)
            return false;
        days.Clear();
        foreach (Event e in events)
        {
            if (!e.IsHeldOut)
                days.Add(Days.Of(e.Time));
        }
        days.Sort();
        for (int n = max; n < days.Count; n++)
        {
            if (days[n] == days[n - max])
                return true;
        }
        return false;
    }
}
