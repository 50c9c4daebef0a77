namespace Pipeline.Transform;

/// <summary>One interaction of a user while the rules look at it.</summary>
internal record struct Event
{
    /// <summary>Rank of the product among all ids.</summary>
    public int Item { get; set; }

    /// <summary>Rank of the event's name among all names.</summary>
    public byte Kind { get; set; }

    /// <summary>What the rules decided so far.</summary>
    public Fate Fate { get; set; }

    /// <summary>Whether it lies behind the time from which interactions are held out.</summary>
    public bool IsHeldOut { get; set; }

    /// <summary>
    /// The order or invoice, -1 without: first its position among the ids of the input, then, from <see cref="BasketNumbers"/> on, its
    /// number within the user.
    /// </summary>
    public int Basket { get; set; }

    /// <summary>Microseconds since 1970, UTC.</summary>
    public long Time { get; set; }

    /// <summary>Pieces; NaN where a line has none.</summary>
    public double Quantity { get; set; }

    /// <summary>Money; NaN where a line has none.</summary>
    public double Revenue { get; set; }
}
