using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>The same shop through all stages twice: from and into folders, and from and into S3.</summary>
internal sealed class S3RunTests
{
    private const string Run = "runs/run";

    private Moto moto = null!;
    private Bucket bucket = null!;
    private Shop shop = null!;
    private StageResult result = null!;
    private string copy = "";

    [OneTimeSetUp]
    public void RunBoth()
    {
        moto = Moto.Start();
        bucket = new Bucket(moto);
        shop = new Shop();
        string[] lines = File.ReadAllLines(shop.Interactions);
        Directory.CreateDirectory(shop["shop/cut"]);
        File.WriteAllLines(shop["shop/cut/a.csv"], lines[..3000]);
        File.WriteAllLines(shop["shop/cut/b.csv"], [lines[0], .. lines[3000..]]);
        foreach (string path in Directory.EnumerateFiles(shop["shop"], "*", SearchOption.AllDirectories))
            bucket.Put("shop/" + Path.GetRelativePath(shop["shop"], path), File.ReadAllBytes(path));
        Directory.CreateDirectory(shop["tmp"]);
        Tool.MustRun(Command(shop["run"], shop["shop"]));
        result = Start(Command(bucket[Run], bucket["shop"]));
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        copy = shop["copied/run"];
        bucket.CopyTo(Run + "/", copy);
    }

    [OneTimeTearDown]
    public void Remove()
    {
        shop?.Dispose();
        bucket?.Dispose();
        moto?.Dispose();
    }

    [TestCase("load")]
    [TestCase("transform")]
    [TestCase("train")]
    public void Run_in_S3_holds_the_bytes_of_a_local_one(string stage)
    {
        StageContract contract = Stages.All.Single(s => s.Name == stage);
        new StageFolder(copy, contract).MustHoldTheBytesOf(shop.Folder("run", contract));
    }

    [Test]
    public async Task Recipients_are_the_same_but_for_the_ciphertext()
    {
        StageFolder there = new(copy, Stages.Email), here = shop.Folder("run", Stages.Email);
        Assert.That(there.Files(), Is.EqualTo(here.Files()));
        foreach (string name in here.Files().Where(name => name is not ("_manifest.json" or "recipients.parquet")))
            Assert.That(there.Bytes(name), Is.EqualTo(here.Bytes(name)), name);
        Column[] columns = [.. Recipients.Schema.Columns.Where(c => c.Name is not ("email_ciphertext" or "data_key_id"))];
        Assert.That(await there.RowsAsync(Recipients.DataSet, columns), Is.EqualTo(await here.RowsAsync(Recipients.DataSet, columns)).And.Not.Empty);
        Assert.That(there.Manifest().Fingerprint, Is.EqualTo(here.Manifest().Fingerprint));
    }

    [Test]
    public void Report_says_the_same_but_for_times()
    {
        string there = Figures(copy), here = Figures(shop["run"]);
        Assert.That(there, Is.EqualTo(here).And.Contain("id=\"customers\""));
        Assert.That(result.Error, Does.Contain($"report: {bucket[Run]}/report.html"));

        static string Figures(string run)
        {
            string page = File.ReadAllText(Path.Combine(run, "report.html"));
            return page[page.IndexOf("<section id=\"rows\"", StringComparison.Ordinal)..page.IndexOf("<section id=\"speed\"", StringComparison.Ordinal)];
        }
    }

    [Test]
    public void Database_of_the_run_lies_in_S3_and_can_be_looked_into()
    {
        const string sql = "SELECT user_id, rank, item_id, score FROM current_recommendations ORDER BY 1, 2 LIMIT 200";
        StageResult there = Start(["query", "--run", bucket[Run], sql]);
        Assert.That(there.ExitCode, Is.Zero, there.Error);
        Assert.That(there.Output, Is.EqualTo(Tool.MustRun("query", "--run", shop["run"], sql).Output));
        string customer = RunReader.Read(shop["run"], Recommendations.DataSet)[0].Text(Recommendations.UserId)!;
        Assert.That(Start(["show", "--run", bucket[Run], "--customer", customer]).Output, Is.EqualTo(Tool.MustRun("show", "--run", shop["run"], "--customer", customer).Output));

        StageResult nowhere = Start(["query", "--run", bucket["runs/none"], sql]);
        Assert.That((nowhere.ExitCode, nowhere.Error), Is.EqualTo(
            (2, $"pipeline: '{bucket["runs/none/recommendations.duckdb"]}' does not exist: this run has not been injected into its own database.\n")));
    }

    [Test]
    public void Second_run_does_nothing()
    {
        string[] before = [.. bucket.Keys(Run).Select(key => key + bucket.Header(key, "ETag"))];
        StageResult again = Start(Command(bucket[Run], bucket["shop"]));
        Assert.That(again.Output.Split("already done"), Has.Length.EqualTo(1 + Stages.All.Count), again.Error);
        Assert.That(bucket.Keys(Run).Select(key => key + bucket.Header(key, "ETag")), Is.EqualTo(before));
    }

