using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Inject.Tests;

/// <summary>What is in the database, when, and what the stage refuses.</summary>
public class StageTests
{
    private const string Catalogue =
        """
        item_id,name,category,price,in_stock,url,image_url,available_from,features
        kettle,"Kettle, ""Ö"" 1 l",Kitchen,19.99,true,https://example.com/kettle,https://example.com/kettle.png,2025-01-02T03:04:05Z,steel
        teapot,Teapot,Kitchen,,true,,,,
        cups,Cups,,8,true,,,,
        spare,Never bought,,1,false,,,,
        """;

    private const string Customers = "user_id,email,consent\nann,ann@example.com,yes\nbob,bob@example.com,no\n";

    private TempFolder folder = null!;
    private string prepared = null!, preparedShort = null!;
    private int runs;

    [OneTimeSetUp]
    public void Make()
    {
        folder = new TempFolder();
        prepared = Shop.MakeRun(folder, "prepared", Shop.Interactions, Catalogue, Customers);
        preparedShort = Shop.MakeRun(folder, "prepared-short", Shop.Interactions, Catalogue, customers: null, "--top-k", "1");
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Tables_hold_the_rows_of_the_run()
    {
        string run = Inject();
        Shop.AssertHolds(Shop.DatabaseOf(run), run);
        Assert.Multiple(() =>
        {
            Assert.That(Ask(run, "SELECT user_id, rank, item_id, source, because_item_id, segment FROM current_recommendations ORDER BY user_id, rank"), Is.EqualTo(new[]
            {
                "ann|1|cups|sar|kettle|new", "ann|2|vase|popular-segment||new", "bob|1|teapot|sar|kettle|new", "bob|2|vase|popular-segment||new",
                "cid|1|vase|popular-segment||new", "zoe|1|kettle|popular-segment||new", "zoe|2|cups|popular-segment||new", "zoe|3|teapot|popular-segment||new",
            }));
            Assert.That(Ask(run, "SELECT user_id, send, reason, key_version, expires_at, length(unsubscribe_token) FROM current_recipients ORDER BY user_id"), Is.EqualTo(new[]
            {
                "ann|true||1|2026-01-08 00:00:00+00|120", "bob|false|no_consent|1|2026-01-08 00:00:00+00|",
                "cid|false|no_customer|1|2026-01-08 00:00:00+00|", "zoe|false|no_customer|1|2026-01-08 00:00:00+00|",
            }));
            Assert.That(Ask(run, "FROM current_products ORDER BY item_id"), Is.EqualTo(new[]
            {
                "cups|Cups||8.0|true||||",
                "kettle|Kettle, \"Ö\" 1 l|Kitchen|19.99|true|https://example.com/kettle|https://example.com/kettle.png|2025-01-02 03:04:05+00|steel",
                "spare|Never bought||1.0|false||||",
                "teapot|Teapot|Kitchen||true||||",
            }));
        });
    }

    [Test]
    public void Views_name_the_products()
    {
        string run = Inject();
        Assert.Multiple(() =>
        {
            Assert.That(
                Ask(run, "SELECT user_id, rank, name, category, price, because_name FROM current_recommendations ORDER BY user_id, rank"), Is.EqualTo(new[]
                {
                    "ann|1|Cups||8.0|Kettle, \"Ö\" 1 l", "ann|2||||", "bob|1|Teapot|Kitchen||Kettle, \"Ö\" 1 l", "bob|2||||", "cid|1||||",
                    "zoe|1|Kettle, \"Ö\" 1 l|Kitchen|19.99|", "zoe|2|Cups||8.0|", "zoe|3|Teapot|Kitchen||",
                }));
            Assert.That(Ask(run, "SELECT url, image_url FROM current_recommendations WHERE item_id = 'kettle'"), Is.EqualTo(new[]
            {
                "https://example.com/kettle|https://example.com/kettle.png",
            }));
        });
    }

    [Test]
    public void Receipt_says_what_went_in()
    {
        string run = Inject(), fingerprint = Shop.FingerprintOf(run);
        Assert.Multiple(() =>
        {
            Assert.That(
                Regex.Replace(File.ReadAllText(Path.Combine(run, "05-injected", "receipt.json")), "\"[0-9]+-[0-9a-f]{32}\"(?=,?\n    |\n  })", "\"...\""),
                Is.EqualTo(
                    $$"""
                    {
                      "fingerprint": "{{fingerprint}}",
                      "rows_in": 8,
                      "rows": {
                        "products": 4,
                        "recipients": 4,
                        "recommendations": 8
                      },
                      "dropped": {},
                      "not_mailed": {},
                      "checksums": {
                        "products": "...",
                        "recipients": "...",
                        "recommendations": "..."
                      }
                    }
                    """));
            Assert.That(Shop.FingerprintIn(Shop.DatabaseOf(run)), Is.EqualTo(fingerprint));
            Assert.That(RunReader.ReadManifest(run, Stages.Inject).Counters, Is.EquivalentTo(new Dictionary<string, long>
            {
                ["rows_in"] = 8,
                ["rows_kept"] = 8,
                ["recommendations"] = 8,
                ["recipients"] = 4,
                ["products"] = 4,
            }));
        });
    }

    [Test]
    public void Database_is_one_file()
    {
        string run = Inject();
        Assert.That(Directory.GetFiles(run).Select(Path.GetFileName), Is.EquivalentTo(new[] { "recommendations.duckdb", ".recommendations.duckdb.lease" }));
    }

    [Test]
    public void Second_start_finds_the_work_done()
    {
        string run = Inject();
        byte[] before = File.ReadAllBytes(Shop.DatabaseOf(run));
        StageResult again = StageRunner.Run(Stages.Inject, ["--run", run]);
        Assert.Multiple(() =>
        {
            Assert.That(again.ExitCode, Is.Zero, again.Error);
            Assert.That(again.Output, Does.Contain("already done"));
            Assert.That(File.ReadAllBytes(Shop.DatabaseOf(run)), Is.EqualTo(before));
        });
    }

    [Test]
    public void Lost_database_is_made_again()
    {
        string run = Inject();
        File.Delete(Shop.DatabaseOf(run));
        StageResult again = StageRunner.Run(Stages.Inject, ["--run", run]);
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(again.Output, Does.Not.Contain("already done"));
        Shop.AssertHolds(Shop.DatabaseOf(run), run);
    }

    [Test]
    public void Run_that_lost_its_receipt_is_injected_again_without_doubling_rows()
    {
        string run = Inject();
        File.Delete(Path.Combine(run, "05-injected", "_manifest.json"));
        StageRunner.MustRun(Stages.Inject, "--run", run);
        Shop.AssertHolds(Shop.DatabaseOf(run), run);
    }

    [Test]
    public void Changed_run_needs_overwrite_and_then_replaces_the_rows()
    {
        string run = Inject();
        StageRunner.MustRun(Stages.Train, "--run", run, "--min-group", "1", "--top-k", "1", "--overwrite");
        StageRunner.MustRun(Stages.Email, "--run", run, "--key-ring", folder.File("ring.json"), "--overwrite");
        Assert.That(StageRunner.Run(Stages.Inject, ["--run", run]).ExitCode, Is.EqualTo(6));
        Assert.That(Ask(run, "SELECT count(*) FROM current_recommendations"), Is.EqualTo(new[] { "8" }));
        StageRunner.MustRun(Stages.Inject, "--run", run, "--overwrite");
        Shop.AssertHolds(Shop.DatabaseOf(run), run);
        Assert.That(Ask(run, "SELECT count(*) FROM current_recommendations"), Is.EqualTo(new[] { "4" }));
        StageRunner.MustRun(Stages.Inject, "--run", run, "--overwrite");
        Shop.AssertHolds(Shop.DatabaseOf(run), run);
    }

    [Test]
    public void Database_of_another_run_is_replaced_and_can_be_put_back()
    {
        string one = NewRun(), two = folder.Copy(preparedShort, $"run-{++runs}"), database = folder.File($"shop-{runs}.duckdb");
        StageRunner.MustRun(Stages.Inject, "--run", one, "--target", "duckdb:" + database);
        Shop.AssertHolds(database, one);
        StageRunner.MustRun(Stages.Inject, "--run", two, "--target", "duckdb:" + database);
        Shop.AssertHolds(database, two);
        StageRunner.MustRun(Stages.Inject, "--run", one, "--target", "duckdb:" + database);
        Shop.AssertHolds(database, one);
        Assert.That(File.Exists(Shop.DatabaseOf(one)), Is.False);
    }

    [Test]
    public void Tables_of_others_in_the_same_database_stay()
    {
        string run = NewRun(), database = folder.File($"shared-{runs}.duckdb");
        using (DuckDbDatabase opened = DuckDbDatabase.Open(database))
            opened.Execute("CREATE TABLE orders AS SELECT 42 AS id");
        StageRunner.MustRun(Stages.Inject, "--run", run, "--target", "duckdb:" + database);
        Shop.AssertHolds(database, run);
        using DuckDbDatabase after = DuckDbDatabase.Open(database, readOnly: true);
        Assert.That(after.Scalar<long>("SELECT id FROM orders"), Is.EqualTo(42));
    }

    [Test]
    public void Tables_of_the_first_form_are_replaced()
    {
        string run = NewRun(), database = folder.File($"first-form-{runs}.duckdb");
        using (DuckDbDatabase opened = DuckDbDatabase.Open(database))
        {
            opened.Execute(
                "CREATE TABLE recommendations (user_id VARCHAR); CREATE TABLE recipients (user_id VARCHAR); CREATE TABLE products (item_id VARCHAR); CREATE TABLE active_run (fingerprint VARCHAR); "
                + "CREATE VIEW current_recommendations AS FROM recommendations; CREATE VIEW current_recipients AS FROM recipients");
        }
        StageRunner.MustRun(Stages.Inject, "--run", run, "--target", "duckdb:" + database);
        Shop.AssertHolds(database, run);
    }

    /// <summary>A shop's database may well have products of its own.</summary>
    [TestCase("CREATE TABLE products AS SELECT 42 AS id", "products")]
    [TestCase("CREATE VIEW recipients AS SELECT 42 AS id", "recipients")]
    [TestCase("CREATE TABLE current_recommendations AS SELECT 42 AS id", "current_recommendations")]
    [TestCase("CREATE TABLE active_run AS SELECT 42 AS id", "active_run")]
    public void Table_of_others_under_a_name_of_ours_is_not_replaced(string sql, string name)
    {
        string run = NewRun(), database = folder.File($"foreign-{runs}.duckdb");
        using (DuckDbDatabase opened = DuckDbDatabase.Open(database))
            opened.Execute(sql);
        StageResult result = StageRunner.Run(Stages.Inject, ["--run", run, "--target", "duckdb:" + database]);
        using DuckDbDatabase after = DuckDbDatabase.Open(database, readOnly: true);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
            Assert.That(result.Error, Does.Contain(database).And.Contain($"'{name}'"));
            Assert.That(after.Scalar<long>($"SELECT id FROM {name}"), Is.EqualTo(42));
            Assert.That(after.Scalar<long>("SELECT count(*) FROM information_schema.tables"), Is.EqualTo(1));
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Database_that_another_process_has_open_is_unavailable(bool readOnly)
    {
        string run = Inject();
        using (DuckDbDatabase held = DuckDbDatabase.Open(Shop.DatabaseOf(run), readOnly: readOnly))
        {
            File.Delete(Path.Combine(run, "05-injected", "_manifest.json"));
            StageResult result = StageRunner.Run(Stages.Inject, ["--run", run]);
            Assert.Multiple(() =>
            {
                Assert.That(result.ExitCode, Is.EqualTo(4), result.Error);
                Assert.That(RunReader.ReadErrorMessage(run, Stages.Inject), Does.Contain("locked"));
                Assert.That(RunReader.IsFinished(run, Stages.Inject), Is.False);
            });
        }
        StageRunner.MustRun(Stages.Inject, "--run", run);
        Shop.AssertHolds(Shop.DatabaseOf(run), run);
    }

    [Test]
    public void Database_in_use_is_unavailable_also_when_the_work_is_done()
    {
        string run = Inject();
        using DuckDbDatabase held = DuckDbDatabase.Open(Shop.DatabaseOf(run));
        Assert.That(StageRunner.Run(Stages.Inject, ["--run", run]).ExitCode, Is.EqualTo(4));
    }

    /// <summary>DuckDB writes three blocks of 4,096 bytes before the file is a database to it; a kill can leave fewer.</summary>
    [TestCase(0)]
    [TestCase(100)]
    [TestCase(4096)]
    [TestCase(8192)]
    public void Database_whose_maker_was_killed_at_once_is_made_anew(int bytes)
    {
        string run = Inject(), database = Shop.DatabaseOf(run);
        File.WriteAllBytes(database, File.ReadAllBytes(database)[..bytes]);
        StageRunner.MustRun(Stages.Inject, "--run", run);
        Shop.AssertHolds(database, run);
    }

    [TestCase(1)]
    [TestCase(12)]
    [TestCase(20_000)]
    public void File_that_is_no_database_is_refused_and_kept(int length)
    {
        string run = NewRun(), file = folder.Write($"text-{runs}.duckdb", new string('x', length));
        Assert.That(StageRunner.Run(Stages.Inject, ["--run", run, "--target", "duckdb:" + file]).ExitCode, Is.EqualTo(2));
        Assert.That(File.ReadAllText(file), Is.EqualTo(new string('x', length)));
    }

    [Test]
    public void Folder_is_no_database()
    {
        StageResult result = StageRunner.Run(Stages.Inject, ["--run", NewRun(), "--target", "duckdb:" + folder.Path]);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(result.Error, Does.Contain("folder"));
    }

    [Test]
    public void Database_below_a_folder_that_does_not_exist_is_refused()
    {
        StageResult result = StageRunner.Run(Stages.Inject, ["--run", NewRun(), "--target", "duckdb:" + folder.File("missing/shop.duckdb")]);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
    }

    [TestCase("mysql://example.com/shop")]
    [TestCase("duckdb:")]
    [TestCase("shop.duckdb")]
    [TestCase("DUCKDB:shop.duckdb")]
    public void Target_of_another_kind_is_refused(string target)
    {
        StageResult result = StageRunner.Run(Stages.Inject, ["--run", NewRun(), "--target", target]);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(result.Error, Does.Contain($"--target '{target}'").And.Contain("duckdb:PATH"));
    }

    [TestCase("01-loaded")]
    [TestCase("03-recommended")]
    [TestCase("04-addressed")]
    public void Run_without_the_stages_before_is_a_mistake_of_use(string missing)
    {
        string run = NewRun();
        Directory.Delete(Path.Combine(run, missing), recursive: true);
        Assert.That(StageRunner.Run(Stages.Inject, ["--run", run]).ExitCode, Is.EqualTo(2));
    }

    [TestCase("01-loaded/catalogue.parquet")]
    [TestCase("03-recommended/recommendations/part-00000.parquet")]
    [TestCase("04-addressed/recipients.parquet")]
    public void Changed_file_before_is_refused_and_the_database_stays_as_it_was(string file)
    {
        string one = NewRun(), two = folder.Copy(preparedShort, $"run-{++runs}"), database = folder.File($"stays-{runs}.duckdb");
        StageRunner.MustRun(Stages.Inject, "--run", one, "--target", "duckdb:" + database);
        string path = Path.Combine(two, file);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        StageResult result = StageRunner.Run(Stages.Inject, ["--run", two, "--target", "duckdb:" + database]);
        Assert.That(result.ExitCode, Is.EqualTo(3), result.Error);
        Shop.AssertHolds(database, one);
    }

    [Test]
    public void Recipients_made_from_other_lists_are_refused()
    {
        string run = NewRun();
        StageRunner.MustRun(Stages.Train, "--run", run, "--min-group", "1", "--top-k", "1", "--overwrite");
        StageResult result = StageRunner.Run(Stages.Inject, ["--run", run]);
        Assert.That(result.ExitCode, Is.EqualTo(3), result.Error);
        Assert.That(result.Error, Does.Contain("04-addressed' was made from another '03-recommended' than is there now. Run email again with --overwrite."));
        Assert.That(Shop.DatabaseOf(run), Does.Not.Exist);
    }

    private string NewRun() => folder.Copy(prepared, $"run-{++runs}");

    private string Inject()
    {
        string run = NewRun();
        StageRunner.MustRun(Stages.Inject, "--run", run);
        return run;
    }

    /// <summary>The rows of a query in a run's database, a text each with the values between bars.</summary>
    private static string[] Ask(string run, string sql)
    {
        using DuckDbDatabase database = DuckDbDatabase.Open(Shop.DatabaseOf(run), readOnly: true);
        return [.. database.Query($"SELECT concat_ws('|', {Columns(database, sql)}) FROM ({sql})").Select(row => row.GetString(0))];
    }

    private static string Columns(DuckDbDatabase database, string sql) => string.Join(
        ", ", database.Query($"DESCRIBE {sql}").Select(row => $"coalesce(CAST(\"{row.GetString(0)}\" AS VARCHAR), '')"));
}
