namespace Pipeline.Sar;

/// <summary>How lists are made. All ways give the same bits.</summary>
internal enum RecommendPath
{
    /// <summary>The whole similarity, then user after user: the oracle.</summary>
    Plain,

    /// <summary>User after user, the similarity rows of the history counted when needed: for a few users.</summary>
    Counted,

    /// <summary>All similarity rows, then user after user: for catalogues so wide that tiles would be nearly empty.</summary>
    Sparse,

    /// <summary>Group after group of columns: for many users.</summary>
    Tiled,
}

/// <summary>What tests and benchmarks may force; the defaults are what suits the machine and the data.</summary>
internal sealed record RecommendTuning
{
    /// <summary>The way; null: the cheapest.</summary>
    public RecommendPath? Path { get; init; }

    /// <summary>The instructions the lanes use; they must be supported.</summary>
    public InstructionSet Instructions { get; init; } = Best;

    /// <summary>Most blocks of a group; null: as many as there can be.</summary>
    public int? Blocks { get; init; }

    /// <summary>The widest instructions this processor has.</summary>
    public static InstructionSet Best { get; } =
        Lanes512.IsSupported ? InstructionSet.Avx512 : Lanes256.IsSupported ? InstructionSet.Avx2 : InstructionSet.Portable;
}
