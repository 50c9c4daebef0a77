using System.Text.Json;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Sar;

public class SarCommandTests
{
    private TeaShop shop = null!;

    [SetUp]
    public void Open() => shop = new TeaShop();

    [TearDown]
    public void Close() => shop.Dispose();

    [Test]
    public void Lists_affinities_and_similarities_are_as_worked_out_by_hand()
    {
        string similarity = shop.Folder.File("sim.csv"), affinity = shop.Folder.File("aff.csv");
        SarTool.MustRun(shop.Arguments("--similarity-output", similarity, "--affinity-output", affinity));
        Assert.That(File.ReadAllText(shop.Output), Is.EqualTo(TeaShop.Lists));
        Assert.That(File.ReadAllText(affinity), Is.EqualTo("""
            user,item,affinity
            ann,kettle,4
            bob,cups,4
            bob,kettle,1
            bob,teapot,4
            eve,cups,2
            eve,teapot,1

            """));
        Assert.That(File.ReadAllText(similarity), Is.EqualTo("""
            item_i,item_j,value
            cups,cups,1
            cups,kettle,0.3333333333333333
            cups,teapot,1
            kettle,cups,0.3333333333333333
            kettle,kettle,1
            kettle,teapot,0.3333333333333333
            teapot,cups,1
            teapot,kettle,0.3333333333333333
            teapot,teapot,1

            """));
        Assert.That(shop.Files(), Is.EqualTo(new[] { "aff.csv", "recs.csv", "shop.csv", "sim.csv" }));
    }

    [Test]
    public void Last_line_is_one_json_object()
    {
        StageResult result = SarTool.MustRun(shop.Arguments());
        using JsonDocument json = JsonDocument.Parse(result.Output.TrimEnd('\n').Split('\n')[^1]);
        JsonElement root = json.RootElement;
        Assert.That(
            root.EnumerateObject().Select(p => p.Name),
            Is.EqualTo(new[] { "rows", "users", "items", "read_seconds", "fit_seconds", "recommend_seconds", "peak_mb" }));
        Assert.That((root.GetProperty("rows").GetInt32(), root.GetProperty("users").GetInt32(), root.GetProperty("items").GetInt32()), Is.EqualTo((7, 3, 3)));
        Assert.That(root.GetProperty("peak_mb").GetDouble(), Is.Positive);
    }

    [Test]
    public void Users_are_listed_in_the_order_of_their_file_and_once()
    {
        string users = shop.Folder.Write("users.csv", "user\neve\nbob\nann\neve\n");
        SarTool.MustRun(shop.Arguments("--users", users, "--top-k", "1"));
        Assert.That(File.ReadAllLines(shop.Output).Skip(1), Is.EqualTo(new[] { "eve,1,kettle,1", "ann,1,cups,1.3333333333333333" }));
    }

    [Test]
    public void Seeds_of_a_set_add_up()
    {
        string seeds = shop.Folder.Write("seeds.csv", "seed_set,item,weight\nsecond,kettle,1\nfirst,cups,1\nsecond,kettle,2\n");
        SarTool.MustRun(shop.Arguments("--seeds", seeds));
        Assert.That(File.ReadAllText(shop.Output), Is.EqualTo("""
            seed_set,rank,item,score
            second,1,cups,1
            second,2,teapot,1
            first,1,teapot,1
            first,2,kettle,0.3333333333333333

            """));
    }

    [Test]
    public void Seeds_without_weights_count_1()
    {
        string seeds = shop.Folder.Write("seeds.csv", "seed_set,item\ns,cups\ns,teapot\n");
        SarTool.MustRun(shop.Arguments("--seeds", seeds));
        Assert.That(File.ReadAllLines(shop.Output)[1..], Is.EqualTo(new[] { "s,1,kettle,0.6666666666666666" }));
    }

    [Test]
    public void Similar_users_are_those_who_share_items()
    {
        string users = shop.Folder.Write("users.csv", "user\nbob\n");
        SarTool.MustRun(shop.Arguments("--similar-users", users));
        Assert.That(File.ReadAllText(shop.Output), Is.EqualTo("user,rank,similar_user,score\nbob,1,eve,12\nbob,2,ann,4\n"));
    }

