using Pipeline.Models;

namespace Pipeline.Evaluation;

/// <summary>
/// Intervals by drawing the users again, with replacement (Efron 1979). The ends are the percentiles of the resamples, moved so that their
/// median lies on the figure: figures of all lists together (coverage, Gini) are lower or higher in every resample, because it lacks a third of
/// the users, and that is no uncertainty. Each resample has a random sequence of its own, so the number of threads leaves no trace.
/// </summary>
internal static class Bootstrap
{
    /// <summary>The intervals of some figures.</summary>
    /// <param name="rows">Users that are drawn.</param>
    /// <param name="values">The figures.</param>
    /// <param name="options">How often, with which seed, what share the interval holds.</param>
    /// <param name="newScratch">What a thread needs to measure.</param>
    /// <param name="measure">Works out the figures for weights of the users.</param>
    /// <param name="cancellation">Stops between resamples.</param>
    public static (double? Low, double? High)[] Intervals<TScratch>(
        int rows, double?[] values, EvaluationOptions options, Func<TScratch> newScratch, Measure<TScratch> measure, CancellationToken cancellation)
    {
        var intervals = new (double? Low, double? High)[values.Length];
        if (options.Resamples == 0 || rows < 2)
            return intervals;
        double?[][] resamples = new double?[options.Resamples][];
        Parallel.For(
            0, options.Resamples, options.Parallel(cancellation), () => (Scratch: newScratch(), Weights: new int[rows]),
            (n, _, own) =>
            {
                Draw(own.Weights, options.Seed, n);
                resamples[n] = new double?[values.Length];
                measure(own.Scratch, own.Weights, resamples[n]);
                return own;
            },
            _ => { });
        for (int figure = 0; figure < values.Length; figure++)
            intervals[figure] = values[figure] is { } value ? Interval(value, [.. resamples.Select(r => r[figure]).OfType<double>().Order()], options) : default;
        return intervals;
    }

    /// <summary>Works out figures for weights of the users.</summary>
    public delegate void Measure<in TScratch>(TScratch scratch, ReadOnlySpan<int> weights, Span<double?> values);

    /// <summary>How often each user is drawn, in as many draws as there are users.</summary>
    internal static void Draw(int[] weights, long seed, int resample)
    {
        Array.Clear(weights);
        var random = new SeededRandom(seed, resample);
        for (int n = 0; n < weights.Length; n++)
            weights[random.Below(weights.Length)]++;
    }

    private static (double? Low, double? High) Interval(double value, double[] sorted, EvaluationOptions options)
    {
        // Where the figure is not defined in most resamples, nothing can be said.
        if (sorted.Length <= options.Resamples / 2)
            return default;
        double tail = (1 - options.Confidence) / 2, shift = value - Quantile(sorted, 0.5);
        return (Quantile(sorted, tail) + shift, Quantile(sorted, 1 - tail) + shift);
    }

    /// <summary>Between the two nearest, in proportion (type 7 of Hyndman and Fan 1996).</summary>
    private static double Quantile(double[] sorted, double share)
    {
        double at = share * (sorted.Length - 1);
        int below = (int)at, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
