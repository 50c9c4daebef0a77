using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Sar;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>Which model scores whom, and that what is written of the models is enough to go on with.</summary>
public class ModelTests
{
    private const double MicrosPerDay = 86_400e6;

    /// <summary>Customers 0 to 59 live in the north and 60 to 89 in the south, with other tastes; 90 and 91 in the west; of 92 nobody knows.</summary>
    private static readonly string[] Lines =
    [
        .. Enumerable.Range(0, 93).SelectMany(user => Enumerable.Range(0, 2 + user % 5).Select(n =>
            $"user-{user:00},item-{(user * (user < 60 ? 7 : 11) + n * n * 5) % 23:00},2026-01-{1 + (user + 3 * n) % 28:00},{(n % 3 == 0 ? "view" : "purchase")}")),
        .. Enumerable.Range(0, 93).Select(user => $"user-{user:00},item-00,2026-01-31,view"),
    ];

    private static readonly string Regions = "user_id,region,note\n" + string.Join('\n', Enumerable.Range(0, 92).Select(user => $"user-{user:00},{RegionOf(user)},x"));

    private TempFolder folder = null!;
    private Shop shop = null!;

    [OneTimeSetUp]
    public void Load()
    {
        folder = new TempFolder();
        folder.Write("regions.csv", Regions);
        shop = new Shop(string.Join('\n', Lines));
    }

    [OneTimeTearDown]
    public void Remove()
    {
        shop?.Dispose();
        folder?.Dispose();
    }

    [Test]
    public void Model_of_a_region_says_what_a_model_of_its_customers_alone_says()
    {
        string run = shop.Train(ByRegion());
        using var north = new Shop(string.Join('\n', Lines.Where(line => string.CompareOrdinal(line, "user-60") < 0)));
        using var south = new Shop(string.Join('\n', Lines.Where(line => string.CompareOrdinal(line, "user-60") >= 0 && string.CompareOrdinal(line, "user-90") < 0)));
        string[] expected = [.. Sar(north.Train("--min-group", "2"), Sources.Sar), .. Sar(south.Train("--min-group", "2"), Sources.Sar)];
        Assert.That(expected, Has.Length.GreaterThan(300));
        Assert.That(Sar(run, Sources.SarSegment), Is.EqualTo(expected));
    }

    [Test]
    public void Customers_without_a_model_of_their_own_are_scored_by_that_of_all()
    {
        string run = shop.Train(ByRegion()), one = shop.Train("--min-group", "2");
        string[] alone = [.. Sar(run, Sources.Sar).Where(line => string.CompareOrdinal(line, "user-90") >= 0)];
        Assert.Multiple(() =>
        {
            Assert.That(alone, Is.Not.Empty.And.EqualTo(Sar(one, Sources.Sar).Where(line => string.CompareOrdinal(line, "user-90") >= 0)));
            Assert.That(Sar(run, Sources.SarSegment).Where(line => string.CompareOrdinal(line, "user-90") >= 0), Is.Empty);
            Assert.That(Sar(one, Sources.SarSegment), Is.Empty);
            Assert.That(RunReader.ReadManifest(run, Stages.Train).Counters["models"], Is.EqualTo(3));
        });
    }

    [Test]
    public void Models_go_by_segment_where_that_is_asked_for()
    {
        string bySegment = shop.Train("--attributes", folder.File("regions.csv"), "--segment-by", "region", "--models", "segment", "--min-segment-customers", "30", "--min-group", "2");
        Assert.That(Sar(bySegment, Sources.SarSegment), Is.EqualTo(Sar(shop.Train(ByRegion()), Sources.SarSegment)));
        Assert.That(
            RunReader.Read(bySegment, Segments.DataSet).Select(row => row.Text(Segments.Segment)).Distinct(),
            Is.EquivalentTo(new[] { "north", "south", "other" }), "the west (2) and the unknown one together");
    }

