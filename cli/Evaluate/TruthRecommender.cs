using System.Text;
using Pipeline.Cli.Generate;
using Pipeline.Cli.Sar;
using Pipeline.Evaluation;
using Pipeline.Hosting;
using Pipeline.Models;
using Pipeline.Records;
using Pipeline.Sar;

namespace Pipeline.Cli.Evaluate;

/// <summary>
/// Knows how a generated shop was made, and ranks items by the probability that a view in the held-out time is of them (the formula in
/// <c>cli/Generate/README.md</c>, mean over the days). No model that learns can be expected to do better, except by knowing which items of a series follow each other.
/// </summary>
internal sealed class TruthRecommender : IRecommender
{
    private const double MicrosPerDay = 86_400e6;

    private readonly int[] categoryOf;
    private readonly double[][] weightOfDay;
    private readonly double[] shares;
    private readonly double[,] tastes;

    private TruthRecommender(int[] categoryOf, double[][] weightOfDay, double[] shares, double[,] tastes)
    {
        this.categoryOf = categoryOf;
        this.weightOfDay = weightOfDay;
        this.shares = shares;
        this.tastes = tastes;
    }

    /// <inheritdoc/>
    public string Name => ModelSpec.Truth;

    /// <summary>Reads the truth of a shop that was generated with the usual first day and number of days.</summary>
    /// <exception cref="StageException">It is no such shop.</exception>
    public static TruthRecommender Read(string folder, IdSpace ids, Split split)
    {
        var categories = new Dictionary<string, int>(StringComparer.Ordinal);
        List<double> shares = [];
        foreach (Fields row in Rows(folder, "truth-categories.csv", "category", "share"))
        {
            categories.Add(row.Text(0), shares.Count);
            shares.Add(row.Number(1));
        }
        DateOnly firstDay = new ShopOptions { Users = 1, Items = 1, Interactions = 1, Seed = 1 }.FirstDay;
        int days = new ShopOptions { Users = 1, Items = 1, Interactions = 1, Seed = 1 }.Days;
        DateOnly[] heldOut = HeldOutDays(split);
        int[] categoryOf = new int[ids.Items.Count];
        Array.Fill(categoryOf, -1);
        double[][] weights = [.. heldOut.Select(_ => new double[ids.Items.Count])];
        foreach (Fields row in Rows(
            folder, "truth-items.csv", "item_id", "category", "base_popularity", "trend", "season_peak_day", "season_strength", "available_from"))
        {
            int position = ids.ItemTexts.Find(Encoding.UTF8.GetBytes(row.Text(0)));
            // An item nobody ever saw has no index; nor is it held out.
            if (position < 0)
                continue;
            int item = ids.Items.Indices[position];
            categoryOf[item] = categories[row.Text(1)];
            string from = row.Text(6);
            for (int d = 0; d < heldOut.Length; d++)
                if (from.Length == 0 || DateOnly.Parse(from.AsSpan(0, 10), System.Globalization.CultureInfo.InvariantCulture) <= heldOut[d])
                    weights[d][item] = Weight(row.Number(2), row.Number(3), row.Number(5), (int)row.Number(4), heldOut[d], heldOut[d].DayNumber - firstDay.DayNumber, days);
        }
        double[,] tastes = new double[ids.Users.Count, shares.Count];
        foreach (Fields row in Rows(folder, "truth.csv", "user_id", "category", "taste"))
            if (ids.UserTexts.Find(Encoding.UTF8.GetBytes(row.Text(0))) is var position and >= 0)
                tastes[ids.Users.Indices[position], categories[row.Text(1)]] = row.Number(2);
        return new TruthRecommender(categoryOf, weights, [.. shares], tastes);
    }

    /// <inheritdoc/>
    public IRecommenderModel Fit(Interactions training, int threads, CancellationToken cancellation) => new Model(this, PairTable.Of(training));

