using Pipeline.Sar;

namespace Pipeline.Evaluation;

/// <summary>
/// Works out what each user adds to each figure at one length of the lists. O(list x log(truth)) a user. Instances are for one thread.
/// </summary>
internal sealed class UserFigures
{
    private const double LargestExponent = 1000;

    private readonly EvaluationData data;
    private readonly EvaluationOptions options;
    private readonly int k;
    private readonly UserTerms terms;
    private readonly ListSimilarity? similarity;
    private readonly double[] information;
    private readonly double[] discounts;
    private readonly bool hasExponents;
    private readonly int firstOfItemGroups = MetricNames.OfUsers.Count;
    private double[] ideal = [];

    /// <summary>Prepares a length.</summary>
    /// <param name="data">What is measured.</param>
    /// <param name="options">How.</param>
    /// <param name="k">The length.</param>
    /// <param name="terms">Filled row by row.</param>
    /// <param name="similarity">Cosines within the lists and to the histories; null without training.</param>
    /// <param name="information">-log2 of each item's share of training, 0 for items without; empty without training.</param>
    public UserFigures(EvaluationData data, EvaluationOptions options, int k, UserTerms terms, ListSimilarity? similarity, double[] information)
    {
        this.data = data;
        this.options = options;
        this.k = k;
        this.terms = terms;
        this.similarity = similarity;
        this.information = information;
        discounts = [.. Enumerable.Range(1, k).Select(rank => 1 / Math.Log(1 + rank))];
        hasExponents = true;
        foreach (double rating in data.Truth.Values)
            hasExponents &= rating <= LargestExponent;
    }

    /// <summary>All figures there are, those of item groups behind those of users: the share of each group, then its recall.</summary>
    public static IReadOnlyList<string> Names(EvaluationOptions options)
    {
        int groups = options.ItemGroups.Sum(g => g.Labels.Count);
        return
        [
            .. MetricNames.OfUsers, .. Enumerable.Repeat(MetricNames.ListShare, groups), .. Enumerable.Repeat(MetricNames.PooledRecall, groups),
        ];
    }

    /// <summary>Fills the row of a user.</summary>
    public void Measure(int row, int user)
    {
        ReadOnlySpan<int> list = data.ListOf(user, k);
        SparseRow truth = data.Truth.Row(user);
        if (truth.Count > 0)
            MeasureHits(row, user, list, truth);
        if (!list.IsEmpty)
            MeasureList(row, user, list);
        MeasureItemGroups(row, list, truth);
    }

    private void MeasureHits(int row, int user, ReadOnlySpan<int> list, SparseRow truth)
    {
        int hits = 0, hitsAmongFirst = 0, firstRank = 0, n = truth.Count;
        double precisions = 0, gain = 0, rawGain = 0, expGain = 0, revenue = 0;
        ReadOnlySpan<double> revenues = data.Revenue.Span;
        long start = data.Truth.Starts[user];
        for (int at = 0; at < list.Length; at++)
        {
            int found = truth.Indices.BinarySearch(list[at]);
            if (found < 0)
                continue;
            hits++;
            firstRank = firstRank == 0 ? at + 1 : firstRank;
            hitsAmongFirst += at < n ? 1 : 0;
            precisions += hits / (at + 1.0);
            gain += discounts[at];
            rawGain += truth.Values[found] * discounts[at];
            expGain += Exponential(truth.Values[found]) * discounts[at];
            revenue += revenues.IsEmpty ? 0 : revenues[(int)start + found];
        }
        double counts = options.Population == Population.TruthUsers || !list.IsEmpty ? 1 : 0, isCommon = list.IsEmpty ? 0 : 1;
        int capped = Math.Min(k, n);
        (double idealGain, double idealRaw, double idealExp) = Ideal(truth.Values, capped);
        Set(MetricNames.Precision, (double)hits / k, counts);
        Set(MetricNames.PrecisionListed, list.IsEmpty ? 0 : (double)hits / list.Length, counts);
        Set(MetricNames.Recall, (double)hits / n, counts);
        Set(MetricNames.RecallCapped, (double)hits / capped, counts);
        Set(MetricNames.Map, precisions / n, counts);
        Set(MetricNames.MapAtK, precisions / capped, counts);
        Set(MetricNames.Ndcg, gain / idealGain, 1);
        Set(MetricNames.NdcgCommonUsers, gain / idealGain, isCommon);
        // A user all of whose ratings are 0 has no ideal to be compared with.
        Set(MetricNames.NdcgRaw, idealRaw > 0 ? rawGain / idealRaw : 0, idealRaw > 0 ? 1 : 0);
        Set(MetricNames.NdcgExp, hasExponents && idealExp > 0 ? expGain / idealExp : 0, hasExponents && idealExp > 0 ? 1 : 0);
        Set(MetricNames.Mrr, firstRank == 0 ? 0 : 1.0 / firstRank, counts);
        Set(MetricNames.HitRate, hits > 0 ? 1 : 0, counts);
        Set(MetricNames.RPrecision, (double)hitsAmongFirst / n, hitsAmongFirst > 0 ? 1 : 0);
        Set(MetricNames.RPrecisionAllUsers, (double)hitsAmongFirst / n, counts);
        Set(MetricNames.Revenue, revenue, revenues.IsEmpty ? 0 : counts);
        Set(MetricNames.UserCoverage, isCommon, 1);

        void Set(string metric, double value, double weight) => terms.Set(row, Position(metric), weight == 0 ? 0 : value * weight, weight);
    }

