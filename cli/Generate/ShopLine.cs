namespace Pipeline.Cli.Generate;

/// <summary>What happened. The order is that of the funnel.</summary>
internal enum ShopEvent : byte
{
    View,
    Cart,
    Purchase,
    Return,
}

/// <summary>One line of interactions.csv before it is written.</summary>
/// <param name="Second">Second of the day, UTC.</param>
/// <param name="User">User index.</param>
/// <param name="Slot">The item's slot in the catalogue.</param>
/// <param name="Event">What happened.</param>
/// <param name="Quantity">0 for a view, negative for a return.</param>
/// <param name="Basket">A purchase: the session's position in the day. A return: the number of the basket it comes from.</param>
internal readonly record struct ShopLine(int Second, int User, int Slot, ShopEvent Event, short Quantity, int Basket);
