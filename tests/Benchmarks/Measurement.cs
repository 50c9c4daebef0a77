using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Benchmarks;

/// <summary>What one operation cost, measured in a process of its own so that its peak memory is its own.</summary>
/// <param name="Seconds">Wall time of the operation.</param>
/// <param name="CpuSeconds">Processor time of the operation, all threads.</param>
/// <param name="PeakBytes">Most memory the process had resident, the run-time included.</param>
internal sealed record Measurement(double Seconds, double CpuSeconds, long PeakBytes)
{
    /// <summary>Measures in this process and prints the result for <see cref="InChildProcess"/>.</summary>
    public static async Task PrintAsync(Func<Task> operation)
    {
        using Process self = Process.GetCurrentProcess();
        TimeSpan cpuBefore = self.TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        await operation();
        watch.Stop();
        self.Refresh();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{watch.Elapsed.TotalSeconds:R} {(self.TotalProcessorTime - cpuBefore).TotalSeconds:R} {self.PeakWorkingSet64}"));
    }

    /// <summary>Starts this program with other arguments and reads what it prints.</summary>
    public static Measurement InChildProcess(params string[] args)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Started by the dotnet command, the program is its first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(Measurement).Assembly.Location);
        foreach (string arg in args)
            start.ArgumentList.Add(arg);
        using Process child = Process.Start(start)!;
        // What is measured may have written before.
        string line = child.StandardOutput.ReadToEnd().Trim().Split('\n')[^1];
        child.WaitForExit();
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"'{string.Join(' ', args)}' ended with {child.ExitCode}.");
        string[] parts = line.Split(' ');
        return new(
            double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture),
            long.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    /// <summary>The middle of several rounds, each figure by itself; peak memory is the largest.</summary>
    public static Measurement Median(IReadOnlyCollection<Measurement> rounds) => new(
        Middle(rounds.Select(r => r.Seconds)), Middle(rounds.Select(r => r.CpuSeconds)), rounds.Max(r => r.PeakBytes));

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
