using System.Globalization;
using System.IO.Compression;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>The whole way from a CSV file to the lists gives the numbers of the reference implementation.</summary>
[Category("golden")]
public class GoldenTests
{
    private const double Tolerance = 1e-9;

    private Shop shop = null!;

    [OneTimeSetUp]
    public void Load() => shop = new Shop(
        string.Join('\n', Read("interactions.csv").Select(row => $"{row["user"]},{row["item"]},{Iso(row["timestamp"])},{row["event"]}")),
        eventWeights: "click=1,recclick=2,cart=3,purchase=4");

    [OneTimeTearDown]
    public void Remove() => shop?.Dispose();

    [Test]
    public void Weights_of_the_events_are_the_golden_ones()
    {
        double[] golden = [.. Read("interactions.csv").Select(row => Number(row["weight"]))];
        IReadOnlyList<TableRow> rows = RunReader.Read(shop.NewRun(), WeightedInteractions.DataSet);
        Assert.Multiple(() =>
        {
            Assert.That(rows, Has.Count.EqualTo(49));
            Assert.That(rows.Select(row => row.Number(WeightedInteractions.Weight)), Is.EquivalentTo(golden));
        });
    }

    [Test]
    public void Similarities_are_the_golden_ones(
        [Values("cooccurrence", "cosine", "inclusion", "jaccard", "lexicographers", "lift", "mutual")] string similarity, [Values(1, 2)] int support)
    {
        string run = shop.Train("--similarity", similarity, "--min-support", $"{support}", "--min-group", "1");
        Dictionary<long, string> ids = RunReader.Read(run, Popularity.DataSet)
            .ToDictionary(row => row.Integer(Popularity.ItemIndex), row => row.Text(Popularity.ItemId)!);
        Dictionary<(string, string), double> cells = RunReader.Read(run, ItemSimilarities.DataSet).ToDictionary(
            row => (ids[row.Integer(ItemSimilarities.ItemI)], ids[row.Integer(ItemSimilarities.ItemJ)]), row => row.Number(ItemSimilarities.Value));
        Dictionary<string, string>[] golden =
            [.. Read("similarity.csv").Where(row => row["threshold"] == $"{support}" && row["item_i"] != row["item_j"])];
        Assert.That(golden, Has.Length.EqualTo(90));
        Assert.Multiple(() =>
        {
            foreach (Dictionary<string, string> row in golden)
            {
                double actual = cells.GetValueOrDefault((row["item_i"], row["item_j"]));
                Assert.That(IsClose(actual, Number(row[similarity]), similarity), $"{row["item_i"]} {row["item_j"]}: {actual:R}, golden {row[similarity]}");
            }
        });
    }

    [Test]
    public void Scores_of_unseen_items_are_the_golden_ones(
        [Values("cooccurrence", "cosine", "inclusion", "jaccard", "lift")] string similarity, [Values(1, 2)] int support, [Values(30, 1)] int halfLife)
    {
        string run = shop.Train("--similarity", similarity, "--min-support", $"{support}", "--half-life-days", $"{halfLife}", "--top-k", "10");
        Dictionary<string, double> actual = FromSar(run).ToDictionary(
            row => $"{row.Text(Recommendations.UserId)} {row.Text(Recommendations.ItemId)}", row => row.Number(Recommendations.Score));
        Dictionary<string, double> golden = Read("scores.csv.gz")
            .Where(row => row["similarity"] == similarity && row["threshold"] == $"{support}" && row["decay"] == $"hl{halfLife}" && row["seen"] == "0")
            .Where(row => Number(row["score"]) > 0)
            .ToDictionary(row => $"{row["user"]} {row["item"]}", row => Number(row["score"]));
        Assert.That(actual.Keys, Is.EquivalentTo(golden.Keys));
        Assert.Multiple(() =>
        {
            foreach ((string pair, double score) in golden)
                Assert.That(IsClose(actual[pair], score, similarity), $"{pair}: {actual[pair]:R}, golden {score:R}");
        });
    }

