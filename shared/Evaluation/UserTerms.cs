using System.Numerics;

namespace Pipeline.Evaluation;

/// <summary>
/// What each user adds to each figure: a figure is the sum of the users' numerators over the sum of their denominators, so that a resample of
/// the users is a sum with weights. Row by row; 16 bytes a user and figure.
/// </summary>
/// <param name="metrics">The figures.</param>
/// <param name="rows">The users.</param>
internal sealed class UserTerms(IReadOnlyList<string> metrics, int rows)
{
    private readonly double[] numerators = new double[(long)rows * metrics.Count], denominators = new double[(long)rows * metrics.Count];

    public IReadOnlyList<string> Metrics { get; } = metrics;

    public int Rows { get; } = rows;

    /// <summary>Sets what a user adds; nothing, unless it is set.</summary>
    public void Set(int row, int metric, double numerator, double denominator)
    {
        numerators[row * Metrics.Count + metric] = numerator;
        denominators[row * Metrics.Count + metric] = denominator;
    }

    /// <summary>A user's own figure, null where the user does not count.</summary>
    public double? this[int row, int metric]
    {
        get
        {
            int at = row * Metrics.Count + metric;
            return denominators[at] == 0 ? null : numerators[at] / denominators[at];
        }
    }

    /// <summary>The figures of some of the users, each as often as its weight says; null where there is nothing to divide by.</summary>
    /// <param name="chosen">Rows of the users.</param>
    /// <param name="weights">Parallel to them.</param>
    /// <param name="sums">Scratch, twice as long as there are figures.</param>
    /// <param name="values">The figures.</param>
    public void Measure(ReadOnlySpan<int> chosen, ReadOnlySpan<int> weights, Span<double> sums, Span<double?> values)
    {
        int count = Metrics.Count;
        Span<double> tops = sums[..count], bottoms = sums.Slice(count, count);
        tops.Clear();
        bottoms.Clear();
        for (int n = 0; n < chosen.Length; n++)
        {
            if (weights[n] == 0)
                continue;
            Add(numerators.AsSpan(chosen[n] * count, count), weights[n], tops);
            Add(denominators.AsSpan(chosen[n] * count, count), weights[n], bottoms);
        }
        for (int metric = 0; metric < count; metric++)
            values[metric] = bottoms[metric] == 0 ? null : tops[metric] / bottoms[metric];
    }

    /// <summary>Figure by figure, so that the width of the vectors leaves no trace.</summary>
    private static void Add(ReadOnlySpan<double> row, double weight, Span<double> sums)
    {
        int m = 0;
        for (; m <= row.Length - Vector<double>.Count; m += Vector<double>.Count)
            (new Vector<double>(sums[m..]) + new Vector<double>(row[m..]) * weight).CopyTo(sums[m..]);
        for (; m < row.Length; m++)
            sums[m] += row[m] * weight;
    }
}
