namespace Pipeline.Evaluation;

/// <summary>
/// The figures of all lists together, in the order of <see cref="MetricNames.OfLists"/>; they follow from how often each item is recommended.
/// O(recommendations + items log items), with scratch of 20 bytes an item: never users x users. Instances are for one thread.
/// </summary>
/// <param name="data">What is measured.</param>
/// <param name="users">Users by row.</param>
/// <param name="k">Length of the lists.</param>
/// <param name="trainingCounts">Users of each item in training; empty without training.</param>
internal sealed class ListFigures(EvaluationData data, int[] users, int k, int[] trainingCounts)
{
    private readonly long[] times = new long[data.Truth.Columns];
    private readonly double[] shares = new double[data.Truth.Columns];
    private readonly List<long> sorted = [];
    private readonly int catalogue = trainingCounts.Count(count => count > 0);

    /// <summary>The figures of some of the users, each as often as its weight says.</summary>
    public void Measure(ReadOnlySpan<int> chosen, ReadOnlySpan<int> weights, Span<double?> values)
    {
        Array.Clear(times);
        Array.Clear(shares);
        long all = 0, lists = 0;
        for (int n = 0; n < chosen.Length; n++)
        {
            ReadOnlySpan<int> list = data.ListOf(users[chosen[n]], k);
            if (list.IsEmpty || weights[n] == 0)
                continue;
            lists += weights[n];
            all += (long)weights[n] * list.Length;
            double share = weights[n] / Math.Sqrt(list.Length);
            foreach (int item in list)
            {
                times[item] += weights[n];
                shares[item] += share;
            }
        }
        values[0] = catalogue == 0 ? null : (double)times.Count(t => t > 0) / catalogue;
        values[1] = all == 0 ? null : Entropy(all);
        values[2] = lists < 2 ? null : Personalisation(lists);
        values[3] = catalogue == 0 || all == 0 ? null : Gini(all);
    }

    private double Entropy(long all)
    {
        double entropy = 0;
        foreach (long t in times)
            if (t > 0)
                entropy -= (double)t / all * Math.Log2((double)t / all);
        return entropy;
    }

    /// <summary>
    /// The cosine of two lists is what they share over the root of the product of their lengths. Summed over all pairs of lists, a list with
    /// itself left out, it is half of the sum over the items of (sum of 1 / root of the length over the lists with the item)^2, less 1 a list.
    /// </summary>
    private double Personalisation(long lists)
    {
        double squares = 0;
        foreach (double share in shares)
            squares += share * share;
        return 1 - (squares - lists) / ((double)lists * (lists - 1));
    }

    /// <summary>Over the items of training and what else is recommended, those never recommended included.</summary>
    private double Gini(long all)
    {
        sorted.Clear();
        int never = 0;
        for (int item = 0; item < times.Length; item++)
        {
            if (times[item] > 0)
                sorted.Add(times[item]);
            else
                never += trainingCounts[item] > 0 ? 1 : 0;
        }
        sorted.Sort();
        double weighted = 0;
        for (int n = 0; n < sorted.Count; n++)
            weighted += (never + n + 1.0) * sorted[n];
        double items = never + sorted.Count;
        return 2 * weighted / (items * all) - (items + 1) / items;
    }
}