    [Test]
    public void Parameters_say_what_the_models_are()
    {
        string run = shop.Train([.. ByRegion(), "--similarity", "lift", "--half-life-days", "12.5", "--model-neighbours", "7"]);
        using JsonDocument json = JsonDocument.Parse(new StageFolder(run, Stages.Train).Bytes("model/parameters.json"));
        string[] properties = [.. json.RootElement.EnumerateObject().Where(p => p.Name != "code").Select(p => $"{p.Name} {p.Value.GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal)}")];
        Assert.That(properties, Is.EqualTo(new[]
        {
            "contract \"model-parameters/2\"", "similarity \"lift\"", "co_occurrence \"user\"", "min_support 1", "half_life_days 12.5",
            "reference_time \"2026-01-31T00:00:00\\u002B00:00\"", "users 93", "items 23", "neighbours 7", "min_group 2", "models {\"(all)\":93,\"north\":60,\"south\":30}",
        }).Or.EqualTo(new[]
        {
            "contract \"model-parameters/2\"", "similarity \"lift\"", "co_occurrence \"user\"", "min_support 1", "half_life_days 12.5",
            "reference_time \"2026-01-31T00:00:00+00:00\"", "users 93", "items 23", "neighbours 7", "min_group 2", "models {\"(all)\":93,\"north\":60,\"south\":30}",
        }));
        Assert.That(json.RootElement.GetProperty("code").GetString(), Is.EqualTo(RunReader.ReadManifest(run, Stages.Train).Code));
    }

    /// <summary>What a service does that answers from the files: no fit, and the similar items of a fit.</summary>
    [TestCase(ModelNames.All)]
    [TestCase("north")]
    [TestCase("south")]
    public void Model_that_is_read_back_has_the_similar_items_of_a_new_fit(string name)
    {
        string run = shop.Train(ByRegion("1"));
        SarModel loaded = ReadModel(run, name), fitted = SarModel.Fit(Interactions(run, user => name == ModelNames.All || RegionOf(user) == name), new SarOptions());
        Assert.That(loaded.ItemUsers.ToArray(), Is.EqualTo(fitted.ItemUsers.ToArray()));
        for (int item = 0; item < fitted.ItemCount; item++)
        {
            Ranking expected = fitted.SimilarItems(item, 100), actual = loaded.SimilarItems(item, 100);
            Assert.That(actual.Indices, Is.EqualTo(expected.Indices));
            Assert.That(actual.Scores, Is.EqualTo(expected.Scores));
        }
        Assert.That(loaded.RecommendForItems([0, 5]).Indices, Is.EqualTo(fitted.RecommendForItems([0, 5]).Indices));
    }

    /// <summary>Worked out from the files alone: what the customer did, decayed, times what the model says, added up.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void Explanations_add_up_to_the_score(bool isByRegion)
    {
        string run = shop.Train(isByRegion ? ByRegion("1") : ["--min-group", "1"]);
        string[] users = [.. RunReader.Read(run, Users.DataSet).Select(row => row.Text(Users.UserId)!)];
        string[] items = [.. RunReader.Read(run, Items.DataSet).Select(row => row.Text(Items.ItemId)!)];
        Dictionary<(string, string, string), double> similarity = RunReader.Read(run, ItemSimilarities.DataSet).ToDictionary(
            row => (row.Text(ItemSimilarities.Model)!, items[row.Integer(ItemSimilarities.ItemI)], items[row.Integer(ItemSimilarities.ItemJ)]), row => row.Number(ItemSimilarities.Value));
        DateTime reference = new(2026, 1, 31, 0, 0, 0, DateTimeKind.Utc);
        ILookup<string, (string Item, double Affinity)> histories = RunReader.Read(run, WeightedInteractions.DataSet)
            .GroupBy(row => (User: users[row.Integer(WeightedInteractions.UserIndex)], Item: items[row.Integer(WeightedInteractions.ItemIndex)]))
            .ToLookup(pair => pair.Key.User, pair => (pair.Key.Item, pair.Sum(row =>
                row.Number(WeightedInteractions.Weight) * Math.Pow(0.5, (reference - row.Time(WeightedInteractions.Time)).TotalDays / 30))));
        int explained = 0;
        foreach (TableRow row in RunReader.Read(run, Recommendations.DataSet).Where(row => row.Text(Recommendations.Source) is Sources.Sar or Sources.SarSegment))
        {
            string user = row.Text(Recommendations.UserId)!, item = row.Text(Recommendations.ItemId)!;
            string model = row.Text(Recommendations.Source) == Sources.Sar ? ModelNames.All : RegionOf(int.Parse(user[5..], System.Globalization.CultureInfo.InvariantCulture))!;
            (string Own, double Value)[] contributions = [.. histories[user].Select(own => (own.Item, own.Affinity * similarity.GetValueOrDefault((model, own.Item, item))))];
            double largest = contributions.Max(c => c.Value), because = contributions.Single(c => c.Own == row.Text(Recommendations.BecauseItemId)).Value;
            Assert.That(row.Number(Recommendations.Score), Is.EqualTo(contributions.Sum(c => c.Value)).Within(1e-9).Percent, $"{user} {item}");
            Assert.That(because, Is.EqualTo(largest).Within(1e-9).Percent, $"{user} {item}");
            explained++;
        }
        Assert.That(explained, Is.GreaterThan(500));
    }

