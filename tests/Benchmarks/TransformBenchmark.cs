using System.Globalization;
using System.Reflection;

namespace Pipeline.Benchmarks;

/// <summary>Generates a shop, loads it and prints what transforming it cost as a Markdown table, by itself, with every option that takes time, and within a budget of memory.</summary>
internal static class TransformBenchmark
{
    private static readonly string[] All =
        ["--weight-factor", "revenue", "--exclude-users", "0$", "--max-daily-interactions", "200", "--min-user-items", "5", "--min-item-users", "5", "--holdout-last", "14d"];

    private static readonly (string Name, string[] Options)[] Ways =
    [
        ("defaults", []),
        ("all options", All),
        ("defaults, 300 MB", ["--memory", "300MB"]),
        ("all options, 300 MB", [.. All, "--memory", "300MB"]),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["generate", string folder, string rows]:
                await Measurement.PrintAsync(() => Task.Run(() => RunProgram(
                    "Pipeline.Cli", "generate", "--users", "500000", "--items", "20000", "--interactions", rows, "--seed", "1", "--output", folder)));
                return 0;
            case ["load", string folder, string run]:
                await Measurement.PrintAsync(() => Task.Run(() => RunProgram(
                    "Pipeline.Load", "--run", run, "--interactions", Path.Combine(folder, "interactions.csv"), "--catalogue", Path.Combine(folder, "catalogue.csv"))));
                return 0;
            case ["stage", string run, .. string[] options]:
                await Measurement.PrintAsync(() => Task.Run(() => RunProgram("Pipeline.Transform", ["--run", run, .. options])));
                return 0;
        }
        long count = Option(args, "--rows", 10_000_000);
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
        Measurement.InChildProcess("transform", "generate", folder, count.ToString(CultureInfo.InvariantCulture));
        Measurement.InChildProcess("transform", "load", folder, run);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} rows (median of {rounds} rounds; peak: the largest)"));
        Console.WriteLine();
        Console.WriteLine("| way | million rows/s | wall s | CPU s | peak MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach ((string name, string[] options) in Ways)
        {
            List<Measurement> measured = [];
            for (int round = 0; round < rounds; round++)
            {
                measured.Add(Measurement.InChildProcess(["transform", "stage", run, .. options]));
                Directory.Delete(Path.Combine(run, "02-transformed"), recursive: true);
            }
            Measurement m = Measurement.Median(measured);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {count / m.Seconds / 1e6:F2} | {m.Seconds:F2} | {m.CpuSeconds:F2} | {m.PeakBytes / 1e6:F0} |"));
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
