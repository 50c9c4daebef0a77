using MathNet.Numerics.Distributions;

namespace Pipeline.Evaluation;

/// <summary>A comparison of two models over the same users.</summary>
/// <param name="Users">Users who count with both.</param>
/// <param name="Difference">Mean of the users' differences, the first less the second.</param>
/// <param name="PValue">Probability of such a difference or a larger one if there were none, both sides; null with fewer than two users.</param>
public sealed record PairedTest(int Users, double Difference, double? PValue);

/// <summary>
/// Whether one model is better than another or only luckier. The paired t-test on the users' figures, which Smucker, Allan and Carterette
/// (CIKM 2007) found to agree with randomisation and bootstrap tests where Wilcoxon's and the sign test do not; and Holm's correction (Scandinavian
/// Journal of Statistics, 1979), which keeps the chance of a single false star among all comparisons below the level, whatever depends on what.
/// </summary>
public static class Significance
{
    /// <summary>Compares two models user by user.</summary>
    /// <param name="first">Each user's figure with one model.</param>
    /// <param name="second">With the other.</param>
    public static PairedTest Compare(IReadOnlyDictionary<int, double> first, IReadOnlyDictionary<int, double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        // In order of the users, so that the sum has one order.
        double[] differences = [.. first.Keys.Where(second.ContainsKey).Order().Select(user => first[user] - second[user])];
        int n = differences.Length;
        if (n == 0)
            return new PairedTest(0, 0, null);
        double mean = differences.Sum() / n;
        if (n < 2)
            return new PairedTest(n, mean, null);
        double variance = differences.Sum(d => (d - mean) * (d - mean)) / (n - 1);
        if (variance == 0)
            return new PairedTest(n, mean, mean == 0 ? 1 : 0);
        double t = Math.Abs(mean) / Math.Sqrt(variance / n);
        return new PairedTest(n, mean, Math.Min(1, 2 * StudentT.CDF(0, 1, n - 1, -t)));
    }

    /// <summary>
    /// Holm's step-down correction: the smallest of m values is multiplied by m, the next by m - 1 and so on, none falling below the one before,
    /// none above 1. What is not there is no comparison and stays so.
    /// </summary>
    public static double?[] Holm(IReadOnlyList<double?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        int[] order = [.. Enumerable.Range(0, values.Count).Where(n => values[n] is not null).OrderBy(n => values[n]).ThenBy(n => n)];
        var corrected = new double?[values.Count];
        double least = 0;
        for (int n = 0; n < order.Length; n++)
        {
            least = Math.Max(least, Math.Min(1, values[order[n]]!.Value * (order.Length - n)));
            corrected[order[n]] = least;
        }
        return corrected;
    }

    /// <summary>Stars for a corrected value: three below 0.001, two below 0.01, one below 0.05.</summary>
    public static string Stars(double? corrected) => corrected switch
    {
        < 0.001 => "***",
        < 0.01 => "**",
        < 0.05 => "*",
        _ => "",
    };
}
