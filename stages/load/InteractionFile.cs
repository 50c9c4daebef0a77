using System.Text;
using Pipeline.Contracts;
using Pipeline.Records;
using Pipeline.Tables;

namespace Pipeline.Load;

/// <summary>The rules by which a line becomes an interaction.</summary>
internal sealed class InteractionFile(LoadOptions options)
{
    /// <summary>The columns, under the headers they have unless the user names others.</summary>
    public static readonly IReadOnlyList<RecordColumn> Columns =
    [
        new("user", "user_id", IsRequired: true),
        new("item", "item_id", IsRequired: true),
        new("time", "time", IsRequired: true),
        new("event", "event", IsRequired: false),
        new("quantity", "quantity", IsRequired: false),
        new("price", "price", IsRequired: false),
        new("revenue", "revenue", IsRequired: false),
        new("basket", "basket_id", IsRequired: false),
    ];

    private const int User = 0, Item = 1, Time = 2, Event = 3, Quantity = 4, Price = 5, Revenue = 6, Basket = 7;
    private const int MaxEventBytes = 64;

    /// <summary>More than any line can bring in, and little enough for sums of billions of lines to stay finite and precise.</summary>
    private const double MaxRevenue = 1e15;

    /// <summary>
    /// Before and after these a time is no shop's, but a null written as a day or a unit misread; and one such line would move the moment
    /// that everything else is measured from.
    /// </summary>
    private static readonly long FirstTime = Micros(1990), LastTime = Micros(2100);

    private readonly Wishes wishes = new(options.ExcludeItems, options.ExcludeWithoutUser, options.Since, options.Until);

    private readonly byte[] eventBuffer = new byte[MaxEventBytes];

    /// <summary>Appends the current line as the next row of the batch, without counting it there; or says why it cannot be used.</summary>
    /// <returns>The rule the line breaks; <see cref="LineVerdict.Kept"/> when a row was filled.</returns>
    public LineVerdict Read(RecordSource source, ColumnBatch batch)
    {
        ReadOnlySpan<byte> user = source[User], item = source[Item];
        if (user.IsEmpty)
            return wishes.WithoutUser(User);
        if (PossibleAddress.IsIn(user))
            return new LineVerdict("address_as_user", User);
        if (item.IsEmpty)
            return new LineVerdict("missing_item", Item);
        if (PossibleAddress.IsIn(item))
            return new LineVerdict("address_as_item", Item);
        if (wishes.OfItem(item) is { } unwantedItem)
            return unwantedItem;
        ReadOnlySpan<byte> written = source[Time];
        if (!(source.IsTime(Time) ? options.Times.TryIso8601(written, out long time) : options.Times.TryRead(written, out time)))
            return new LineVerdict(written.IsEmpty ? "missing_time" : "invalid_time", Time);
        if (time < FirstTime || time >= LastTime)
            return new LineVerdict("implausible_time", Time);
        if (wishes.OfTime(time) is { } unwantedTime)
            return unwantedTime;
        if (!TryOptional(source[Quantity], out double? quantity))
            return new LineVerdict("invalid_quantity", Quantity);
        if (!TryOptional(source[Price], out double? price))
            return new LineVerdict("invalid_price", Price);
        if (!TryOptional(source[Revenue], out double? revenue))
            return new LineVerdict("invalid_revenue", Revenue);
        if (PossibleAddress.IsIn(source[Event]))
            return new LineVerdict("address_as_event", Event);
        if (ReadEvent(source, quantity) is not { IsEmpty: false } happened)
            return source.Has(Event) ? new LineVerdict(source[Event].IsEmpty ? "missing_event" : "invalid_event", Event) : new LineVerdict("zero_quantity", Quantity);
        ReadOnlySpan<byte> basket = source[Basket];
        if (PossibleAddress.IsIn(basket))
            return new LineVerdict("address_as_basket", Basket);

        // A view has a price, too, but takes no money.
        bool isReturn = happened.SequenceEqual("return"u8);
        if (revenue is null && (isReturn || happened.SequenceEqual("purchase"u8)))
            revenue = quantity * price;
        if (Math.Abs(revenue ?? 0) > MaxRevenue)
            return new LineVerdict("invalid_revenue", source[Revenue].IsEmpty ? Price : Revenue);
        if (isReturn)
            (quantity, revenue) = (-Magnitude(quantity), -Magnitude(revenue));

        int row = batch.Count;
        batch.Text(Interactions.UserId).Append(user);
        batch.Text(Interactions.ItemId).Append(item);
        batch.Text(Interactions.Event).Append(happened);
        batch.Values<long>(Interactions.Time)[row] = time;
        Set(batch, Interactions.Quantity, row, quantity);
        Set(batch, Interactions.Revenue, row, revenue);
        if (basket.IsEmpty)
            batch.Text(Interactions.BasketId).AppendNull();
        else
            batch.Text(Interactions.BasketId).Append(basket);
        return LineVerdict.Kept;
    }

    /// <summary>
    /// The event in lower case. A file without events lists purchases; and a purchase of a negative quantity is a return, whatever it
    /// is called. Empty where no event can be told.
    /// </summary>
    private ReadOnlySpan<byte> ReadEvent(RecordSource source, double? quantity)
    {
        if (!source.Has(Event))
            return quantity is 0 ? default : quantity < 0 ? "return"u8 : "purchase"u8;
        ReadOnlySpan<byte> written = source[Event];
        if (written.Length > MaxEventBytes || Ascii.ToLower(written, eventBuffer, out int length) != System.Buffers.OperationStatus.Done)
            return default;
        ReadOnlySpan<byte> happened = eventBuffer.AsSpan(0, length);
        return happened.SequenceEqual("purchase"u8) && quantity < 0 ? "return"u8 : happened;
    }

    private static double? Magnitude(double? number) => number is null ? null : Math.Abs(number.Value);

    private static long Micros(int year) => (new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private bool TryOptional(ReadOnlySpan<byte> field, out double? number)
    {
        number = null;
        if (field.IsEmpty)
            return true;
        if (!options.Numbers.TryRead(field, out double value))
            return false;
        number = value;
        return true;
    }

    private static void Set(ColumnBatch batch, Column column, int row, double? value)
    {
        batch.Nulls(column)[row] = value is null;
        batch.Values<double>(column)[row] = value ?? 0;
    }
}

/// <summary>What became of a line.</summary>
/// <param name="Reason">The rule it breaks or the wish that leaves it out, in snake case; null when it was kept.</param>
/// <param name="Column">The wanted column at fault; negative where none is.</param>
internal readonly record struct LineVerdict(string? Reason, int Column)
{
    /// <summary>The line became a row.</summary>
    public static readonly LineVerdict Kept = new(null, -1);

    /// <summary>Whether the line is fine but not wanted.</summary>
    public bool IsExcluded => Reason is not null && Column < 0;

    /// <summary>The line is fine but not wanted.</summary>
    /// <param name="wish">The wish that leaves it out.</param>
    public static LineVerdict Excluded(string wish) => new(wish, -1);
}
