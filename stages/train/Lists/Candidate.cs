namespace Pipeline.Train;

/// <summary>
/// One product that could go into one customer's list. Candidates come in the order of the fallback chain: source first, then score descending,
/// ties to the lower item index.
/// </summary>
/// <param name="Item">The product's index.</param>
/// <param name="Score">Its score, comparable within the source only.</param>
/// <param name="Source">The step of the chain that offers it.</param>
/// <param name="Because">Index of the customer's own product that speaks most for it; -1 where no single one does.</param>
internal readonly record struct Candidate(int Item, double Score, ListSource Source, int Because);

/// <summary>Where a candidate comes from, in the order of the fallback chain.</summary>
internal enum ListSource : byte
{
    /// <summary>The customer's history, by the model of the segment.</summary>
    SarSegment,

    /// <summary>The customer's history, by the model of all.</summary>
    Sar,

    /// <summary>What most customers of the segment have.</summary>
    PopularSegment,

    /// <summary>What most customers have of the customer's favourite category.</summary>
    PopularCategory,

    /// <summary>What most customers have.</summary>
    Popular,

    /// <summary>What came to the shop last.</summary>
    NewArrival,

    /// <summary>What the rules give a place.</summary>
    Pinned,
}
