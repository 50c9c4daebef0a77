using System.Globalization;
using System.Runtime.InteropServices;
using Pipeline.Sar;

namespace Pipeline.Benchmarks;

/// <summary>
/// Fits SAR and recommends ten items to every user, the plain way (the whole similarity, then user after user) and the fast way in the
/// same round, and prints what it cost as a Markdown table.
/// </summary>
internal static class SarBenchmark
{
    private static readonly Set[] Sets =
    [
        new("1 M rows, 10,000 items, 100,000 users", 100_000, 10_000, 1_000_000, 7, HasPlain: true),
        new("5 M rows, 50,000 items, 100,000 users", 100_000, 50_000, 5_000_000, 9, HasPlain: false),
        new("1 M rows, 400,000 items, 100,000 users", 100_000, 400_000, 1_000_000, 10, HasPlain: true),
        new("10 M rows, 20,000 items, 500,000 users", 500_000, 20_000, 10_000_000, 8, HasPlain: true),
    ];

    // So often a process does the same before it is measured warm: by then the run-time has compiled all of it for good.
    private const int WarmUps = 4;

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["make", string path, string set]:
                Write(path, Sets[int.Parse(set, CultureInfo.InvariantCulture)]);
                return 0;
            case ["measure", string path, string way]:
                await MeasureAsync(path, way, before: 0);
                return 0;
            case ["measure-warm", string path, string way]:
                await MeasureAsync(path, way, WarmUps);
                return 0;
            case ["files", .. string[] paths]:
                PrintHead();
                foreach (string path in paths)
                    Print(Path.GetFileNameWithoutExtension(path), path, hasPlain: true, rounds: 3);
                return 0;
            case []:
                RunAll(rounds: 3);
                return 0;
            case ["--rounds", string text]:
                RunAll(int.Parse(text, CultureInfo.InvariantCulture));
                return 0;
            default:
                Console.Error.WriteLine("usage: benchmarks sar [--rounds <rounds>] | benchmarks sar files <path>...");
                return 2;
        }
    }

    private static void RunAll(int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("benchmark-").FullName;
        try
        {
            PrintHead();
            for (int set = 0; set < Sets.Length; set++)
            {
                string path = Path.Combine(folder, "interactions.bin");
                Measurement.InChildProcess("sar", "make", path, set.ToString(CultureInfo.InvariantCulture));
                Print(Sets[set].Name, path, Sets[set].HasPlain, rounds);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void PrintHead()
    {
        Console.WriteLine("| data | way | wall s, cold | wall s, warm | CPU s, warm | peak MB | estimate MB | times less CPU |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    }

    private static void Print(string name, string path, bool hasPlain, int rounds)
    {
        string[] ways = hasPlain ? ["plain", "fast", "200"] : ["fast", "200"];
        List<Measurement>[] cold = [.. ways.Select(_ => new List<Measurement>())], warm = [.. ways.Select(_ => new List<Measurement>())];
        for (int round = 0; round < rounds; round++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                cold[way].Add(Measurement.InChildProcess("sar", "measure", path, ways[way]));
                // The plain way takes so long that compiling is nothing beside it.
                warm[way].Add(ways[way] == "plain" ? cold[way][^1] : Measurement.InChildProcess("sar", "measure-warm", path, ways[way]));
            }
        }
        Interactions data = Read(path);
        double plain = Measurement.Median(warm[0]).CpuSeconds;
        for (int way = 0; way < ways.Length; way++)
        {
            Measurement first = Measurement.Median(cold[way]), later = Measurement.Median(warm[way]);
            string estimate = ways[way] == "plain" ? "" : F($"{SarModel.Estimate(data, OptionsFor(data, ways[way])).Peak / 1e6:F0}");
            string ratio = hasPlain ? F($"{plain / later.CpuSeconds:F1}") : "";
            string label = ways[way] == "200" ? "200 neighbours" : ways[way];
            Console.WriteLine(F(
                $"| {(way == 0 ? name : "")} | {label} | {first.Seconds:F2} | {later.Seconds:F2} | {later.CpuSeconds:F2} | {first.PeakBytes / 1e6:F0} | {estimate} | {ratio} |"));
        }

        static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task MeasureAsync(string path, string way, int before)
    {
        Interactions data = Read(path);
        for (int n = 0; n < before; n++)
            FitAndRecommend(data, way);
        await Measurement.PrintAsync(() =>
        {
            FitAndRecommend(data, way);
            return Task.CompletedTask;
        });
    }

    private static void FitAndRecommend(Interactions data, string way)
    {
        var tuning = new RecommendTuning { Path = way == "plain" ? RecommendPath.Plain : null };
        SarModel model = SarModel.Fit(data, OptionsFor(data, way));
        int[] users = new int[model.UserCount];
        for (int user = 0; user < users.Length; user++)
            users[user] = user;
        if (model.RecommendTo(users, new RecommendOptions(), tuning).Items.Length == 0)
            throw new InvalidOperationException("Nothing was recommended.");
    }

    /// <summary>Without times there is nothing to decay.</summary>
    private static SarOptions OptionsFor(Interactions data, string way) => new()
    {
        HalfLifeDays = data.NewestTime() > 0 ? 30 : null,
        Neighbours = way == "200" ? 200 : 0,
    };

    private static void Write(string path, Set set)
    {
        Interactions data = Zipf.Draw(set.Users, set.Items, set.Rows, set.Seed);
        using FileStream file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes<int>([data.Count, data.UserCount, data.ItemCount]));
        file.Write(MemoryMarshal.AsBytes(data.Users.Span));
        file.Write(MemoryMarshal.AsBytes(data.Items.Span));
        file.Write(MemoryMarshal.AsBytes(data.Weights.Span));
        file.Write(MemoryMarshal.AsBytes(data.Times.Span));
        Console.WriteLine("0 0 0");
    }

    /// <summary>Reads rows, users and items, then the four columns, as they lie in memory.</summary>
    private static Interactions Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        int[] shape = Column<int>(file, 3);
        return new Interactions(
            shape[1], shape[2], Column<int>(file, shape[0]), Column<int>(file, shape[0]), Column<double>(file, shape[0]),
            Column<long>(file, shape[0]));
    }

    private static T[] Column<T>(FileStream file, int length)
        where T : unmanaged
    {
        T[] values = new T[length];
        file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private sealed record Set(string Name, int Users, int Items, int Rows, int Seed, bool HasPlain);
}