    private void MeasureList(int row, int user, ReadOnlySpan<int> list)
    {
        if (information.Length > 0)
        {
            double novelty = 0;
            foreach (int item in list)
                novelty += information[item];
            terms.Set(row, Position(MetricNames.Novelty), novelty, list.Length);
        }
        if (similarity?.Diversity(user, list.Length) is { } diversity)
            terms.Set(row, Position(MetricNames.Diversity), diversity, 1);
        if (similarity?.Serendipity(user, list.Length) is { } serendipity)
            terms.Set(row, Position(MetricNames.Serendipity), serendipity, 1);
        if (data.Prices.IsEmpty)
            return;
        double sum = 0;
        int priced = 0;
        foreach (int item in list)
            if (data.Prices.Span[item] is { } price)
                (sum, priced) = (sum + price, priced + 1);
        terms.Set(row, Position(MetricNames.AveragePrice), sum, priced);
    }

    private void MeasureItemGroups(int row, ReadOnlySpan<int> list, SparseRow truth)
    {
        int share = firstOfItemGroups, recall = firstOfItemGroups + options.ItemGroups.Sum(g => g.Labels.Count);
        foreach (Grouping grouping in options.ItemGroups)
        {
            for (int group = 0; group < grouping.Labels.Count; group++, share++, recall++)
            {
                int listed = 0, hits = 0, heldOut = 0;
                foreach (int item in list)
                {
                    bool isIn = grouping.GroupOf[item] == group;
                    listed += isIn ? 1 : 0;
                    hits += isIn && truth.Indices.BinarySearch(item) >= 0 ? 1 : 0;
                }
                foreach (int item in truth.Indices)
                    heldOut += grouping.GroupOf[item] == group ? 1 : 0;
                terms.Set(row, share, listed, list.Length);
                terms.Set(row, recall, hits, heldOut);
            }
        }
    }

    /// <summary>The gain of the best list there could be: the users' best ratings first.</summary>
    private (double Binary, double Raw, double Exp) Ideal(ReadOnlySpan<double> ratings, int length)
    {
        if (ideal.Length < ratings.Length)
            ideal = new double[ratings.Length];
        Span<double> sorted = ideal.AsSpan(0, ratings.Length);
        ratings.CopyTo(sorted);
        sorted.Sort();
        double binary = 0, raw = 0, exp = 0;
        for (int at = 0; at < length; at++)
        {
            double rating = sorted[^(at + 1)];
            binary += discounts[at];
            raw += rating * discounts[at];
            exp += Exponential(rating) * discounts[at];
        }
        return (binary, raw, exp);
    }

    private double Exponential(double rating) => hasExponents ? Math.Pow(2, rating) - 1 : 0;

    private static int Position(string metric) => Positions[metric];

    private static readonly Dictionary<string, int> Positions =
        MetricNames.OfUsers.Index().ToDictionary(m => m.Item, m => m.Index, StringComparer.Ordinal);
}
