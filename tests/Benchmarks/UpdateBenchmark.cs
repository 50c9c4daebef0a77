using System.Globalization;
using Pipeline.Sar;

namespace Pipeline.Benchmarks;

/// <summary>
/// Holds back the last interactions, updates a model of the others with them, and prints as a Markdown table what counting them and the
/// whole update cost beside counting everything and the whole fit; and what a list for one user costs with and without kept counts.
/// </summary>
internal static class UpdateBenchmark
{
    private const int UsersAsked = 200;

    private static readonly Set[] Sets =
    [
        new("1 M rows, 10,000 items", 100_000, 10_000, 1_000_000, 7),
        new("10 M rows, 20,000 items", 500_000, 20_000, 10_000_000, 8),
    ];

    private static readonly string[] Shares = ["0.001", "0.01"];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["measure", string operation, string number, string part])
        {
            await MeasureAsync(operation, Sets[int.Parse(number, CultureInfo.InvariantCulture)], double.Parse(part, CultureInfo.InvariantCulture));
            return 0;
        }
        int rounds = args is ["--rounds", string text] ? int.Parse(text, CultureInfo.InvariantCulture) : 3;
        Console.WriteLine("| data | new | new pairs | count all | count new | ratio | fit | update | peak MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (int set = 0; set < Sets.Length; set++)
            foreach (string share in Shares)
                Print(set, share, rounds);
        Console.WriteLine();
        Console.WriteLine("| data | a user, counted | a user, kept |");
        Console.WriteLine("| --- | ---: | ---: |");
        for (int set = 0; set < Sets.Length; set++)
            PrintUser(set, rounds);
        return 0;
    }

    private static void Print(int set, string share, int rounds)
    {
        (Interactions first, _, Interactions all) = Draw(Sets[set], Share(share));
        long pairs = SarModel.Fit(all, new SarOptions()).Affinity.Count - SarModel.Fit(first, new SarOptions()).Affinity.Count;
        Measurement[] m = Medians(["count-all", "count-new", "fit", "update"], set, share, rounds);
        double wall = m[1].Seconds / m[0].Seconds, cpu = m[1].CpuSeconds / m[0].CpuSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {Sets[set].Name} | {Share(share):0.#%} | {pairs:N0} | {Seconds(m[0])} | {Seconds(m[1])} | {wall:F2} ({cpu:F2}) | {Seconds(m[2])} | {Seconds(m[3])} | {m[2].PeakBytes / 1e6:F0}, {m[3].PeakBytes / 1e6:F0} |"));
    }

    private static void PrintUser(int set, int rounds)
    {
        Measurement[] m = Medians(["ask-counted", "ask-kept"], set, Shares[0], rounds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {Sets[set].Name} | {1000 * m[0].CpuSeconds / UsersAsked:F2} ms | {1000 * m[1].CpuSeconds / UsersAsked:F2} ms |"));
    }

    private static Measurement[] Medians(string[] operations, int set, string share, int rounds)
    {
        List<Measurement>[] measured = [.. operations.Select(_ => new List<Measurement>())];
        for (int round = 0; round < rounds; round++)
            for (int n = 0; n < operations.Length; n++)
                measured[n].Add(Measurement.InChildProcess("update", "measure", operations[n], set.ToString(CultureInfo.InvariantCulture), share));
        return [.. measured.Select(Measurement.Median)];
    }

    private static string Seconds(Measurement m) => string.Create(CultureInfo.InvariantCulture, $"{m.Seconds:F3} ({m.CpuSeconds:F3})");

    private static double Share(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static (Interactions First, Interactions More, Interactions All) Draw(Set set, double share)
    {
        Interactions all = Zipf.Draw(set.Users, set.Items, set.Rows, set.Seed);
        int known = set.Rows - (int)(set.Rows * share);
        return (Rows(0, known), Rows(known, set.Rows), all);

        Interactions Rows(int from, int to) => new(
            all.UserCount, all.ItemCount, all.Users[from..to], all.Items[from..to], all.Weights[from..to], all.Times[from..to]);
    }

    private static Task MeasureAsync(string operation, Set set, double share)
    {
        (Interactions first, Interactions more, Interactions all) = Draw(set, share);
        var options = new SarOptions { Updatable = operation != "ask-counted" };
        switch (operation)
        {
            case "fit":
                return Measurement.PrintAsync(() => Task.FromResult(SarModel.Fit(all, options)));
            case "update":
                SarModel known = SarModel.Fit(first, options);
                return Measurement.PrintAsync(() => Task.FromResult(known.Update(more)));
            case "count-all":
                (_, CoOccurrenceIndex whole) = Index(all);
                return Measurement.PrintAsync(() => Task.FromResult(KeptCounts.Count(whole, 0, default)));
            case "count-new":
                (Incidence before, CoOccurrenceIndex index) = Index(first);
                (Incidence now, CoOccurrenceIndex next) = Index(all);
                KeptCounts counts = KeptCounts.Count(index, 0, default);
                return Measurement.PrintAsync(() => Task.FromResult(counts.TryMove(index, before, next, now, null, 0)));
            default:
                SarModel model = SarModel.Fit(all, options);
                return Measurement.PrintAsync(() =>
                {
                    for (int n = 0; n < UsersAsked; n++)
                        model.Recommend(n * (model.UserCount / UsersAsked));
                    return Task.CompletedTask;
                });
        }
    }

    private static (Incidence Units, CoOccurrenceIndex Index) Index(Interactions data)
    {
        Incidence units = SarModel.Fit(data, new SarOptions()).Affinity.Pattern;
        return (units, new CoOccurrenceIndex(units, units, 0, default));
    }

    private sealed record Set(string Name, int Users, int Items, int Rows, int Seed);
}
