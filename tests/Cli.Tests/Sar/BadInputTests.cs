using Pipeline.Hosting;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Sar;

public class BadInputTests
{
    private const int Usage = 2, Refused = 3;

    private TeaShop shop = null!;

    [SetUp]
    public void Open() => shop = new TeaShop();

    /// <summary>Nothing half-done stays: the tests' own inputs are all there is.</summary>
    [TearDown]
    public void Close()
    {
        Assert.That(shop.Files(), Has.None.Contains("recs").And.None.Contains("partial"));
        shop.Dispose();
    }

    [TestCase("--similarity", "pearson", "must be one of cooccurrence, cosine, inclusion, jaccard, lexicographers, lift, mutual")]
    [TestCase("--half-life-days", "0", "must be a number above 0")]
    [TestCase("--half-life-days", "-5", "must be a number above 0")]
    [TestCase("--half-life-days", "NaN", "must be a number above 0")]
    [TestCase("--half-life-days", "Infinity", "must be a number above 0")]
    [TestCase("--min-support", "0", "must be a whole number, at least 1")]
    [TestCase("--min-support", "1.5", "must be a whole number, at least 1")]
    [TestCase("--top-k", "0", "must be a whole number, at least 1")]
    [TestCase("--top-k", "99999999999", "must be a whole number, at least 1")]
    [TestCase("--threads", "0", "must be a whole number, at least 1")]
    [TestCase("--popular", "0", "must be a whole number, at least 1")]
    [TestCase("--co-occurrence", "order", "must be one of user, basket")]
    [TestCase("--fill", "random", "must be one of none, zero, popular")]
    [TestCase("--neighbours", "-1", "must be a whole number, at least 0")]
    [TestCase("--memory", "much", "must be a size such as 512MB or 4GB")]
    [TestCase("--reference-time", "yesterday", "must be a time such as 2024-01-01T00:00:00Z, or seconds since 1970")]
    [TestCase("--delimiter", ";;", "must be one ASCII character, or \\t")]
    [TestCase("--quote", ",", "must be one ASCII character that is no letter, digit, blank or delimiter, or 'none'")]
    [TestCase("--quote", "x", "must be one ASCII character that is no letter, digit, blank or delimiter, or 'none'")]
    [TestCase("--users", "nowhere.csv", "does not exist")]
    [TestCase("--similarity-output", "sim.txt", "must end in .csv or .parquet")]
    [TestCase("--affinity-output", "no/such/aff.csv", "lies in a folder that does not exist")]
    public void A_wrong_value_is_said(string option, string value, string rule) =>
        SarTool.MustRefuse(shop.Arguments(option, value), Usage, $"{option} '{value}' {rule}");

    [Test]
    public void Memory_that_cannot_be_kept_is_refused_before_the_work() => SarTool.MustRefuse(
        shop.Arguments("--memory", "1MB"), (int)ExitCode.OutOfMemory, "The memory budget of 1 MB cannot be kept: at least", "It would help");

    [Test]
    public void All_mistakes_are_said_at_once() => SarTool.MustRefuse(
        ["--item", "item", "--top-k", "0", "--similarity", "x", "--what", "--threads"], Usage,
        "--interactions is missing.", "--user is missing.", "--output is missing.", "--top-k '0'", "--similarity 'x'", "'--what' is not an option",
        "--threads has no value.", "--time is missing: name the column of times, or give --no-decay.");

    [TestCase("--no-decay", "--half-life-days", "30")]
    [TestCase("--no-decay", "--reference-time", "2024-01-31")]
    [TestCase("--popular", "5", "--top-k", "3")]
    [TestCase("--popular", "5", "--normalize")]
    [TestCase("--popular", "5", "--fill", "zero")]
    public void Options_without_effect_are_refused(params string[] options) =>
        SarTool.MustRefuse(shop.Arguments(options), Usage, "do not go together");

    [Test]
    public void Baskets_that_nothing_tells_are_refused()
    {
        string[] all = shop.Arguments("--co-occurrence", "basket", "--no-decay");
        int time = Array.IndexOf(all, "--time");
        SarTool.MustRefuse([.. all[..time], .. all[(time + 2)..]], Usage, "--co-occurrence basket cannot tell baskets: name the column of baskets with --basket");
        string file = shop.Folder.Write("orders.csv", "user,item,order\nann,kettle,a\nann,cups,\n");
        SarTool.MustRefuse(
            ["--interactions", file, "--user", "user", "--item", "item", "--basket", "order", "--co-occurrence", "basket", "--no-decay", "--output", shop.Output],
            Refused, "line 3: order '' is empty: name the basket, or give --time");
    }

