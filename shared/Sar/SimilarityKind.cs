namespace Pipeline.Sar;

/// <summary>
/// How alike two items are, as a function of their co-occurrence. The formulas stand beside their code in <see cref="Similarities"/>.
/// </summary>
public enum SimilarityKind
{
    /// <summary>The number of users who have both items. Favours what everybody has.</summary>
    CoOccurrence,

    /// <summary>Co-occurrence over the geometric mean of the two user counts, in (0, 1].</summary>
    Cosine,

    /// <summary>Co-occurrence over the smaller user count, in (0, 1]: 1 as soon as one item's users are contained in the other's.</summary>
    Inclusion,

    /// <summary>Users of both over users of either, in (0, 1]. The default: between the popular and the rare.</summary>
    Jaccard,

    /// <summary>Mutual information weighted by the co-occurrence; any sign. Between mutual information and popularity.</summary>
    Lexicographers,

    /// <summary>Co-occurrence over the product of the user counts, in (0, 1]. Favours the rare.</summary>
    Lift,

    /// <summary>Pointwise mutual information in bits; any sign: negative where two items meet less often than by chance.</summary>
    Mutual,
}
