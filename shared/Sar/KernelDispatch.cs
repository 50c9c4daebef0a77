namespace Pipeline.Sar;

/// <summary>Work that is written once and compiled for each kind, set of instructions and width of labels.</summary>
internal interface IKernelWork
{
    void Run<TLanes, TKind, TLabel>()
        where TLanes : unmanaged, ILanes<TLanes>
        where TKind : IKind
        where TLabel : unmanaged, IEquatable<TLabel>;
}

/// <summary>From values to type arguments.</summary>
internal static class KernelDispatch
{
    public static void Run(SimilarityKind kind, InstructionSet instructions, bool isShort, IKernelWork work)
    {
        switch (kind)
        {
            case SimilarityKind.CoOccurrence:
                Run<CoOccurrenceKind>(instructions, isShort, work);
                break;
            case SimilarityKind.Cosine:
                Run<CosineKind>(instructions, isShort, work);
                break;
            case SimilarityKind.Inclusion:
                Run<InclusionKind>(instructions, isShort, work);
                break;
            case SimilarityKind.Jaccard:
                Run<JaccardKind>(instructions, isShort, work);
                break;
            case SimilarityKind.Lexicographers:
                Run<LexicographersKind>(instructions, isShort, work);
                break;
            case SimilarityKind.Lift:
                Run<LiftKind>(instructions, isShort, work);
                break;
            default:
                Run<MutualKind>(instructions, isShort, work);
                break;
        }
    }

    private static void Run<TKind>(InstructionSet instructions, bool isShort, IKernelWork work)
        where TKind : IKind
    {
        switch (instructions)
        {
            case InstructionSet.Avx512:
                Run<Lanes512, TKind>(isShort, work);
                break;
            case InstructionSet.Avx2:
                Run<Lanes256, TKind>(isShort, work);
                break;
            default:
                Run<LanesPortable, TKind>(isShort, work);
                break;
        }
    }

    private static void Run<TLanes, TKind>(bool isShort, IKernelWork work)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKind : IKind
    {
        if (isShort)
            work.Run<TLanes, TKind, ushort>();
        else
            work.Run<TLanes, TKind, int>();
    }
}