    [TestCase("--basket", "rating")]
    [TestCase("--basket", "rating", "--co-occurrence", "user")]
    public void A_basket_without_effect_is_refused(params string[] options) =>
        SarTool.MustRefuse(shop.Arguments(options), Usage, "--basket counts only with --co-occurrence basket");

    [Test]
    public void A_missing_basket_column_is_said() =>
        SarTool.MustRefuse(shop.Arguments("--co-occurrence", "basket", "--basket", "order"), Usage, "has no column 'order' (basket)", "--time or --basket");

    [Test]
    public void An_output_must_not_replace_an_input() =>
        SarTool.MustRefuse(shop.Arguments("--affinity-output", shop.Folder.File("shop.csv")), Usage, "--affinity-output and --interactions name the same file.");

    [TestCase("20211028", TestName = "Reference_time_that_is_a_day_written_as_a_number")]
    [TestCase("2084-01-01", TestName = "Reference_time_more_than_50_years_after")]
    [TestCase("0", TestName = "Reference_time_more_than_50_years_before")]
    public void A_reference_time_far_from_the_data_is_refused(string time) =>
        SarTool.MustRefuse(shop.Arguments("--reference-time", time), Usage, $"--reference-time '{time}'", "far from the interactions", "2024-01-31T00:00:00Z");

    [Test]
    public void A_day_as_a_number_is_refused_within_50_years_too()
    {
        string file = shop.Folder.Write("old.csv", "user,item,rating,time\na,x,1,1990-05-01\n");
        SarTool.MustRefuse(shop.ForFile(file, "--reference-time", "20211028"), Usage, "1970-08-22");
    }

    [TestCase(",kettle,1,0", "line 3: user '' is empty")]
    [TestCase("ann,,1,0", "line 3: item '' is empty")]
    [TestCase("ann,cups,much,0", "line 3: rating 'much' is not a number")]
    [TestCase("ann,cups,,0", "line 3: rating '' is not a number")]
    [TestCase("ann,cups,NaN,0", "line 3: rating 'NaN' is not a")]
    [TestCase("ann,cups,Infinity,0", "line 3: rating 'Infinity' is not a")]
    [TestCase("ann,cups,1e101,0", "line 3: rating '1e101' is not a finite number up to 1E+100")]
    [TestCase("ann,cups,1,", "line 3: time '' is not a time")]
    [TestCase("ann,cups,1,31/12/2024", "line 3: time '31/12/2024' is not a time")]
    [TestCase("ann,cups,1,1704067200000", "line 3: time '1704067200000' is not a time")]
    [TestCase("ann,cups,1,2024-01-01", "line 3: time '2024-01-01' is ISO 8601, where the records before have seconds since 1970")]
    [TestCase("ann,cups,1", "line 3 has more or fewer fields than the header")]
    [TestCase("ann,cu\"ps,1,0", "line 3 has a quote out of place")]
    public void A_line_that_cannot_be_read_is_refused(string line, string words)
    {
        string file = shop.Folder.Write("bad.csv", $"user,item,rating,time\nann,kettle,1,0\n{line}\nbob,kettle,1,0\n");
        SarTool.MustRefuse(shop.ForFile(file), Refused, $"'{file}' {words}");
    }

    [TestCase("ann,cups", "line 2 is not a JSON object")]
    [TestCase("{\"user\":\"ann\",\"item\":[],\"rating\":1,\"time\":0}", "line 2 has a list or an object in place of a value")]
    [TestCase("{\"user\":\"ann\",\"item\":\"\",\"rating\":1,\"time\":0}", "line 2: item '' is empty")]
    public void A_line_of_JSON_that_cannot_be_read_is_refused(string line, string words)
    {
        string file = shop.Folder.Write("bad.jsonl", $"{{\"user\":\"ann\",\"item\":\"kettle\",\"rating\":1,\"time\":0}}\n{line}\n");
        SarTool.MustRefuse(shop.ForFile(file), Refused, $"'{file}' {words}");
    }

    [TestCase("")]
    [TestCase("user,item,rating,time\n")]
    public void A_file_without_interactions_is_refused(string content) =>
        SarTool.MustRefuse(shop.ForFile(shop.Folder.Write("empty.csv", content)), Refused, "empty.csv");