    [Test]
    public void Nothing_stays_on_the_machine_and_no_lease_in_the_bucket()
    {
        Assert.That(Directory.EnumerateDirectories(shop["tmp"], "pipeline-s3-*"), Is.Empty);
        Assert.That(bucket.Keys(), Has.None.EndsWith(".lease"));
        Assert.That(bucket.UnfinishedUploads(), Is.Zero);
        Assert.That(Directory.Exists("s3:"), Is.False);
    }

    [Test]
    public void No_address_is_found_in_the_bucket_or_said()
    {
        string[] addresses = [.. File.ReadLines(shop["shop/customers.csv"]).Skip(1).Select(line => line.Split(',')[1].Trim('"')).Where(a => a.Length >= 8)];
        Assert.That(addresses, Has.Length.GreaterThan(300));
        var search = new LeakSearch(addresses);
        Assert.That(search.FindBelow(copy), Is.Empty);
        Assert.That(search.FindIn(result.Output + result.Error, "the output"), Is.Empty);
    }

    [Test]
    public void Run_in_S3_is_one_to_compare_with()
    {
        string[] lines = File.ReadAllLines(shop["shop/cut/b.csv"]);
        string half = shop["half.csv"];
        File.WriteAllLines(half, lines[..1000]);
        StageResult refused = StageRunner.Run(Stages.Load, ["--run", shop["next"], "--interactions", half, "--compare-with", bucket[Run]], Environment);
        Assert.That(refused.ExitCode, Is.EqualTo(3), refused.Error);
        Assert.That(refused.Error, Does.Contain($"has drifted from '{bucket[Run]}': rows 8,000 -> "));
    }

    [Test]
    public void Bad_network_costs_time_and_changes_nothing()
    {
        using var network = new FaultyProxy(moto.Address);
        int requests = 0;
        network.Faults = _ => (++requests % 9) switch
        {
            2 => new Fault.Answer(503, "SlowDown"),
            4 => new Fault.CutResponse(50),
            6 => new Fault.CutRequest(50),
            8 => new Fault.LoseAnswer(),
            _ => null,
        };
        StageResult bad = StageRunner.Run(
            "Cli", Command(bucket["bad/run"], bucket["shop"]), new Dictionary<string, string>(Environment) { ["AWS_ENDPOINT_URL"] = network.Address.ToString() });
        Assert.That(bad.ExitCode, Is.Zero, bad.Error);
        Assert.That(requests, Is.GreaterThan(100));
        string there = shop["copied/bad/run"];
        bucket.CopyTo("bad/run/", there);
        foreach (StageContract stage in (StageContract[])[Stages.Load, Stages.Transform, Stages.Train])
            new StageFolder(there, stage).MustHoldTheBytesOf(shop.Folder("run", stage));
        Assert.That(new StageFolder(there, Stages.Inject).Files(), Is.EqualTo(shop.Folder("run", Stages.Inject).Files()));
    }

    [Test]
    public void Mistakes_are_named_by_the_places_in_S3()
    {
        bucket.Put("bad/empty.csv", []);
        StageResult empty = StageRunner.Run(Stages.Load, ["--run", bucket["runs/bad"], "--interactions", bucket["bad/empty.csv"]], Environment);
        Assert.That((empty.ExitCode, empty.Error), Is.EqualTo((3, $"load: '{bucket["bad/empty.csv"]}' is empty: it must have a header line and data.\n")));
        Assert.That(bucket.Keys("runs/bad"), Is.EqualTo(new[] { "runs/bad/01-loaded/error.json" }));

        StageResult missing = Start(Command(bucket["runs/missing"], bucket["nowhere"]));
        Assert.That(missing.ExitCode, Is.EqualTo(2));
        Assert.That(missing.Error, Does.Contain($"--interactions '{bucket["nowhere/cut"]}' does not exist").And.Contain($"--customers '{bucket["nowhere/customers.csv"]}' does not exist"));
        Assert.That(bucket.Keys("runs/missing"), Is.Empty);

        StageResult folder = StageRunner.Run(Stages.Email, ["--run", bucket["runs/bad"], "--customers", bucket["shop"], "--without-suppressions"], Environment);
        Assert.That(folder.Error, Does.Contain($"--customers '{bucket["shop"]}' is a folder, not a file"));

        StageResult stranger = StageRunner.Run(Stages.Load, ["--run", "s3://no-such-bucket/run", "--interactions", shop.Interactions], Environment);
        Assert.That((stranger.ExitCode, stranger.Error), Is.EqualTo(
            (2, "load: There is no bucket 'no-such-bucket' in S3: make it, or name another.\n")));
    }

    private Dictionary<string, string> Environment => new(moto.Environment()) { ["TMPDIR"] = shop["tmp"] };

    private StageResult Start(IEnumerable<string> arguments) => StageRunner.Run("Cli", arguments, Environment);

    private string[] Command(string run, string files) =>
    [
        "run", "--run", run, "--interactions", $"{files}/cut", "--catalogue", $"{files}/catalogue.csv", "--customers", $"{files}/customers.csv",
        "--without-suppressions", "--key-ring", shop["keys.json"],
    ];
}