    [Test]
    public void Popular_items_have_the_number_of_their_users()
    {
        SarTool.MustRun(shop.Arguments("--popular", "2"));
        Assert.That(File.ReadAllText(shop.Output), Is.EqualTo("rank,item,users\n1,cups,2\n2,kettle,2\n"));
    }

    [Test]
    public void Without_weights_and_times_every_interaction_counts_1()
    {
        string file = shop.Folder.Write("shop.csv", TeaShop.Lines);
        SarTool.MustRun("--interactions", file, "--user", "user", "--item", "item", "--no-decay", "--output", shop.Output);
        Assert.That(File.ReadAllLines(shop.Output)[1..], Is.EqualTo(new[]
        {
            "ann,1,cups,0.6666666666666666", "ann,2,teapot,0.6666666666666666", "eve,1,kettle,0.6666666666666666",
        }));
    }

    [Test]
    public void Fields_are_quoted_where_they_need_it()
    {
        string file = shop.Folder.Write("shop.csv", "user,item,rating,time\n\"a,b\",x,1,0\nc,x,1,0\nc,\"say \"\"y\"\"\",1,0\n");
        SarTool.MustRun(shop.ForFile(file));
        Assert.That(File.ReadAllLines(shop.Output)[1..], Is.EqualTo(new[] { "\"a,b\",1,\"say \"\"y\"\"\",0.5" }));
    }

    [Test]
    public void Other_delimiters_are_read()
    {
        string file = shop.Folder.Write("shop.csv", TeaShop.Lines.Replace(',', '\t'));
        SarTool.MustRun(shop.ForFile(file, "--delimiter", "\\t"));
        Assert.That(File.ReadAllText(shop.Output), Is.EqualTo(TeaShop.Lists));
    }

    [Test]
    public void Other_quotes_are_read_or_none()
    {
        string file = shop.Folder.Write("shop.csv", TeaShop.Lines.Replace("kettle", "'kettle'", StringComparison.Ordinal));
        SarTool.MustRun(shop.ForFile(file, "--quote", "'"));
        Assert.That(File.ReadAllText(shop.Output), Is.EqualTo(TeaShop.Lists));

        file = shop.Folder.Write("shop.csv", TeaShop.Lines.Replace("kettle", "\"kettle", StringComparison.Ordinal));
        SarTool.MustRun(shop.ForFile(file, "--quote", "none"));
        Assert.That(File.ReadAllText(shop.Output), Does.Contain("\"\"kettle"));
    }

    [TestCase("user,item,rating,time\nann,kettle,1,0\nann,cups,1,0\n", TestName = "One_user_gets_an_empty_list")]
    [TestCase("user,item,rating,time\nann,kettle,1,0\nbob,kettle,1,0\n", TestName = "One_item_gives_empty_lists")]
    public void Little_gives_nothing(string lines)
    {
        SarTool.MustRun(shop.ForFile(shop.Folder.Write("little.csv", lines)));
        Assert.That(File.ReadAllText(shop.Output), Is.EqualTo("user,rank,item,score\n"));
    }

    [Test]
    public void Output_can_be_parquet()
    {
        string file = shop.Folder.File("recs.parquet");
        SarTool.MustRun([.. shop.Arguments(), "--affinity-output", file]);
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        IReadOnlyList<DuckDbRow> rows = database.Query("SELECT user, item, affinity FROM read_parquet(?)", file);
        Assert.That(rows.Select(r => $"{r[0]} {r[1]} {r[2]}").ToArray(), Has.Length.EqualTo(6).And.Contains("ann kettle 4").And.Contains("eve cups 2"));
    }

    [Test]
    public void An_older_output_is_replaced()
    {
        File.WriteAllText(shop.Output, "old");
        SarTool.MustRun(shop.Arguments());
        Assert.That(File.ReadAllText(shop.Output), Is.EqualTo(TeaShop.Lists));
    }
}
