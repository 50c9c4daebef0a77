using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing.Postgres;

namespace Pipeline.Benchmarks;

/// <summary>
/// Injects a run of many customers into a PostgreSQL server on the same machine, and copies the same rows into a bare table, and prints what
/// each cost as a Markdown table.
/// </summary>
internal static class InjectBenchmark
{
    private const int ListLength = 10, ItemCount = 20_000;
    private const string Database = "benchmark";

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["copy", string file, string connection]:
                await Measurement.PrintAsync(() => CopyAsync(file, connection));
                return 0;
        }
        int customers = (int)Option(args, "--customers", 1_000_000), rounds = (int)Option(args, "--rounds", 3);
        string? programs = PostgresServer.FindPrograms(Environment.CurrentDirectory);
        if (programs is null)
        {
            Console.Error.WriteLine($"There is no PostgreSQL: './pipeline test' fetches one, or set {PostgresServer.Variable} to the folder of initdb and postgres.");
            return 2;
        }
        string folder = Directory.CreateTempSubdirectory("benchmark-").FullName;
        try
        {
            string run = Path.Combine(folder, "run");
            await WriteRunAsync(run, customers);
            using PostgresServer server = PostgresServer.Start(programs);
            Measure(server, run, Path.Combine(folder, "rows"), customers, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    private static void Measure(PostgresServer server, string run, string file, int customers, int rounds)
    {
        string target = $"postgresql://{PostgresServer.Administrator}@127.0.0.1:{server.Port}/{Database}";
        Environment.SetEnvironmentVariable("PGPASSWORD", PostgresServer.Password);
        List<Measurement> bare = [];
        List<StageTimes> stage = [];
        for (int round = 0; round < rounds; round++)
        {
            server.CreateDatabase(Database);
            string output = Path.Combine(run, Stages.Inject.Folder);
            if (Directory.Exists(output))
                Directory.Delete(output, recursive: true);
            stage.Add(RunStage(run, target));
            using NpgsqlConnection connection = server.Open(Database);
            foreach ((string table, int index) in new[] { ("recommendations_1", 0), ("recipients_1", 1) })
            {
                Export(connection, table, file + index);
                PostgresServer.Execute(connection, $"CREATE TABLE bare_{index} (LIKE {table})");
            }
            PostgresServer.Execute(connection, "CHECKPOINT");
            bare.Add(Measurement.InChildProcess("inject", "copy", file, connection.ConnectionString + ";Password=" + PostgresServer.Password));
            connection.Close();
            using NpgsqlConnection other = server.Open("postgres");
            PostgresServer.Execute(other, $"DROP DATABASE {Database}");
        }
        long rows = customers * (ListLength + 1L);
        double copied = Measurement.Median(bare).Seconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{customers:N0} recipients with {customers * (long)ListLength:N0} recommendations, {(new FileInfo(file + "0").Length + new FileInfo(file + "1").Length) / 1e6:N0} MB (median of {rounds} rounds; peak: the largest)"));
        Console.WriteLine();
        Console.WriteLine("| way | thousand rows/s | wall s | speed against bare COPY |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach ((string name, double seconds) in new[]
        {
            ("bare binary COPY of the same bytes", copied), ("writing, from Parquet", Middle(stage.Select(s => s.Write))), ("indexing", Middle(stage.Select(s => s.Index))),
            ("reading back for the checksum", Middle(stage.Select(s => s.Check))), ("the whole stage, from start to live", Middle(stage.Select(s => s.All))),
        })
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {rows / seconds / 1e3:F0} | {seconds:F1} | {copied / seconds:P0} |"));
        }
        Console.WriteLine();
        Console.WriteLine($"Most memory of the stage: {stage.Max(s => s.PeakMegabytes)} MB.");

        static double Middle(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
    }

    private static void Export(NpgsqlConnection connection, string table, string file)
    {
        using NpgsqlRawCopyStream from = connection.BeginRawBinaryCopy($"COPY {table} TO STDOUT (FORMAT BINARY)");
        using FileStream to = File.Create(file);
        from.CopyTo(to);
    }

    private static async Task CopyAsync(string file, string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        for (int index = 0; index < 2; index++)
        {
            await using NpgsqlRawCopyStream to = await connection.BeginRawBinaryCopyAsync($"COPY bare_{index} FROM STDIN (FORMAT BINARY)");
            await using FileStream from = File.OpenRead(file + index);
            await from.CopyToAsync(to, 256 * 1024);
        }
    }

    /// <summary>The program as it is, with what its log says of its steps.</summary>
    private static StageTimes RunStage(string run, string target)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Pipeline.Inject.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, "--run", run, "--target", target]) { RedirectStandardOutput = true };
        long started = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        double write = 0, index = 0, check = 0;
        int peak = 0;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement state = json.RootElement.GetProperty("State");
            if (state.TryGetProperty("write_seconds", out JsonElement written))
            {
                write += written.GetDouble();
                index += state.GetProperty("index_seconds").GetDouble();
                check += state.GetProperty("check_seconds").GetDouble();
            }
            if (state.TryGetProperty("peak_mb", out JsonElement megabytes))
                peak = megabytes.GetInt32();
        }
        process.WaitForExit();
        return process.ExitCode == 0
            ? new StageTimes(write, index, check, Stopwatch.GetElapsedTime(started).TotalSeconds, peak)
            : throw new InvalidOperationException($"The stage ended with {process.ExitCode}.");
    }

    /// <summary>What the stages before leave, with random lists.</summary>
    private static async Task WriteRunAsync(string run, int customers)
    {
        await WriteAsync(run, Stages.Load, Catalogue.DataSet, ItemCount, (batch, item) =>
        {
            batch.Text(Catalogue.ItemId).Append(Item(item));
            batch.Text(Catalogue.Name).Append($"Product number {item}");
            batch.Text(Catalogue.Category).Append($"Category {item % 40}");
            batch.Nulls(Catalogue.Price)[batch.Count] = false;
            batch.Values<double>(Catalogue.Price)[batch.Count] = item / 100.0;
            batch.Values<bool>(Catalogue.InStock)[batch.Count] = true;
            batch.Text(Catalogue.Url).AppendNull();
            batch.Text(Catalogue.ImageUrl).AppendNull();
            batch.Nulls(Catalogue.AvailableFrom)[batch.Count] = true;
            batch.Text(Catalogue.Features).AppendNull();
        });
        var random = new Random(1);
        await WriteAsync(run, Stages.Train, Recommendations.DataSet, customers * (long)ListLength, (batch, row) =>
        {
            batch.Text(Recommendations.UserId).Append(User(row / ListLength));
            batch.Values<int>(Recommendations.Rank)[batch.Count] = (int)(row % ListLength) + 1;
            batch.Text(Recommendations.ItemId).Append(Item(random.Next(ItemCount)));
            batch.Values<double>(Recommendations.Score)[batch.Count] = random.NextDouble();
            batch.Text(Recommendations.Source).Append(Sources.Sar);
            batch.Text(Recommendations.BecauseItemId).Append(Item(random.Next(ItemCount)));
            batch.Text(Recommendations.Segment).Append("active");
        });
        byte[] bytes = new byte[90];
        await WriteAsync(run, Stages.Email, Recipients.DataSet, customers, (batch, row) =>
        {
            foreach (Column column in Recipients.Schema.Columns.Where(c => c.Type == ColumnType.Text && c != Recipients.UserId && c != Recipients.Reason))
            {
                random.NextBytes(bytes);
                int length = column == Recipients.Profile || column == Recipients.Arm || column == Recipients.KeyId ? 8 : column == Recipients.UnsubscribeToken ? 90 : 34;
                batch.Text(column).Append(Convert.ToBase64String(bytes, 0, length));
            }
            batch.Text(Recipients.UserId).Append(User(row));
            batch.Text(Recipients.Reason).AppendNull();
            batch.Values<int>(Recipients.KeyVersion)[batch.Count] = 1;
            batch.Values<bool>(Recipients.Send)[batch.Count] = true;
            batch.Values<long>(Recipients.ExpiresAt)[batch.Count] = 1_800_000_000_000_000;
        });
    }

    private static async Task WriteAsync(string run, StageContract stage, DataSet dataSet, long rows, Action<ColumnBatch, long> fill)
    {
        await using StageOutput output = await RunFolder.Open(run).TryBeginStageAsync(stage.Folder, CancellationToken.None)
            ?? throw new UnreachableException("Nobody else writes there.");
        string path = dataSet.PartPath(0);
        await using PendingObject file = await output.CreateAsync(path, CancellationToken.None);
        await using ITableWriter writer = await new DuckDbTableFormat().CreateAsync(file.Path, dataSet.Schema, new Dictionary<string, string>(), CancellationToken.None);
        var batch = new ColumnBatch(dataSet.Schema);
        for (long row = 0; row < rows; row++)
        {
            fill(batch, row);
            batch.Count++;
            if (batch.IsFull || row == rows - 1)
            {
                await writer.WriteAsync(batch, CancellationToken.None);
                batch.Clear();
            }
        }
        await writer.CompleteAsync(CancellationToken.None);
        await output.AddAsync(file, path, dataSet.Schema.Contract, rows, isRandomised: false, CancellationToken.None);
        await output.CommitAsync(
            new Manifest { Stage = stage.Name, Fingerprint = "made up", Code = "", Options = [], Inputs = [], Files = [], Counters = new Dictionary<string, long>() }, CancellationToken.None);
    }

    private static string User(long user) => string.Create(CultureInfo.InvariantCulture, $"u{user:D8}");

    private static string Item(long item) => string.Create(CultureInfo.InvariantCulture, $"item-{item:D6}");

    private static long Option(string[] args, string name, long otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? otherwise : long.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }

    /// <summary>Seconds of the stage's steps and its peak memory.</summary>
    private sealed record StageTimes(double Write, double Index, double Check, double All, int PeakMegabytes);
}
