using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>A thousand addresses that occur nowhere else go through the whole pipeline, and none is found in anything it leaves.</summary>
internal sealed class CanaryTests
{
    private const int Customers = 1_000;

    private TempFolder folder = null!, elsewhere = null!;
    private LeakSearch search = null!;
    private StageResult result = null!;

    private string Run => folder.File("run");

    [OneTimeSetUp]
    public void RunAllStages()
    {
        folder = new TempFolder();
        elsewhere = new TempFolder();
        Tool.MustRun(
            "generate", "--users", $"{Customers}", "--items", "80", "--interactions", "20000", "--seed", "5", "--output", elsewhere.File("shop"));
        string[] names = [.. Enumerable.Range(0, Customers).Select(NameOf)];
        string[] lines = File.ReadAllLines(elsewhere.File("shop/customers.csv"));
        Assert.That(lines, Has.Length.EqualTo(Customers + 1));
        File.WriteAllLines(elsewhere.File("customers.csv"), lines.Select((line, n) =>
        {
            string[] fields = line.Split(',');
            if (n > 0)
                fields[1] = $"\"{AddressOf(n - 1).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            return string.Join(',', fields);
        }));
        File.WriteAllLines(elsewhere.File("list.csv"), ["address,reason", .. Enumerable.Range(0, 40).Where(n => n % 5 != 4).Select(n => $"{AddressOf(n)},unsubscribed")]);
        search = new LeakSearch(names.Concat(Enumerable.Range(0, Customers).Select(AddressOf)));
        result = Start("run");
    }

    [OneTimeTearDown]
    public void Remove()
    {
        folder?.Dispose();
        elsewhere?.Dispose();
    }

    [Test]
    public void Nothing_is_found_in_the_run_the_database_the_logs_and_the_keys()
    {
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(Run, Stages.Email).Counters;
        // They went through every path that there is.
        Assert.That(counters["rows_kept"], Is.GreaterThan(400));
        Assert.That(counters.Keys, Is.SupersetOf(new[] { "dropped_invalid_address", "dropped_no_consent", "dropped_suppressed_unsubscribed", "dropped_control_group" }));
        Assert.That(File.Exists(Path.Combine(Run, "recommendations.duckdb")));
        MustBeClean(result);
    }

    [Test]
    public void Nothing_is_found_when_the_customer_file_is_refused()
    {
        StageResult refused = Start("refused", "--max-invalid", "1%");
        Assert.That(refused.ExitCode, Is.EqualTo(3), refused.Error);
        Assert.That(refused.Error, Does.Contain("local_quoted"));
        Assert.That(folder.File("refused/04-addressed/error.json"), Does.Exist);
        MustBeClean(refused);
    }

    /// <summary>Otherwise the tests above could find nothing anywhere.</summary>
    [Test]
    public void Search_finds_the_addresses_where_they_are() => Assert.That(search.FindBelow(elsewhere.Path), Has.Count.GreaterThan(Customers));

    private StageResult Start(string run, params string[] options) => StageRunner.Run(
        "Cli",
        [
            "run", "--run", folder.File(run), "--interactions", elsewhere.File("shop/interactions.csv"), "--catalogue", elsewhere.File("shop/catalogue.csv"),
            "--customers", elsewhere.File("customers.csv"), "--suppressions", elsewhere.File("list.csv"), "--control", "10%", "--campaign", "canaries",
            .. options.Length > 0 ? options : ["--max-invalid", "30%"],
        ],
        new Dictionary<string, string> { ["TMPDIR"] = folder.File(""), ["XDG_CONFIG_HOME"] = folder.File("config") });

    private void MustBeClean(StageResult ended)
    {
        Assert.Multiple(() =>
        {
            Assert.That(search.FindBelow(folder.Path), Is.Empty);
            Assert.That(search.FindIn(ended.Output, "stdout"), Is.Empty);
            Assert.That(search.FindIn(ended.Error, "stderr"), Is.Empty);
        });
    }

    /// <summary>Plain, with a tag, at Gmail in capitals and dots, in an international domain, and in quotes, which no mail is sent to.</summary>
    private static string AddressOf(int customer)
    {
        string name = NameOf(customer);
        return (customer % 5) switch
        {
            0 => $"{name}@example.com",
            1 => $"{name}+{name}@example.com",
            2 => $"{name.ToUpperInvariant().Replace('-', '.')}@GMail.com",
            3 => $"{name}@b\u00FCcher-{name}.example",
            _ => $"\"{name} quoted\"@example.com",
        };
    }

    private static string NameOf(int customer) =>
        "canary-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(customer.ToString(CultureInfo.InvariantCulture))))[..12];
}
