using System.Globalization;
using Pipeline.Evaluation;
using Pipeline.Models;
using Pipeline.Sar;

namespace Pipeline.Benchmarks;

/// <summary>Measures all figures of 100,000 lists of 10, with and without intervals, and prints as a Markdown table what they cost.</summary>
internal static class EvaluationBenchmark
{
    private const int Users = 100_000, Items = 20_000, Seen = 20, HeldOut = 5, K = 10;

    private static readonly (string Name, int Resamples)[] Operations = [("data alone", -1), ("all figures", 0), ("with 1,000 resamples", 1000)];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["measure", string number])
        {
            await MeasureAsync(Operations[int.Parse(number, CultureInfo.InvariantCulture)].Resamples);
            return 0;
        }
        int rounds = args is ["--rounds", string text] ? int.Parse(text, CultureInfo.InvariantCulture) : 3;
        Console.WriteLine("| operation | wall s | CPU s | peak MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        for (int operation = 0; operation < Operations.Length; operation++)
        {
            string argument = operation.ToString(CultureInfo.InvariantCulture);
            Measurement m = Measurement.Median([.. Enumerable.Range(0, rounds).Select(_ => Measurement.InChildProcess("evaluation", "measure", argument))]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {Operations[operation].Name} | {m.Seconds:F2} | {m.CpuSeconds:F2} | {m.PeakBytes / 1e6:F0} |"));
        }
        return 0;
    }

    private static Task MeasureAsync(int resamples)
    {
        EvaluationData data = Draw();
        return Measurement.PrintAsync(() =>
        {
            if (resamples >= 0)
                Evaluator.Evaluate(data, new EvaluationOptions { Ks = [K], Resamples = resamples, ItemGroups = [Grouping.ByPopularity(data.Training!)] });
            return Task.CompletedTask;
        });
    }

    /// <summary>Items drawn with a skew like that of shops: few have most.</summary>
    private static EvaluationData Draw()
    {
        int[] users = new int[Users * Seen], items = new int[Users * Seen], truthUsers = new int[Users * HeldOut], truthItems = new int[Users * HeldOut];
        int[] listed = new int[Users * K];
        long[] starts = new long[Users + 1];
        var own = new HashSet<int>();
        for (int user = 0; user < Users; user++)
        {
            var random = new SeededRandom(11, user);
            for (int n = 0; n < Seen; n++)
                (users[user * Seen + n], items[user * Seen + n]) = (user, Item(ref random));
            for (int n = 0; n < HeldOut; n++)
                (truthUsers[user * HeldOut + n], truthItems[user * HeldOut + n]) = (user, Item(ref random));
            own.Clear();
            while (own.Count < K)
                own.Add(Item(ref random));
            own.CopyTo(listed, user * K);
            starts[user + 1] = (user + 1L) * K;
        }
        double[] scores = new double[listed.Length];
        return new EvaluationData(
            PairTable.Of(Users, Items, truthUsers, truthItems), new RecommendationLists([.. Enumerable.Range(0, Users)], starts, listed, scores),
            PairTable.Of(Users, Items, users, items));

        static int Item(ref SeededRandom random)
        {
            double draw = random.NextDouble();
            return (int)(Items * draw * draw * draw);
        }
    }
}
