using System.Globalization;
using System.Reflection;

namespace Pipeline.Benchmarks;

/// <summary>Generates a shop, loads and transforms it, and prints what the whole train stage cost as a Markdown table, with one model, with one for each segment, and under rules.</summary>
internal static class TrainBenchmark
{
    private static readonly (string Name, string[] Options)[] Ways =
    [
        ("one model", []),
        ("a model for each segment", ["--models", "segment"]),
        ("price floor, two of a category, new arrivals, pinned", ["--rules", RulesFile, "--max-top-share", "100%"]),
        ("the same, products due again, diversity", ["--rules", RulesFile, "--repurchase-after-days", "90", "--diversity", "0.3", "--max-top-share", "100%"]),
    ];

    /// <summary>Stands for the file until there is one.</summary>
    private const string RulesFile = "<rules>";

    private const string Rules =
        """
        {
          "price": { "min": 2 },
          "max_per_category": 2,
          "new_arrivals": { "within_days": 60, "at_least": 1 },
          "pinned": { "items": ["PINNED"], "share": 0.1 }
        }
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["generate", string folder, string rows]:
                await Measurement.PrintAsync(() => Task.Run(() => RunProgram(
                    "Pipeline.Cli", "generate", "--users", "100000", "--items", "50000", "--interactions", rows, "--seed", "1", "--output", folder)));
                return 0;
            case ["load", string folder, string run]:
                await Measurement.PrintAsync(() => Task.Run(() => RunProgram(
                    "Pipeline.Load", "--run", run, "--interactions", Path.Combine(folder, "interactions.csv"), "--catalogue", Path.Combine(folder, "catalogue.csv"))));
                return 0;
            case ["transform", string run]:
                await Measurement.PrintAsync(() => Task.Run(() => RunProgram("Pipeline.Transform", "--run", run)));
                return 0;
            case ["stage", string run, .. string[] options]:
                await Measurement.PrintAsync(() => Task.Run(() => RunProgram("Pipeline.Train", ["--run", run, .. options])));
                return 0;
        }
        long count = Option(args, "--rows", 5_000_000);
        int rounds = (int)Option(args, "--rounds", 3);
        string temporary = Directory.CreateTempSubdirectory("benchmark-").FullName;
        try
        {
            Print(Path.Combine(temporary, "shop"), Path.Combine(temporary, "run"), count, rounds);
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
        return 0;
    }

    private static void Print(string folder, string run, long count, int rounds)
    {
        Measurement.InChildProcess("train", "generate", folder, count.ToString(CultureInfo.InvariantCulture));
        Measurement.InChildProcess("train", "load", folder, run);
        Measurement.InChildProcess("train", "transform", run);
        string rules = Path.Combine(folder, "rules.json");
        string pinned = File.ReadLines(Path.Combine(folder, "catalogue.csv")).Skip(1).First().Split(',')[0];
        File.WriteAllText(rules, Rules.Replace("PINNED", pinned, StringComparison.Ordinal));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} interactions, 100,000 customers, 50,000 products (median of {rounds} rounds; peak: the largest)"));
        Console.WriteLine();
        Console.WriteLine("| way | wall s | CPU s | peak MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach ((string name, string[] options) in Ways)
        {
            List<Measurement> measured = [];
            for (int round = 0; round < rounds; round++)
            {
                measured.Add(Measurement.InChildProcess(["train", "stage", run, .. options.Select(option => option == RulesFile ? rules : option)]));
                Directory.Delete(Path.Combine(run, "03-recommended"), recursive: true);
            }
            Measurement m = Measurement.Median(measured);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {m.Seconds:F1} | {m.CpuSeconds:F1} | {m.PeakBytes / 1e6:F0} |"));
        }
    }

    /// <summary>A program as it is, started within this process so that its processor time and memory are this one's.</summary>
    private static void RunProgram(string assembly, params string[] args)
    {
        object? code = Assembly.Load(assembly).EntryPoint!.Invoke(null, [args]);
        if (code is not 0)
            throw new InvalidOperationException($"{assembly} ended with {code}.");
    }

    private static long Option(string[] args, string name, long otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? otherwise : long.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}
