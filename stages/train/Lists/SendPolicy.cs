using Pipeline.Contracts;

namespace Pipeline.Train;

/// <summary>Which lists are worth a mail.</summary>
internal sealed record SendPolicy
{
    /// <summary>Fewest products in a list.</summary>
    public required int MinItems { get; init; }

    /// <summary>Fewest products for which the customer's own history speaks.</summary>
    public required int MinPersonal { get; init; }

    /// <summary>Lowest score that the best of these may have.</summary>
    public required double MinScore { get; init; }

    /// <summary>The verdict on a list, one of <see cref="Verdicts"/>: of several reasons not to send, the first in the order there.</summary>
    public string VerdictOf(IReadOnlyList<ListRow> list)
    {
        if (list.Count == 0 || list.Count < MinItems)
            return Verdicts.TooFewItems;
        int personal = 0;
        double best = double.NegativeInfinity;
        foreach (ListRow row in list)
        {
            if (!row.IsPersonal)
                continue;
            personal++;
            best = Math.Max(best, row.Score);
        }
        if (personal < MinPersonal)
            return Verdicts.OnlyFallback;
        return personal > 0 && best < MinScore ? Verdicts.NotRelevant : Verdicts.Send;
    }
}
