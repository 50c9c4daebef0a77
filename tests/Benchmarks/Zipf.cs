using Pipeline.Sar;

namespace Pipeline.Benchmarks;

/// <summary>
/// Made-up interactions, the same for the same seed: items by rank r with weight 1 / (r + 10)^0.9, users with log-normal activity
/// (sigma 1), 50 tastes of which each turns the popularity of the items, 60 % of a user's rows after the own taste; weights 1 to 4, times
/// within a year.
/// </summary>
internal static class Zipf
{
    private const int Tastes = 50;
    private const long LastSecond = 1_704_067_200;

    public static Interactions Draw(int users, int items, int rows, int seed)
    {
        Random random = new(seed);
        double[] itemShares = Cumulative(items, rank => Math.Pow(rank + 10.0, -0.9));
        double[] userShares = Cumulative(users, _ => Math.Exp(Normal(random)));
        int[] taste = [.. Enumerable.Range(0, users).Select(_ => random.Next(Tastes))];
        int[] itemOfRank = [.. Enumerable.Range(0, items)];
        random.Shuffle(itemOfRank);

        int[] user = new int[rows], item = new int[rows];
        double[] weight = new double[rows];
        long[] time = new long[rows];
        for (int row = 0; row < rows; row++)
        {
            user[row] = Pick(userShares, random.NextDouble());
            int rank = Pick(itemShares, random.NextDouble());
            if (random.NextDouble() < 0.6)
                rank = (rank + taste[user[row]] * (items / Tastes)) % items;
            item[row] = itemOfRank[rank];
            weight[row] = random.NextDouble() switch { < 0.6 => 1, < 0.8 => 2, < 0.92 => 3, _ => 4 };
            time[row] = (LastSecond - random.Next(365 * 86_400)) * 1_000_000;
        }
        return new Interactions(users, items, user, item, weight, time);
    }

    private static double[] Cumulative(int count, Func<int, double> share)
    {
        double[] sums = new double[count];
        double sum = 0;
        for (int n = 0; n < count; n++)
            sums[n] = sum += share(n);
        for (int n = 0; n < count; n++)
            sums[n] /= sum;
        return sums;
    }

    private static int Pick(double[] cumulative, double uniform)
    {
        int found = Array.BinarySearch(cumulative, uniform);
        return Math.Min(found < 0 ? ~found : found + 1, cumulative.Length - 1);
    }

    /// <summary>Box and Muller.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
