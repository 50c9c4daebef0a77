using System.Globalization;
using Pipeline.Sar;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Tests.Sar;

public class BasketTests
{
    /// <summary>
    /// Ann and bob both have an order 1, which are two baskets; bob's rows without an order and eve's go by their time. So the baskets are
    /// ann's {kettle, teapot} and {cups}, bob's {kettle} and {cups, teapot}, and eve's {kettle}.
    /// </summary>
    private const string Lines = """
        user,item,rating,time,order
        ann,kettle,1,2024-01-01,1
        ann,teapot,1,2024-01-02,1
        ann,cups,1,2024-01-01,2
        bob,kettle,1,2024-01-01,1
        bob,cups,1,2024-01-03,
        bob,teapot,1,2024-01-03,
        eve,kettle,1,2024-01-04,

        """;

    private static readonly string[] ByBasket = ["--no-decay", "--co-occurrence", "basket"];

    private TeaShop shop = null!;

    [SetUp]
    public void Open() => shop = new TeaShop();

    [TearDown]
    public void Close() => shop.Dispose();

    // The kettle is in 3 baskets, teapot and cups in 2 each; kettle and teapot share 1 of 4, cups and teapot 1 of 3, kettle and cups none.
    private static readonly string[] Similarities =
    [
        "cups,cups,1", "cups,teapot,0.3333333333333333", "kettle,kettle,1", "kettle,teapot,0.25", "teapot,cups,0.3333333333333333",
        "teapot,kettle,0.25", "teapot,teapot,1",
    ];

    [Test]
    public void Items_meet_in_the_baskets_of_a_user()
    {
        (string[] lists, string[] similarities) = Run(Lines, [.. ByBasket, "--basket", "order"]);
        Assert.That(similarities, Is.EqualTo(Similarities));
        Assert.That(lists, Is.EqualTo(new[] { "eve,1,teapot,0.25" }));
    }

    // By time: ann's {kettle, cups} and {teapot}, bob's {kettle} and {cups, teapot}, eve's {kettle}.
    [Test]
    public void Without_a_column_items_meet_at_a_time() => Assert.That(
        Run(Lines, ByBasket).Similarities,
        Is.EqualTo(new[]
        {
            "cups,cups,1", "cups,kettle,0.25", "cups,teapot,0.3333333333333333", "kettle,cups,0.25", "kettle,kettle,1", "teapot,cups,0.3333333333333333",
            "teapot,teapot,1",
        }));

    [Test]
    public void Without_either_option_items_meet_in_a_user()
    {
        (string[] lists, string[] similarities) = Run(Lines, ["--no-decay"]);
        Assert.That(lists, Is.EqualTo(new[] { "eve,1,cups,0.6666666666666666", "eve,2,teapot,0.6666666666666666" }));
        Assert.That(Run(Lines, ["--no-decay", "--co-occurrence", "USER"]).Similarities, Is.EqualTo(similarities).And.Contains("cups,teapot,1"));
    }

    [Test]
    public void Support_counts_baskets() => Assert.That(
        Run(Lines, [.. ByBasket, "--basket", "order", "--min-support", "2"]).Similarities,
        Is.EqualTo(new[] { "cups,cups,1", "kettle,kettle,1", "teapot,teapot,1" }));

    [Test]
    public void Order_of_the_lines_leaves_no_trace()
    {
        string[] lines = Lines.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(
            Run(string.Join('\n', [lines[0], .. lines[1..].Reverse()]), [.. ByBasket, "--basket", "order"]).Similarities, Is.EqualTo(Similarities));
    }

    [Test]
    public void Parquet_gives_the_same_with_null_for_no_basket([Values("BIGINT", "VARCHAR")] string type)
    {
        string csv = shop.Folder.Write("orders.csv", Lines), parquet = shop.Folder.File("orders.parquet");
        using (DuckDbDatabase database = DuckDbDatabase.OpenInMemory())
            database.Execute($"COPY (SELECT * REPLACE (\"order\"::{type} AS \"order\") FROM read_csv('{csv}')) TO '{parquet}' (FORMAT parquet)");
        Assert.That(RunFile(parquet, [.. ByBasket, "--basket", "order"]).Similarities, Is.EqualTo(Similarities));
    }

    [Test]
    public void Times_are_not_needed_where_every_record_has_a_basket()
    {
        string file = shop.Folder.Write("orders.csv", "u,i,order\nann,kettle,a\nann,cups,a\nann,teapot,b\nbob,kettle,a\n");
        SarTool.MustRun("--interactions", file, "--user", "u", "--item", "i", "--basket", "order", "--co-occurrence", "basket", "--no-decay", "--output", shop.Output);
        Assert.That(File.ReadAllLines(shop.Output)[1..], Is.EqualTo(new[] { "bob,1,cups,0.5" }));
    }

    [Test]
    public void The_engine_called_directly_says_the_same([Values] SimilarityKind kind)
    {
        const int rows = 3000, users = 60, items = 40;
        var random = new Random(20261120);
        int[] user = Draw(users), item = Draw(items), day = Draw(20);
        // A third have no basket; ids are texts that users share, and sort otherwise than the numbers the engine is given.
        int[] basket = [.. Draw(12).Select(n => Math.Max(-1, n - 4))];
        string lines = string.Concat(Enumerable.Range(0, rows).Select(n => string.Create(
            CultureInfo.InvariantCulture, $"u{user[n]:00},i{item[n]:00},{1 + day[n] % 3},2024-01-{day[n] + 1:00},{(basket[n] < 0 ? "" : $"no. {99 - 3 * basket[n]}")}\n")));
        (string[] lists, string[] similarities) = Run(
            $"user,item,rating,time,order\n{lines}", ["--similarity", kind.ToString(), "--min-support", "2", "--co-occurrence", "basket", "--basket", "order"]);

        var data = new Interactions(
            users, items, user, item, day.Select(d => 1.0 + d % 3).ToArray(), day.Select(d => (19_723L + d) * 86_400_000_000).ToArray(), basket);
        SarModel model = SarModel.Fit(data, new SarOptions { Similarity = kind, MinSupport = 2, CoOccurrenceUnit = CoOccurrenceUnit.Basket });
        RecommendationLists direct = model.RecommendAll();
        Assert.That(lists, Is.EqualTo(Enumerable.Range(0, users).SelectMany(u => Enumerable.Range(0, direct.ItemsOf(u).Length).Select(n =>
            $"u{u:00},{n + 1},i{direct.ItemsOf(u)[n]:00},{Shortest(direct.ScoresOf(u)[n])}"))).And.Length.GreaterThan(300));
        SparseMatrix similarity = model.SimilarityMatrix();
        Assert.That(similarities, Is.EqualTo(Enumerable.Range(0, items).SelectMany(i => Enumerable.Range(0, items).Where(j => similarity[i, j] != 0)
            .Select(j => $"i{i:00},i{j:00},{Shortest(similarity[i, j])}"))));

        int[] Draw(int count) => [.. Enumerable.Range(0, rows).Select(_ => random.Next(count))];

        static string Shortest(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }

    private (string[] Lists, string[] Similarities) Run(string lines, params IEnumerable<string> options) =>
        RunFile(shop.Folder.Write("orders.csv", lines), options);

    private (string[] Lists, string[] Similarities) RunFile(string file, IEnumerable<string> options)
    {
        string similarity = shop.Folder.File("sim.csv");
        SarTool.MustRun(shop.ForFile(file, [.. options, "--similarity-output", similarity]));
        return (File.ReadAllLines(shop.Output)[1..], File.ReadAllLines(similarity)[1..]);
    }
}