    [Test]
    public void Days_written_as_numbers_are_refused()
    {
        string file = shop.Folder.Write("days.csv", "user,item,rating,time\na,x,1,20211028\nb,x,1,20211101\n");
        SarTool.MustRefuse(shop.ForFile(file), Refused, "write days as 2021-10-28");
    }

    [Test]
    public void A_missing_column_is_said() => SarTool.MustRefuse(
        ["--interactions", shop.Folder.Write("shop.csv", TeaShop.Lines), "--user", "customer", "--item", "item", "--no-decay", "--output", shop.Output],
        Usage, "has no column 'customer' (user)", "--user");

    [Test]
    public void Unknown_users_and_items_are_refused()
    {
        string users = shop.Folder.Write("users.csv", "user\nann\nx1\nx2\nx3\nx4\nx5\nx6\n");
        const string unknown = "in all: 'x1', 'x2', 'x3', 'x4', 'x5', ...:";
        SarTool.MustRefuse(shop.Arguments("--users", users), Refused, "users without interactions", $"6 {unknown}");
        SarTool.MustRefuse(shop.Arguments("--similar-users", users), Refused, $"6 {unknown}");
        string seeds = shop.Folder.Write("seeds.csv", "seed_set,item,weight\ns,cups,1\ns,spoon,1\n");
        SarTool.MustRefuse(shop.Arguments("--seeds", seeds), Refused, "items without interactions", "1 in all: 'spoon':");
    }

    [Test]
    public void Empty_lists_of_users_and_seeds_are_refused()
    {
        SarTool.MustRefuse(shop.Arguments("--users", shop.Folder.Write("users.csv", "user\n")), Refused, "names no users");
        SarTool.MustRefuse(shop.Arguments("--seeds", shop.Folder.Write("seeds.csv", "seed_set,item\n")), Refused, "names no seeds");
        SarTool.MustRefuse(shop.Arguments("--users", shop.Folder.Write("named.csv", "customer\nann\n")), Usage, "has no column 'user' (user)", "rename one in the file");
    }

    [Test]
    public void A_file_that_is_no_parquet_is_refused() =>
        SarTool.MustRefuse(shop.ForFile(shop.Folder.Write("shop.parquet", TeaShop.Lines)), Refused, "is not a Parquet file");

    [TestCase("SELECT 'ann' AS u, 1 AS i UNION ALL SELECT NULL, 2", "row 2: u '' is empty")]
    [TestCase("SELECT 'ann' AS u, [1, 2] AS i", "column i is of type INTEGER[]: write it as a number, text or timestamp")]
    public void A_parquet_file_that_cannot_be_read_is_refused(string rows, string words)
    {
        string file = shop.Folder.File("bad.parquet");
        using (DuckDbDatabase database = DuckDbDatabase.OpenInMemory())
            database.Execute($"COPY ({rows}) TO '{file}' (FORMAT parquet)");
        SarTool.MustRefuse(["--interactions", file, "--user", "u", "--item", "i", "--no-decay", "--output", shop.Output], Refused, words);
        SarTool.MustRefuse(["--interactions", file, "--user", "who", "--item", "i", "--no-decay", "--output", shop.Output], Usage, "has no column 'who' (user); it has 'u', 'i'");
    }

    [Test]
    public void An_output_that_cannot_be_written_leaves_none([Values(".csv", ".parquet")] string ending) =>
        SarTool.MustRefuse(shop.Arguments("--affinity-output", shop.Folder.File(new string('a', 260) + ending)), Usage, "cannot be written");

    [Test]
    public void The_program_ends_with_the_code_and_the_sentence()
    {
        StageResult result = StageRunner.Run("Cli", ["sar", .. shop.Arguments("--top-k", "0", "--min-support", "0")]);
        Assert.That(result.ExitCode, Is.EqualTo(Usage));
        Assert.That(result.Error, Does.StartWith("pipeline: --min-support '0' must").And.Contain("--top-k '0' must"));
        Assert.That(result.Output, Is.Empty);

        result = StageRunner.Run("Cli", ["sar", .. shop.ForFile(shop.Folder.Write("empty.csv", "user,item,rating,time\n"))]);
        Assert.That(result.ExitCode, Is.EqualTo(Refused));
        Assert.That(result.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
    }
}
