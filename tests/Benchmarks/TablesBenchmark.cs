using System.Globalization;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Benchmarks;

/// <summary>Writes and reads a table of interactions as Parquet and prints what it cost as a Markdown table.</summary>
internal static class TablesBenchmark
{
    private static readonly Column User = new("user_id", ColumnType.Text);
    private static readonly Column Item = new("item_id", ColumnType.Text);
    private static readonly Column Event = new("event", ColumnType.Text);
    private static readonly Column Time = new("time", ColumnType.Timestamp);
    private static readonly Column Revenue = new("revenue", ColumnType.Double, Nullable: true);
    private static readonly TableSchema Interactions = new("interactions", 1, User, Item, Event, Time, Revenue);

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["write", string path, string rows]:
                await WriteAsync(path, long.Parse(rows, CultureInfo.InvariantCulture));
                return 0;
            case ["read", string path, ..]:
                await Measurement.PrintAsync(() => ReadAsync(path));
                return 0;
        }
        long count = Option(args, "--rows", 10_000_000);
        int rounds = (int)Option(args, "--rounds", 7);
        string folder = Directory.CreateTempSubdirectory("benchmark-").FullName;
        try
        {
            Print(Path.Combine(folder, "interactions.parquet"), count, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    private static void Print(string path, long count, int rounds)
    {
        List<Measurement> writes = [], reads = [];
        for (int round = 0; round < rounds; round++)
        {
            writes.Add(Measurement.InChildProcess("tables", "write", path, count.ToString(CultureInfo.InvariantCulture)));
            reads.Add(Measurement.InChildProcess("tables", "read", path));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count:N0} rows of five columns (median of {rounds} rounds; peak: the largest)"));
        Console.WriteLine();
        Console.WriteLine("| operation | million rows/s | wall s | CPU s | peak MB | file MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        double megabytes = new FileInfo(path).Length / 1e6;
        foreach ((string name, Measurement m) in new[] { ("write", Measurement.Median(writes)), ("read", Measurement.Median(reads)) })
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {count / m.Seconds / 1e6:F1} | {m.Seconds:F2} | {m.CpuSeconds:F2} | {m.PeakBytes / 1e6:F0} | {megabytes:F0} |"));
    }

    /// <summary>Makes a few batches first and writes them in turn, so that the making of rows is not in the figures.</summary>
    private static async Task WriteAsync(string path, long count)
    {
        ColumnBatch[] batches = [.. Enumerable.Range(0, 16).Select(i => MakeBatch(i, ColumnBatch.DefaultCapacity))];
        await Measurement.PrintAsync(async () =>
        {
            Dictionary<string, string> metadata = [];
            await using ITableWriter writer = await new DuckDbTableFormat().CreateAsync(path, Interactions, metadata, default);
            for (int i = 0; writer.RowCount < count; i++)
            {
                ColumnBatch batch = batches[i % batches.Length];
                // Only the last is cut, when the rows are not a multiple of a batch; its texts are cut by making it anew.
                if (count - writer.RowCount < batch.Count)
                    batch = MakeBatch(i, (int)(count - writer.RowCount));
                await writer.WriteAsync(batch, default);
            }
            await writer.CompleteAsync(default);
        });
    }

    /// <summary>Users skewed over 500,000 ids, items over 20,001, three events, a random time within a year, revenue in 5 % of rows.</summary>
    private static ColumnBatch MakeBatch(int seed, int rows)
    {
        Random random = new(seed);
        ColumnBatch batch = new(Interactions, rows) { Count = rows };
        Span<long> times = batch.Values<long>(Time);
        Span<double> revenues = batch.Values<double>(Revenue);
        Span<bool> noRevenue = batch.Nulls(Revenue);
        for (int row = 0; row < rows; row++)
        {
            batch.Text(User).Append(string.Create(CultureInfo.InvariantCulture, $"{Skewed(random, 500_000)}"));
            batch.Text(Item).Append(string.Create(CultureInfo.InvariantCulture, $"I{Skewed(random, 20_001):D5}"));
            bool purchase = random.Next(20) == 0;
            batch.Text(Event).Append(purchase ? "purchase"u8 : random.Next(4) == 0 ? "cart"u8 : "view"u8);
            times[row] = 1_700_000_000_000_000 + random.NextInt64(365L * 86_400) * 1_000_000;
            noRevenue[row] = !purchase;
            revenues[row] = purchase ? random.Next(100, 20_000) / 100.0 : 0;
        }
        return batch;
    }

    private static int Skewed(Random random, int values)
    {
        double uniform = random.NextDouble();
        return (int)(uniform * uniform * values);
    }

    private static async Task ReadAsync(string path)
    {
        await using ITableReader reader = await new DuckDbTableFormat().OpenAsync(path, Interactions, default);
        ColumnBatch batch = new(Interactions);
        long rows = 0, sum = 0;
        while (await reader.ReadAsync(batch, default))
        {
            rows += batch.Count;
            sum += Sum(batch);
        }
        if (rows != reader.RowCount || sum == 0)
            throw new InvalidOperationException($"{rows} of {reader.RowCount} rows were read.");
    }

    /// <summary>Touches every value, as a stage would.</summary>
    private static long Sum(ColumnBatch batch)
    {
        long sum = 0;
        TextColumn users = batch.Text(User), items = batch.Text(Item), events = batch.Text(Event);
        Span<long> times = batch.Values<long>(Time);
        Span<bool> noRevenue = batch.Nulls(Revenue);
        for (int row = 0; row < batch.Count; row++)
            sum += users[row].Length + items[row].Length + events[row].Length + times[row] + (noRevenue[row] ? 0 : 1);
        return sum;
    }

    private static long Option(string[] args, string name, long otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? otherwise : long.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}
