using System.Globalization;
using System.Reflection;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Benchmarks;

/// <summary>
/// Runs the whole email stage, local key ring, over made-up customers with ten products each, and prints what it cost as a Markdown table: with a new
/// key store, where every customer gets a salt, and as every other night, where the salts are there.
/// </summary>
internal static class EmailBenchmark
{
    private const int ListLength = 10;
    private const string Products = "product-";

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["stage", string finished, string customers, string ring])
        {
            await Measurement.PrintAsync(() => Task.Run(() => RunStage(finished, customers, ring)));
            return 0;
        }
        int users = (int)Option(args, "--customers", 1_000_000), rounds = (int)Option(args, "--rounds", 5);
        string folder = Directory.CreateTempSubdirectory("benchmark-").FullName;
        try
        {
            string run = Path.Combine(folder, "run"), file = Path.Combine(folder, "customers.csv");
            await WriteInputsAsync(run, file, users);
            Print(folder, run, file, users, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    private static void Print(string folder, string run, string customers, int users, int rounds)
    {
        List<Measurement> first = [], next = [];
        for (int round = 0; round < rounds; round++)
        {
            string ring = Path.Combine(folder, $"keys-{round}", "ring.json");
            foreach (List<Measurement> kind in (List<Measurement>[])[first, next])
            {
                kind.Add(Measurement.InChildProcess("email", "stage", run, customers, ring));
                Directory.Delete(Path.Combine(run, Stages.Email.Folder), recursive: true);
            }
            Directory.Delete(Path.GetDirectoryName(ring)!, recursive: true);
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{users:N0} customers with {ListLength} products each, {Environment.ProcessorCount} processors (median of {rounds} rounds; peak: the largest)"));
        Console.WriteLine();
        Console.WriteLine("| night | wall s | slowest | CPU s | customers/s | peak MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach ((string name, List<Measurement> kind) in new[] { ("first, with a new key store", first), ("every other", next) })
        {
            Measurement m = Measurement.Median(kind);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {m.Seconds:F1} | {kind.Max(k => k.Seconds):F1} | {m.CpuSeconds:F1} | {users / m.Seconds:N0} | {m.PeakBytes / 1e6:N0} |"));
        }
    }

    /// <summary>What the stages before leave, as far as this one reads it, and the customer file in another order than the lists.</summary>
    private static async Task WriteInputsAsync(string run, string customers, int count)
    {
        var users = new ColumnBatch(Users.Schema, count);
        for (int user = 0; user < count; user++)
        {
            users.Values<int>(Users.UserIndex)[user] = user;
            users.Text(Users.UserId).Append(IdOf(user));
            users.Values<int>(Users.InteractionCount)[user] = users.Values<int>(Users.ItemCount)[user] = 5;
            users.Values<long>(Users.FirstTime)[user] = users.Values<long>(Users.LastTime)[user] = 1_768_000_000_000_000 + user;
            users.Values<int>(Users.Purchases)[user] = users.Values<int>(Users.PurchaseDays)[user] = 0;
            users.Nulls(Users.LastPurchase)[user] = true;
            users.Values<double>(Users.Revenue)[user] = 0;
            users.Count++;
        }
        await RunWriter.WriteAsync(run, Stages.Transform, (Users.DataSet, [users]));

        var parts = new List<ColumnBatch>();
        const int usersPerPart = 100_000;
        for (int start = 0; start < count; start += usersPerPart)
            parts.Add(Lists(start, Math.Min(count, start + usersPerPart)));
        await RunWriter.WriteAsync(run, Stages.Train, (Recommendations.DataSet, parts));

        using var file = new StreamWriter(customers, append: false, new UTF8Encoding(false));
        file.Write("user_id,email,consent\n");
        // Every fifth at Gmail, with dots and a tag; a prime step visits everybody once.
        for (long n = 0, user = 0; n < count; n++, user = (user + 7_368_787) % count)
        {
            string address = user % 5 == 0 ? $"Ann.Smith.{user}+shop@gmail.com" : $"customer.{user}@mail-{user % 1000}.example.com";
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{IdOf((int)user)},{address},{(user % 20 == 0 ? "no" : "yes")}\n"));
        }
    }

    private static ColumnBatch Lists(int start, int end)
    {
        var lists = new ColumnBatch(Recommendations.Schema, (end - start) * ListLength);
        for (int user = start; user < end; user++)
        {
            for (int rank = 1; rank <= ListLength; rank++)
            {
                int row = lists.Count;
                lists.Text(Recommendations.UserId).Append(IdOf(user));
                lists.Values<int>(Recommendations.Rank)[row] = rank;
                lists.Text(Recommendations.ItemId).Append(string.Create(CultureInfo.InvariantCulture, $"{Products}{(user * 31 + rank * 17) % 20_000}"));
                lists.Values<double>(Recommendations.Score)[row] = 1.0 / rank;
                lists.Text(Recommendations.Source).Append("sar");
                lists.Text(Recommendations.BecauseItemId).AppendNull();
                lists.Text(Recommendations.Segment).Append("regular");
                lists.Count++;
            }
        }
        return lists;
    }

    private static string IdOf(int user) => string.Create(CultureInfo.InvariantCulture, $"customer-{user:D7}");

    /// <summary>The program as it is, started within this process so that its processor time is this one's.</summary>
    private static void RunStage(string run, string customers, string ring)
    {
        MethodInfo main = Assembly.Load("Pipeline.Email").EntryPoint!;
        object? code = main.Invoke(null, [new[] { "--run", run, "--customers", customers, "--key-ring", ring, "--without-suppressions" }]);
        if (code is not 0)
            throw new InvalidOperationException($"The stage ended with {code}.");
    }

    private static long Option(string[] args, string name, long otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? otherwise : long.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}