    /// <summary>Scores with terms of both signs: a row of ours is right where the golden matrix has the same number; 0 is not told from nothing.</summary>
    [Test]
    public void Scores_that_can_be_negative_are_the_golden_ones([Values("mutual", "lexicographers")] string similarity)
    {
        string run = shop.Train("--similarity", similarity, "--top-k", "10");
        Dictionary<string, double> golden = Read("scores.csv.gz")
            .Where(row => row["similarity"] == similarity && row["threshold"] == "1" && row["decay"] == "hl30" && row["seen"] == "0")
            .ToDictionary(row => $"{row["user"]} {row["item"]}", row => Number(row["score"]));
        Dictionary<string, double> actual = FromSar(run).ToDictionary(
            row => $"{row.Text(Recommendations.UserId)} {row.Text(Recommendations.ItemId)}", row => row.Number(Recommendations.Score));
        Assert.That(actual, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach ((string pair, double score) in actual)
                Assert.That(IsClose(score, golden[pair], similarity), $"{pair}: {score:R}, golden {golden[pair]:R}");
            Assert.That(golden.Where(g => Math.Abs(g.Value) > Tolerance).Select(g => g.Key), Is.SubsetOf(actual.Keys));
        });
    }

    [Test]
    public void Lists_without_seen_items_are_the_golden_ones()
    {
        string run = shop.Train("--top-k", "5", "--half-life-days", "30", "--similarity", "jaccard", "--min-support", "1");
        ILookup<string, TableRow> lists = FromSar(run).ToLookup(row => row.Text(Recommendations.UserId)!);
        int rows = 0;
        foreach (IGrouping<string, Dictionary<string, string>> golden in Read("recommendations_top5.csv.gz")
            .Where(row => row["similarity"] == "jaccard" && row["threshold"] == "1" && row["decay"] == "hl30" && row["remove_seen"] == "1")
            .GroupBy(row => row["user"]))
        {
            // The golden lists go on with items of score 0, ours with popular ones.
            Dictionary<string, string>[] expected = [.. golden.OrderBy(row => Number(row["rank"])).TakeWhile(row => Number(row["score"]) > 0)];
            TableRow[] actual = [.. lists[golden.Key].OrderBy(row => row.Integer(Recommendations.Rank))];
            Assert.That(actual, Has.Length.EqualTo(expected.Length), golden.Key);
            for (int n = 0; n < expected.Length; n++, rows++)
            {
                string place = $"{golden.Key} rank {n + 1}";
                Assert.That(actual[n].Integer(Recommendations.Rank), Is.EqualTo(n + 1), place);
                Assert.That(IsClose(actual[n].Number(Recommendations.Score), Number(expected[n]["score"]), "jaccard"), place);
                if (expected[n]["tied"] == "0")
                    Assert.That(actual[n].Text(Recommendations.ItemId), Is.EqualTo(expected[n]["item"]), place);
            }
            foreach (IGrouping<string, Dictionary<string, string>> tied in expected.Where(row => row["tied"] == "1" && row["boundary"] == "0").GroupBy(row => row["score"]))
            {
                string?[] items = [.. tied.Select(row => actual[(int)Number(row["rank"]) - 1].Text(Recommendations.ItemId))];
                Assert.That(items, Is.EquivalentTo(tied.Select(row => row["item"])), golden.Key);
            }
        }
        Assert.That(rows, Is.GreaterThan(30));
    }

    private static IEnumerable<TableRow> FromSar(string run) =>
        RunReader.Read(run, Recommendations.DataSet).Where(row => row.Text(Recommendations.Source) == Sources.Sar);

    /// <summary>Relative, for decayed scores are tiny; absolute too where a sum has terms of both signs.</summary>
    private static bool IsClose(double actual, double expected, string similarity) =>
        Math.Abs(actual - expected) <= Tolerance * Math.Abs(expected) + (similarity is "mutual" or "lexicographers" ? Tolerance : 0);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Iso(string seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static List<Dictionary<string, string>> Read(string name)
    {
        using Stream file = File.OpenRead(SharedData.File("golden/tiny/" + name));
        using Stream content = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content);
        string[] columns = reader.ReadLine()!.Split(',');
        var rows = new List<Dictionary<string, string>>();
        while (reader.ReadLine() is { } line)
            rows.Add(columns.Zip(line.Split(',')).ToDictionary(cell => cell.First, cell => cell.Second));
        return rows;
    }
}
