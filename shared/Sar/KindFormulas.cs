using System.Runtime.CompilerServices;

namespace Pipeline.Sar;

/// <summary>
/// One similarity in two forms: exact, as <see cref="Similarities"/> has it, and over sixteen lanes to filter with. The second is a
/// function of the count and of one number for each of the two items, so that nothing else need be read beside the tile of counts.
/// </summary>
/// <remarks>
/// The lane form of a share differs from the exact value by a few roundings (relative); of the two mutual informations, near 0, only by
/// a few roundings of the largest value: <see cref="IsSigned"/> tells which.
/// </remarks>
internal interface IKind
{
    /// <summary>Whether values below 0 occur.</summary>
    static abstract bool IsSigned { get; }

    /// <summary>What <see cref="Of{TLanes}"/> needs of an item that <paramref name="count"/> units have.</summary>
    static abstract float Factor(double count, double items, bool isRow);

    /// <summary>The similarity for counts, and the factors of the row and of the column; 0 where the count is 0.</summary>
    static abstract TLanes Of<TLanes>(TLanes counts, TLanes row, TLanes column)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>The exact similarity; 0 where the count is 0.</summary>
    static abstract double Exact(double c, double ci, double cj, double items);
}

internal readonly struct JaccardKind : IKind
{
    public static bool IsSigned => false;

    public static float Factor(double count, double items, bool isRow) => (float)count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes counts, TLanes row, TLanes column)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Quotient(counts, row + column - counts);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exact(double c, double ci, double cj, double items) => Similarities.Jaccard(c, ci, cj);
}

internal readonly struct CoOccurrenceKind : IKind
{
    public static bool IsSigned => false;

    public static float Factor(double count, double items, bool isRow) => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes counts, TLanes row, TLanes column)
        where TLanes : unmanaged, ILanes<TLanes> => counts;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exact(double c, double ci, double cj, double items) => Similarities.CoOccurrence(c);
}

internal readonly struct CosineKind : IKind
{
    public static bool IsSigned => false;

    public static float Factor(double count, double items, bool isRow) => (float)(1 / Math.Sqrt(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes counts, TLanes row, TLanes column)
        where TLanes : unmanaged, ILanes<TLanes> => counts * row * column;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exact(double c, double ci, double cj, double items) => Similarities.Cosine(c, ci, cj);
}

internal readonly struct InclusionKind : IKind
{
    public static bool IsSigned => false;

    public static float Factor(double count, double items, bool isRow) => (float)(1 / count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes counts, TLanes row, TLanes column)
        where TLanes : unmanaged, ILanes<TLanes> => counts * TLanes.Max(row, column);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exact(double c, double ci, double cj, double items) => Similarities.Inclusion(c, ci, cj);
}

internal readonly struct LiftKind : IKind
{
    public static bool IsSigned => false;

    public static float Factor(double count, double items, bool isRow) => (float)(1 / count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes counts, TLanes row, TLanes column)
        where TLanes : unmanaged, ILanes<TLanes> => counts * row * column;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exact(double c, double ci, double cj, double items) => Similarities.Lift(c, ci, cj);
}

internal readonly struct MutualKind : IKind
{
    public static bool IsSigned => true;

    public static float Factor(double count, double items, bool isRow) => (float)((isRow ? items : 1) / count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes counts, TLanes row, TLanes column)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Log2OrZero(counts * row * column);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exact(double c, double ci, double cj, double items) => c == 0 ? 0 : Similarities.Mutual(c, ci, cj, items);
}

internal readonly struct LexicographersKind : IKind
{
    public static bool IsSigned => true;

    public static float Factor(double count, double items, bool isRow) => MutualKind.Factor(count, items, isRow);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes counts, TLanes row, TLanes column)
        where TLanes : unmanaged, ILanes<TLanes> => counts * MutualKind.Of(counts, row, column);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exact(double c, double ci, double cj, double items) => c == 0 ? 0 : Similarities.Lexicographers(c, ci, cj, items);
}
