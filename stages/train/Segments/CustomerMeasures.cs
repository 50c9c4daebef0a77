using Pipeline.Contracts;

namespace Pipeline.Train;

/// <summary>What is known of one customer's purchases.</summary>
/// <param name="RecencyDays">Days from the last purchase to the reference time; from the last interaction for those who never bought.</param>
/// <param name="Frequency">Days with a purchase.</param>
/// <param name="Monetary">Revenue, returns taken off.</param>
/// <param name="R">Fifth of the buyers by recency, 5 the most recent; 0 for those who never bought.</param>
/// <param name="F">Fifth of the buyers by frequency, 5 the most frequent.</param>
/// <param name="M">Fifth of the buyers by revenue, 5 the highest.</param>
internal readonly record struct CustomerMeasures(double RecencyDays, int Frequency, double Monetary, int R, int F, int M)
{
    private const double MicrosPerDay = 86_400e6;

    /// <summary>The names that rules use, each with its value.</summary>
    public static readonly IReadOnlyDictionary<string, Func<CustomerMeasures, double>> ByName = new Dictionary<string, Func<CustomerMeasures, double>>
    {
        [Segments.RecencyDays.Name] = of => of.RecencyDays,
        [Segments.Frequency.Name] = of => of.Frequency,
        [Segments.Monetary.Name] = of => of.Monetary,
        [Segments.R.Name] = of => of.R,
        [Segments.F.Name] = of => of.F,
        [Segments.M.Name] = of => of.M,
    };

    /// <summary>Of each customer, by index. O(n log n).</summary>
    public static CustomerMeasures[] Of(UserTable users, long referenceTime)
    {
        double[] recency = [.. users.LastTime.Select(time => Math.Max(0, referenceTime - time) / MicrosPerDay)];
        int[] buyers = [.. Enumerable.Range(0, users.Count).Where(user => users.Frequency[user] > 0)];
        // The most recent are the best, so the fifths are taken of the negative days.
        int[] r = FifthsOfBuyers(user => -recency[user]), f = FifthsOfBuyers(user => users.Frequency[user]), m = FifthsOfBuyers(user => users.Monetary[user]);
        return [.. Enumerable.Range(0, users.Count).Select(user =>
            new CustomerMeasures(recency[user], users.Frequency[user], users.Monetary[user], r[user], f[user], m[user]))];

        int[] FifthsOfBuyers(Func<int, double> value)
        {
            int[] fifths = Fifths.Of([.. buyers.Select(value)]);
            var all = new int[users.Count];
            for (int b = 0; b < buyers.Length; b++)
                all[buyers[b]] = fifths[b];
            return all;
        }
    }
}
