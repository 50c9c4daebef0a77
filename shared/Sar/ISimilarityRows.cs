namespace Pipeline.Sar;

/// <summary>Where the rows of the similarity come from: a stored matrix, or counting when they are asked for.</summary>
internal interface ISimilarityRows
{
    /// <summary>Items there are.</summary>
    int Columns { get; }

    /// <summary>The items similar to one, by rising index; valid until the source counts again.</summary>
    SparseRow Row(int row);
}
