using System.Globalization;
using Pipeline.Flow;
using Pipeline.Hosting;

namespace Pipeline.Infra;

/// <summary>What a run costs, from the sizes of the tasks and the seconds the stages took; and what is paid by the month whether anything runs or not.</summary>
internal static class CostTable
{
    /// <summary>Prices of AWS in US dollars, eu-west-1 and us-east-1 (Linux on x86), as published in 2025. Others are a few percent off.</summary>
    private const decimal CpuHour = 0.04048m, GigabyteHour = 0.004445m, DiskGigabyteHour = 0.000111m;

    private const decimal EndpointHour = 0.011m, KeyMonth = 1m, AuroraUnitHour = 0.12m, AlarmMonth = 0.10m, DashboardMonth = 3m, SecretMonth = 0.40m;

    /// <summary>Disk that is not charged, and the seconds in which a task is charged without working: its image comes, and it ends.</summary>
    private const int FreeDiskGigabytes = 20, StartSeconds = 40;

    /// <summary>A task is charged for at least so long.</summary>
    private const int LeastSeconds = 60;

    private const decimal HoursOfMonth = 730;
    private const int Endpoints = 5, Keys = 4, Alarms = 12;

    /// <summary>What one run of a stage costs.</summary>
    public static decimal Of(FlowStage stage, decimal seconds)
    {
        decimal hours = Math.Max(seconds + StartSeconds, LeastSeconds) / 3600;
        return hours * ((stage.CpuUnits / 1024m * CpuHour) + (stage.MemoryMegabytes / 1024m * GigabyteHour) + (Math.Max(stage.DiskGigabytes - FreeDiskGigabytes, 0) * DiskGigabyteHour));
    }

    /// <summary>Prints the tables for <c>--seconds load=1.5,transform=2,...</c>.</summary>
    /// <param name="stages">The stages in their sizes.</param>
    /// <param name="args">The arguments.</param>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: the seconds of a stage are missing.</exception>
    public static int Print(IReadOnlyList<FlowStage> stages, string[] args)
    {
        IReadOnlyDictionary<string, decimal> seconds = Parse(args);
        Console.WriteLine("a run                cores   GiB    seconds    dollars");
        decimal run = 0;
        foreach (FlowStage stage in stages)
        {
            decimal took = seconds[stage.Stage.Name], cost = Of(stage, took);
            run += cost;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {stage.Stage,-16} {stage.CpuUnits / 1024m,7:0.##} {stage.MemoryMegabytes / 1024m,5:0.##} {took,10:0.0} {cost,10:0.0000}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"all",-16} {"",7} {"",5} {seconds.Values.Sum(),10:0.0} {run,10:0.0000}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  30 nights {run * 30,43:0.00}"));
        Console.WriteLine();
        Console.WriteLine("a month, whatever runs                    one zone  two zones");
        decimal keys = Keys * KeyMonth, watch = (Alarms * AlarmMonth) + DashboardMonth, aurora = 0.5m * AuroraUnitHour * HoursOfMonth;
        decimal zone = Endpoints * EndpointHour * HoursOfMonth;
        Row($"{Endpoints} network endpoints", zone, 2 * zone);
        Row($"{Keys} keys", keys, keys);
        Row("alarms and dashboard", watch, watch);
        Row("Aurora at its smallest, and its secret", aurora + SecretMonth, aurora + SecretMonth);
        Row("all", zone + keys + watch + aurora + SecretMonth, (2 * zone) + keys + watch + aurora + SecretMonth);
        return (int)ExitCode.Done;

        static void Row(string what, decimal one, decimal two) =>
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-38} {one,9:0.00}  {two,9:0.00}"));
    }

    private static Dictionary<string, decimal> Parse(string[] args)
    {
        string form = $"--seconds {string.Join(',', NightlyFlow.Stages.Select(stage => $"{stage.Stage}=SECONDS"))}";
        var seconds = new Dictionary<string, decimal>(StringComparer.Ordinal);
        if (args is ["--seconds", { } text])
        {
            foreach (string[] pair in text.Split(',').Select(pair => pair.Split('=')))
            {
                if (pair.Length == 2 && decimal.TryParse(pair[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
                    seconds[pair[0]] = number;
            }
        }
        string[] missing = [.. NightlyFlow.Stages.Select(stage => stage.Stage.Name).Where(stage => !seconds.ContainsKey(stage))];
        return missing.Length == 0 && seconds.Count == NightlyFlow.Stages.Count
            ? seconds
            : throw new StageException(ExitCode.Usage, $"The seconds of {string.Join(", ", missing.DefaultIfEmpty("a stage"))} are missing or another is unknown.", $"Give {form}.");
    }
}
