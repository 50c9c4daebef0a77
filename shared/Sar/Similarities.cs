namespace Pipeline.Sar;

/// <summary>
/// The seven similarities as pure functions of <c>c</c>, the users who have both items, <c>ci</c> and <c>cj</c>, the users of each,
/// and (mutual information only) <c>items</c>, the number of items. All counts are at least 1 and <c>c &lt;= min(ci, cj)</c>: a cell
/// without co-occurrence is never computed, its similarity is 0 by convention. All are symmetric in <c>ci</c> and <c>cj</c> bit for
/// bit, finite, and safe to call from any thread.
/// </summary>
/// <remarks>
/// Source: the SAR reference of recommenders-team/recommenders, <c>utils/python_utils.py</c>; lexicographers' mutual information in
/// its published element-wise form (the reference multiplies matrices there by mistake). Mutual information multiplies by the number
/// of items, as the reference does, where probability theory would take the number of users; the order is the same.
/// </remarks>
public static class Similarities
{
    /// <summary><c>c</c></summary>
    public static double CoOccurrence(double c) => c;

    /// <summary><c>c / sqrt(ci cj)</c></summary>
    public static double Cosine(double c, double ci, double cj) => Math.Min(1, c / Math.Sqrt(ci * cj));

    /// <summary><c>c / min(ci, cj)</c></summary>
    public static double Inclusion(double c, double ci, double cj) => c / Math.Min(ci, cj);

    /// <summary><c>c / (ci + cj - c)</c></summary>
    public static double Jaccard(double c, double ci, double cj) => c / (ci + cj - c);

    /// <summary><c>c log2(items c / (ci cj))</c></summary>
    public static double Lexicographers(double c, double ci, double cj, double items) => c * Mutual(c, ci, cj, items);

    /// <summary><c>c / (ci cj)</c></summary>
    public static double Lift(double c, double ci, double cj) => c / (ci * cj);

    /// <summary><c>log2(items c / (ci cj))</c></summary>
    public static double Mutual(double c, double ci, double cj, double items) => Math.Log2(items * c / (ci * cj));

    /// <summary>The similarity of the given kind.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is none of the seven.</exception>
    public static double Of(SimilarityKind kind, double c, double ci, double cj, double items) => kind switch
    {
        SimilarityKind.CoOccurrence => CoOccurrence(c),
        SimilarityKind.Cosine => Cosine(c, ci, cj),
        SimilarityKind.Inclusion => Inclusion(c, ci, cj),
        SimilarityKind.Jaccard => Jaccard(c, ci, cj),
        SimilarityKind.Lexicographers => Lexicographers(c, ci, cj, items),
        SimilarityKind.Lift => Lift(c, ci, cj),
        SimilarityKind.Mutual => Mutual(c, ci, cj, items),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The similarity kind is none of the seven."),
    };
}
