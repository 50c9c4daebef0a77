using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using CsvHelper;
using Pipeline.Records;

namespace Pipeline.Benchmarks;

/// <summary>
/// Reads a generated file of interactions with CsvHelper alone, with the project's own reader on top of it, and with the whole load stage,
/// and prints what each cost as a Markdown table.
/// </summary>
internal static class LoadBenchmark
{
    private const int Fields = 7;

    /// <summary>What the project's reader has to ask for, so that a bad quote costs one line and every line has its number.</summary>
    private static readonly CsvReaderOptions LineExact = new()
    {
        TrackLineNumbers = true,
        AllowLineBreaksInQuotes = false,
        MalformedData = CsvMalformedDataHandling.Recover,
        OnMalformedRecord = _ => { },
    };

    private static readonly RecordColumn[] Columns =
        [.. new[] { "user_id", "item_id", "event", "time", "quantity", "price", "basket_id" }.Select(name => new RecordColumn(name, name, IsRequired: true))];

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["csvhelper", string path, string warm]:
                await MeasureWarmAsync(p => ReadBare(p, new CsvReaderOptions()), path, warm);
                return 0;
            case ["csvhelper-lines", string path, string warm]:
                await MeasureWarmAsync(p => ReadBare(p, LineExact), path, warm);
                return 0;
            case ["records", string path, string warm]:
                await MeasureWarmAsync(ReadRecords, path, warm);
                return 0;
            case ["stage", string path, string run]:
                await Measurement.PrintAsync(() => Task.Run(() => RunStage(path, run)));
                return 0;
        }
        long rows = Option(args, "--rows", 10_000_000);
        int rounds = (int)Option(args, "--rounds", 5);
        string folder = Directory.CreateTempSubdirectory("benchmark-").FullName;
        try
        {
            string path = Generate(Path.Combine(folder, "large"), rows), warm = Generate(Path.Combine(folder, "small"), 100_000);
            Print(path, warm, Path.Combine(folder, "run"), rows, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    /// <summary>Both readers take less than a second, in which the compiler's work on a cold program would be half of what is measured.</summary>
    private static Task MeasureWarmAsync(Action<string> read, string path, string warm)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2))
            read(warm);
        return Measurement.PrintAsync(() => Task.Run(() => read(path)));
    }

    private static void Print(string path, string warm, string run, long rows, int rounds)
    {
        List<Measurement> bare = [], exact = [], records = [], whole = [];
        for (int round = 0; round < rounds; round++)
        {
            bare.Add(Measurement.InChildProcess("load", "csvhelper", path, warm));
            exact.Add(Measurement.InChildProcess("load", "csvhelper-lines", path, warm));
            records.Add(Measurement.InChildProcess("load", "records", path, warm));
            whole.Add(Measurement.InChildProcess("load", "stage", path, run));
            Directory.Delete(run, recursive: true);
        }
        double megabytes = new FileInfo(path).Length / 1e6;
        Measurement baseline = Measurement.Median(bare);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rows:N0} lines of seven columns, {megabytes:N0} MB (median of {rounds} rounds; peak: the largest)"));
        Console.WriteLine();
        Console.WriteLine("| way | million rows/s | MB/s | wall s | CPU s | peak MB | speed against CsvHelper | by CPU |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach ((string name, Measurement m) in new[]
        {
            ("CsvHelper alone, every field", baseline), ("CsvHelper alone, with line numbers and faults", Measurement.Median(exact)),
            ("record source, every field", Measurement.Median(records)), ("load stage", Measurement.Median(whole)),
        })
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {rows / m.Seconds / 1e6:F2} | {megabytes / m.Seconds:F0} | {m.Seconds:F2} | {m.CpuSeconds:F2} | {m.PeakBytes / 1e6:F0} | {baseline.Seconds / m.Seconds:P0} | {baseline.CpuSeconds / m.CpuSeconds:P0} |"));
        }
    }

    /// <summary>A shop's log as the tool invents it.</summary>
    private static string Generate(string folder, long rows)
    {
        MethodInfo main = Assembly.Load("Pipeline.Cli").EntryPoint!;
        object? code = main.Invoke(
            null, [new[] { "generate", "--users", "500000", "--items", "20000", "--interactions", rows.ToString(CultureInfo.InvariantCulture), "--output", folder }]);
        return code is 0 ? Path.Combine(folder, "interactions.csv") : throw new InvalidOperationException($"Generating ended with {code}.");
    }

    private static void ReadBare(string path, CsvReaderOptions options)
    {
        using CsvReader reader = CsvReader.FromFile(path, options);
        reader.ReadHeader();
        long sum = 0;
        while (reader.Read())
            for (int field = 0; field < Fields; field++)
                sum += Look(reader.GetSpan(field));
        Check(sum);
    }

    private static void ReadRecords(string path)
    {
        using RecordSource source = RecordSource.Open(path, new RecordSettings(), Columns, option: null);
        long sum = 0;
        while (source.Read())
            for (int field = 0; field < Fields; field++)
                sum += Look(source[field]);
        Check(sum);
    }

    /// <summary>The program as it is, started within this process so that its processor time is this one's.</summary>
    private static void RunStage(string path, string run)
    {
        MethodInfo main = Assembly.Load("Pipeline.Load").EntryPoint!;
        object? code = main.Invoke(null, [new[] { "--run", run, "--interactions", path }]);
        if (code is not 0)
            throw new InvalidOperationException($"The stage ended with {code}.");
    }

    /// <summary>The least a reader of fields does: it looks at them.</summary>
    private static int Look(ReadOnlySpan<byte> field) => field.Length == 0 ? 0 : field[0] + field[^1];

    private static void Check(long sum)
    {
        if (sum == 0)
            throw new UnreachableException("Nothing was read.");
    }

    private static long Option(string[] args, string name, long otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? otherwise : long.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}
