using System.Globalization;
using System.IO.Compression;
using Pipeline.Models;
using Pipeline.Sar;
using Pipeline.Testing;

namespace Pipeline.Evaluation.Tests;

/// <summary>Inputs written so that they can be read: pairs and lists by small numbers.</summary>
internal static class Case
{
    /// <summary>A matrix from (user, item, value).</summary>
    public static SparseMatrix Pairs(int users, int items, params (int User, int Item, double Value)[] cells) => PairTable.Of(
        users, items, cells.Select(c => c.User).ToArray(), cells.Select(c => c.Item).ToArray(), cells.Select(c => c.Value).ToArray());

    /// <summary>Lists by user.</summary>
    public static RecommendationLists Lists(params (int User, int[] Items)[] lists) => new(
        [.. lists.Select(l => l.User)], [.. Starts(lists.Select(l => l.Items.Length))], [.. lists.SelectMany(l => l.Items)],
        [.. lists.SelectMany(l => l.Items.Select((_, rank) => 100.0 - rank))]);

    /// <summary>The figure of everybody.</summary>
    public static double? Value(EvaluationData data, string metric, int k, Population population = Population.CommonUsers) =>
        Evaluator.Evaluate(data, new EvaluationOptions { Ks = [k], Resamples = 0, Population = population })[metric, k].Value;

    /// <summary>Random truth, lists and training: users without lists, lists without truth, short lists and cold users among them.</summary>
    public static EvaluationData Random(long seed, int users = 60, int items = 40)
    {
        var random = new SeededRandom(seed, 0);
        var truth = new List<(int, int, double)>();
        var training = new List<(int, int, double)>();
        var lists = new List<(int, int[])>();
        for (int user = 0; user < users; user++)
        {
            int[] shuffled = [.. Enumerable.Range(0, items).Select(i => (Item: i, Key: random.Next())).OrderBy(i => i.Key).Select(i => i.Item)];
            int seen = user % 7 == 0 ? 0 : random.Below(8), held = user % 9 == 0 ? 0 : 1 + random.Below(5), length = user % 11 == 0 ? 0 : 1 + random.Below(12);
            training.AddRange(shuffled[..seen].Select(i => (user, i, 1.0)));
            truth.AddRange(shuffled[seen..(seen + held)].Select(i => (user, i, (double)random.Below(6))));
            if (length > 0)
                lists.Add((user, shuffled[(seen + 1)..(seen + 1 + length)]));
        }
        return new EvaluationData(Pairs(users, items, [.. truth]), Lists([.. lists]), Pairs(users, items, [.. training]));
    }

    /// <summary>The rows of a CSV file below the folder of golden vectors, cells by header.</summary>
    public static List<Dictionary<string, string>> Golden(string name)
    {
        using Stream file = File.OpenRead(SharedData.File("golden/" + name));
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        string[] header = reader.ReadLine()!.Split(',');
        var rows = new List<Dictionary<string, string>>();
        while (reader.ReadLine() is { } line)
            rows.Add(header.Zip(line.Split(',')).ToDictionary(c => c.First, c => c.Second));
        Assert.That(rows, Is.Not.Empty);
        return rows;
    }

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<long> Starts(IEnumerable<int> lengths)
    {
        long at = 0;
        yield return 0;
        foreach (int length in lengths)
            yield return at += length;
    }
}
