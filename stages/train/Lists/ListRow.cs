namespace Pipeline.Train;

/// <summary>A place in a customer's list; its rank is its position there, from 1.</summary>
/// <param name="Item">The product's index.</param>
/// <param name="Score">Its score, on the same scale for all customers within one source; see <see cref="ListComposer"/>.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Because">Index of the customer's own product that speaks most for it; -1 where no single one does.</param>
internal readonly record struct ListRow(int Item, double Score, ListSource Source, int Because)
{
    /// <summary>Whether the customer's own history speaks for it.</summary>
    public bool IsPersonal => IsPersonalSource(Source);

    /// <summary>Whether candidates of a source come from the customer's own history.</summary>
    public static bool IsPersonalSource(ListSource source) => source is ListSource.SarSegment or ListSource.Sar;
}
