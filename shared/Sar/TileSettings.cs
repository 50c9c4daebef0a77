namespace Pipeline.Sar;

/// <summary>What stays the same for all groups of one run over the tiles. Owns the factors.</summary>
internal sealed unsafe class TileSettings : IDisposable
{
    private TileSettings(int[] columns, int rows)
    {
        Columns = columns;
        RowFactors = new(Tile.Padded(rows));
        ColumnFactors = new(Tile.Padded(columns.Length));
        Counts = new(rows);
    }

    /// <summary>Labels of the columns to score, in the order of the groups: those that may be recommended.</summary>
    public int[] Columns { get; }

    /// <summary>What the similarity needs to know of each row, by label.</summary>
    public AlignedBuffer<float> RowFactors { get; }

    /// <summary>What the similarity needs to know of each column, parallel to <see cref="Columns"/>.</summary>
    public AlignedBuffer<float> ColumnFactors { get; }

    /// <summary>Units that have the item, by label.</summary>
    public AlignedBuffer<double> Counts { get; }

    public int MinSupport { get; private init; }

    /// <summary>Whether an item counts towards itself, which matters only where seen items may be recommended.</summary>
    public bool KeepsDiagonal { get; private init; }

    /// <summary>Whether an affinity below 0 occurs: then a similarity below 0 can add to a score.</summary>
    public bool HasNegativeWeights { get; private init; }

    public static TileSettings Create<TKind>(ItemLabels labels, int items, int minSupport, RecommendOptions options, bool hasNegativeWeights)
        where TKind : IKind
    {
        // Invariant: the most popular columns first, unless what is rare is favoured. Any order gives the same lists.
        int[] columns = new int[labels.Count];
        int count = 0;
        for (int label = 0; label < labels.Count; label++)
            if (labels.Counts[label] >= minSupport && (options.Allowed.IsEmpty || options.Allowed.Span[labels.Items[label]]))
                columns[count++] = label;
        Array.Resize(ref columns, count);
        if (typeof(TKind) == typeof(LiftKind) || typeof(TKind) == typeof(MutualKind))
            Array.Reverse(columns);

        var settings = new TileSettings(columns, labels.Count)
        {
            MinSupport = minSupport,
            KeepsDiagonal = options.IncludeSeen,
            HasNegativeWeights = hasNegativeWeights,
        };
        new Span<float>(settings.RowFactors.Pointer, (int)settings.RowFactors.Length).Fill(1);
        new Span<float>(settings.ColumnFactors.Pointer, (int)settings.ColumnFactors.Length).Fill(1);
        for (int label = 0; label < labels.Count; label++)
        {
            settings.RowFactors.Pointer[label] = TKind.Factor(labels.Counts[label], items, isRow: true);
            settings.Counts.Pointer[label] = labels.Counts[label];
        }
        for (int column = 0; column < columns.Length; column++)
            settings.ColumnFactors.Pointer[column] = TKind.Factor(labels.Counts[columns[column]], items, isRow: false);
        return settings;
    }

    public void Dispose()
    {
        RowFactors.Dispose();
        ColumnFactors.Dispose();
        Counts.Dispose();
    }
}