    [Test]
    public void Models_and_lists_are_the_same_on_any_number_of_threads() => new StageFolder(shop.Train([.. ByRegion(), "--threads", "1"]), Stages.Train)
        .MustHoldTheBytesOf(new StageFolder(shop.Train([.. ByRegion(), "--threads", "3"]), Stages.Train));

    private static string? RegionOf(int user) => user switch { < 60 => "north", < 90 => "south", < 92 => "west", _ => null };

    private string[] ByRegion(string minGroup = "2") =>
        ["--attributes", folder.File("regions.csv"), "--models", "region", "--min-segment-customers", "30", "--min-group", minGroup];

    private static string[] Sar(string run, string source) =>
    [
        .. RunReader.Read(run, Recommendations.DataSet).Where(row => row.Text(Recommendations.Source) == source).Select(row =>
            $"{row.Text(Recommendations.UserId)} {row.Text(Recommendations.ItemId)} {row.Number(Recommendations.Score):R} {row.Text(Recommendations.BecauseItemId)}"),
    ];

    private static SarModel ReadModel(string run, string name)
    {
        TableRow[] items = [.. RunReader.Read(run, Popularity.DataSet).Where(row => row.Text(Popularity.Model) == name)];
        ILookup<long, TableRow> cells = RunReader.Read(run, ItemSimilarities.DataSet).Where(row => row.Text(ItemSimilarities.Model) == name)
            .OrderBy(row => row.Integer(ItemSimilarities.ItemJ)).ToLookup(row => row.Integer(ItemSimilarities.ItemI));
        long[] starts = new long[items.Length + 1];
        for (int item = 0; item < items.Length; item++)
            starts[item + 1] = starts[item] + cells[item].Count();
        TableRow[] sorted = [.. Enumerable.Range(0, items.Length).SelectMany(item => cells[item])];
        var similarity = new SparseMatrix(
            starts, [.. sorted.Select(row => (int)row.Integer(ItemSimilarities.ItemJ))], [.. sorted.Select(row => row.Number(ItemSimilarities.Value))], items.Length, items.Length);
        var nobody = new Sar.Interactions(0, items.Length, Array.Empty<int>(), Array.Empty<int>(), Array.Empty<double>(), Array.Empty<long>());
        return SarModel.FromSimilarity(nobody, similarity, [.. items.Select(row => (int)row.Integer(Popularity.UserCount))], new SarOptions());
    }

    private static Sar.Interactions Interactions(string run, Func<int, bool> isWanted)
    {
        TableRow[] rows = [.. RunReader.Read(run, WeightedInteractions.DataSet).Where(row => isWanted((int)row.Integer(WeightedInteractions.UserIndex)))];
        return new Sar.Interactions(
            93, 23, rows.Select(row => (int)row.Integer(WeightedInteractions.UserIndex)).ToArray(), rows.Select(row => (int)row.Integer(WeightedInteractions.ItemIndex)).ToArray(),
            rows.Select(row => row.Number(WeightedInteractions.Weight)).ToArray(),
            rows.Select(row => (long)((row.Time(WeightedInteractions.Time) - DateTime.UnixEpoch).TotalDays * MicrosPerDay)).ToArray());
    }
}