    private static double Weight(double popularity, double trend, double strength, int peak, DateOnly date, int day, int days)
    {
        int apart = Math.Abs(Math.Min(date.DayOfYear, 365) - peak);
        double near = Math.Max(0, 1 - Math.Min(apart, 365 - apart) / 45.0), progress = days == 1 ? 0 : 2.0 * day / (days - 1) - 1;
        return popularity * (1 + trend * progress) * (1 + strength * near * near);
    }

    private static DateOnly[] HeldOutDays(Split split)
    {
        var days = new SortedSet<DateOnly>();
        foreach (long time in split.Truth.Times.Span)
            days.Add(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(Math.Floor(time / MicrosPerDay))));
        return [.. days];
    }

    private static IEnumerable<Fields> Rows(string folder, string name, params string[] headers)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
            throw new StageException(ExitCode.Usage, $"--shop '{folder}' is no generated shop: '{name}' is not there.");
        using StrictRecords file = StrictRecords.Open(path, new RecordSettings(), [.. headers.Select(h => new RecordColumn(h, h, IsRequired: true))], option: null);
        while (file.Read())
            yield return new Fields(file);
    }

    /// <summary>The fields of the current record, read as what the generator wrote.</summary>
    private readonly record struct Fields(StrictRecords File)
    {
        public string Text(int column) => Encoding.UTF8.GetString(File[column]);

        public double Number(int column) => FieldParser.TryNumber(File[column], out double number)
            ? number : throw File.Refuse(column, "is not a finite number", "generate the shop again");
    }

    private sealed class Model(TruthRecommender truth, SparseMatrix seen) : IRecommenderModel
    {
        public RecommendationLists Recommend(ReadOnlyMemory<int> users, int k, int threads, CancellationToken cancellation)
        {
            int items = truth.categoryOf.Length;
            // By day: the demand of each category, and of the shop.
            double[][] demand = [.. truth.weightOfDay.Select(CategoryDemand)];
            double[] ofShop = [.. demand.Select(day => day.Zip(truth.shares, (d, s) => d * s).Sum())];
            var lists = new int[users.Length][];
            var scores = new double[users.Length][];
            Parallel.For(
                0, users.Length, new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellation },
                n =>
                {
                    int user = users.Span[n];
                    double[] sum = new double[items];
                    for (int d = 0; d < demand.Length; d++)
                        AddDay(user, d, demand[d], ofShop[d], sum);
                    lists[n] =
                    [
                        .. Enumerable.Range(0, items).Where(item => sum[item] > 0 && seen.Find(user, item) < 0)
                            .OrderByDescending(item => sum[item]).ThenBy(item => item).Take(k),
                    ];
                    scores[n] = [.. lists[n].Select(item => sum[item])];
                });
            long[] starts = new long[lists.Length + 1];
            for (int n = 0; n < lists.Length; n++)
                starts[n + 1] = starts[n] + lists[n].Length;
            return new RecommendationLists(users.ToArray(), starts, [.. lists.SelectMany(l => l)], [.. scores.SelectMany(s => s)]);
        }

        private double[] CategoryDemand(double[] weights)
        {
            double[] sums = new double[truth.shares.Length];
            for (int item = 0; item < weights.Length; item++)
                if (truth.categoryOf[item] >= 0)
                    sums[truth.categoryOf[item]] += weights[item];
            return sums;
        }

        private void AddDay(int user, int day, double[] demand, double ofShop, double[] sum)
        {
            double ofUser = 0;
            for (int category = 0; category < demand.Length; category++)
                ofUser += truth.tastes[user, category] * demand[category];
            for (int item = 0; item < sum.Length; item++)
                if (truth.categoryOf[item] is var category and >= 0)
                    sum[item] += truth.weightOfDay[day][item]
                        * ((ofUser > 0 ? 0.9 * truth.tastes[user, category] / ofUser : 0) + 0.1 * truth.shares[category] / ofShop);
        }
    }
}
